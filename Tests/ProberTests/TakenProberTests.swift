import Configuration
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
