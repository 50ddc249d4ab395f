import Configuration
import ConfigurationModel
import ControlModel
import Glibc
import HealthCore
import LinuxSystem
import NetworkTypes
import Testing
import VRRPCore

@testable import Prober

extension ProberTests {
  /// What counts is not always what the last result said.
  @Suite struct Steadiness {
    /// A script that is well while there is a file, and hangs while there is another.
    func check(
      _ harness: Harness, _ name: String = "chk", _ change: (inout ScriptCheckDefinition) -> Void = { _ in }
    ) -> ScriptCheckDefinition {
      let folder = harness.scratch.path
      let script = harness.scratch.script(
        name,
        "while test -e \(folder)/hang; do sleep 0.02; done; test -e \(folder)/\(name).ok || { echo \(name) is sick; exit 1; }"
      )
      var check = ScriptCheckDefinition(name: name, command: CommandDefinition(script))
      check.schedule.interval = .milliseconds(20)
      check.schedule.timeout = .seconds(10)
      change(&check)
      return check
    }

    func configuration(_ scripts: [ScriptCheckDefinition], _ probes: [ProbeDefinition] = []) -> Configuration {
      var configuration = Configuration.asOwnUser()
      configuration.scripts = scripts
      configuration.probes = probes
      return configuration
    }

    func set(_ name: String, well: Bool, _ harness: Harness) {
      if well { harness.scratch.write(name + ".ok", "") } else { unlink(harness.scratch.path(name + ".ok")) }
    }

    func last(_ tracker: Int, _ harness: Harness) -> TrackerVerdict? {
      harness.verdicts.last { $0.tracker == tracker }
    }

    @Test("A check that changes too often is held down, and says so until its time is over")
    func damping() throws {
      let harness = try Harness()
      set("chk", well: true, harness)
      let check = check(harness) {
        $0.schedule.damping = FlapDamping.Limits(changes: 2, period: .seconds(60), hold: .seconds(2))
      }
      try harness.serve(configuration([check]))
      try harness.wait(for: "up") { last(0, harness)?.status == .up }
      set("chk", well: false, harness)
      try harness.wait(for: "down") { last(0, harness)?.status == .down }
      #expect(last(0, harness) == TrackerVerdict(tracker: 0, status: .down, reason: "exit 1: chk is sick"))
      set("chk", well: true, harness)
      try harness.wait(for: "the hold") { last(0, harness)?.condition == .held }
      let until = try #require(last(0, harness)?.memory.until)
      #expect(
        last(0, harness)
          == TrackerVerdict(
            tracker: 0,
            TrackerFinding(
              .down, "", preface: "2 changes within 60 s, held down for 2 s",
              memory: VerdictMemory(result: .up, condition: .held, until: until))))
      #expect(harness.logText.contains("script chk is down (held): 2 changes within 60 s, held down for 2 s"))
      try harness.wait(for: "the end of the hold") { last(0, harness)?.status == .up }
      #expect(MonotonicClock.now() >= until)
      #expect(last(0, harness)?.condition == .fresh)
    }

