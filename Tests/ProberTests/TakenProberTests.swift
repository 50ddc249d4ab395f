import Configuration
import ConfigurationModel
import ControlModel
import Glibc
import LinuxSystem
import NetworkTypes
import Testing

@testable import Prober
@testable import Starter

extension ProberTests {
  /// What the process that starts commands does for a prober that is somebody else's by now.
  @Suite struct TakenProber {
    /// A prober that asks what it likes, and what it hears.
    private final class Rig {
      let scratch: Scratch
      let loop: EventLoop
      let starter: LocalStarter
      let table: UInt64
      private var channel: Channel?
      private(set) var replies: [StartReply] = []

      init(_ adjust: (inout Configuration, Scratch) throws -> Void) throws {
        scratch = try Scratch()
        loop = try EventLoop()
        starter = try LocalStarter(loop: loop)
        var configuration = Configuration.asOwnUser()
        try adjust(&configuration, scratch)
        table = try starter.adopt(configuration)
        channel = try starter.introduce()
      }

      deinit { starter.finish() }

      func ask(_ request: StartRequest) throws {
        let output = try FileDescriptor.open("/dev/null", flags: O_WRONLY)
        let channel = try #require(channel)
        while try channel.send(request.encoded, descriptors: [output.rawValue]) != .sent { try turn() }
      }

      func run(_ number: UInt32, _ command: UInt32, _ adjust: (inout RunRequest) -> Void = { _ in }) throws {
        var request = RunRequest(table: table, command: command)
        adjust(&request)
        try ask(.run(number, request))
      }

      func turn() throws {
        try loop.turn(until: MonotonicClock.now() + .milliseconds(10))
        while let channel, case .message(let bytes, _) = try channel.receive() {
          replies.append(try StartReply(decoding: bytes))
        }
      }

      func wait(for what: String, location: SourceLocation = #_sourceLocation, _ condition: () -> Bool) throws {
        let limit = MonotonicClock.now() + .seconds(20)
        while !condition() {
          guard MonotonicClock.now() < limit else {
            Issue.record("waited in vain for \(what); heard \(replies)", sourceLocation: location)
            return
          }
          try turn()
        }
      }

      /// The prober dies.
      func die() { channel = nil }

      var started: [UInt32] {
        replies.compactMap { if case .started(let number, _) = $0 { number } else { nil } }
      }
      var ended: [UInt32] { replies.compactMap { if case .ended(let number, _) = $0 { number } else { nil } } }
      var refused: [(number: UInt32, isShortage: Bool, reason: String)] {
        replies.compactMap {
          if case .refused(let number, let isShortage, let reason) = $0 { (number, isShortage, reason) } else { nil }
        }
      }
    }

    private static func event(cause: String = "no advert", previous: NotifyState? = .backup) -> RunRequest.Notification
    {
      RunRequest.Notification(subject: 0, state: .master, priority: 150, cause: cause, previous: previous)
    }

    private static func router(_ configuration: inout Configuration, notify: CommandDefinition) throws {
      var router = try VirtualRouterDefinition.named("A")
      router.notify.any = notify
      configuration.routers = [router]
    }

    @Test("No more notifications run at a time than the file gives reason for, and checks have room beside them")
    func mostRuns() throws {
      let rig = try Rig { configuration, scratch in
        configuration.scripts = [ScriptCheckDefinition(name: "chk", command: CommandDefinition("/bin/true"))]
        try Self.router(&configuration, notify: CommandDefinition(scratch.script("wait", "exec sleep 100")))
      }
      for number in 1...60 as ClosedRange<UInt32> { try rig.run(number, 1) { $0.notification = Self.event() } }
      try rig.wait(for: "all answers") { rig.started.count + rig.refused.count == 60 }
      #expect(rig.started == Array(1...18))
      #expect(rig.refused.allSatisfy { $0.isShortage })
      try rig.run(61, 0)
      try rig.wait(for: "the check") { rig.ended.contains(61) }
      try rig.ask(.signal(1, SIGKILL))
      try rig.wait(for: "room") { rig.ended.contains(1) }
      try rig.run(62, 1) { $0.notification = Self.event() }
      try rig.wait(for: "one more") { rig.started.contains(62) }
    }

    @Test("A number that is in use names one run only")
    func numberInUse() throws {
      let rig = try Rig { configuration, scratch in
        let command = CommandDefinition(scratch.script("wait", "exec sleep 100"))
        configuration.scripts = [ScriptCheckDefinition(name: "chk", command: command)]
      }
      for _ in 1...2 { try rig.run(1, 0) }
      try rig.wait(for: "both answers") { rig.replies.count == 2 }
      #expect(rig.started == [1] && rig.refused.map(\.number) == [1])
      rig.die()
      try rig.wait(for: "the end of all that runs") { rig.starter.runningCount == 0 }
    }

    @Test("A starter that a word of the supervisor reaches in part ends, so that another begins")
    func cutWord() throws {
      let rig = try Rig { _, _ in }
      try rig.turn()
      // As one does whose descriptor finds no room.
      try rig.starter.sayTooMuch()
      try rig.wait(for: "its end") { rig.starter.hasEnded }
    }

