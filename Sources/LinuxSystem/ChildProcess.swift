import CLinux
import Glibc
import PrintableText

/// Way in which a process ended.
public enum ExitStatus: Sendable, Hashable, CustomStringConvertible {
  /// The process exited with this status.
  case exited(Int32)
  /// This signal killed the process.
  case signaled(Int32)

  /// Whether it exited with status 0.
  public var isSuccess: Bool { self == .exited(0) }

  /// `exited with status 1` or `killed by signal 9`.
  public var description: String {
    switch self {
    case .exited(let status): "exited with status \(status)"
    case .signaled(let signal): "killed by signal \(signal)"
    }
  }
}

/// Process that this one started, held by a pidfd so that its number cannot come to mean another process.
public final class ChildProcess {
  /// Process ID of the child.
  public let processID: Int32
  /// Way in which the process ended; `nil` until ``reap()`` has returned it.
  public private(set) var status: ExitStatus?
  /// Gate of the child's sandbox; `nil` without a sandbox.
  public private(set) var sandboxGate: SandboxGate?
  private let pidfd: FileDescriptor
  private let leadsGroup: Bool
  private let startReport: StartReport?

  /// Starts a process. If it cannot be executed, the error names the step that failed, and no process is left behind.
  /// - Parameter note: memory into which the child writes its process ID before it does anything else, so that a process that
  ///   shares the memory knows of it even if this one is killed at that moment. It is 0 if this throws.
  public init(_ request: SpawnRequest, note: UnsafeMutablePointer<Int32>? = nil) throws(SystemError) {
    var process: Int32 = 0
    var spawned = clinux_spawned()
    var step: Int32 = 0
    let result = Self.withShimRequest(request) { shim in
      withUnsafeMutablePointer(to: &process) { clinux_spawn(shim, &spawned, note ?? $0, &step) }
    }
    if let note { process = note.pointee }
    guard result >= 0 else {
      throw Self.error(ofStep: step, -result, request.executable)
    }
    processID = process
    StartedProcesses.add(process)
    pidfd = FileDescriptor(owning: spawned.pidfd)
    sandboxGate = spawned.gate < 0 ? nil : SandboxGate(FileDescriptor(owning: spawned.gate), session: process)
    leadsGroup = request.group != .inherited
    startReport =
      spawned.report < 0
      ? nil : StartReport(descriptor: FileDescriptor(owning: spawned.report), executable: request.executable)
  }

  /// Hands over the gate of the child's sandbox, so that another process answers its questions.
  public func takeSandboxGate() -> SandboxGate? { sandboxGate.take() }

  deinit {
    if status == nil { StartedProcesses.remove(processID) }
  }

  /// Whether ``SpawnRequest/longestStart`` had passed before the program was executed.
  public var wasSlowToStart: Bool { startReport != nil }

  /// Reason for which a process that was slow to start, and has ended, never executed its program; `nil` if it did, or
  /// was killed before.
  public var startFailure: SystemError? {
    // Before the end of the process this read could take long.
    guard let startReport, (try? peek()).flatMap(\.self) != nil else { return nil }
    return startReport.failure
  }

  /// Descriptor of the process (pidfd); readable when the process has ended.
  public var rawValue: Int32 { pidfd.rawValue }

  /// Sends a signal to the process, or with `group` to all processes of the group that it leads.
  ///
  /// Throws ESRCH once the process has been reaped: from then on its number may mean another process.
  public func signal(_ number: Int32, group: Bool = false) throws(SystemError) {
    guard status == nil else { throw SystemError(operation: "signal process", errno: ESRCH, object: "\(processID)") }
    if group, leadsGroup {
      let result = clinux_kill(-processID, number)
      // A child that was just started may not have made its session yet; then it is alone, and there is no group.
      guard result == -ESRCH else {
        try checked(result, "signal process group", "\(processID)")
        return
      }
    }
    try checked(clinux_pidfd_signal(pidfd.rawValue, number), "signal process", "\(processID)")
  }

  /// Way in which the process ended, without reaping it, so that its group can still be signalled; `nil` while it runs.
  public func peek() throws(SystemError) -> ExitStatus? {
    if let status { return status }
    return try wait(keeping: true)
  }

  /// Way in which the process ended, and reaps it; `nil` while it runs. Never waits.
  public func reap() throws(SystemError) -> ExitStatus? {
    if let status { return status }
    status = try wait(keeping: false)
    if status != nil { StartedProcesses.remove(processID) }
    return status
  }

  private func wait(keeping: Bool) throws(SystemError) -> ExitStatus? {
    var code: Int32 = 0
    var value: Int32 = 0
    let result = clinux_pidfd_wait(pidfd.rawValue, keeping, &code, &value)
    guard try checked(result, "wait for process", "\(processID)") == 0 else { return nil }
    return clinux_code_is_exit(code) ? .exited(value) : .signaled(value)
  }

  /// Operation in an error about setting a process's user or group.
  public static let changeOfUser = "change the user or group for"

