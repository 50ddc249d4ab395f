import Glibc
import NetworkTypes
import Synchronization

/// How a process ended.
public enum ProcessEnd: Sendable, Hashable, CustomStringConvertible {
  /// By itself, with this code.
  case exit(Int32)
  /// By this signal.
  case signal(Int32)

  init(status: Int32) {
    let signal = status & 0x7F
    self = signal == 0 ? .exit(status >> 8 & 0xFF) : .signal(signal)
  }

  /// `exit 1` or `signal 9`.
  public var description: String {
    switch self {
    case .exit(let code): "exit \(code)"
    case .signal(let number): "signal \(number)"
    }
  }
}

/// What a command that ran to its end left behind.
public struct CommandResult: Sendable {
  /// How it ended.
  public let end: ProcessEnd
  /// All of its standard output.
  public let output: String
  /// All of its standard error.
  public let errors: String
  /// The processor time that it took, the kernel's for it included.
  public let processorTime: Nanoseconds
  /// The most memory that it had at a time, in bytes; no less than this process had when it was started, which the kernel counts in.
  public let peakMemory: Int
  /// The first line it wrote, to standard output if it wrote any there.
  var firstLine: String? { (output + errors).split(separator: "\n").first.map(String.init) }
  /// Whether it ended with exit code 0.
  public var succeeded: Bool { end == .exit(0) }
}

/// Commands that run to their end.
public enum Command {
  /// Runs a program found on `PATH`; blocks until it ends, at most `limit` seconds, after which it is killed.
  ///
  /// - Parameters:
  ///   - namespace: the network namespace to run it in; the present one when `nil`.
  ///   - input: what it reads from standard input.
  public static func run(
    _ arguments: [String], namespace: String? = nil, input: String = "", limit: Int = 20
  ) throws(LabError) -> CommandResult {
    let inputFile = try NamelessFile(name: "input", contents: input)
    let output = try NamelessFile(name: "output")
    let errors = try NamelessFile(name: "errors")
    let bounded = ["timeout", "--signal=KILL", "\(limit)"] + inside(namespace, arguments)
    let pid = try spawn(
      bounded, input: inputFile.descriptor, output: output.descriptor, errors: errors.descriptor)
    var usage = rusage()
    let end = waitForEnd(of: pid, &usage)
    let time = [usage.ru_utime, usage.ru_stime].reduce(Nanoseconds.zero) {
      $0 + Nanoseconds(rawValue: Int64($1.tv_sec) * 1_000_000_000 + Int64($1.tv_usec) * 1000)
    }
    return CommandResult(
      end: end, output: output.text(), errors: errors.text(), processorTime: time,
      peakMemory: usage.ru_maxrss * 1024)
  }

  /// Runs a command that must succeed, and returns its output.
  @discardableResult
  public static func check(
    _ arguments: [String], namespace: String? = nil, input: String = "", limit: Int = 20
  ) throws(LabError) -> String {
    let result = try run(arguments, namespace: namespace, input: input, limit: limit)
    guard result.succeeded else {
      throw LabError("\(arguments.joined(separator: " ")): \(result.end): \(result.errors)\(result.output)")
    }
    return result.output
  }

  /// Several `ip` commands in one process, which is what makes a lab quick to set up.
  static func ip(_ lines: [String], namespace: String? = nil) throws(LabError) {
    let batch = lines.joined(separator: "\n") + "\n"
    try check(["ip"] + (namespace.map { ["-n", $0] } ?? []) + ["-batch", "-"], input: batch)
  }

  /// Where `program` is on `PATH`, if it is; the folders of system programs are searched in any case.
  public static func find(_ program: String) -> String? {
    let path = getenv("PATH").map { String(cString: $0) } ?? ""
    let folders = path.split(separator: ":").map(String.init) + ["/usr/sbin", "/sbin", "/usr/bin", "/bin"]
    return folders.map { "\($0)/\(program)" }.first { access($0, X_OK) == 0 }
  }

  /// The command line that runs `arguments` in a namespace; the process number stays the same.
  static func inside(_ namespace: String?, _ arguments: [String]) -> [String] {
    guard let namespace else { return arguments }
    return ["nsenter", "--net=/run/netns/\(namespace)", "--"] + arguments
  }

