import ControlModel
import Glibc
import LinuxSystem

/// The service in the network namespace that the command line or the configuration (`net_namespace`) names.
///
/// The whole service enters the namespace before anything else, so that locks, engine, scripts and clean-up are in one place. A reload
/// cannot change it.
struct Service {
  private let options: SupervisorOptions
  private let namespace: String?

  init(_ options: SupervisorOptions, namespace: String? = nil) {
    self.options = options
    self.namespace = namespace
  }

  /// Runs the service; returns the exit code.
  func run() -> Int32 {
    // SIGHUP would end the process until the service handles it; the configuration is yet to be read.
    try? Signals.ignore(SIGHUP)
    // Process 1 gets no signal that it does not handle; these are handled a little later.
    if getpid() == 1 { for signal in [SIGTERM, SIGINT] { try? Signals.keepWaiting(signal) } }
    guard let name = namespace ?? configuredNamespace() else { return becomeSupervisor() }
    let path = "/run/netns/" + name
    var code: Int32 = ControlModel.ExitCode.failure.rawValue
    do {
      // A service manager may have put the service into the namespace already, without the right to enter another.
      if try NetworkNamespace.identifier(path: path) == NetworkNamespace.current() {
        return becomeSupervisor()
      }
      try NetworkNamespace.withNamespace(path) { code = becomeSupervisor() }
    } catch {
      return refuse(name, error)
    }
    return code
  }

  /// Goes on as the supervisor, in the program that has no parser; the code to exit with if that fails.
  private func becomeSupervisor() -> Int32 {
    do {
      let path = try Executable.path(beside: ProgramFile.daemon)
      let entries = Array(options.entries.joined(separator: "\0").utf8)
      let file = try MemoryFile.create(name: "martlet-options", holding: entries)
      try file.inherit(as: InheritedDescriptor.options.rawValue)
      try FileDescriptor.open(reading: Executable.ownPath).inherit(as: InheritedDescriptor.loaderProgram.rawValue)
      let error = Executable.become(path)
      let advice = error.errno == ENOENT ? "; martlet and martletd are installed beside each other" : ""
      return refuse("not started: \(error)\(advice)", .failure)
    } catch {
      return refuse("not started: \(error)", .failure)
    }
  }

  private func refuse(_ name: String, _ error: any Error) -> Int32 {
    let reason = (error as? SystemError)?.errno
    let advice =
      switch reason {
      case ENOENT: "; make it first, as by `ip netns add \(name)`"
      case EPERM: "; under systemd, write NetworkNamespacePath=/run/netns/\(name) into the service instead"
      default: ""
      }
    return refuse(
      "not started in network namespace \(name): \(error)\(advice)",
      reason == EPERM ? .missingCapability : .missingInterface)
  }

  private func refuse(_ text: String, _ code: ControlModel.ExitCode) -> Int32 {
    let line = LogLine(.critical, text)
    printError(line.rendered(options.logFormat, for: LogReader(of: STDERR_FILENO), role: "supervisor"))
    return code.rawValue
  }

  /// Reads the namespace in a process of its own, since the file may harm its reader; `nil` for none, or for a file that cannot be read,
  /// which the service reports itself.
  private func configuredNamespace() -> String? {
    do {
      let answer = try MemoryFile.create(name: "martlet-namespace")
      var arguments = [ProgramName.current, ProcessRole.loader.rawValue, "--answer", "namespace"]
      if let id = options.configurationID { arguments += ["--config-id", id] }
      var request = SpawnRequest(
        executable: Executable.ownPath, arguments: arguments + ["--", options.configurationPath],
        environment: ProcessEnvironment.current.entries)
      request.parentDeathSignal = SIGKILL
      request.ignoredSignals = Signals.forSupervisorOnly
      request.map(answer.rawValue, to: InheritedDescriptor.bundle.rawValue)
      request.map(STDERR_FILENO, to: STDERR_FILENO)
      let child = try ChildProcess(request)
      var ended = pollfd(fd: child.rawValue, events: Int16(POLLIN), revents: 0)
      if poll(&ended, 1, Self.patienceMilliseconds) <= 0 { try child.signal(SIGKILL) }
      _ = poll(&ended, 1, Self.patienceMilliseconds)
      guard try child.reap()?.isSuccess == true else { return nil }
      let name = try MemoryFile.readAll(answer.rawValue, limit: 256)
      return name.isEmpty ? nil : String(decoding: name, as: UTF8.self)
    } catch {
      return nil
    }
  }

  /// Longest time to read the largest configuration, in milliseconds.
  private static let patienceMilliseconds: Int32 = 30_000
}