    @Test("A check without a result goes stale, and holds or fails", arguments: [false, true])
    func expiry(fails: Bool) throws {
      let harness = try Harness()
      set("chk", well: true, harness)
      let check = check(harness) { $0.schedule.expiry = VerdictExpiry(after: .milliseconds(500), fails: fails) }
      try harness.serve(configuration([check]))
      try harness.wait(for: "up") { last(0, harness)?.status == .up }
      harness.scratch.write("hang", "")
      try harness.wait(for: "the stale verdict") { last(0, harness)?.condition == .stale }
      #expect(
        last(0, harness)
          == TrackerVerdict(
            tracker: 0,
            TrackerFinding(
              fails ? .down : .up, "", preface: "no result for 0.5 s",
              memory: VerdictMemory(result: .up, condition: .stale))))
      unlink(harness.scratch.path("hang"))
      try harness.wait(for: "the fresh verdict") { last(0, harness)?.condition == .fresh }
      #expect(last(0, harness)?.status == .up)
    }

    @Test("A prober that is started again keeps a verdict until it is too old")
    func restart() throws {
      let harness = try Harness()
      set("chk", well: true, harness)
      let check = check(harness) { $0.schedule.expiry = VerdictExpiry(after: .seconds(4), fails: true) }
      let configuration = configuration([check])
      try harness.serve(configuration)
      try harness.wait(for: "up") { last(0, harness)?.status == .up }
      harness.board.tracker(0)?.record(TrackerFinding(.up, "as it was"), at: MonotonicClock.now())
      harness.scratch.write("hang", "")
      try harness.restartProber()
      try harness.serve(configuration, keepingBoard: true)
      try harness.wait(for: "the stale verdict") { harness.verdicts.count > 1 }
      #expect(
        harness.verdicts == [
          TrackerVerdict(tracker: 0, status: .up, reason: "as it was"),
          TrackerVerdict(
            tracker: 0,
            TrackerFinding(
              .down, "as it was", preface: "no result for 4 s",
              memory: VerdictMemory(result: .up, condition: .stale))),
        ])
      unlink(harness.scratch.path("hang"))
    }

    @Test("A prober that stood still has not looked: no check expires or fails for that", arguments: [false, true])
    func standstill(isFrozenToo: Bool) throws {
      let harness = try Harness()
      set("chk", well: true, harness)
      let folder = harness.scratch.path
      let check = check(harness) {
        let body = "echo $$ > \(folder)/pid; sleep 0.2; rm \(folder)/pid; test -e \(folder)/chk.ok"
        $0.command = CommandDefinition(harness.scratch.script("slow", body))
        $0.schedule.interval = .milliseconds(400)
        $0.schedule.timeout = .milliseconds(3000)
        $0.schedule.expiry = VerdictExpiry(after: .milliseconds(4000), fails: true)
      }
      try harness.serve(configuration([check]))
      try harness.wait(for: "up") { last(0, harness)?.status == .up }
      for _ in 0..<2 {
        // As when the whole host stands still in the midst of a run, or the prober alone between two.
        try harness.wait(for: "a run") { Int32(harness.scratch.lines("pid").first ?? "") != nil }
        let pid = try #require(Int32(harness.scratch.lines("pid").first ?? ""))
        if isFrozenToo {
          kill(-pid, SIGSTOP)
        } else {
          try harness.wait(for: "the end of the run") { !isRunning(pid) }
          let end = MonotonicClock.now()
          try harness.wait(for: "its result") { MonotonicClock.now() - end > .milliseconds(20) }
        }
        usleep(4_800_000)
        if isFrozenToo { kill(-pid, SIGCONT) }
        let mark = MonotonicClock.now()
        try harness.wait(for: "the runs after that") { MonotonicClock.now() - mark > .milliseconds(600) }
      }
      #expect(harness.verdicts.map(\.status) == [.up], "\(harness.logText)")
      #expect(harness.verdicts.map(\.condition) == [.fresh], "\(harness.logText)")
      // It still looks: what hangs is stale, and what is sick is down.
      set("chk", well: false, harness)
      try harness.wait(for: "down") { last(0, harness)?.status == .down }
    }

    func combination(
      _ name: String, _ combination: Combination, _ members: [TrackerName]
    ) -> ProbeDefinition {
      ProbeDefinition(name: name, question: .combination(CombinedQuestion(combination, of: members)))
    }

    @Test("A combination follows its members, and one that it is part of follows it")
    func combinations() throws {
      let harness = try Harness()
      for name in ["a", "b", "c"] { set(name, well: true, harness) }
      // The outer one stands first, so that the order of the file is no help.
      let probes = [
        combination("outer", .all, [.init(.probe, "inner"), .init(.script, "c")]),
        combination("inner", .any, [.init(.script, "a"), .init(.script, "b")]),
      ]
      let configuration = configuration(["a", "b", "c"].map { check(harness, $0) }, probes)
      let (outer, inner) = (3, 4)
      try harness.serve(configuration)
      try harness.wait(for: "all up") { last(outer, harness)?.status == .up && last(inner, harness)?.status == .up }
      set("a", well: false, harness)
      try harness.wait(for: "a down") { last(0, harness)?.status == .down }
      #expect(last(inner, harness)?.status == .up)
      set("b", well: false, harness)
      try harness.wait(for: "outer down") { last(outer, harness)?.status == .down }
      #expect(
        last(inner, harness)?.reason
          == "0 of 2 up, one wanted; script a: exit 1: a is sick; script b: exit 1: b is sick")
      #expect(
        last(outer, harness)?.reason.hasPrefix("1 of 2 up, all wanted; probe inner: 0 of 2 up, one wanted") == true)
      #expect(harness.logText.contains("probe outer is down: 1 of 2 up, all wanted; probe inner: 0 of 2 up"))
      // One that says the same goes on from what it was, whatever its number is.
      try harness.serve(self.configuration(configuration.scripts, probes.reversed()))
      try harness.wait(for: "what is known") { harness.verdicts.count >= 5 }
      #expect(last(3, harness)?.status == .down && last(4, harness)?.status == .down)
      set("b", well: true, harness)
      try harness.wait(for: "up again") { last(3, harness)?.status == .up && last(4, harness)?.status == .up }
      // What has not changed since is known all the same to what is made of it.
      try harness.serve(configuration)
      set("c", well: false, harness)
      try harness.wait(for: "outer down once more") { last(outer, harness)?.status == .down }
      set("c", well: true, harness)
      try harness.wait(for: "outer up once more") { last(outer, harness)?.status == .up }
    }

    @Test("A combination says nothing before its members can decide it, and after a restart what it was")
    func combinationRestart() throws {
      let harness = try Harness()
      let probes = [combination("both", .atLeast(2), [.init(.script, "a"), .init(.script, "b")])]
      let configuration = configuration(
        [check(harness, "a"), check(harness, "b") { $0.command = .shell("sleep 30") }], probes)
      set("a", well: true, harness)
      try harness.serve(configuration)
      try harness.wait(for: "one up") { last(0, harness)?.status == .up }
      #expect(last(2, harness) == nil)
      for tracker in 0..<3 {
        harness.board.tracker(tracker)?.record(TrackerFinding(.up, "as it was"), at: MonotonicClock.now())
      }
      try harness.restartProber()
      try harness.serve(configuration, keepingBoard: true)
      try harness.wait(for: "all verdicts") { harness.verdicts.count >= 3 }
      #expect(last(2, harness)?.status == .up)
      set("a", well: false, harness)
      try harness.wait(for: "down") { last(2, harness)?.status == .down }
      #expect(last(2, harness)?.reason == "1 of 2 up, at least 2 wanted; script a: exit 1: a is sick")
    }

    @Test("A combination follows files, and what the engine looks after")
    func combinationOfTheEngines() throws {
      let harness = try Harness()
      let path = harness.scratch.path("level")
      var configuration = configuration(
        [], [combination("out", .all, [.init(.interface, "eth1"), .init(.bfd, "far"), .init(.file, "level")])])
      configuration.trackedFiles = [TrackedFileDefinition(name: "level", path: path)]
      configuration.bfdInstances = [BFDInstanceDefinition(name: "far", neighbor: IPAddress(v4: 0x0A00_0002))]
      let (interface, session, file, out) = (0, 1, 2, 3)
      func say(_ tracker: Int, _ status: TrackerStatus, _ reason: String = "") throws {
        harness.board.tracker(tracker)?.record(TrackerFinding(status, reason), at: MonotonicClock.now())
        let message = EngineMessage.event(.trackerChanged(tracker: tracker, status))
        #expect(try harness.engine.send(message.encoded) == .sent)
      }
      try harness.serve(configuration)
      harness.board.tracker(interface)?.record(TrackerFinding(.up, ""), at: MonotonicClock.now())
      try harness.wait(for: "the file") { last(file, harness)?.status == .level(0) }
      #expect(last(out, harness) == nil)
      try say(session, .up)
      try harness.wait(for: "all up") { last(out, harness)?.status == .up }

      try say(interface, .down, "interface is down")
      try harness.wait(for: "a lost interface") { last(out, harness)?.status == .down }
      #expect(last(out, harness)?.reason == "2 of 3 up, all wanted; interface eth1: interface is down")
      try say(interface, .up)
      try harness.wait(for: "the interface") { last(out, harness)?.status == .up }

      harness.scratch.write("level", "3\n")
      try harness.wait(for: "the number") { last(out, harness)?.status == .down }
      #expect(last(out, harness)?.reason == "2 of 3 up, all wanted; file level: \(path) holds 3")
      unlink(path)
      try harness.wait(for: "no number") { last(out, harness)?.status == .up }

      // What the engine could not say stands on its board, for this process and for the next one.
      harness.board.tracker(session)?.record(TrackerFinding(.down, "no packet for 0.6 s"), at: MonotonicClock.now())
      #expect(try harness.engine.send(EngineMessage.dropped(1).encoded) == .sent)
      try harness.wait(for: "a lost session") { last(out, harness)?.status == .down }
      try harness.restartProber()
      harness.board.tracker(session)?.record(TrackerFinding(.up, ""), at: MonotonicClock.now())
      try harness.serve(configuration, keepingBoard: true)
      try harness.wait(for: "the session") { last(out, harness)?.status == .up }
    }
  }
}
