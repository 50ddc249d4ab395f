import Configuration
import ControlModel
import Glibc
import LinuxSystem
import NetworkTypes
import Testing
import VRRPCore

@testable import Prober

extension ProberTests {
  @Suite struct NotifyPipes {
    private func configuration(_ scratch: Scratch) throws -> Configuration {
      var configuration = Configuration.asOwnUser()
      for name in ["A", "B"] {
        var router = try VirtualRouterDefinition.named(name)
        router.notify.priorityChanges = name == "A"
        configuration.routers.append(router)
      }
      var group = SyncGroupDefinition(name: "G")
      group.members = [0, 1]
      configuration.groups = [group]
      configuration.global.notifyFIFO = NotifyFIFO(path: scratch.path("fifo"))
      return configuration
    }

    private func read(_ fd: borrowing FileDescriptor, into text: inout String) {
      var buffer = [UInt8](repeating: 0, count: 65_536)
      while case .bytes(let count)? = buffer.withUnsafeMutableBytes({ try? fd.read(into: $0) }) {
        text += String(decoding: buffer.prefix(count), as: UTF8.self)
      }
    }

    @Test func writesKeepalivedsLines() throws {
      let harness = try Harness()
      try harness.serve(try configuration(harness.scratch))
      try harness.wait(for: "the FIFO") { access(harness.scratch.path("fifo"), F_OK) == 0 }
      var status = stat()
      #expect(lstat(harness.scratch.path("fifo"), &status) == 0)
      #expect(status.st_mode & S_IFMT == S_IFIFO && status.st_mode & 0o777 == 0o600)
      for router in [0, 1] { try harness.transition(router, 1, from: .initialize, to: .backup) }
      for router in [0, 1] { try harness.transition(router, 2, from: .backup, to: .master) }
      for router in [0, 1] {
        let change = EngineMessage.priorityChanged(
          router: router, from: Priority(rawValue: 150), to: Priority(rawValue: 90))
        _ = try harness.engine.send(change.encoded)
      }
      let other = LogEvent.otherMaster(IPAddress(v4: 0xC000_0201), .standard, .stays)
      _ = try harness.engine.send(EngineMessage.event(other, router: 0).encoded)
      try harness.transition(0, 3, from: .master, to: .fault, priority: 90)
      let back = EngineMessage.priorityChanged(router: 0, from: Priority(rawValue: 90), to: Priority(rawValue: 150))
      _ = try harness.engine.send(back.encoded)
      for router in [0, 1] { try harness.transition(router, 4, from: .master, to: .initialize, cause: .shutdown) }
      let reader = try FileDescriptor.open(harness.scratch.path("fifo"), flags: O_RDONLY | O_NONBLOCK)
      var text = ""
      try harness.wait(for: "the last line") {
        read(reader, into: &text)
        return text.hasSuffix("GROUP \"G\" STOP 0\n")
      }
      #expect(
        text.split(separator: "\n").map(String.init) == [
          "INSTANCE \"A\" BACKUP 150", "INSTANCE \"B\" BACKUP 150", "GROUP \"G\" BACKUP 0",
          "INSTANCE \"A\" MASTER 150", "INSTANCE \"B\" MASTER 150", "GROUP \"G\" MASTER 0",
          "INSTANCE \"A\" MASTER_PRIORITY 90", "INSTANCE \"A\" MASTER_RX_LOWER_PRI 150", "INSTANCE \"A\" FAULT 90",
          "INSTANCE \"A\" BACKUP_PRIORITY 150", "INSTANCE \"A\" STOP 150", "INSTANCE \"B\" STOP 150",
          "GROUP \"G\" STOP 0",
        ])
      try harness.shutdown()
      harness.endStarter()
      #expect(access(harness.scratch.path("fifo"), F_OK) != 0, "a FIFO it made goes with it")
    }

