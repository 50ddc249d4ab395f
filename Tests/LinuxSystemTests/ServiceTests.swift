import CLinux
import Glibc
import LinuxSystem
import NetworkTypes
import Testing

@Suite(.serialized) struct ServiceNotificationTests {
  @Test(arguments: [false, true])
  func tellsTheServiceManager(abstract: Bool) throws {
    try withTemporaryDirectory { directory in
      let path = abstract ? "@martlet-test-\(getpid())" : directory + "/notify"
      let manager = try UnixDatagramSocket(path)
      let service = ServiceNotification(environment: ProcessEnvironment(["NOTIFY_SOCKET=\(path)"]))
      #expect(service.isListening)
      try service.ready(status: "two\nlines")
      try service.reloading(at: MonotonicInstant(nanoseconds: 5_000_999))
      try service.stopping()
      try service.watchdog()
      try service.status("fine")
      let expected = [
        "READY=1\nSTATUS=two lines", "RELOADING=1\nMONOTONIC_USEC=5000", "STOPPING=1", "WATCHDOG=1", "STATUS=fine",
      ]
      for text in expected { #expect(manager.next() == text) }
    }
  }

  @Test func doesNothingWithoutAManagerAndReportsOneThatIsGone() throws {
    try ServiceNotification(environment: ProcessEnvironment([])).ready()
    let gone = ServiceNotification(environment: ProcessEnvironment(["NOTIFY_SOCKET=/nonexistent/notify"]))
    #expect(throws: SystemError.self) { try gone.ready() }
  }

  @Test(arguments: [
    (["WATCHDOG_USEC=3000000"], Nanoseconds.seconds(3)), (["WATCHDOG_USEC=3000000", "WATCHDOG_PID=42"], .seconds(3)),
    (["WATCHDOG_USEC=3000000", "WATCHDOG_PID=43"], nil), (["WATCHDOG_USEC=x"], nil), (["WATCHDOG_USEC=-1"], nil),
    ([], nil),
  ])
  func readsTheWatchdogInterval(entries: [String], expected: Nanoseconds?) {
    let service = ServiceNotification(environment: ProcessEnvironment(entries), process: 42)
    #expect(service.watchdogInterval == expected)
  }

  @Test func readsAndChangesAnEnvironment() {
    var environment = ProcessEnvironment(["A=1", "AB=2", "C=x=y", "broken"])
    #expect(environment["A"] == "1")
    #expect(environment["C"] == "x=y")
    #expect(environment["D"] == nil)
    environment["A"] = nil
    environment["C"] = "3"
    #expect(environment.entries == ["AB=2", "broken", "C=3"])
    #expect(ProcessEnvironment.current.entries.contains { $0.hasPrefix("PATH=") })
  }

  @Test func findsItself() throws {
    #expect(try Executable.resolvedPath().hasPrefix("/"))
    #expect(access(Executable.ownPath, X_OK) == 0)
  }
}

private final class UnixDatagramSocket {
  let descriptor: FileDescriptor

  init(_ path: String) throws {
    descriptor = FileDescriptor(owning: socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0))
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { room in
      room.copyBytes(from: path.utf8)
      if path.hasPrefix("@") { room[0] = 0 }
    }
    let length = socklen_t(2 + path.utf8.count + (path.hasPrefix("@") ? 0 : 1))
    let fd = descriptor.rawValue
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(fd, $0, length) }
    }
    try #require(bound == 0)
  }

  func next() -> String? {
    guard clinux_wait_readable(descriptor.rawValue, 2_000) > 0 else { return nil }
    var buffer = [UInt8](repeating: 0, count: 1_000)
    let count = recv(descriptor.rawValue, &buffer, buffer.count, 0)
    return count >= 0 ? String(decoding: buffer.prefix(count), as: UTF8.self) : nil
  }
}

