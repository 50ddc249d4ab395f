import CLinux
import Glibc
import LinuxSystem
import NetworkTypes
import Testing

/// Swift Testing has a type of that name too.
typealias ExitStatus = LinuxSystem.ExitStatus

/// Why a test that needs a network namespace of its own is skipped.
let namespaceReason: Comment = "needs the right to make network namespaces: run as root or by the Makefile's lab"

/// Whether this process may make network namespaces, tried once.
let mayMakeNamespaces: Bool = {
  (try? withFreshNamespace {}) != nil
}()

/// Runs `body` with the calling thread in a new, empty network namespace that is gone afterwards.
func withFreshNamespace<Result>(_ body: () throws -> Result) throws -> Result {
  let home = try FileDescriptor.open(reading: "/proc/thread-self/ns/net")
  try NetworkNamespace.unshare()
  defer { _ = clinux_set_namespace_network(home.rawValue) }
  return try body()
}

struct CommandFailure: Error {
  let line: String
  let status: ExitStatus?
}

/// Runs a program of the host to its end, in the calling thread's namespace.
func run(_ line: String) throws {
  let words = line.split(separator: " ").map(String.init)
  let candidates = ["/usr/sbin/", "/sbin/", "/usr/bin/", "/bin/"].map { $0 + (words.first ?? "") }
  let path = candidates.first { access($0, X_OK) == 0 } ?? line
  let child = try ChildProcess(
    SpawnRequest(executable: path, arguments: words, environment: ["PATH=/usr/sbin:/usr/bin"]))
  let status = try waitForEnd(of: child)
  guard status == .exited(0) else { throw CommandFailure(line: line, status: status) }
}

/// Waits for a child's end, at most ten seconds, after which it is killed.
func waitForEnd(of child: ChildProcess, seconds: Int32 = 10) throws -> ExitStatus? {
  if clinux_wait_readable(child.rawValue, seconds * 1_000) <= 0 { try? child.signal(SIGKILL) }
  _ = clinux_wait_readable(child.rawValue, 1_000)
  return try child.reap()
}

/// Runs a shell line with its output in a pipe; what it printed and how it ended.
func shell(_ line: String, _ adjust: (inout SpawnRequest) -> Void = { _ in }) throws -> (String, ExitStatus?) {
  let pipe = try FileDescriptor.pipe()
  var request = SpawnRequest(
    executable: "/bin/sh", arguments: ["sh", "-c", line], environment: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"])
  request.map(pipe.writer.rawValue, to: 1)
  adjust(&request)
  let child = try ChildProcess(request)
  let reader = try closingWriter(of: pipe)
  let text = try readAll(from: reader)
  return (text, try waitForEnd(of: child))
}

/// The reading end of a pipe whose writing end is closed here.
func closingWriter(of pipe: consuming Pipe) throws -> FileDescriptor {
  pipe.reader
}

/// Everything up to the end, waiting at most ten seconds for each part.
func readAll(from reader: borrowing FileDescriptor) throws -> String {
  var bytes: [UInt8] = []
  let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 4_096, alignment: 1)
  defer { buffer.deallocate() }
  while clinux_wait_readable(reader.rawValue, 10_000) != 0 {
    guard case .bytes(let count) = try reader.read(into: buffer) else { break }
    bytes += buffer[..<count]
  }
  return String(decoding: bytes, as: UTF8.self)
}

/// A directory of its own for one test, removed with all in it when `body` returns.
func withTemporaryDirectory<Result>(_ body: (String) throws -> Result) throws -> Result {
  var template = Array("/tmp/martlet-test-XXXXXX".utf8CString)
  let made = template.withUnsafeMutableBufferPointer { $0.baseAddress.flatMap { mkdtemp($0) } }
  let path = try #require(made.map { String(cString: $0) })
  defer { try? run("rm -rf \(path)") }
  return try body(path)
}

/// Tries again until `condition` holds, at most `milliseconds`; whether it held.
func eventually(milliseconds: Int64 = 30_000, _ condition: () throws -> Bool) rethrows -> Bool {
  let end = MonotonicClock.now() + .milliseconds(milliseconds)
  repeat {
    if try condition() { return true }
    usleep(2_000)
  } while MonotonicClock.now() < end
  return false
}

/// How many descriptors this process has open; other tests open and close some meanwhile.
func openDescriptorCount() -> Int {
  (0..<1_024).filter { fcntl($0, F_GETFD) >= 0 }.count
}

/// What of this process is in memory, in bytes (proc(5), statm).
func residentBytes() throws -> Int {
  let text = try readAll(from: try FileDescriptor.open(reading: "/proc/self/statm"))
  let fields = text.split(separator: " ")
  return (fields.count > 1 ? Int(fields[1]) ?? 0 : 0) * 4_096
}
