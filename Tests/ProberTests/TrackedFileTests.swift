import Configuration
import ControlModel
import Glibc
import LinuxSystem
import NetworkTypes
import Testing

@testable import Prober

extension ProberTests {
  @Suite struct TrackedFileTests {
    @Test(
      "A text is a number or it is not",
      arguments: [
        ("5", 5), (" -20\n", -20), ("+3\r\n", 3), ("0\0", 0), ("99999999999999999999999", .max),
        ("-99999999999999999999999", .min),
        ("", nil), ("\n", nil), ("5 6", nil), ("0x10", nil), ("-", nil), ("1e3", nil),
      ] as [(String, Int32?)])
    func numbers(text: String, number: Int32?) {
      #expect(TrackedFile.number(in: Array(text.utf8)[...]) == number)
    }

    /// Tracked files with what they have said.
    private final class Rig {
      let scratch: Scratch
      let loop: EventLoop
      let files: TrackedFiles
      private(set) var levels: [Int32] = []

      init() throws {
        scratch = try Scratch()
        loop = try EventLoop()
        files = TrackedFiles(loop: loop, log: LogWriter(STDERR_FILENO, format: .text, loop: loop))
        files.onLevel = { [unowned self] _, level, _ in levels.append(level) }
      }

      func adopt(_ change: (inout TrackedFileDefinition) -> Void = { _ in }, isKnown: Bool = false) {
        var definition = TrackedFileDefinition(name: "f", path: scratch.path("value"))
        change(&definition)
        files.adopt([definition], isKnown: { _ in isKnown })
      }

      func wait(for wanted: [Int32], within bound: Nanoseconds = .seconds(5)) throws -> Bool {
        let end = MonotonicClock.now() + bound
        while levels != wanted, MonotonicClock.now() < end {
          try loop.turn(until: MonotonicClock.now() + .milliseconds(20))
        }
        return levels == wanted
      }
    }

    @Test("A file is read at the start and at each change, and one that goes counts as 0")
    func changes() throws {
      let rig = try Rig()
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

    @Test("What is no number changes nothing")
    func garbage() throws {
      let rig = try Rig()
      rig.scratch.write("value", "7")
      rig.adopt()
      rig.scratch.write("value", "seven")
      rig.scratch.write("value", String(repeating: "9", count: 1 << 20))
      rig.scratch.write("value", "8")
      #expect(try rig.wait(for: [7, 8]))
    }

    @Test("A FIFO, a folder and a device hold nobody up and are no number", arguments: ["fifo", "folder"])
    func notAFile(kind: String) throws {
      let rig = try Rig()
      _ = kind == "fifo" ? mkfifo(rig.scratch.path("value"), 0o600) : mkdir(rig.scratch.path("value"), 0o700)
      #expect(TrackedFile.contents(of: rig.scratch.path("value")) == .unusable("is not a regular file"))
    }

    @Test("A file behind a link in another folder, and a folder that comes late, are found within a look or two")
    func beyondTheKernelsWord() throws {
      let rig = try Rig()
      mkdir(rig.scratch.path("elsewhere"), 0o700)
      rig.scratch.write("elsewhere/target", "4")
      symlink(rig.scratch.path("elsewhere/target"), rig.scratch.path("value"))
      rig.adopt()
      #expect(try rig.wait(for: [4]))
      rig.scratch.write("elsewhere/target", "5")
      #expect(try rig.wait(for: [4, 5]))

      let late = try Rig()
      late.adopt { $0.path = late.scratch.path("late/value") }
      #expect(try late.wait(for: [0]))
      mkdir(late.scratch.path("late"), 0o700)
      late.scratch.write("late/value", "9")
      #expect(try late.wait(for: [0, 9]))
    }

    @Test("init_file makes a file, and writes over one only when told to and as the service starts")
    func initialValue() throws {
      let rig = try Rig()
      rig.adopt { $0.initialValue = 3 }
      #expect(try rig.wait(for: [3]))
      rig.scratch.write("value", "5")
      rig.adopt { ($0.initialValue, $0.weight) = (4, 2) }
      #expect(try rig.wait(for: [3, 5]))
      rig.adopt({ ($0.initialValue, $0.overwrites) = (6, true) }, isKnown: true)
      #expect(rig.scratch.read("value") == "5")
      rig.adopt { ($0.initialValue, $0.overwrites, $0.weight) = (6, true, 3) }
      #expect(rig.scratch.read("value") == "6\n")
    }

    @Test("init_file does not write through a link")
    func initialValueBehindALink() throws {
      let rig = try Rig()
      rig.scratch.write("secret", "keep")
      symlink(rig.scratch.path("secret"), rig.scratch.path("value"))
      rig.adopt { ($0.initialValue, $0.overwrites) = (1, true) }
      #expect(rig.scratch.read("secret") == "keep")
    }
  }
}