@Suite(.serialized) struct AddressLockTests {
  @Test func twoSupervisorsConflictAndOneDoesNotWithItself() throws {
    try withTemporaryDirectory { directory in
      let ours = try AddressLocks(path: directory + "/locks")
      let theirs = try AddressLocks(path: directory + "/locks")
      #expect(try ours.acquire([1, 2, 3]) == .acquired)
      #expect(try ours.acquire([1, 2, 3]) == .acquired)
      #expect(try theirs.acquire([1, 2, 3]) == .held)
      #expect(try theirs.acquire([1, 2, 4]) == .acquired)
      try ours.release([1, 2, 3])
      #expect(try theirs.acquire([1, 2, 3]) == .acquired)
      #expect(try ours.acquire([1, 2, 4]) == .held)
    }
  }

  @Test("Locks of neighbours are one to the kernel, which looks through all of a file for each new one")
  func neighboursTouch() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/locks"
      let locks = try AddressLocks(path: path)
      for last in UInt8.min...UInt8.max { #expect(try locks.acquire([10, 0, 0, last]) == .acquired) }
      var status = stat()
      try #require(stat(path, &status) == 0)
      let file = try FileDescriptor.open(reading: "/proc/locks")
      var bytes: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 65_536)
      while case let count = read(file.rawValue, &buffer, buffer.count), count > 0 { bytes += buffer.prefix(count) }
      let listed = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
      #expect(listed.count { $0.contains(":\(status.st_ino) ") } == 1)
      try locks.release([10, 0, 0, 7])
      let other = try AddressLocks(path: path)
      #expect(try other.acquire([10, 0, 0, 7]) == .acquired)
      #expect(try other.acquire([10, 0, 0, 8]) == .held)
      #expect(try other.acquire([10, 0, 1, 8]) == .acquired)
    }
  }

  @Test func aChildThatInheritsTheFileKeepsTheLocks() throws {
    try withTemporaryDirectory { directory in
      var request = SpawnRequest(executable: "/bin/sleep", arguments: ["sleep", "100"])
      let child: ChildProcess
      do {
        let ours = try AddressLocks(path: directory + "/locks")
        #expect(try ours.acquire([9]) == .acquired)
        request.map(ours.rawValue, to: 7)
        child = try ChildProcess(request)
      }
      let theirs = try AddressLocks(path: directory + "/locks")
      #expect(try theirs.acquire([9]) == .held)
      try child.signal(SIGKILL)
      #expect(try waitForEnd(of: child) == .signaled(SIGKILL))
      #expect(try eventually { try theirs.acquire([9]) == .acquired })
    }
  }

  @Test func refusesASymbolicLink() throws {
    try withTemporaryDirectory { directory in
      #expect(symlink("/etc/passwd", directory + "/locks") == 0)
      #expect(throws: SystemError(operation: "open lock file", errno: ELOOP, object: directory + "/locks")) {
        try AddressLocks(path: directory + "/locks")
      }
    }
  }
}

@Suite(.serialized) struct RuntimeDirectoryTests {
  @Test func createsReplacesAndRemoves() throws {
    try withTemporaryDirectory { parent in
      let directory = try RuntimeDirectory(parent + "/martlet")
      _ = try RuntimeDirectory(parent + "/martlet")
      var status = stat()
      #expect(stat(directory.path, &status) == 0)
      #expect(status.st_mode & 0o777 == 0o700)
      try directory.replace("state", with: Array("one".utf8))
      try directory.replace("state", with: Array("two".utf8))
      let file = try FileDescriptor.open(reading: directory.path(of: "state"))
      #expect(try readAll(from: file) == "two")
      #expect(stat(directory.path(of: "state"), &status) == 0)
      #expect(status.st_mode & 0o777 == 0o600)
      try directory.remove("state")
      try directory.remove("state")
      #expect(access(directory.path(of: "state"), F_OK) != 0)
    }
  }

