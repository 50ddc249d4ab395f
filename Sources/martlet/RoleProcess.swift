import ControlModel
import Engine
import Glibc
import LinuxSystem
import Prober

/// A process of one of the roles, as the supervisor starts it.
struct RoleProcess {
  let role: ProcessRole
  let arguments: [String]

  func run() -> ControlModel.ExitCode {
    // Started by hand, the prober would take the control socket from the one that serves.
    guard role == .loader || hasSupervisor else {
      printError("martlet: \(role.rawValue) is a part of the service, which `martlet run` starts\n")
      return .usage
    }
    do {
      switch role {
      case .engine: return try runEngine()
      case .prober: return try runProber()
      case .loader: return LoaderProcess(arguments: arguments).run()
      }
    } catch {
      printError("<\(Severity.critical.rawValue)>martlet[\(role.rawValue)]: \(error)\n")
      return error.errno == 1 ? .missingCapability : .failure
    }
  }

  /// The engine changes addresses and opens raw sockets, and at its start becomes punctual; no program follows it.
  private func runEngine() throws(SystemError) -> ControlModel.ExitCode {
    RealTime.setProcessName("martlet-engine")
    try Capabilities.drop(
      keeping: [.networkAdministration, .rawNetwork, .scheduling, .lockMemory, .setCapabilities], bounding: [],
      forbidNewPrivileges: true)
    return EngineMain.run(goesOn: arguments.contains("--goes-on"))
  }

  /// The prober changes no network, but probes may ask it by ICMP and ARP; no script that is not root inherits that. What scripts run as other users needs stays, and so does the bounding set, since a
  /// script that runs as root may be what changes something.
  private func runProber() throws(SystemError) -> ControlModel.ExitCode {
    RealTime.setProcessName("martlet-prober")
    try Capabilities.drop(
      keeping: CapabilitySet.all.subtracting([.networkAdministration, .systemAdministration]),
      bounding: .all)
    return ProberMain.run(
      runtimeDirectory: value(of: "--runtime-directory") ?? "/run/martlet",
      logFormat: value(of: "--log-format").flatMap(LogFormat.init(rawValue:)) ?? .text)
  }

  private var hasSupervisor: Bool {
    var type: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    let number = InheritedDescriptor.supervisor.rawValue
    return getsockopt(number, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == Int32(SOCK_SEQPACKET.rawValue)
  }

  private func value(of option: String) -> String? {
    guard let place = arguments.firstIndex(of: option), place + 1 < arguments.count else { return nil }
    return arguments[place + 1]
  }
}
