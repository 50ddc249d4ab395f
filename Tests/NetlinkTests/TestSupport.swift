import Glibc
import LinuxSystem
import NetworkTypes
import Testing

/// Why a test that needs a network namespace of its own is skipped.
let namespaceReason: Comment = "needs the right to make network namespaces: run as root or by the Makefile's lab"

/// Whether this process may make network namespaces, tried once.
let mayMakeNamespaces: Bool = {
  (try? withFreshNamespace {}) != nil
}()

/// Runs `body` with the calling thread in a new, empty network namespace that is gone afterwards.
func withFreshNamespace<Result>(_ body: () throws -> Result) throws -> Result {
  try NetworkNamespace.withNamespace("/proc/thread-self/ns/net") {
    try NetworkNamespace.unshare()
    return try body()
  }
}

struct CommandFailure: Error {
  let line: String
}

/// Runs a program of the host to its end, in the calling thread's namespace.
func run(_ line: String) throws {
  let words = line.split(separator: " ").map(String.init)
  let candidates = ["/usr/sbin/", "/sbin/", "/usr/bin/", "/bin/"].map { $0 + (words.first ?? "") }
  let path = candidates.first { access($0, X_OK) == 0 } ?? line
  let child = try ChildProcess(
    SpawnRequest(executable: path, arguments: words, environment: ["PATH=/usr/sbin:/usr/bin"]))
  var waited = pollfd(fd: child.rawValue, events: Int16(POLLIN), revents: 0)
  if poll(&waited, 1, 10_000) <= 0 { try child.signal(SIGKILL) }
  _ = poll(&waited, 1, 1_000)
  guard try child.reap() == .exited(0) else { throw CommandFailure(line: line) }
}

/// Waits for a descriptor to be readable; whether it was within `milliseconds`.
func waitReadable(_ fd: Int32, milliseconds: Int32) -> Bool {
  var waited = pollfd(fd: fd, events: Int16(POLLIN), revents: 0)
  return poll(&waited, 1, milliseconds) > 0
}

/// What of this process is in memory, in bytes (proc(5), statm).
func residentBytes() throws -> Int {
  let file = try FileDescriptor.open(reading: "/proc/self/statm")
  var buffer = [UInt8](repeating: 0, count: 200)
  let count = read(file.rawValue, &buffer, buffer.count)
  let fields = buffer.prefix(max(0, count)).split(separator: UInt8(ascii: " "))
  return (fields.count > 1 ? Int(String(decoding: fields[1], as: UTF8.self)) ?? 0 : 0) * 4_096
}

/// The interface of that name in the calling thread's namespace.
func interface(_ name: String) throws -> InterfaceIndex {
  InterfaceIndex(rawValue: try #require(InterfaceNames.index(of: name)))
}

/// A prefix of a test, whose text is known to be right.
func prefix(_ text: String) throws -> IPPrefix {
  try #require(IPPrefix(text))
}

/// One end of a wire, both ends up.
func makeLink(_ name: String) throws {
  try run("ip link add \(name) type veth peer name far0")
  try run("ip link set far0 up")
  try run("ip link set \(name) up")
}
