import CLinux
import Glibc
import LinuxSystem
import Testing

/// Whether this process may start one as another user, tried once.
private let mayBecomeAnotherUser: Bool = {
  (try? shell("true") {
    $0.userID = 1_000; $0.groupID = 1_001; $0.supplementaryGroups = [1_001, 1_002]
  }) != nil
}()

@Suite(.serialized) struct ChildProcessTests {
  @Test func givesTheEnvironmentAndArgumentsAndNothingElse() throws {
    let pipe = try FileDescriptor.pipe()
    var request = SpawnRequest(executable: "/usr/bin/env", arguments: ["env"], environment: ["A=1", "B=two words"])
    request.map(pipe.writer.rawValue, to: 1)
    let child = try ChildProcess(request)
    let reader = try closingWriter(of: pipe)
    #expect(try readAll(from: reader) == "A=1\nB=two words\n")
    #expect(try waitForEnd(of: child) == .exited(0))
  }

  @Test func closesAllDescriptorsThatAreNotMapped() throws {
    // Left inheritable on purpose: only the spawn itself keeps them from the child.
    let leaked = (0..<5).map { _ in open("/dev/null", O_RDONLY) }
    defer { leaked.forEach { close($0) } }
    let extra = try FileDescriptor.pipe()
    let (text, status) = try shell("for f in /proc/self/fd/*; do echo ${f##*/}; done") { request in
      request.map(extra.reader.rawValue, to: 9)
    }
    #expect(status == .exited(0))
    // The shell itself may hold the directory it lists, at a number below ten.
    let numbers = Set(text.split(separator: "\n").compactMap { Int32($0) })
    #expect(numbers.isSuperset(of: [0, 1, 2, 9]))
    #expect(numbers.subtracting([0, 1, 2, 9]).count <= 1)
  }

  @Test func ignoresTheSignalsItIsToldToAndNoOthers() throws {
    try Signals.ignore(SIGPIPE)
    let (text, status) = try shell("grep SigIgn /proc/self/status") { $0.ignoredSignals = [SIGUSR1, 36, 64] }
    #expect(status == .exited(0))
    let ignored = text.split(separator: "\t").last.flatMap { UInt64($0.dropLast(), radix: 16) }
    #expect(ignored == 1 << UInt64(SIGUSR1 - 1) | 1 << 35 | 1 << 63)
  }

  @Test func swapsDescriptorsThatStandInEachOthersPlace() throws {
    let first = try FileDescriptor.pipe()
    let second = try FileDescriptor.pipe()
    var request = SpawnRequest(
      executable: "/bin/sh",
      arguments: [
        "sh", "-c", "echo first >/dev/fd/\(second.writer.rawValue); echo second >/dev/fd/\(first.writer.rawValue)",
      ])
    request.map(first.writer.rawValue, to: second.writer.rawValue)
    request.map(second.writer.rawValue, to: first.writer.rawValue)
    let child = try ChildProcess(request)
    #expect(try waitForEnd(of: child) == .exited(0))
    let firstReader = try closingWriter(of: first)
    let secondReader = try closingWriter(of: second)
    #expect(try readAll(from: firstReader) == "first\n")
    #expect(try readAll(from: secondReader) == "second\n")
  }

