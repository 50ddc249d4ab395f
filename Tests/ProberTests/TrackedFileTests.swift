import Configuration
import ConfigurationModel
import ControlModel
import Glibc
import LinuxSystem
import NetworkTypes
import Testing

@testable import Prober

extension ProberTests {
  @Suite struct TrackedFileTests {
    @Test(
      "A text is the number that keepalived takes it for, and says whether it is one",
      arguments: [
        ("5", 5, true), (" -20\n", -20, true), ("+3\r\n", 3, true), ("0\0", 0, true), ("\u{B}\u{C}3", 3, true),
        ("0x10", 16, true), ("0X1f", 31, true), ("-0x5", -5, true), ("010", 8, true), ("0000000012", 10, true),
        ("2147483647", .max, true), ("-2147483648", .min, true), ("-0", 0, true), ("00", 0, true),
        ("12abc", 12, false), ("4 5", 4, false), ("089", 0, false), ("0x", 0, false), ("0b11", 0, false),
        ("1e3", 1, false), ("1.9", 1, false), ("", 0, false), ("\n", 0, false), ("abc", 0, false), ("-", 0, false),
        ("- 5", 0, false), ("\05", 0, false), ("--5", 0, false), ("x10", 0, false), ("0xg", 0, false),
        ("2147483648", nil, true), ("4294967299", nil, true), ("-2147483649", nil, true),
        ("99999999999999999999999", nil, true), ("-99999999999999999999999 x", nil, false),
        (String(repeating: "f", count: 200), 0, false), ("0x" + String(repeating: "f", count: 200), nil, true),
      ] as [(String, Int32?, Bool)])
    func numbers(text: String, number: Int32?, isWhole: Bool) {
      let read = FileNumber(Array(text.utf8))
      #expect(read.value == number && read.isWhole == isWhole, "\(read)")
    }

    /// Whether a change was found between two looks at all files, as what the kernel tells of is. Others have the machine now and
    /// then, so one of several will do; what only looks find never is.
    private func isTold(_ rig: TrackedFileRig, _ wanted: inout [Int32?], _ change: (Int) -> Int32) throws -> Bool {
      for attempt in 0..<10 {
        // A look has just been, and the next is a second off.
        let before = rig.files.passes
        let end = MonotonicClock.now() + .seconds(20)
        while rig.files.passes == before, MonotonicClock.now() < end { try rig.loop.turn(until: end) }
        let passes = rig.files.passes
        wanted.append(change(attempt))
        guard try rig.wait(for: wanted) else { return false }
        if rig.files.passes == passes { return true }
      }
      return false
    }

    private func text(of path: String) throws -> String {
      let file = try FileDescriptor.open(reading: path)
      var buffer = [UInt8](repeating: 0, count: 4096)
      guard case .bytes(let count) = try buffer.withUnsafeMutableBytes({ try file.read(into: $0) }) else { return "" }
      return String(decoding: buffer[..<count], as: UTF8.self)
    }

    @Test("A file that changes all the time fills no log, and its last number counts")
    func manyChanges() throws {
      let rig = try TrackedFileRig()
      rig.scratch.write("value", "0")
      rig.adopt()
      #expect(try rig.wait(for: [0]))
      let start = MonotonicClock.now()
      var number = 0
      // A busy host writes less in three seconds, and so goes on for longer.
      while MonotonicClock.now() - start < .seconds(3) || number <= 1000 {
        guard MonotonicClock.now() - start < .seconds(60) else { break }
        number += 1
        rig.scratch.write("value", "\(number)")
        try rig.loop.turn(until: MonotonicClock.now())
      }
      let limit = MonotonicClock.now() + .seconds(10)
      while rig.levels.last != Int32(number), MonotonicClock.now() < limit { try rig.turn(for: .milliseconds(50)) }
      #expect(rig.levels.last == Int32(number) && number > 1000)
      // In each second, in the one after it that sees to the last number, and in one that had begun before.
      let seconds = Int((MonotonicClock.now() - start).rawValue / 1_000_000_000) + 2
      #expect(rig.levels.count <= seconds * TrackedFiles.mostLooks, "\(rig.levels.count) numbers of \(number)")
      var lines = rig.lines()
      while !lines.contains(where: { $0.contains("times more within") }), MonotonicClock.now() < limit + .seconds(10) {
        try rig.turn(for: .milliseconds(50))
        lines += rig.lines()
      }
      #expect(lines.count <= LineLimiter.most + 1, "\(lines)")
      let told = lines.last ?? ""
      #expect(
        told.hasPrefix("<5>file f changed ") && told.hasSuffix("logged one by one; it is \(number) now"), "\(told)")
    }

