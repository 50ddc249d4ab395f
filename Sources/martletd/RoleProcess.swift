import ControlModel
import Engine
import Glibc
import LinuxSystem
import Prober
import Starter

/// A process of one of the roles that the supervisor starts.
struct RoleProcess {
  let role: ProcessRole
  let arguments: [String]

  func run() -> ControlModel.ExitCode {
    // A prober started by hand would take the control socket from the one that serves.
    guard hasSupervisor else {
      printError("martletd: \(role.rawValue) is a part of the service, which `martlet run` starts\n")
      return .usage
    }
    // Only supervisor and engine are protected from the OOM killer; a check that eats memory is not.
    if role != .engine { try? RealTime.endOutOfMemoryProtection() }
    do {
      switch role {
      case .engine: return try runEngine()
      case .prober: return try runProber()
      case .starter: return try runStarter()
      case .loader: return .usage
      }
    } catch {
      log(.critical, "\(role.rawValue): \(error)")
      return error.errno == 1 ? .missingCapability : .failure
    }
  }

  /// Runs the engine. It changes addresses, opens raw sockets and sets its scheduling at its start; it starts no program.
  private func runEngine() throws(SystemError) -> ControlModel.ExitCode {
    try leaveRoot(keeping: [.networkAdministration, .rawNetwork, .scheduling, .lockMemory])
    filterCalls(sendsAnyPacket: true)
    return EngineMain.run(goesOn: arguments.contains("--goes-on"))
  }

  /// Runs the prober. It changes nothing; its probes may use ICMP and ARP. The starter does for it what needs more rights.
  private func runProber() throws(SystemError) -> ControlModel.ExitCode {
    try leaveRoot(keeping: [.rawNetwork])
    filterCalls(sendsAnyPacket: false)
    return ProberMain.run(logFormat: value(of: "--log-format").flatMap(LogFormat.init(rawValue:)) ?? .text)
  }

  /// Runs the starter. Scripts run as the user that the file names, root included, so the bounding set stays: a script of root may change
  /// the network. The starter itself does not use it.
  private func runStarter() throws(SystemError) -> ControlModel.ExitCode {
    try Capabilities.drop(
      keeping: CapabilitySet.all.subtracting([.networkAdministration, .rawNetwork, .systemAdministration]),
      bounding: .all)
    return StarterMain.run()
  }

  /// Becomes the service's user if this process runs as root, and keeps only these capabilities. If that user does not exist, as in some
  /// user namespaces, the process stays root with only these capabilities.
  private func leaveRoot(keeping kept: CapabilitySet) throws(SystemError) {
    try Capabilities.drop(
      keeping: kept.union([.setUser, .setGroup, .setCapabilities]), bounding: [], forbidNewPrivileges: true)
    if let user {
      do throws(SystemError) {
        try Capabilities.become(user, keeping: kept)
      } catch {
        log(.info, "keeps user 0, without its other capabilities: \(error)")
      }
      // The kernel clears this signal with the old identity; a process that has lost its supervisor meanwhile finds its channel closed.
      try RealTime.setParentDeathSignal(SIGTERM)
      // Otherwise /proc/self belongs to root, and the process cannot open its own descriptors.
      RealTime.showToOwner()
    }
    try Capabilities.drop(keeping: kept, bounding: [])
  }

  /// Limits system calls, so that an attacker in this process cannot reach the others. Without kernel support the service runs anyway.
  private func filterCalls(sendsAnyPacket: Bool) {
    do throws(SystemError) {
      try RoleFilter.begin(sendsAnyPacket: sendsAnyPacket)
    } catch {
      log(.warning, "runs without a filter for system calls: \(error)")
    }
  }

  private func log(_ severity: Severity, _ text: String) {
    printError(LogLine(severity, text).rendered(.text, for: LogReader(of: STDERR_FILENO), role: role.rawValue))
  }

  private var user: UserIdentity? {
    guard geteuid() == 0, let numbers = value(of: "--user")?.split(separator: ":"), numbers.count == 2,
      let user = UInt32(numbers[0]), let group = UInt32(numbers[1])
    else { return nil }
    return UserIdentity(name: "\(user)", userID: user, groupID: group, groups: [group])
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