    @Test(arguments: [true, false]) func writesEveryStateAfterAReloadIfAskedTo(isAsked: Bool) throws {
      let harness = try Harness()
      var configuration = try configuration(harness.scratch)
      configuration.routers.append(try .named("C", priority: 90))
      configuration.global.writesStatesOnReload = isAsked
      try harness.serve(configuration)
      try harness.wait(for: "the FIFO") { access(harness.scratch.path("fifo"), F_OK) == 0 }
      for router in [0, 1] { try harness.transition(router, 1, from: .initialize, to: .backup) }
      try harness.transition(2, 1, from: .backup, to: .master, priority: 90)
      try harness.wait(for: "the transitions") { harness.logText.contains("C: BACKUP → MASTER") }
      // A new engine after a crash is no reload.
      try harness.serve(configuration, keepingBoard: true)
      let reader = try FileDescriptor.open(harness.scratch.path("fifo"), flags: O_RDONLY | O_NONBLOCK)
      var text = ""
      try harness.wait(for: "the lines") {
        read(reader, into: &text)
        return text.contains("\"C\" MASTER")
      }
      text = ""
      // One that has said nothing yet has no state to write.
      configuration.routers.append(try .named("D"))
      try harness.serve(configuration)
      try harness.transition(3, 1, from: .initialize, to: .backup)
      try harness.wait(for: "the newcomer") {
        read(reader, into: &text)
        return text.hasSuffix("INSTANCE \"D\" BACKUP 150\n")
      }
      let states = [
        "INSTANCE \"A\" BACKUP 150", "INSTANCE \"B\" BACKUP 150", "INSTANCE \"C\" MASTER 90",
        "GROUP \"G\" BACKUP 0",
      ]
      #expect(text.split(separator: "\n").map(String.init).dropLast() == (isAsked ? states : []))
    }