    @Test(
      "Nothing of a file but its number goes into the log and into status",
      arguments: [
        "Zq9Lw root-only", "77 Zq9Lw", "99999999999999Zq9Lw", "Zq9Lw", "0x1Zq9Lw", "\0Zq9Lw",
      ])
    func secrets(text: String) throws {
      let rig = try TrackedFileRig()
      rig.scratch.write("secret", text)
      symlink(rig.scratch.path("secret"), rig.path)
      rig.adopt()
      try rig.turn(for: .milliseconds(100))
      #expect(rig.present.count == 1)
      let said = rig.reason + rig.lines().joined()
      #expect(said.contains("counts") && !said.contains("Zq9Lw") && !said.contains("root-only"), "\(said)")
    }

    @Test(
      "What the kernel shows of itself is not read",
      arguments: ["/proc/kmsg", "/proc/sys/kernel/pid_max", "/sys/kernel/mm/transparent_hugepage/hpage_pmd_size"])
    func kernelFiles(path: String) throws {
      try #require(access(path, F_OK) == 0 || path.hasPrefix("/sys"), "there is no \(path)")
      guard access(path, F_OK) == 0 else { return }
      for isLink in [false, true] {
        let rig = try TrackedFileRig()
        if isLink { symlink(path, rig.path) }
        rig.adopt { if !isLink { $0.path = path } }
        try rig.turn(for: .milliseconds(100))
        #expect(rig.present == [0])
        #expect(rig.reason.contains("lies in a file system of the kernel ("), "\(rig.reason)")
        #expect(rig.warnings().count == 1)
      }
    }

    @Test(
      "A stranger's link leads only to what is his own: else it is warned of, and refused under enable_script_security",
      .enabled(if: geteuid() == 0, "only root can give files away"),
      arguments: [
        // Who has the link, who has what it leads to, and whether that is refused.
        (1000, 0, true), (1000, 1001, true), (1000, 1000, false), (0, 0, false), (0, 1000, false),
      ] as [(UInt32, UInt32, Bool)])
    func strangersLinks(owner: UInt32, target: UInt32, isForeign: Bool) throws {
      for isFolder in [false, true] {
        for refusesLinks in [false, true] {
          let rig = try TrackedFileRig()
          mkdir(rig.scratch.path("there"), 0o755)
          rig.scratch.write("there/value", "7")
          chown(rig.scratch.path("there/value"), target, 0)
          // The link is the file's name, or a folder on the way to it.
          symlink(isFolder ? "there" : "there/value", rig.scratch.path("link"))
          lchown(rig.scratch.path("link"), owner, 0)
          rig.adopt({ $0.path = rig.scratch.path(isFolder ? "link/value" : "link") }, refusesLinks: refusesLinks)
          try rig.turn(for: .milliseconds(100))
          #expect(rig.present == [isForeign && refusesLinks ? 0 : 7], "\(rig.reason)")
          #expect(rig.warnings().count == (isForeign ? 1 : 0))
          let words = "a link of user \(owner), leads to a file of user \(target)"
          #expect(rig.reason.contains(words) == isForeign, "\(rig.reason)")
        }
      }
    }

    @Test("A file is read at the start and at each change, and one that goes counts as 0")
    func changes() throws {
      let rig = try TrackedFileRig()
      rig.scratch.write("value", "7\n")
      rig.adopt()
      #expect(try rig.wait(for: [7]))
      rig.scratch.write("value", "-3")
      #expect(try rig.wait(for: [7, -3]))
      rig.scratch.write("next", "12")
      rename(rig.scratch.path("next"), rig.scratch.path("value"))
      #expect(try rig.wait(for: [7, -3, 12]))
      unlink(rig.scratch.path("value"))
      #expect(try rig.wait(for: [7, -3, 12, 0]))
    }