  fileprivate static func error(ofStep step: Int32, _ reason: Int32, _ executable: String) -> SystemError {
    // Of the steps with descriptors only the opening of /dev/null can fail for these reasons.
    let isNull = Int(step) == CLINUX_SPAWN_DESCRIPTORS && [ENOENT, ENOTDIR, EACCES, ENXIO].contains(reason)
    let operation = isNull ? "open /dev/null for" : operation(ofStep: step)
    return SystemError(operation: operation, errno: reason, object: executable)
  }

  private static func operation(ofStep step: Int32) -> String {
    switch Int(step) {
    case CLINUX_SPAWN_GROUP: "set the process group for"
    case CLINUX_SPAWN_SCHEDULING: "set the scheduling of"
    case CLINUX_SPAWN_LIMITS: "set the resource limits of"
    case CLINUX_SPAWN_CREDENTIALS: changeOfUser
    case CLINUX_SPAWN_DIRECTORY: "enter the working directory of"
    case CLINUX_SPAWN_PARENT: "follow the parent of"
    case CLINUX_SPAWN_DESCRIPTORS: "hand descriptors to"
    case CLINUX_SPAWN_EXECUTE: "execute"
    case CLINUX_SPAWN_SANDBOX: "put into its sandbox"
    default: "start a process for"
    }
  }

  private static func withShimRequest(
    _ request: SpawnRequest, _ body: (UnsafePointer<clinux_spawn_request>) -> Int32
  ) -> Int32 {
    let map = request.descriptors.sorted { $0.target < $1.target }
      .map { clinux_descriptor_map(source: $0.source, target: $0.target) }
    let targets = map.map(\.target)
    guard targets.first ?? 0 >= 0, zip(targets, targets.dropFirst()).allSatisfy({ $0 < $1 }) else { return -EINVAL }
    let limits = request.limits.map { clinux_resource_limit(resource: $0.resource, soft: $0.soft, hard: $0.hard) }
    let groups = request.supplementaryGroups ?? []
    var shim = clinux_spawn_request()
    shim.sets_groups = request.supplementaryGroups != nil
    shim.group_count = groups.count
    shim.sets_uid = request.userID != nil
    shim.uid = request.userID ?? 0
    shim.sets_gid = request.groupID != nil
    shim.gid = request.groupID ?? 0
    shim.sets_umask = request.fileCreationMask != nil
    shim.umask = request.fileCreationMask ?? 0
    shim.sets_nice = request.niceness != nil
    shim.nice = request.niceness ?? 0
    shim.resets_scheduling = request.resetsScheduling
    shim.ignored_signals = request.ignoredSignals.reduce(0) { (1...64).contains($1) ? $0 | 1 << UInt64($1 - 1) : $0 }
    shim.new_group = request.group == .own
    shim.new_session = request.group == .session
    shim.parent_death_signal = request.parentDeathSignal ?? 0
    shim.descriptor_count = map.count
    shim.limit_count = limits.count
    shim.longest_wait = request.longestStart ?? -1
    shim.sandbox = request.sandbox?.rawValue ?? -1
    shim.sandbox_has_network = request.sandbox?.hasNetwork ?? false
    let strings = CStrings([request.executable, request.workingDirectory ?? ""])
    let arguments = CStrings(request.arguments)
    let environment = CStrings(request.environment)
    return withExtendedLifetime((strings, arguments, environment, request.sandbox)) {
      shim.path = UnsafePointer(strings.pointers[0])
      shim.working_directory = request.workingDirectory == nil ? nil : UnsafePointer(strings.pointers[1])
      shim.argv = UnsafePointer(arguments.pointers.baseAddress)
      shim.envp = UnsafePointer(environment.pointers.baseAddress)
      return map.withUnsafeBufferPointer { map in
        limits.withUnsafeBufferPointer { limits in
          groups.withUnsafeBufferPointer { groups in
            shim.descriptors = map.baseAddress
            shim.limits = limits.baseAddress
            shim.groups = groups.baseAddress
            return withUnsafePointer(to: shim, body)
          }
        }
      }
    }
  }
}

/// Pipe on which a child reports why it cannot execute its program; it can be read once.
private final class StartReport {
  private let descriptor: FileDescriptor
  private let executable: String
  private(set) lazy var failure: SystemError? = {
    var step: Int32 = 0
    let result = clinux_spawn_outcome(descriptor.rawValue, &step)
    guard result < 0 else { return nil }
    return ChildProcess.error(ofStep: step, -result, executable)
  }()

  init(descriptor: consuming FileDescriptor, executable: String) {
    self.descriptor = descriptor
    self.executable = executable
  }
}

/// Null-terminated vector of C strings, for execve(2).
private final class CStrings {
  let pointers: UnsafeMutableBufferPointer<UnsafeMutablePointer<CChar>?>

  init(_ strings: [String]) {
    pointers = .allocate(capacity: strings.count + 1)
    pointers.initialize(repeating: nil)
    for (index, string) in strings.enumerated() { pointers[index] = Self.copy(string) }
  }

  /// Bytes of a text, which need not be UTF-8.
  private static func copy(_ string: String) -> UnsafeMutablePointer<CChar>? {
    let bytes = string.preservedBytes + [0]
    return bytes.withUnsafeBytes { $0.withMemoryRebound(to: CChar.self) { $0.baseAddress.flatMap(strdup) } }
  }

  deinit {
    for pointer in pointers { free(pointer) }
    pointers.deallocate()
  }
}