  /// Starts a process in a process group of its own with the given descriptors as its first three.
  ///
  /// All descriptors of the lab are closed on exec, so it gets no others of them.
  static func spawn(
    _ arguments: [String], input: Int32, output: Int32, errors: Int32, environment: [String: String] = [:]
  ) throws(LabError) -> pid_t {
    guard let name = arguments.first, let program = find(name) ?? (name.contains("/") ? name : nil) else {
      throw LabError("\(arguments.first ?? "an empty command"): not found")
    }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (number, descriptor) in [input, output, errors].enumerated() {
      posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(number))
    }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var allSignals = sigset_t()
    sigfillset(&allSignals)
    var noSignals = sigset_t()
    sigemptyset(&noSignals)
    posix_spawnattr_setsigdefault(&attributes, &allSignals)
    posix_spawnattr_setsigmask(&attributes, &noSignals)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETPGROUP) | Int16(POSIX_SPAWN_SETSIGDEF) | Int16(POSIX_SPAWN_SETSIGMASK))
    var pid = pid_t()
    let variables = Self.environment(adding: environment)
    let failure = withCStrings(arguments) { argv in
      withCStrings(variables) { envp in posix_spawn(&pid, program, &actions, &attributes, argv, envp) }
    }
    guard failure == 0 else { throw LabError("\(program): \(String(cString: strerror(failure)))") }
    return pid
  }

  static func waitForEnd(of pid: pid_t) -> ProcessEnd {
    var usage = rusage()
    return waitForEnd(of: pid, &usage)
  }

  /// The same, with what the process and those that it waited for have used.
  private static func waitForEnd(of pid: pid_t, _ usage: inout rusage) -> ProcessEnd {
    var status: Int32 = 0
    while wait4(pid, &status, 0, &usage) < 0 {
      guard errno == EINTR else { return .exit(-1) }
    }
    return ProcessEnd(status: status)
  }

  private static func environment(adding extra: [String: String]) -> [String] {
    var variables: [String] = []
    var entry = environ
    while let pointer = entry.pointee {
      let text = String(cString: pointer)
      let name = text.prefix { $0 != "=" }
      if extra[String(name)] == nil { variables.append(text) }
      entry = entry.advanced(by: 1)
    }
    return variables + extra.map { "\($0.key)=\($0.value)" }
  }
}

/// Calls `body` with a null-terminated array of C strings.
func withCStrings<Value>(
  _ strings: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Value
) -> Value {
  let copies = strings.map { strdup($0) }
  defer { copies.forEach { free($0) } }
  let array = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: copies.count + 1)
  defer { array.deallocate() }
  for (index, copy) in copies.enumerated() { (array + index).initialize(to: copy) }
  (array + copies.count).initialize(to: nil)
  return body(array)
}

/// A file without a name, for what a command reads and writes: no pipe that could fill up, nothing left behind.
struct NamelessFile: ~Copyable {
  let descriptor: Int32
  private static let count = Atomic<Int>(0)

  init(name: String, contents: String = "") throws(LabError) {
    let path = "/tmp/martlet-lab-\(getpid())-\(Self.count.wrappingAdd(1, ordering: .relaxed).newValue)"
    descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw LabError(call: "open", on: path) }
    unlink(path)
    guard !contents.isEmpty else { return }
    var bytes = Array(contents.utf8)
    while !bytes.isEmpty {
      let count = write(descriptor, bytes, bytes.count)
      guard count > 0 else { throw LabError(call: "write", on: name) }
      bytes.removeFirst(count)
    }
    lseek(descriptor, 0, SEEK_SET)
  }

  deinit {
    close(descriptor)
  }

  func text() -> String {
    lseek(descriptor, 0, SEEK_SET)
    return readAll(descriptor)
  }
}

/// Everything from the descriptor's position to its end, as text.
func readAll(_ descriptor: Int32) -> String {
  var contents: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 65536)
  while true {
    let count = read(descriptor, &buffer, buffer.count)
    guard count > 0 else { return String(decoding: contents, as: UTF8.self) }
    contents += buffer[..<count]
  }
}
