import ControlModel
import Glibc
import LinuxSystem

/// Child process as the supervisor uses it. Tests have another implementation.
protocol Child: AnyObject {
  /// Descriptor that is readable once the process has ended.
  var rawValue: Int32 { get }
  var processID: Int32 { get }
  /// Sends a signal. Nothing happens if the process has ended.
  func send(signal number: Int32)
  /// Way in which the process ended; `nil` while it runs. Never waits.
  func ending() -> Ending?
}

/// Starts a process from a request.
typealias Launch = (SpawnRequest) throws(SystemError) -> any Child

extension ChildProcess: Child {
  func send(signal number: Int32) {
    // The only possible error is that the process has ended, which its pidfd reports as well.
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

/// Descriptor shared by reference, closed with its last reference.
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

  /// Mapping to read from; `nil` while the segment is empty or may still shrink.
  func map() -> SharedMemory? {
    guard let second = try? descriptor.duplicate() else { return nil }
    return try? SharedMemory(mapping: second, writable: false)
  }
}

/// Child with its channel, and the registrations to remove when it ends.
final class RunningChild {
  let process: any Child
  /// Channel to the child; `nil` for the loader, which reports by its exit code only.
  let channel: Channel?
  /// Handles the child's waiting messages; `nil` once it has ended.
  var receive: (() -> Void)?
  var channelRegistration: Reactor.Registration?
  var endRegistration: Reactor.Registration?
  /// Prober's end of a new engine's channel to the prober, until the prober has it.
  var proberEnd: Channel?
  /// Whether the child was killed because it did not read its messages. Nothing more is sent to it, or of it to others.
  var isGivenUp = false
  /// Subscription to process events for the prober; it ends with the prober.
  var processEvents: ProcessSubscription?

  init(process: any Child, channel: Channel?) {
    self.process = process
    self.channel = channel
  }
}

/// Requests to start each role.
struct ChildRequests {
  let options: SupervisorOptions
  /// User of the roles that need not be root; `nil` for the present user.
  private let user: UserIdentity?
  private let environment: [String]

  init(options: SupervisorOptions, user: UserIdentity?) {
    self.options = options
    self.user = user
    var environment = ProcessEnvironment.current
    // The service manager accepts messages of one process only.
    for name in ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", InheritedDescriptor.readinessVariable] {
      environment[name] = nil
    }
    // A backtrace of a crashed engine would delay its replacement and put its memory into the log.
    if environment["SWIFT_BACKTRACE"] == nil { environment["SWIFT_BACKTRACE"] = "enable=no" }
    self.environment = environment.entries
  }

  /// - Parameter allowsEmpty: at a reload, whether a configuration may leave none of the present routers; `nil` at a start.
  func loader(bundle: Int32, commands: Int32, diagnostics: Int32, allowsEmpty: Bool?) -> SpawnRequest {
    var arguments = ["--log-format", options.logFormat.rawValue]
    if let id = options.configurationID { arguments += ["--config-id", id] }
    if let allowsEmpty { arguments += ["--reload", allowsEmpty ? "allow-empty" : "plain"] }
    if options.requiresIncludes { arguments += ["--includes", "required"] }
    if let mask = options.scriptMask { arguments += ["--script-mask", "\(mask)"] }
    var request = self.request(.loader, arguments + ["--", options.configurationPath], standardError: diagnostics)
    request.executable = Executable.path(ofDescriptor: InheritedDescriptor.loaderProgram.rawValue)
    request.map(InheritedDescriptor.loaderProgram.rawValue, to: .loaderProgram)
    request.map(bundle, to: .bundle)
    request.map(commands, to: .commands)
    return request
  }

  /// - Parameter goesOn: whether the configuration is that of the previous engine.
  func engine(goesOn: Bool) -> SpawnRequest {
    var request = request(
      .engine, userArguments + (goesOn ? ["--goes-on"] : []), standardError: STDERR_FILENO)
    // A service manager may have put the service into the real-time class and forbidden it to ask for that later.
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