  @Test(arguments: [
    ("/nonexistent/program", ENOENT), ("/etc", EACCES), ("/etc/passwd", EACCES),
  ])
  func reportsWhatCannotBeExecuted(path: String, reason: Int32) throws {
    let before = openDescriptorCount()
    for _ in 0..<200 {
      #expect(throws: SystemError(operation: "execute", errno: reason, object: path)) {
        try ChildProcess(SpawnRequest(executable: path, arguments: ["x"]))
      }
    }
    #expect(openDescriptorCount() < before + 100)
    // Ended children that nobody waited for would show here.
    if let children = try? FileDescriptor.open(reading: "/proc/thread-self/children") {
      let count = try readAll(from: children).split(separator: " ").count
      #expect(count < 100)
    }
  }

  @Test func reportsWhichStepFailed() throws {
    var request = SpawnRequest(executable: "/bin/true", arguments: ["true"])
    request.workingDirectory = "/nonexistent"
    #expect(
      throws: SystemError(operation: "enter the working directory of", errno: ENOENT, object: "/bin/true")
    ) { try ChildProcess(request) }
    request.workingDirectory = nil
    request.map(0, to: 5)
    request.map(0, to: 5)
    #expect(throws: SystemError.self) { try ChildProcess(request) }
  }

  @Test(arguments: [("exit 3", ExitStatus.exited(3)), ("kill -KILL $$", .signaled(SIGKILL)), (":", .exited(0))])
  func tellsHowItEnded(line: String, expected: ExitStatus) throws {
    let (_, status) = try shell(line)
    #expect(status == expected)
  }

  @Test func peeksBeforeItReaps() throws {
    let child = try ChildProcess(SpawnRequest(executable: "/bin/true", arguments: ["true"]))
    #expect(clinux_wait_readable(child.rawValue, 5_000) == 1)
    #expect(try child.peek() == .exited(0))
    #expect(kill(child.processID, 0) == 0)
    #expect(try child.reap() == .exited(0))
    #expect(try child.reap() == .exited(0))
    #expect(throws: SystemError.self) { try child.signal(SIGTERM) }
  }

  @Test(arguments: [SpawnRequest.Group.own, .session])
  func signalsAllOfItsGroup(group: SpawnRequest.Group) throws {
    let pipe = try FileDescriptor.pipe()
    var request = SpawnRequest(
      executable: "/bin/sh", arguments: ["sh", "-c", "sleep 100 & echo ready; wait"],
      environment: ["PATH=/usr/bin:/bin"])
    request.group = group
    request.map(pipe.writer.rawValue, to: 1)
    let child = try ChildProcess(request)
    let reader = try closingWriter(of: pipe)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 16, alignment: 1)
    defer { buffer.deallocate() }
    #expect(try reader.read(into: buffer) == .bytes(6))
    #expect(getpgid(child.processID) == child.processID)
    try child.signal(SIGKILL, group: true)
    // The pipe ends only when the grandchild, which inherited it, is gone as well.
    #expect(try readAll(from: reader) == "")
    #expect(try waitForEnd(of: child) == .signaled(SIGKILL))
  }

  @Test func startsWithDefaultSignalsAndAnEmptyMask() throws {
    let old = signal(SIGHUP, SIG_IGN)
    defer { signal(SIGHUP, old) }
    let receiver = try SignalReceiver([SIGUSR1])
    let (text, _) = try shell("cat /proc/self/status")
    let sets = text.split(separator: "\n").filter { line in
      ["SigBlk", "SigIgn", "SigCgt"].contains { line.hasPrefix($0) }
    }
    #expect(sets.count == 3)
    #expect(sets.allSatisfy { $0.hasSuffix("0000000000000000") }, "\(sets)")
    _ = receiver
  }

  @Test func setsLimitsMaskDirectoryAndNiceness() throws {
    let (text, status) = try shell("ulimit -n; ulimit -c; umask; pwd; nice") { request in
      request.limits = [.openFiles(123), .coreSize(0)]
      request.fileCreationMask = 0o027
      request.workingDirectory = "/usr"
      request.niceness = 5
    }
    #expect(status == .exited(0))
    #expect(text.split(separator: "\n") == ["123", "0", "0027", "/usr", "5"])
  }

  @Test(.enabled(if: mayBecomeAnotherUser, "needs root, and a user namespace with more than one user"))
  func becomesAnotherUser() throws {
    let (text, status) = try shell("id -u; id -g; id -G; grep CapEff /proc/self/status") { request in
      request.userID = 1_000
      request.groupID = 1_001
      request.supplementaryGroups = [1_001, 1_002]
    }
    #expect(status == .exited(0))
    #expect(text.split(separator: "\n").map(String.init) == ["1000", "1001", "1001 1002", "CapEff:\t0000000000000000"])
  }

  @Test func diesWithItsParent() throws {
    let pipe = try FileDescriptor.pipe()
    // The thread that starts it is its parent in this respect, so one that ends does for a process that dies.
    let box = SpawnBox(writer: pipe.writer.rawValue)
    var thread = pthread_t()
    let created = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        let box = Unmanaged<SpawnBox>.fromOpaque(argument).takeUnretainedValue()
        var request = SpawnRequest(executable: "/bin/sleep", arguments: ["sleep", "100"])
        request.parentDeathSignal = SIGTERM
        request.map(box.writer, to: 1)
        box.child = try? ChildProcess(request)
        return nil
      }, Unmanaged.passUnretained(box).toOpaque())
    try #require(created == 0)
    pthread_join(thread, nil)
    let child = try #require(box.child)
    #expect(try waitForEnd(of: child) == .signaled(SIGTERM))
  }

  @Test func leavesNothingOpenBehind() throws {
    let before = openDescriptorCount()
    for _ in 0..<300 {
      let child = try ChildProcess(SpawnRequest(executable: "/bin/true", arguments: ["true"]))
      #expect(try waitForEnd(of: child) == .exited(0))
    }
    #expect(openDescriptorCount() < before + 100)
  }
}

private final class SpawnBox {
  let writer: Int32
  var child: ChildProcess?

  init(writer: Int32) {
    self.writer = writer
  }
}
