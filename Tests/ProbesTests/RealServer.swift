import Glibc
import LabKit
import LinuxSystem
import NetworkTypes
import Testing

/// A folder of its own for a server, removed with all that is in it.
final class ServerFolder {
  let path: String

  init() throws {
    var template = Array("/tmp/martlet-probes-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw SystemError(operation: "make directory", errno: errno) }
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    chmod(path, 0o755)
  }

  deinit { _ = try? Command.run(["rm", "-rf", path]) }

  func file(_ name: String, _ text: String) throws -> String {
    try writeFile("\(path)/\(name)", text)
    return "\(path)/\(name)"
  }

  func path(_ name: String) -> String { "\(path)/\(name)" }
}

/// A server from Debian's packages, in a process group of its own that ends with this value.
final class RealServer {
  private let process: ChildProcess
  let log: String
  private var isStopped = false

  /// Starts a server.
  /// - Parameter user: whom it runs as when the tests run as root.
  init(_ arguments: [String], in folder: ServerFolder, user: String? = nil, log: String = "log") throws {
    let name = try #require(arguments.first)
    let program = name.hasPrefix("/") ? name : try #require(Command.find(name))
    self.log = folder.path(log)
    let output = try FileDescriptor.open(self.log, flags: O_WRONLY | O_CREAT | O_APPEND, mode: 0o666)
    var request = SpawnRequest(
      executable: program, arguments: arguments,
      environment: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=\(folder.path)", "LC_ALL=C.UTF-8"])
    request.group = .own
    request.parentDeathSignal = SIGKILL
    request.workingDirectory = folder.path
    request.map(output.rawValue, to: 1)
    request.map(output.rawValue, to: 2)
    if geteuid() == 0, let user, let identity = try UserDatabase.lookup(user) {
      request.userID = identity.userID
      request.groupID = identity.groupID
      request.supplementaryGroups = identity.groups
    }
    process = try ChildProcess(request)
  }

  deinit {
    kill()
  }

  /// It stands still with all its processes: the kernel still takes connections for it, and nobody answers.
  func hang() throws { try process.signal(SIGSTOP, group: true) }

  /// Signals its first process only.
  func signal(_ number: Int32) throws { try process.signal(number) }

  func goOn() throws { try process.signal(SIGCONT, group: true) }

  /// It dies with all its processes.
  func kill() {
    guard !isStopped else { return }
    isStopped = true
    try? process.signal(SIGKILL, group: true)
    while (try? process.reap()) == .some(nil) { usleep(1000) }
  }
}