    @Test(arguments: ["a file", "a link", "a directory", "one that everybody can write to"])
    func refusesWhatIsNoFIFOOfItsOwn(kind: String) throws {
      let harness = try Harness()
      let path = harness.scratch.path("fifo")
      switch kind {
      case "a file": harness.scratch.write("fifo", "precious")
      case "a link":
        mkfifo(harness.scratch.path("elsewhere"), 0o600)
        symlink("elsewhere", path)
      case "one that everybody can write to":
        mkfifo(path, 0o600)
        chmod(path, 0o666)
      default: mkdir(path, 0o700)
      }
      try harness.serve(try configuration(harness.scratch))
      try harness.wait(for: "the error") { harness.logText.contains("<3>notify FIFO \(path): ") }
      try harness.transition(0, 1, from: .initialize, to: .backup)
      try harness.wait(for: "the transition") { harness.logText.contains("A: INIT → BACKUP") }
      if kind == "a file" { #expect(harness.scratch.read("fifo") == "precious") }
    }

    @Test func aFullFIFODelaysNothing() throws {
      let harness = try Harness()
      try harness.serve(try configuration(harness.scratch))
      var number: UInt64 = 0
      while number < 6000 {
        for _ in 0..<100 {
          number += 1
          try harness.transition(0, number, from: .backup, to: .master)
        }
        try harness.wait(for: "transition \(number)") { harness.noted(0) == number }
      }
      try harness.wait(for: "the warning") { harness.logText.contains("is full: lines are lost") }
    }

    @Test func itsScriptReadsEveryLineAndIsStartedAgain() throws {
      let harness = try Harness()
      var configuration = try configuration(harness.scratch)
      let lines = harness.scratch.path("lines")
      // Each reader takes one line and dies, so that the second needs a second reader.
      configuration.global.notifyFIFO?.script = CommandDefinition(
        harness.scratch.script(
          "reader", "echo started $# $2 >> \(lines); read -r line < \"$2\"; echo $line >> \(lines)"),
        "argument")
      try harness.serve(configuration)
      try harness.wait(for: "the reader") { harness.scratch.lines("lines").count == 1 }
      #expect(harness.scratch.lines("lines") == ["started 2 \(harness.scratch.path("fifo"))"])
      try harness.transition(0, 1, from: .initialize, to: .backup)
      try harness.wait(for: "the second reader") { harness.scratch.lines("lines").count == 3 }
      try harness.transition(1, 1, from: .initialize, to: .backup, priority: 7)
      try harness.wait(for: "the second line") { harness.scratch.lines("lines").count >= 4 }
      #expect(harness.scratch.lines("lines")[3] == "INSTANCE \"B\" BACKUP 7")
      #expect(harness.logText.contains("ended (exit 0); it is started again"))
    }

    /// A script that says in a file whether it runs. It never finds the end of the FIFO, as it holds it open for writing.
    private func statefulScript(_ scratch: Scratch, onTerm: String) -> CommandDefinition {
      let state = scratch.path("state")
      return CommandDefinition(
        scratch.script(
          "reader", "trap '\(onTerm)' TERM; exec 3<>\"$1\"; echo running $$ > \(state); while :; do sleep 0.05; done"))
    }

    @Test(
      "Its script is told to end, and killed only if it does not: at the end and when a reload drops it",
      arguments: [
        (true, true), (true, false), (false, true), (false, false),
      ])
    func itsScriptIsToldToEnd(atEnd: Bool, obeys: Bool) throws {
      let harness = try Harness()
      var configuration = try configuration(harness.scratch)
      let state = harness.scratch.path("state")
      configuration.global.notifyFIFO?.script = statefulScript(
        harness.scratch, onTerm: "echo not running > \(state); " + (obeys ? "exit 0" : "true"))
      try harness.serve(configuration)
      try harness.wait(for: "the reader") { harness.scratch.lines("state").first?.hasPrefix("running") == true }
      let word = try #require(harness.scratch.lines("state").first?.split(separator: " ").last)
      let reader = try #require(Int32(String(word)))
      if atEnd {
        try harness.shutdown()
      } else {
        configuration.global.notifyFIFO = nil
        try harness.serve(configuration)
      }
      try harness.wait(for: "the reader's end") { !isRunning(reader) }
      #expect(harness.scratch.lines("state") == ["not running"])
    }

    @Test("Another script for a FIFO starts when the one before it is gone")
    func nextScript() throws {
      let harness = try Harness()
      var configuration = try configuration(harness.scratch)
      let log = harness.scratch.path("log")
      func script(_ name: String) -> CommandDefinition {
        CommandDefinition(
          harness.scratch.script(
            name,
            "trap 'sleep 0.2; echo end \(name) >> \(log); exit 0' TERM; echo start \(name) >> \(log)\n"
              + "exec 3<>\"$1\"; while :; do sleep 0.05; done"))
      }
      configuration.global.notifyFIFO?.script = script("first")
      try harness.serve(configuration)
      try harness.wait(for: "the first reader") { harness.scratch.lines("log").count == 1 }
      configuration.global.notifyFIFO?.script = script("second")
      try harness.serve(configuration)
      try harness.wait(for: "the second reader") { harness.scratch.lines("log").count == 3 }
      #expect(harness.scratch.lines("log") == ["start first", "end first", "start second"])
    }

    @Test func itsScriptReadsTheLastLinesBeforeTheEnd() throws {
      let harness = try Harness()
      var configuration = try configuration(harness.scratch)
      let lines = harness.scratch.path("lines")
      configuration.global.notifyFIFO?.script = CommandDefinition(
        harness.scratch.script("reader", "while read -r line; do sleep 0.05; echo $line >> \(lines); done < \"$1\""))
      try harness.serve(configuration)
      for router in [0, 1] { try harness.transition(router, 1, from: .master, to: .initialize, cause: .shutdown) }
      try harness.shutdown()
      #expect(harness.scratch.lines("lines").last == "GROUP \"G\" STOP 0")
    }
  }
}
