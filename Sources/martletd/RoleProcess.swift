import ControlModel
import Engine
import Glibc
import LinuxSystem
import Prober
import Starter

/// A process of one of the roles, as the supervisor starts it.
struct RoleProcess {
  let role: ProcessRole
  let arguments: [String]

  func run() -> ControlModel.ExitCode {
    // Started by hand, the prober would take the control socket from the one that serves.
    guard hasSupervisor else {
      printError("martletd: \(role.rawValue) is a part of the service, which `martlet run` starts\n")
      return .usage
    }
    // Only supervisor and engine are to be spared; a check that eats memory is not.
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

  /// The engine changes addresses and opens raw sockets, and at its start becomes punctual; no program follows it.
  private func runEngine() throws(SystemError) -> ControlModel.ExitCode {
    try leaveRoot(keeping: [.networkAdministration, .rawNetwork, .scheduling, .lockMemory])
    filterCalls(sendsAnyPacket: true)
    return EngineMain.run(goesOn: arguments.contains("--goes-on"))
  }

  /// The prober changes nothing; its probes may ask the network by ICMP and ARP. What takes more rights the starter does for it.
  private func runProber() throws(SystemError) -> ControlModel.ExitCode {
    try leaveRoot(keeping: [.rawNetwork])
    filterCalls(sendsAnyPacket: false)
    return ProberMain.run(logFormat: value(of: "--log-format").flatMap(LogFormat.init(rawValue:)) ?? .text)
  }

  /// The starter runs scripts as whom the file says, root included, so the bounding set stays: a script of root's may be what changes
  /// something. It touches no network itself.
  private func runStarter() throws(SystemError) -> ControlModel.ExitCode {
    try Capabilities.drop(
      keeping: CapabilitySet.all.subtracting([.networkAdministration, .rawNetwork, .systemAdministration]),
      bounding: .all)
    return StarterMain.run()
  }

  /// Becomes the service's user if this process is root's, and keeps no right but these. Where that user cannot be become, as in a user
  /// namespace that does not have it, the process stays root without any other right.
  private func leaveRoot(keeping kept: CapabilitySet) throws(SystemError) {
    try Capabilities.drop(
      keeping: kept.union([.setUser, .setGroup, .setCapabilities]), bounding: [], forbidNewPrivileges: true)
    if let user {
      do throws(SystemError) {
        try Capabilities.become(user, keeping: kept)
      } catch {
        log(.info, "stays user 0 without its other rights: \(error)")
      }
      // The kernel forgets it with the old identity; who has lost its supervisor meanwhile finds its channel closed.
      try RealTime.setParentDeathSignal(SIGTERM)
      // Else what the kernel shows of this process under /proc/self is root's, and its own descriptors cannot be opened by it.
      RealTime.showToOwner()
    }
    try Capabilities.drop(keeping: kept, bounding: [])
  }

  /// Whoever takes this process over shall not reach the others. Where the kernel cannot do that, addresses are served all the same.
  private func filterCalls(sendsAnyPacket: Bool) {
    do throws(SystemError) {
      try RoleFilter.begin(sendsAnyPacket: sendsAnyPacket)
    } catch {
      log(.warning, "goes on without a filter for system calls: \(error)")
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
