import CLinux
import Glibc
import LinuxSystem
import NetworkTypes
import Testing

/// A file that cannot be executed while its lease is held: whoever opens it waits until then, at most 45 seconds.
private final class LeasedFile {
  let path: String
  private var descriptor: Int32

  /// `nil` where the file system knows no leases.
  init?(_ contents: [UInt8]) {
    signal(SIGIO, SIG_IGN)
    path = "/tmp/martlet-leased-\(getpid())"
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o755)
    write(file, contents, contents.count)
    close(file)
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    if fcntl(descriptor, Self.setLease, Int32(F_WRLCK)) != 0 { return nil }
  }

  func release() {
    close(descriptor)
    descriptor = -1
  }

  deinit {
    close(descriptor)
    unlink(path)
  }

  private static let setLease: Int32 = 1024
}

private let needsLeases = ConditionTrait.enabled(
  if: LeasedFile([]) != nil, "the file system of /tmp has no leases, which keep a file from being executed")

extension ChildProcessTests {
  @Test(
    "Nobody waits longer than wanted for a program to be executed, and what came of it is known later", needsLeases,
    arguments: [
      ("#!/bin/sh\nexit 5\n", ExitStatus.exited(5), Int32?.none), ("\u{7F}ELF and nothing more", .exited(127), ENOEXEC),
    ])
  func slowStart(contents: String, status: ExitStatus, reason: Int32?) throws {
    let file = try #require(LeasedFile(Array(contents.utf8)))
    var request = SpawnRequest(executable: file.path, arguments: ["x"])
    request.longestStart = 50
    let before = MonotonicClock.now()
    let child = try ChildProcess(request)
    #expect(MonotonicClock.now() - before < .seconds(30))
    #expect(child.wasSlowToStart && child.startFailure == nil)
    #expect(try child.peek() == nil)
    file.release()
    #expect(try waitForEnd(of: child) == status)
    #expect(child.startFailure == reason.map { SystemError(operation: "execute", errno: $0, object: file.path) })
    #expect(child.startFailure?.errno == reason, "it is said once and known from then on")
  }

  @Test("What waits for its program to be executed can be ended", needsLeases)
  func endsASlowStart() throws {
    let file = try #require(LeasedFile(Array("#!/bin/sh\n".utf8)))
    var request = SpawnRequest(executable: file.path, arguments: ["x"])
    request.longestStart = 0
    request.group = .own
    let child = try ChildProcess(request)
    try child.signal(SIGTERM)
    #expect(try waitForEnd(of: child) == .signaled(SIGTERM))
    #expect(child.startFailure == nil)
  }

  @Test(
    "A group can be ended from the moment on in which its leader is started",
    arguments: [SpawnRequest.Group.own, .session])
  func endsAtOnce(group: SpawnRequest.Group) throws {
    var survivors = 0
    for _ in 0..<200 {
      var request = SpawnRequest(executable: "/bin/sleep", arguments: ["sleep", "20"])
      request.longestStart = 0
      request.group = group
      let child = try ChildProcess(request)
      try? child.signal(SIGKILL, group: true)
      if clinux_wait_readable(child.rawValue, 1000) != 1 { survivors += 1 }
      #expect(try waitForEnd(of: child) == .signaled(SIGKILL))
      if survivors > 4 { break }
    }
    #expect(survivors == 0)
  }

  @Test(
    "A child with memory of its own is set up like any other, and its failures are known at once",
    arguments: [Int32?.none, 10_000])
  func ownMemory(wait: Int32?) throws {
    let before = openDescriptorCount()
    for _ in 0..<50 {
      let (text, status) = try shell("ls -l /proc/self/fd | grep -c pipe; echo x >&9; ulimit -n; pwd") {
        $0.longestStart = wait
        $0.map($0.descriptors[0].source, to: 9)
        $0.limits = [.openFiles(64)]
        $0.workingDirectory = "/usr"
      }
      // The output twice, and grep's input: the pipe that tells of a failure is gone.
      #expect(status == .exited(0) && text == "2\nx\n64\n/usr\n", "\(text)")
    }
    var request = SpawnRequest(executable: "/bin/true", arguments: ["true"])
    request.longestStart = wait
    request.workingDirectory = "/nonexistent"
    #expect(
      throws: SystemError(operation: "enter the working directory of", errno: ENOENT, object: "/bin/true")
    ) { try ChildProcess(request) }
    request.executable = "/nonexistent"
    request.workingDirectory = nil
    #expect(throws: SystemError(operation: "execute", errno: ENOENT, object: "/nonexistent")) {
      try ChildProcess(request)
    }
    #expect(openDescriptorCount() < before + 40)
  }
}