  @Test func refusesALinkAFileAndOneThatOthersMayWrite() throws {
    try withTemporaryDirectory { parent in
      #expect(symlink("/tmp", parent + "/link") == 0)
      #expect(throws: SystemError.self) { try RuntimeDirectory(parent + "/link") }
      #expect(mkdir(parent + "/open", 0o700) == 0)
      chmod(parent + "/open", 0o777)
      #expect(throws: SystemError.self) { try RuntimeDirectory(parent + "/open") }
      #expect(throws: SystemError.self) { try RuntimeDirectory(parent + "/missing/deep") }
    }
  }
}

/// Root in a directory of a user with fewer rights, who may have put anything there.
@Suite(.serialized, .enabled(if: mayChangeOwners, "only root gives files away")) struct ForeignDirectoryTests {
  private static let owner: UInt32 = 64_099

  /// A directory of that user, and a file outside it that is nobody else's business.
  private func withForeignDirectory(_ body: (RuntimeDirectory, _ path: String, _ victim: String) throws -> Void) throws
  {
    try withTemporaryDirectory { parent in
      let path = parent + "/foreign"
      #expect(mkdir(path, 0o700) == 0)
      #expect(chown(path, Self.owner, Self.owner) == 0)
      let victim = parent + "/victim"
      try run("cp /etc/hostname \(victim)")
      try body(RuntimeDirectory(path), path, victim)
    }
  }

  private func inspect(_ path: String) throws -> stat {
    var status = stat()
    try #require(lstat(path, &status) == 0)
    return status
  }

  @Test func whatRootMakesThereIsTheOwners() throws {
    try withForeignDirectory { directory, path, _ in
      #expect(try directory.locks("new.lock").acquire([1]) == .acquired)
      try directory.replace("state", with: [1])
      for name in ["new.lock", "state"] {
        let status = try inspect(path + "/" + name)
        #expect(status.st_uid == Self.owner && status.st_gid == Self.owner, "\(name)")
        #expect(status.st_mode & 0o777 == 0o600)
      }
    }
  }

  @Test func aLockThatRootLeftEarlierIsGivenAwayToo() throws {
    try withForeignDirectory { directory, path, _ in
      try run("touch \(path)/old.lock")
      _ = try directory.locks("old.lock")
      #expect(try inspect(path + "/old.lock").st_uid == Self.owner)
    }
  }

  @Test func aFileWithSomethingInItStaysRoots() throws {
    try withForeignDirectory { directory, path, _ in
      try run("cp /etc/hostname \(path)/full.lock")
      _ = try directory.locks("full.lock")
      #expect(try inspect(path + "/full.lock").st_uid == 0)
      #expect(try inspect(path + "/full.lock").st_size > 0)
    }
  }

  @Test(arguments: ["ln -s", "ln"])
  func aLinkLeadsRootNowhere(command: String) throws {
    try withForeignDirectory { directory, path, victim in
      let before = try inspect(victim)
      try run("\(command) \(victim) \(path)/trap.lock")
      try run("\(command) \(victim) \(path)/.state.new")
      #expect(throws: SystemError.self) { try directory.locks("trap.lock") }
      try directory.replace("state", with: [1])
      let after = try inspect(victim)
      #expect(after.st_uid == 0 && after.st_size == before.st_size && after.st_ino == before.st_ino)
      #expect(after.st_mode == before.st_mode)
      #expect(try inspect(path + "/state").st_ino != after.st_ino)
    }
  }

  @Test func aPipeInPlaceOfALockHoldsNobodyUp() throws {
    try withForeignDirectory { directory, path, _ in
      #expect(mkfifo(path + "/pipe.lock", 0o600) == 0)
      #expect(chown(path + "/pipe.lock", Self.owner, Self.owner) == 0)
      #expect(throws: SystemError(operation: "trust lock file", errno: EPERM, object: path + "/pipe.lock")) {
        try directory.locks("pipe.lock")
      }
    }
  }

  @Test func rootTakesADirectoryOverAndMakesFilesOfItsOwn() throws {
    try withForeignDirectory { directory, path, _ in
      _ = try directory.locks("old.lock")
      #expect(directory.isOthers)
      #expect(directory.takeOver() && !directory.isOthers)
      _ = try directory.locks("new.lock")
      #expect(try inspect(path).st_uid == 0 && inspect(path).st_gid == 0 && inspect(path).st_mode & 0o777 == 0o700)
      #expect(try inspect(path + "/old.lock").st_uid == Self.owner)
      #expect(try inspect(path + "/new.lock").st_uid == 0)
      #expect(directory.takeOver())
    }
  }
}