    @Test("The number of a name holds until there is one at its new place", arguments: [nil, "9\n"])
    func anotherPlace(text: String?) throws {
      let rig = try TrackedFileRig()
      rig.scratch.write("value", "7\n")
      rig.adopt()
      #expect(try rig.wait(for: [7]))
      if let text { rig.scratch.write("other", text) }
      let other = rig.scratch.path("other")
      rig.adopt({ $0.path = other }, isReload: true)
      #expect(rig.present == [text == nil ? 7 : 9])
      #expect(try rig.wait(for: [7, text == nil ? 0 : 9]))
      #expect(rig.reason.contains(other))
    }

    @Test("A file that cannot be read says nothing: the number before holds, and without one it is untracked")
    func unreadable() throws {
      let rig = try TrackedFileRig()
      let secret = rig.scratch.path("secret")
      rig.scratch.write("secret", "7")
      chmod(secret, 0)
      let words = "cannot tell: \(secret) cannot be read: Permission denied"
      try withoutRights {
        rig.adopt { $0.path = secret }
        #expect(rig.present == [nil] && rig.reason == words && rig.levels == [nil])
        try rig.turn(for: .milliseconds(1200))
        #expect(rig.warnings().count == 1)
      }
      rig.scratch.write("value", "3")
      rig.adopt(isReload: true)
      #expect(try rig.wait(for: [nil, 3]))
      try withoutRights {
        rig.adopt({ $0.path = secret }, isReload: true)
        #expect(rig.present == [3] && rig.reason == words + "; 3 still counts")
      }
    }

    /// Runs `body` as somebody whom modes stop: where root runs the tests, this thread is nobody to the file system meanwhile.
    private func withoutRights(_ body: () throws -> Void) throws {
      guard geteuid() == 0 else { return try body() }
      typealias Change = @convention(c) (UInt32) -> Int32
      // The module of the C library leaves it out.
      let symbol = try #require(dlsym(nil, "setfsuid"))
      let becomeForFiles = unsafeBitCast(symbol, to: Change.self)
      _ = becomeForFiles(65534)
      defer { _ = becomeForFiles(0) }
      try body()
    }

    @Test("What is no number counts as keepalived counts it, and is warned of once")
    func garbage() throws {
      let rig = try TrackedFileRig()
      rig.scratch.write("value", "7")
      rig.adopt()
      #expect(try rig.wait(for: [7]))
      #expect(rig.warnings() == [] && rig.reason == "\(rig.path) holds 7")
      rig.scratch.write("value", "seven \u{1B}[2J\"\u{202E}" + String(repeating: "!", count: 60))
      #expect(try rig.wait(for: [7, 0]))
      #expect(rig.reason == "\(rig.path) holds no number; 0 counts")
      try rig.turn(for: .milliseconds(2500))
      let warnings = rig.warnings()
      #expect(warnings.count == 1 && warnings.first?.contains("track_file f: \(rig.reason)") == true, "\(warnings)")
      rig.scratch.write("value", "12abc")
      #expect(try rig.wait(for: [7, 0, 12]))
      #expect(rig.reason == "\(rig.path) holds more than a number; 12 counts")
      rig.scratch.write("value", "12")
      // The same number, and yet status no longer speaks of what is gone.
      #expect(try rig.wait { rig.reason == "\(rig.path) holds 12" }, "\(rig.reason)")
      rig.scratch.write("value", "99999999999")
      try rig.turn(for: .milliseconds(200))
      #expect(rig.reason == "\(rig.path) holds a number that is too large; 12 counts")
      rig.scratch.write("value", "0x10")
      #expect(try rig.wait(for: [7, 0, 12, 16]))
      #expect(rig.reason == "\(rig.path) holds 16")
      rig.scratch.write("value", "")
      #expect(try rig.wait(for: [7, 0, 12, 16, 0]))
      #expect(rig.reason == "\(rig.path) holds nothing; 0 counts")
      #expect(rig.warnings().count == 3)
      // A gigabyte that takes no room and no time.
      rig.scratch.write("value", "5\n")
      #expect(try rig.wait(for: [7, 0, 12, 16, 0, 5]))
      #expect(truncate(rig.path, 1 << 30) == 0)
      let contents = TrackedFile.contents(of: rig.path) { () throws(TrackedPath.Refusal) in
        try TrackedPath.open(rig.path, refusesLinks: false)
      }
      guard case .text(let bytes, isCut: true, weakness: nil) = contents else {
        Issue.record("no text")
        return
      }
      #expect(bytes.count == 127)
    }