    @Test("A check is in its sandbox and ends with the prober, whoever asks for it")
    func nature() throws {
      let needsSandbox = (try? Sandbox(hasNetwork: false)) != nil
      let rig = try Rig { configuration, scratch in
        let command = CommandDefinition(scratch.script("write", "touch \(scratch.path("ran")); exec sleep 100"))
        var check = ScriptCheckDefinition(name: "chk", command: command)
        if needsSandbox { check.sandbox = .withNetwork }
        configuration.scripts = [check]
        try Self.router(&configuration, notify: command)
      }
      try rig.run(1, 0)
      try rig.wait(for: "the check") { rig.started == [1] }
      for _ in 1...50 { try rig.turn() }
      #expect(!needsSandbox || access(rig.scratch.path("ran"), F_OK) != 0)
      rig.die()
      try rig.wait(for: "its end") { rig.starter.runningCount == 0 }
    }

    @Test("A command that is check and notification is an entry of its own for each")
    func entries() throws {
      var configuration = Configuration.asOwnUser()
      let command = CommandDefinition("/bin/true")
      var sandboxed = ScriptCheckDefinition(name: "closed", command: command)
      sandboxed.sandbox = .closed
      configuration.scripts = [ScriptCheckDefinition(name: "chk", command: command), sandboxed]
      configuration.global.notifyFIFO = NotifyFIFO(path: "/run/fifo")
      configuration.global.notifyFIFO?.script = command
      var router = try VirtualRouterDefinition.named("A")
      (router.notify.any, router.notify.master) = (command, command)
      configuration.routers = [router]
      #expect(CommandTable(configuration).commands.count == 5)
    }

    @Test("Only the script of a FIFO gets its path, and only notifications get words and a cause")
    func words() throws {
      let rig = try Rig { configuration, scratch in
        let command = CommandDefinition(
          scratch.script(
            "told", "echo \"$# $1 ${MARTLET_CAUSE-none} ${MARTLET_PREVIOUS_STATE-none}\" >> \(scratch.path("calls"))"))
        configuration.scripts = [ScriptCheckDefinition(name: "chk", command: command)]
        configuration.global.notifyFIFO = NotifyFIFO(path: scratch.path("fifo"))
        configuration.global.notifyFIFO?.script = command
        try Self.router(&configuration, notify: command)
      }
      // The check, the FIFO's script and the notification: as they are meant, and the other way round.
      let asked: [(command: UInt32, notification: RunRequest.Notification?)] = [
        (0, nil), (1, nil), (2, Self.event(previous: nil)), (0, Self.event()), (1, Self.event()), (2, nil),
      ]
      for (index, run) in asked.enumerated() {
        let number = UInt32(index + 1)
        try rig.run(number, run.command) { $0.notification = run.notification }
        try rig.wait(for: "an answer") { rig.ended.contains(number) || rig.refused.last?.number == number }
      }
      #expect(rig.ended == [1, 2, 3] && rig.refused.map(\.number) == [4, 5, 6])
      #expect(
        rig.scratch.lines("calls") == [
          "0  none none", "1 \(rig.scratch.path("fifo")) none none", "4 INSTANCE no advert INIT",
        ])
    }

    @Test("A cause is one printable line of 256 bytes at most")
    func cause() throws {
      let rig = try Rig { configuration, scratch in
        try Self.router(
          &configuration,
          notify: CommandDefinition(scratch.script("told", "echo \"$MARTLET_CAUSE\" >> \(scratch.path("calls"))")))
      }
      let sign = "\u{FFFD}"
      try rig.run(1, 0) { $0.notification = Self.event(cause: "a\0b\nc\u{1B}[2Jd") }
      try rig.wait(for: "its end") { rig.ended == [1] }
      try rig.run(2, 0) { $0.notification = Self.event(cause: String(repeating: "ä", count: 127) + "x€" + "y") }
      try rig.wait(for: "its end") { rig.ended == [1, 2] }
      #expect(
        rig.scratch.lines("calls") == ["a\(sign)b\(sign)c\(sign)[2Jd", String(repeating: "ä", count: 127) + "x"])
    }

    @Test("A stranger's link leads the starter nowhere", .enabled(if: geteuid() == 0, "only root can give files away"))
    func strangersLink() throws {
      let rig = try Rig { configuration, scratch in
        scratch.write("secret", "root's")
        symlink("secret", scratch.path("link"))
        lchown(scratch.path("link"), 1000, 0)
        configuration.trackedFiles = [TrackedFileDefinition(name: "level", path: scratch.path("link"))]
      }
      try rig.ask(.openFile(1, table: rig.table, file: 0))
      try rig.wait(for: "an answer") { !rig.replies.isEmpty }
      guard case .fileRefused(1, .link) = rig.replies.first else {
        Issue.record("\(rig.replies)")
        return
      }
    }

    @Test("A tracked file is written over only if the file says so", arguments: [false, true])
    func overwriting(says: Bool) throws {
      let rig = try Rig { configuration, scratch in
        scratch.write("level", "7\n")
        var file = TrackedFileDefinition(name: "level", path: scratch.path("level"))
        (file.initialValue, file.overwrites) = (3, says)
        configuration.trackedFiles = [file]
      }
      try rig.ask(.writeFile(1, table: rig.table, file: 0, overwrites: true))
      try rig.wait(for: "an answer") { !rig.replies.isEmpty }
      #expect(rig.scratch.lines("level") == [says ? "3" : "7"])
    }
  }
}
