import Configuration
import ConfigurationModel
import ControlModel
import Glibc
import LinuxSystem
import NetworkTypes
import SeededRandom
import Testing
import VRRPCore

@testable import Prober

extension ProberTests {
  @Suite struct Notifying {
    /// Scripts that write their words to a file, one line a call, as the observed keepalived calls them.
    private func notify(_ scratch: Scratch, _ tag: String, log: String = "calls") -> NotifyDefinition {
      let script = scratch.script("notify." + log, "echo \"$@\" >> \(scratch.path(log))")
      var notify = NotifyDefinition()
      notify.master = CommandDefinition(script, tag, "master")
      notify.backup = CommandDefinition(script, tag, "backup")
      notify.fault = CommandDefinition(script, tag, "fault")
      notify.stop = CommandDefinition(script, tag, "stop")
      notify.any = CommandDefinition(script, tag, "any")
      return notify
    }

    private func pair(_ scratch: Scratch) throws -> Configuration {
      var configuration = Configuration.asOwnUser()
      for name in ["A", "B"] {
        var router = try VirtualRouterDefinition.named(name)
        router.notify = notify(scratch, name)
        configuration.routers.append(router)
      }
      return configuration
    }

    @Test func callsScriptsInOrderWithKeepalivedsWords() throws {
      let harness = try Harness()
      try harness.serve(try pair(harness.scratch))
      try harness.transition(0, 1, from: .initialize, to: .backup)
      try harness.transition(0, 2, from: .backup, to: .master, cause: .masterDown(master: nil, lastHeard: nil))
      try harness.transition(0, 3, from: .master, to: .fault, cause: .interfaceDown)
      try harness.transition(0, 4, from: .fault, to: .initialize, cause: .shutdown, priority: 90)
      try harness.wait(for: "eight calls") { harness.scratch.lines("calls").count == 8 }
      #expect(
        harness.scratch.lines("calls") == [
          "A backup", "A any INSTANCE A BACKUP 150", "A master", "A any INSTANCE A MASTER 150", "A fault",
          "A any INSTANCE A FAULT 150", "A stop", "A any INSTANCE A STOP 90",
        ])
      #expect(harness.noted(0) == 4)
      try harness.wait(for: "the log") { harness.logText.contains("A: FAULT → INIT, martlet stops, priority 90") }
      #expect(
        harness.logText.contains(
          "<5>A: BACKUP → MASTER, no advert from any host (master-down), priority 150\n"))
    }

    @Test func aBackupsFaultIsTold() throws {
      let harness = try Harness()
      try harness.serve(try pair(harness.scratch))
      try harness.transition(0, 1, from: .initialize, to: .backup)
      try harness.transition(0, 2, from: .backup, to: .fault, cause: .interfaceDown)
      try harness.wait(for: "four calls") { harness.scratch.lines("calls").count == 4 }
      #expect(
        harness.scratch.lines("calls") == [
          "A backup", "A any INSTANCE A BACKUP 150", "A fault", "A any INSTANCE A FAULT 150",
        ])
    }

    @Test func aGroupMovesWithTheLastOfItsMembers() throws {
      let harness = try Harness()
      var configuration = try pair(harness.scratch)
      var group = SyncGroupDefinition(name: "G")
      group.members = [0, 1]
      group.notify = notify(harness.scratch, "group", log: "group.calls")
      configuration.groups = [group]
      try harness.serve(configuration)
      for (number, states) in [
        (1, (RouterState.initialize, RouterState.backup)), (2, (.backup, .master)), (3, (.master, .fault)),
        (4, (.fault, .backup)),
      ] {
        for router in [0, 1] { try harness.transition(router, UInt64(number), from: states.0, to: states.1) }
      }
      for router in [1, 0] { try harness.transition(router, 5, from: .backup, to: .initialize, cause: .shutdown) }
      try harness.wait(for: "the calls") {
        harness.scratch.lines("group.calls").count == 10 && harness.scratch.lines("calls").count == 20
      }
      #expect(
        harness.scratch.lines("group.calls") == [
          "group backup", "group any GROUP G BACKUP 0", "group master", "group any GROUP G MASTER 0", "group fault",
          "group any GROUP G FAULT 0", "group backup", "group any GROUP G BACKUP 0", "group stop",
          "group any GROUP G STOP 0",
        ])
    }

    @Test func tellsScriptsWhy() throws {
      let harness = try Harness()
      var configuration = Configuration.asOwnUser()
      configuration.scripts = [ScriptCheckDefinition(name: "chk", command: CommandDefinition("/bin/true"))]
      configuration.scripts[0].schedule.interval = .seconds(3600)
      var router = try VirtualRouterDefinition.named("A")
      router.notify.any = CommandDefinition(
        harness.scratch.script(
          "notify", "echo \"$MARTLET_PREVIOUS_STATE|$MARTLET_CAUSE\" >> \(harness.scratch.path("calls"))"))
      configuration.routers = [router]
      try harness.serve(configuration)
      try harness.transition(0, 1, from: .initialize, to: .master, cause: .addressOwner)
      try harness.transition(
        0, 2, from: .master, to: .fault, cause: .trackerDown(TrackerID(rawValue: 0)), detail: "exit 1: refused")
      try harness.wait(for: "two calls") { harness.scratch.lines("calls").count == 2 }
      #expect(
        harness.scratch.lines("calls") == [
          "INIT|this host owns the addresses (priority 255)", "MASTER|script chk is down: exit 1: refused",
        ])
      try harness.wait(for: "the log") {
        harness.logText.contains("A: MASTER → FAULT, script chk is down: exit 1: refused, priority 150")
      }
    }

    @Test func aSlowScriptKeepsOnlyItsOwnInstanceWaiting() throws {
      let harness = try Harness()
      var configuration = try pair(harness.scratch)
      configuration.routers[0].notify.master = CommandDefinition(
        harness.scratch.script("slow", "while test ! -e \(harness.scratch.path("go")); do sleep 0.02; done"))
      try harness.serve(configuration)
      try harness.transition(0, 1, from: .backup, to: .master)
      try harness.transition(0, 2, from: .master, to: .backup)
      try harness.transition(1, 1, from: .backup, to: .master)
      try harness.wait(for: "B's calls") { harness.scratch.lines("calls").count == 2 }
      #expect(harness.scratch.lines("calls") == ["B master", "B any INSTANCE B MASTER 150"])
      harness.scratch.write("go", "")
      try harness.wait(for: "A's calls") { harness.scratch.lines("calls").count == 5 }
      #expect(
        harness.scratch.lines("calls").suffix(3) == [
          "A any INSTANCE A MASTER 150", "A backup", "A any INSTANCE A BACKUP 150",
        ])
    }

    @Test func theFinalStateWinsWhenScriptsAreTooSlow() throws {
      let harness = try Harness()
      var configuration = try pair(harness.scratch)
      configuration.routers[0].notify.backup = CommandDefinition(
        harness.scratch.script("slow", "while test ! -e \(harness.scratch.path("go")); do sleep 0.02; done"))
      try harness.serve(configuration)
      for number in 1...20 as ClosedRange<UInt64> {
        let isOdd = number % 2 == 1
        try harness.transition(0, number, from: isOdd ? .master : .backup, to: isOdd ? .backup : .master)
      }
      try harness.wait(for: "the warning") {
        harness.logText.contains("the scripts take longer than the router stays in a state")
      }
      harness.scratch.write("go", "")
      try harness.wait(for: "the last call") { harness.scratch.lines("calls").last == "A any INSTANCE A MASTER 150" }
      #expect(harness.scratch.lines("calls").count < 20)
      #expect(harness.noted(0) == 20)
    }

    @Test func anyNumberOfLowerMastersTakesNoTransitionsPlace() throws {
      let harness = try Harness()
      var configuration = try pair(harness.scratch)
      configuration.routers[0].notify.backup = CommandDefinition(
        harness.scratch.script("slow", "while test ! -e \(harness.scratch.path("go")); do sleep 0.02; done"))
      configuration.routers[0].notify.masterHeardLowerPriority = CommandDefinition(
        harness.scratch.script("lower", "echo lower >> \(harness.scratch.path("calls"))"))
      try harness.serve(configuration)
      try harness.transition(0, 1, from: .master, to: .backup)
      try harness.transition(0, 2, from: .backup, to: .master)
      // Adverts of many senders, forged perhaps, while the first script still runs.
      for sender in 0..<100 as Range<UInt32> {
        let other = LogEvent.otherMaster(IPAddress(v4: 0xC000_0200 + sender), Priority(rawValue: 1), .stays)
        _ = try harness.engine.send(EngineMessage.event(other, router: 0).encoded)
      }
      try harness.wait(for: "the last one's line") { harness.logText.contains("192.0.2.99 is master too") }
      harness.scratch.write("go", "")
      try harness.wait(for: "the last call") { harness.scratch.lines("calls").last == "lower" }
      #expect(
        harness.scratch.lines("calls") == [
          "A any INSTANCE A BACKUP 150", "A master", "A any INSTANCE A MASTER 150", "lower",
        ])
    }

    @Test func aHungScriptIsEndedAndTheNextRuns() throws {
      let harness = try Harness(scriptLimit: .milliseconds(200))
      var configuration = try pair(harness.scratch)
      configuration.routers[0].notify.master = CommandDefinition(
        harness.scratch.script("hung", "trap '' TERM; echo hanging; while :; do sleep 1; done"))
      try harness.serve(configuration)
      try harness.transition(0, 1, from: .backup, to: .master)
      try harness.wait(for: "the next script") { harness.scratch.lines("calls") == ["A any INSTANCE A MASTER 150"] }
      try harness.wait(for: "the log") { harness.logText.contains("for MASTER failed: timed out after 0.2 s: hanging") }
    }

    @Test func aFailureIsLoggedWithItsLastWords() throws {
      let harness = try Harness()
      var configuration = try pair(harness.scratch)
      configuration.routers[0].notify.master = CommandDefinition(
        harness.scratch.script("failing", "echo no route; exit 3"))
      configuration.routers[0].notify.any = CommandDefinition("/nonexistent/notify")
      try harness.serve(configuration)
      try harness.transition(0, 1, from: .backup, to: .master)
      try harness.wait(for: "the log") {
        harness.logText.contains(
          "<3>A: the notification script \(harness.scratch.path("failing")) for MASTER failed: exit 3: no route")
          && harness.logText.contains(
            "A: the notification script /nonexistent/notify for MASTER failed: cannot run: No such file or directory")
      }
    }

    @Test func aRestartedProberNotifiesOfWhatWasMissedAndOfNothingElse() throws {
      let harness = try Harness()
      let configuration = try pair(harness.scratch)
      try harness.serve(configuration)
      for router in [0, 1] { try harness.transition(router, 1, from: .initialize, to: .backup) }
      try harness.wait(for: "four calls") { harness.scratch.lines("calls").count == 4 }
      // The prober is gone while B becomes master.
      harness.record(
        Transition(
          from: .backup, to: .master, cause: .masterDown(master: nil, lastHeard: nil), priority: .standard,
          at: MonotonicClock.now()), 1, 2)
      try harness.restartProber()
      try harness.serve(configuration, keepingBoard: true)
      try harness.wait(for: "B's calls") { harness.scratch.lines("calls").count == 6 }
      #expect(harness.scratch.lines("calls").suffix(2) == ["B master", "B any INSTANCE B MASTER 100"])
      // The engine's own message of it comes late and is known already; the next one is new.
      try harness.transition(1, 2, from: .backup, to: .master)
      try harness.transition(0, 2, from: .backup, to: .fault)
      try harness.wait(for: "A's calls") { harness.scratch.lines("calls").count == 8 }
      #expect(harness.scratch.lines("calls").suffix(2) == ["A fault", "A any INSTANCE A FAULT 150"])
    }

    @Test("The prober after a reload knows what the one before it has notified of, also under another name")
    func whatWasNotedGoesWithARenamedRouter() throws {
      let harness = try Harness()
      var configuration = try pair(harness.scratch)
      configuration.routers[1].core = VirtualRouterConfiguration(
        virtualRouterID: try #require(VirtualRouterID(99)), version: .v3, priority: .standard,
        interval: Centiseconds(rawValue: 100))
      try harness.serve(configuration)
      for router in [0, 1] { try harness.transition(router, 1, from: .initialize, to: .backup) }
      try harness.wait(for: "four calls") { harness.scratch.lines("calls").count == 4 }
      let last = try [0, 1].map { try #require(harness.board.router($0)?.lastTransition) }
      configuration.routers[0].name = "C"
      try harness.restartProber()
      try harness.serve(configuration)
      // The new engine has adopted the records.
      for router in [0, 1] { harness.record(last[router].transition, router, last[router].number) }
      try harness.wait(for: "the notes") { harness.noted(0) == 1 && harness.noted(1) == 1 }
      try harness.transition(1, 2, from: .backup, to: .master)
      try harness.wait(for: "B's calls") { harness.scratch.lines("calls").count == 6 }
      #expect(harness.scratch.lines("calls").suffix(2).allSatisfy { $0.hasPrefix("B ") })
    }

    @Test("Whatever another prober has left in the notes, the next one serves", arguments: 0..<20)
    func anyNotes(seed: UInt64) throws {
      let harness = try Harness()
      let configuration = try pair(harness.scratch)
      var random = SeededGenerator(seed: seed)
      for offset in 0..<harness.notified.bytes.count {
        harness.notified.bytes[offset] = UInt8.random(in: 0...255, using: &random)
      }
      try harness.serve(configuration)
      try harness.transition(0, 1, from: .initialize, to: .backup)
      try harness.wait(for: "two calls") { harness.scratch.lines("calls").count == 2 }
      #expect(harness.noted(0) == 1)
    }

    @Test("Notes have room for so many routers, and those of the others are left out")
    func notesAreBounded() throws {
      let memory = try SharedMemory(name: "notified", size: 400)
      let notes = try #require(NotifiedTransitions(memory))
      func identity(_ number: Int) -> RouterIdentity {
        RouterIdentity(
          interface: InterfaceIndex(rawValue: 2), family: .ipv4, virtualRouterID: UInt8(number), name: "R\(number)")
      }
      let routers: [(name: String, identity: RouterIdentity?, number: UInt64)] = (1...20).map {
        ("R\($0)", identity($0), UInt64($0))
      }
      notes.replace(routers)
      for number in 1...20 { notes.note(UInt64(100 + number), of: "R\(number)") }
      let found = try #require(NotifiedTransitions(memory)).numbers(of: routers.map(\.identity))
      #expect(found.prefix(7) == [101, 102, 103, 104, 105, 106, 107])
      #expect(found.dropFirst(7).allSatisfy { $0 == 0 })
      #expect(NotifiedTransitions(try SharedMemory(name: "notified", size: 40)) == nil)
    }

    @Test func aReloadNotifiesOfNothing() throws {
      let harness = try Harness()
      var configuration = try pair(harness.scratch)
      try harness.serve(configuration)
      try harness.transition(0, 1, from: .initialize, to: .master)
      try harness.wait(for: "two calls") { harness.scratch.lines("calls").count == 2 }
      let last = try #require(harness.board.router(0)?.lastTransition)
      configuration.routers[1].notify.any = nil
      let (memory, board) = (harness.memory, harness.board)
      board.router(0)?.record(last.transition, number: last.number)
      try harness.serve(configuration, keepingBoard: true)
      try harness.transition(1, 1, from: .initialize, to: .backup)
      try harness.wait(for: "B's call") { harness.scratch.lines("calls").count == 3 }
      #expect(harness.scratch.lines("calls").last == "B backup")
      withExtendedLifetime(memory) {}
    }

    @Test func whatTheOldEngineSaidLastIsNotLost() throws {
      let harness = try Harness()
      let configuration = try pair(harness.scratch)
      try harness.serve(configuration)
      try harness.transition(0, 1, from: .initialize, to: .backup)
      try harness.serve(configuration, keepingBoard: true)
      try harness.transition(0, 2, from: .backup, to: .master)
      try harness.wait(for: "four calls") { harness.scratch.lines("calls").count == 4 }
      #expect(
        harness.scratch.lines("calls") == [
          "A backup", "A any INSTANCE A BACKUP 150", "A master", "A any INSTANCE A MASTER 150",
        ])
    }

    @Test func lostMessagesAreMadeUpForFromTheBoard() throws {
      let harness = try Harness()
      try harness.serve(try pair(harness.scratch))
      try harness.transition(0, 1, from: .initialize, to: .backup)
      try harness.wait(for: "two calls") { harness.scratch.lines("calls").count == 2 }
      harness.record(
        Transition(from: .backup, to: .master, cause: .started, priority: .owner, at: MonotonicClock.now()), 0, 2)
      _ = try harness.engine.send(EngineMessage.dropped(1).encoded)
      try harness.wait(for: "four calls") { harness.scratch.lines("calls").count == 4 }
      #expect(harness.scratch.lines("calls").last == "A any INSTANCE A MASTER 255")
    }

    @Test func aRemovedRouterIsReportedAsKeepalivedDoes() throws {
      let harness = try Harness()
      var configuration = try pair(harness.scratch)
      try harness.serve(configuration)
      for router in [0, 1] { try harness.transition(router, 1, from: .initialize, to: .backup) }
      try harness.wait(for: "four calls") { harness.scratch.lines("calls").count == 4 }
      configuration.routers.removeLast()
      try harness.serve(configuration)
      try harness.wait(for: "one more call") { harness.scratch.lines("calls").count == 5 }
      #expect(harness.scratch.lines("calls").last == "B any INSTANCE B FAULT 150")
    }

    @Test func notificationsThatWaitAreRunBeforeTheEnd() throws {
      let harness = try Harness()
      var configuration = try pair(harness.scratch)
      configuration.routers[0].notify.stop = CommandDefinition(harness.scratch.script("slow", "sleep 0.3"))
      try harness.serve(configuration)
      try harness.transition(0, 1, from: .initialize, to: .master)
      try harness.transition(0, 2, from: .master, to: .initialize, cause: .shutdown)
      try harness.shutdown()
      #expect(harness.scratch.lines("calls").last == "A any INSTANCE A STOP 150")
    }

    @Test("A script of a configuration that is gone runs when its router goes with it")
    func farewellOfADroppedScript() throws {
      let harness = try Harness()
      var configuration = try pair(harness.scratch)
      let farewell = harness.scratch.script("farewell", "echo farewell $* >> \(harness.scratch.path("calls"))")
      configuration.routers[1].notify.any = CommandDefinition(farewell)
      try harness.serve(configuration)
      for router in [0, 1] { try harness.transition(router, 1, from: .initialize, to: .backup) }
      try harness.wait(for: "four calls") { harness.scratch.lines("calls").count == 4 }
      configuration.routers.removeLast()
      try harness.serve(configuration)
      try harness.wait(for: "one more call") { harness.scratch.lines("calls").count == 5 }
      #expect(harness.scratch.lines("calls").last == "farewell INSTANCE B FAULT 150")
    }

    @Test("A notification that runs when the starter dies is not run beside itself, and the next one follows")
    func starterDiesMeanwhile() throws {
      let harness = try Harness()
      var configuration = try pair(harness.scratch)
      let slow = harness.scratch.script("slow", "echo slow >> \(harness.scratch.path("calls")); exec sleep 60")
      configuration.routers[0].notify.backup = CommandDefinition(slow)
      try harness.serve(configuration)
      try harness.transition(0, 1, from: .initialize, to: .backup)
      try harness.wait(for: "its start") { harness.scratch.lines("calls").contains("slow") }
      try harness.replaceStarter()
      try harness.transition(0, 2, from: .backup, to: .master)
      try harness.wait(for: "the next calls") { harness.scratch.lines("calls").contains("A any INSTANCE A MASTER 150") }
      #expect(harness.scratch.lines("calls").filter { $0 == "slow" }.count == 1)
      #expect(harness.logText.contains("cannot tell how it ended"), "\(harness.logText)")
    }

    @Test("A notification that the starter took with it is not lost: the next one runs it")
    func starterDies() throws {
      let harness = try Harness()
      try harness.serve(try pair(harness.scratch))
      try harness.transition(0, 1, from: .initialize, to: .backup)
      try harness.wait(for: "the first calls") { harness.scratch.lines("calls").count == 2 }
      try harness.replaceStarter()
      try harness.transition(0, 2, from: .backup, to: .master)
      try harness.wait(for: "the next calls") { harness.scratch.lines("calls").contains("A any INSTANCE A MASTER 150") }
    }
  }
}