    @Test("A FIFO, a folder, a device and a file that may not be read hold nobody up and count as 0", arguments: 0..<4)
    func notAFile(kind: Int) throws {
      let rig = try TrackedFileRig()
      rig.scratch.write("value", "7")
      rig.adopt()
      #expect(try rig.wait(for: [7]))
      let next = rig.scratch.path("next")
      switch kind {
      case 0: mkfifo(next, 0o600)
      case 1: mkdir(next, 0o700)
      case 2: symlink("/dev/zero", next)
      default: symlink("value", next)
      }
      unlink(rig.path)
      #expect(rename(next, rig.path) == 0)
      #expect(try rig.wait(for: [7, 0]))
      let words = kind == 3 ? "cannot be read: too many levels of symbolic links" : "is not a regular file"
      #expect(rig.reason.lowercased() == "\(rig.path) \(words); 0 counts".lowercased())
      #expect(rig.warnings().count == 1)
      rmdir(rig.path)
      unlink(rig.path)
      rig.scratch.write("value", "8")
      #expect(try rig.wait(for: [7, 0, 8]))
    }

    @Test("A number that is being written counts when it is whole, though nobody closes the file for a while")
    func halfANumber() throws {
      let rig = try TrackedFileRig()
      rig.scratch.write("value", "7")
      rig.adopt()
      #expect(try rig.wait(for: [7]))
      let file = try #require(fopen(rig.path, "w"))
      // Longer than from one look to the next.
      try rig.turn(for: .milliseconds(1300))
      let written = MonotonicClock.now()
      fputs("1", file)
      fflush(file)
      try rig.turn(for: .milliseconds(1300))
      // One that has been quiet for that long has said what it has to say.
      #expect(rig.levels == [7] || MonotonicClock.now() - written >= TrackedFiles.quietTime)
      fputs("2\n", file)
      fflush(file)
      // It says no more, and goes on holding the file.
      #expect(try rig.wait(for: [7, 12]))
      fclose(file)
      // Taken away and made anew, as some editors do.
      for _ in 0..<5 {
        rename(rig.path, rig.scratch.path("old"))
        let next = try #require(fopen(rig.path, "w"))
        try rig.turn(for: .milliseconds(10))
        fputs("12\n", next)
        fclose(next)
        try rig.turn(for: .milliseconds(70))
      }
      #expect(rig.levels == [7, 12])
    }

    @Test("A file of which another name is made is looked at at once, and a folder above that is renamed takes it away")
    func names() throws {
      let rig = try TrackedFileRig()
      rig.scratch.write("other", "3")
      mkdir(rig.scratch.path("a"), 0o700)
      mkdir(rig.scratch.path("a/b"), 0o700)
      rig.adopt { $0.path = rig.scratch.path("a/b/value") }
      #expect(try rig.wait(for: [0]))
      var wanted: [Int32?] = [0]
      let isLinkTold = try isTold(rig, &wanted) { attempt in
        rig.scratch.write("other", "\(attempt + 3)")
        rename(rig.scratch.path("other"), rig.scratch.path("other-\(attempt)"))
        link(rig.scratch.path("other-\(attempt)"), rig.scratch.path("next"))
        rename(rig.scratch.path("next"), rig.scratch.path("a/b/value"))
        return Int32(attempt + 3)
      }
      #expect(isLinkTold, "\(rig.levels)")
      rename(rig.scratch.path("a"), rig.scratch.path("c"))
      wanted.append(0)
      #expect(try rig.wait(for: wanted))
      mkdir(rig.scratch.path("a"), 0o700)
      mkdir(rig.scratch.path("a/b"), 0o700)
      rig.scratch.write("a/b/value", "40")
      wanted.append(40)
      #expect(try rig.wait(for: wanted))
      let isWritingTold = try isTold(rig, &wanted) { attempt in
        rig.scratch.write("a/b/value", "\(attempt + 50)")
        return Int32(attempt + 50)
      }
      #expect(isWritingTold, "\(rig.levels)")
    }