/// Whether this process is root where there are other users; an ordinary user's namespace has none.
private let mayChangeOwners: Bool = {
  guard geteuid() == 0 else { return false }
  return (try? withTemporaryDirectory { chown($0, 64_099, 64_099) == 0 }) == true
}()

@Suite struct LogFileTests {
  @Test func appendsAndMakesItPrivate() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/log"
      try LogFile(path: path).append("one\n")
      let log = try LogFile(path: path)
      log.append("two\n")
      #expect(try readAll(from: FileDescriptor.open(reading: path)) == "one\ntwo\n")
      var status = stat()
      #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
    }
  }

  @Test func goesOnAtTheStartOfAFileThatWasCut() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/log"
      let log = try LogFile(path: path)
      log.append("before\n")
      #expect(truncate(path, 0) == 0)
      log.append("after\n")
      let text = try readAll(from: FileDescriptor.open(reading: path))
      #expect(text == "after\n")
    }
  }

  @Test func refusesWhatIsNoFileOfItsOwn() throws {
    try withTemporaryDirectory { directory in
      #expect(symlink("/etc/passwd", directory + "/link") == 0)
      #expect(mkfifo(directory + "/pipe", 0o600) == 0)
      #expect(throws: SystemError(operation: "open log file", errno: ELOOP, object: directory + "/link")) {
        try LogFile(path: directory + "/link")
      }
      #expect(throws: SystemError(operation: "open log file", errno: EPERM, object: directory + "/pipe")) {
        try LogFile(path: directory + "/pipe")
      }
      #expect(throws: SystemError.self) { try LogFile(path: "/dev/null") }
      #expect(throws: SystemError.self) { try LogFile(path: directory + "/missing/log") }
    }
  }
}

@Suite struct ProgramNameTests {
  @Test(arguments: [
    ("martlet", "martlet"), ("/usr/sbin/martlet", "martlet"), ("keepalived", "keepalived"),
    ("/usr/sbin/keepalived", "keepalived"), ("/opt/keepalived/martlet", "martlet"), ("keepalived2", "martlet"),
    ("exe", "martlet"), ("", "martlet"), ("/", "martlet"),
  ])
  func isOneOfTwo(path: String, name: String) {
    #expect(ProgramName.of(called: path) == name)
  }
}

@Suite struct UserDatabaseTests {
  @Test func findsRootByNameAndNumber() throws {
    let root = try #require(try UserDatabase.lookup("root"))
    #expect(root.userID == 0)
    #expect(root.groups.contains(0))
    #expect(try UserDatabase.lookup("0") == root)
    #expect(try UserDatabase.lookup(group: "root") == 0)
  }

  @Test func knowsWhoIsNotThere() throws {
    #expect(try UserDatabase.lookup("no-such-user-here") == nil)
    #expect(try UserDatabase.lookup("-1") == nil)
    #expect(try UserDatabase.lookup("987654") == UserDatabase.lookup(userID: 987_654))
    #expect(try UserDatabase.lookup(userID: 987_654).groups == [987_654])
    #expect(try UserDatabase.lookup(group: "no-such-group-here") == nil)
  }
}

@Suite struct SystemErrorTests {
  @Test func saysWhatWasTriedOnWhatAndWhy() {
    let error = SystemError(operation: "open", errno: ENOENT, object: "/x")
    #expect(error.description == "cannot open /x: No such file or directory")
    #expect(SystemError(operation: "wait", errno: 9_999).description == "cannot wait: Unknown error 9999")
  }
}
