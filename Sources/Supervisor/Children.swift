import ControlModel
import Glibc
import LinuxSystem

/// A process as the supervisor sees it, so that tests can put something else in its place.
protocol Child: AnyObject {
  /// Readable once the process has ended.
  var rawValue: Int32 { get }
  /// Its process number.
  var processID: Int32 { get }
  /// Sends a signal; nothing happens if it has ended.
  func send(signal number: Int32)
  /// How it ended; `nil` while it runs. Never waits.
  func ending() -> Ending?
}

/// Starts a process from a request.
typealias Launch = (SpawnRequest) throws(SystemError) -> any Child

extension ChildProcess: Child {
  func send(signal number: Int32) {
    // The one error that can come is that it has ended, which its pidfd tells as well.
    try? signal(number)
  }

  func ending() -> Ending? {
    do {
      return try reap().map { status in
        switch status {
        case .exited(let code): .exited(code)
        case .signaled(let signal): .killed(signal: signal)
        }
      }
    } catch {
      return .notStarted(error.description)
    }
  }
}

/// A descriptor shared by reference, closed with its last reference.
final class MemoryHandle {
  private let descriptor: FileDescriptor

  init(_ descriptor: consuming FileDescriptor) {
    self.descriptor = descriptor
  }

  var rawValue: Int32 { descriptor.rawValue }

  /// A zeroed segment that never changes its size, for others to map.
  static func sealed(name: String, size: Int) throws(SystemError) -> MemoryHandle {
    let file = try MemoryFile.create(name: name)
    try MemoryFile.resize(file.rawValue, to: size)
    try MemoryFile.seal(file.rawValue, [.shrink, .grow])
    return MemoryHandle(file)
  }

  /// A mapping to read from; `nil` while the segment is empty or still may shrink.
  func map() -> SharedMemory? {
    guard let second = try? descriptor.duplicate() else { return nil }
    return try? SharedMemory(mapping: second, writable: false)
  }
}

/// A child with its channel, and what must be unwatched when it goes.
final class RunningChild {
  let process: any Child
  /// The channel to it; `nil` for the loader, which says all by its exit code.
  let channel: Channel?
  /// Takes what it has said; `nil` once it has ended.
  var hear: (() -> Void)?
  var channelRegistration: Reactor.Registration?
  var endRegistration: Reactor.Registration?
  /// The prober's end of a new engine's channel to the prober, until the prober has it.
  var proberEnd: Channel?
  /// Whether it was killed for not reading what it is told: nothing more is said to it, nor of it.
  var isGivenUp = false
  /// What the kernel tells the prober of processes; ends with the prober, for which alone it is there.
  var processEvents: ProcessSubscription?

  init(process: any Child, channel: Channel?) {
    self.process = process
    self.channel = channel
  }
}

/// How each role is started.
struct ChildRequests {
  let options: SupervisorOptions
  /// Whom those become that need not be root; `nil` for who they are.
  private let user: UserIdentity?
  private let environment: [String]

  init(options: SupervisorOptions, user: UserIdentity?) {
    self.options = options
    self.user = user
    var environment = ProcessEnvironment.current
    // The service manager listens to one process only.
    for name in ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", InheritedDescriptor.readinessVariable] {
      environment[name] = nil
    }
    // Printing where it crashed would keep a dead engine from being replaced, and put its memory into the log.
    if environment["SWIFT_BACKTRACE"] == nil { environment["SWIFT_BACKTRACE"] = "enable=no" }
    self.environment = environment.entries
  }

  /// - Parameter allowsEmpty: At a reload, whether a file may leave nothing of what is served; `nil` at a start.
  func loader(bundle: Int32, commands: Int32, diagnostics: Int32, allowsEmpty: Bool?) -> SpawnRequest {
    var arguments = ["--log-format", options.logFormat.rawValue]
    if let id = options.configurationID { arguments += ["--config-id", id] }
    if let allowsEmpty { arguments += ["--reload", allowsEmpty ? "allow-empty" : "plain"] }
    if options.requiresIncludes { arguments += ["--includes", "required"] }
    if let mask = options.scriptMask { arguments += ["--script-mask", "\(mask)"] }
    var request = self.request(.loader, arguments + ["--", options.configurationPath], standardError: diagnostics)
    request.map(bundle, to: .bundle)
    request.map(commands, to: .commands)
    return request
  }

  /// - Parameter goesOn: whether the configuration is that of the engine before it.
  func engine(goesOn: Bool) -> SpawnRequest {
    var request = request(
      .engine, userArguments + (goesOn ? ["--goes-on"] : []), standardError: STDERR_FILENO)
    // A service manager may have put the service into the real-time class and forbidden to ask for it later.
    request.resetsScheduling = false
    return request
  }

  func prober() -> SpawnRequest {
    request(
      .prober, userArguments + ["--log-format", options.logFormat.rawValue], standardError: STDERR_FILENO)
  }

  func starter() -> SpawnRequest { request(.starter, [], standardError: STDERR_FILENO) }

  private var userArguments: [String] { user.map { ["--user", "\($0.userID):\($0.groupID)"] } ?? [] }

  private func request(_ role: ProcessRole, _ arguments: [String], standardError: Int32) -> SpawnRequest {
    var request = SpawnRequest(
      executable: Executable.ownPath, arguments: [ProgramName.current, role.rawValue] + arguments,
      environment: environment)
    request.parentDeathSignal = SIGTERM
    request.ignoredSignals = Signals.forSupervisorOnly
    request.map(standardError, to: STDERR_FILENO)
    return request
  }
}

extension SpawnRequest {
  mutating func map(_ source: Int32, to target: InheritedDescriptor) { map(source, to: target.rawValue) }
}