    @Test("A configuration map of Kubernetes is followed at once: a link is swapped beside the one that is named")
    func configurationMap() throws {
      let rig = try TrackedFileRig()
      func publish(_ version: String, _ text: String) {
        mkdir(rig.scratch.path("..\(version)"), 0o700)
        rig.scratch.write("..\(version)/value", text)
        symlink("..\(version)", rig.scratch.path("..data_tmp"))
        rename(rig.scratch.path("..data_tmp"), rig.scratch.path("..data"))
      }
      publish("one", "1")
      symlink("..data/value", rig.path)
      rig.adopt()
      #expect(try rig.wait(for: [1]))
      var wanted: [Int32?] = [1]
      let isSwapTold = try isTold(rig, &wanted) { attempt in
        publish("v\(attempt + 2)", "\(attempt + 2)")
        return Int32(attempt + 2)
      }
      #expect(isSwapTold, "\(rig.levels)")
      // And what is written there through the links.
      let isWritingTold = try isTold(rig, &wanted) { attempt in
        rig.scratch.write("..data/value", "\(attempt + 50)")
        return Int32(attempt + 50)
      }
      #expect(isWritingTold, "\(rig.levels)")
    }

    @Test("When the kernel has no room for all that changed in the folder, no number is missed")
    func overflow() throws {
      let rig = try TrackedFileRig()
      rig.scratch.write("value", "1")
      for name in ["a", "b"] { rig.scratch.write(name, "") }
      rig.adopt()
      #expect(try rig.wait(for: [1]))
      guard let most = FileNumber(Array(try text(of: "/proc/sys/fs/inotify/max_queued_events").utf8)).value
      else {
        Issue.record("the kernel does not say for how much it has room")
        return
      }
      // One after the other, since the kernel tells of the same thing twice in a row once.
      for number in 0...most { close(open(rig.scratch.path(number % 2 == 0 ? "a" : "b"), O_WRONLY)) }
      rig.scratch.write("value", "2")
      #expect(try rig.wait(for: [1, 2]))
    }

    @Test("A file behind a link in another folder, and a folder that comes late, are found within a look or two")
    func beyondTheKernelsWord() throws {
      let rig = try TrackedFileRig()
      mkdir(rig.scratch.path("elsewhere"), 0o700)
      rig.scratch.write("elsewhere/target", "4")
      symlink(rig.scratch.path("elsewhere/target"), rig.scratch.path("value"))
      rig.adopt()
      #expect(try rig.wait(for: [4]))
      rig.scratch.write("elsewhere/target", "5")
      #expect(try rig.wait(for: [4, 5]))

      let late = try TrackedFileRig()
      late.adopt { $0.path = late.scratch.path("late/value") }
      #expect(try late.wait(for: [0]))
      mkdir(late.scratch.path("late"), 0o700)
      late.scratch.write("late/value", "9")
      #expect(try late.wait(for: [0, 9]))
    }

    @Test("A number that goes on counting does so when the prober is started again")
    func restart() throws {
      let rig = try TrackedFileRig()
      rig.scratch.write("value", "99999999999")
      rig.adopt(previous: 5)
      #expect(try rig.wait { !rig.reason.isEmpty })
      #expect(rig.present == [5])
      #expect(rig.reason == "\(rig.path) holds a number that is too large; 5 counts")
      rig.scratch.write("value", "6")
      #expect(try rig.wait(for: [5, 6]))
    }
  }
}
