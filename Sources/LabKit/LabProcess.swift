import Glibc
import NetworkTypes
import Synchronization

/// A long-running process in a host, with all it says kept in a file of the lab.
public final class LabProcess: Sendable {
  /// Its process number, in the lab's own numbering.
  public let pid: pid_t
  /// Where its standard output and standard error go.
  public let logPath: String
  private let endState: Mutex<ProcessEnd?>

  /// Starts a process.
  ///
  /// - Parameter namespace: the network namespace it lives in.
  init(
    _ arguments: [String], namespace: String?, logPath: String, environment: [String: String] = [:]
  ) throws(LabError) {
    self.logPath = logPath
    endState = Mutex(nil)
    let log = open(logPath, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard log >= 0 else { throw LabError(call: "open", on: logPath) }
    defer { close(log) }
    let null = open("/dev/null", O_RDONLY | O_CLOEXEC)
    guard null >= 0 else { throw LabError(call: "open", on: "/dev/null") }
    defer { close(null) }
    pid = try Command.spawn(
      Command.inside(namespace, arguments), input: null, output: log, errors: log, environment: environment)
    // One thread waits for the end, so that the process is never left as a zombie and its end is known at once.
    try NamespaceThread(namespace: nil) { [self] _ in
      let end = Command.waitForEnd(of: pid)
      endState.withLock { $0 = end }
    }.detach()
  }

  /// How it ended; `nil` while it runs.
  public var end: ProcessEnd? { endState.withLock { $0 } }

  /// Whether it has not ended.
  public var isRunning: Bool { end == nil }

  /// Sends it a signal, unless it has ended.
  public func signal(_ number: Int32) {
    endState.withLock { if $0 == nil { kill(pid, number) } }
  }

  /// Sends SIGTERM and waits for the end, then SIGKILL at the bound; returns how it ended.
  @discardableResult
  public func terminate(within bound: Nanoseconds = .seconds(5)) async -> ProcessEnd? {
    signal(SIGTERM)
    if await eventually(within: bound, { self.end != nil }) { return end }
    signal(SIGKILL)
    await eventually(within: .seconds(5)) { self.end != nil }
    return end
  }

  /// All it has written so far.
  public var log: String { readFile(logPath) }

  /// The lines it has written so far.
  public var logLines: [String] { log.split(separator: "\n", omittingEmptySubsequences: true).map(String.init) }
}

/// The contents of a text file; empty when it cannot be read.
public func readFile(_ path: String) -> String {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return "" }
  defer { close(descriptor) }
  return readAll(descriptor)
}

/// Puts `contents` into the file at `path`, in place of what was there.
public func writeFile(_ path: String, _ contents: String, mode: mode_t = 0o644) throws(LabError) {
  let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
  guard descriptor >= 0 else { throw LabError(call: "open", on: path) }
  defer { close(descriptor) }
  var bytes = Array(contents.utf8)[...]
  while !bytes.isEmpty {
    let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    guard count > 0 else { throw LabError(call: "write", on: path) }
    bytes = bytes.dropFirst(count)
  }
}

/// The names in a folder, without `.` and `..`.
func listFolder(_ path: String) -> [String] {
  guard let folder = opendir(path) else { return [] }
  defer { closedir(folder) }
  var names: [String] = []
  while let entry = readdir(folder) {
    let name = withUnsafePointer(to: &entry.pointee.d_name) {
      $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
    }
    if name != ".", name != ".." { names.append(name) }
  }
  return names
}

/// Removes a folder with all that is in it.
func removeTree(_ path: String) {
  for name in listFolder(path) {
    let child = "\(path)/\(name)"
    if unlink(child) != 0 { removeTree(child) }
  }
  rmdir(path)
}
