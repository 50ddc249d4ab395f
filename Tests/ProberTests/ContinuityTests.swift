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

/// What counts outlives the prober, and a reload that changes only what follows from it.
extension ProberTests.Steadiness {
  @Test("What is held down stays so when the prober dies, for as long as it was to be", arguments: [false, true])
  func heldThroughARestart(isWellAfterwards: Bool) throws {
    let harness = try Harness()
    set("chk", well: true, harness)
    let check = check(harness) {
      $0.schedule.damping = FlapDamping.Limits(changes: 2, period: .seconds(60), hold: .seconds(8))
    }
    let configuration = configuration([check])
    try harness.serve(configuration)
    try harness.wait(for: "up") { last(0, harness)?.status == .up }
    set("chk", well: false, harness)
    try harness.wait(for: "down") { last(0, harness)?.status == .down }
    set("chk", well: true, harness)
    try harness.wait(for: "the hold") { last(0, harness)?.condition == .held }
    let until = try #require(last(0, harness)?.memory.until)
    if !isWellAfterwards {
      set("chk", well: false, harness)
      // What counts does not change by that, and yet the next one knows.
      try harness.wait(for: "the result beneath") { last(0, harness)?.memory.result == .down }
    }
    try harness.restartProber()
    try harness.serve(configuration, keepingBoard: true)
    try harness.wait(for: "what it was") { !harness.verdicts.isEmpty }
    let reason = "2 changes within 60 s, held down for 8 s"
    #expect(harness.verdicts.first?.status == .down)
    #expect(
      harness.verdicts.first?.memory
        == VerdictMemory(result: isWellAfterwards ? .up : .down, condition: .held, until: until))
    #expect(harness.verdicts.first?.reason.hasPrefix(reason) == true)
    #expect(harness.verdicts.first?.reason.contains("; last: \(reason)") == false)
    try harness.wait(for: "the end of the hold") { last(0, harness)?.condition == .fresh }
    #expect(last(0, harness)?.status == (isWellAfterwards ? .up : .down))
    #expect(MonotonicClock.now() >= until)
  }

  @Test("What is stale stays so when the prober dies, until there is a result", arguments: [false, true])
  func staleThroughARestart(fails: Bool) throws {
    let harness = try Harness()
    set("chk", well: true, harness)
    // Long enough for the next prober not to find it too old by itself.
    let check = check(harness) { $0.schedule.expiry = VerdictExpiry(after: .seconds(1), fails: fails) }
    let configuration = configuration([check])
    try harness.serve(configuration)
    try harness.wait(for: "up") { last(0, harness)?.status == .up }
    harness.scratch.write("hang", "")
    try harness.wait(for: "the stale verdict") { last(0, harness)?.condition == .stale }
    try harness.restartProber()
    try harness.serve(configuration, keepingBoard: true)
    try harness.wait(for: "what it was") { !harness.verdicts.isEmpty }
    #expect(
      harness.verdicts.first
        == TrackerVerdict(
          tracker: 0,
          TrackerFinding(
            fails ? .down : .up, "", preface: "no result for 1 s",
            memory: VerdictMemory(result: .up, condition: .stale))))
    unlink(harness.scratch.path("hang"))
    try harness.wait(for: "the fresh verdict") { last(0, harness)?.condition == .fresh }
    #expect(last(0, harness)?.status == .up)
  }

  /// What follows from a check's results, and no more.
  static let consequences: [@Sendable (inout ScriptCheckDefinition) -> Void] = [
    { $0.weight = 7 }, { $0.reverse = true }, { $0.schedule.interval = .milliseconds(30) }, { $0.schedule.rise = 2 },
    { $0.schedule.fall = 3 },
    { $0.schedule.initiallyFailed = true }, { $0.schedule.timeout = .seconds(20) },
    { $0.schedule.damping = FlapDamping.Limits(changes: 3, period: .seconds(90), hold: .seconds(90)) },
    { $0.schedule.expiry = VerdictExpiry(after: .seconds(50)) },
  ]

  @Test("A reload that leaves alone what a check asks leaves its history alone", arguments: consequences.indices)
  func reload(change: Int) throws {
    let harness = try Harness()
    set("chk", well: true, harness)
    var check = check(harness) {
      $0.schedule.damping = FlapDamping.Limits(changes: 2, period: .seconds(60), hold: .seconds(60))
    }
    try harness.serve(configuration([check]))
    try harness.wait(for: "up") { last(0, harness)?.status == .up }
    set("chk", well: false, harness)
    try harness.wait(for: "down") { last(0, harness)?.status == .down }
    set("chk", well: true, harness)
    try harness.wait(for: "the hold") { last(0, harness)?.condition == .held }
    let until = last(0, harness)?.memory.until
    Self.consequences[change](&check)
    try harness.serve(configuration([check]))
    try harness.wait(for: "what it was") { !harness.verdicts.isEmpty }
    #expect(
      harness.verdicts.first?.memory == VerdictMemory(result: .up, condition: .held, until: until),
      "\(harness.verdicts)")
  }

  @Test("A run that goes on at such a reload is not ended, and one whose check asks something else begins afresh")
  func reloadDuringARun() throws {
    let harness = try Harness()
    set("chk", well: true, harness)
    var check = check(harness)
    try harness.serve(configuration([check]))
    try harness.wait(for: "up") { last(0, harness)?.status == .up }
    harness.scratch.write("hang", "")
    func group() -> Int32? { harness.prober.checks.running.first }
    var hanging: Int32?
    let quiet = MonotonicClock.now() + .seconds(2)
    try harness.wait(for: "a run that hangs") {
      hanging = group()
      return hanging != nil && MonotonicClock.now() > quiet
    }
    (check.weight, check.schedule.interval) = (5, .milliseconds(30))
    try harness.serve(configuration([check]))
    try harness.wait(for: "what it was") { last(0, harness)?.status == .up }
    #expect(group() == hanging)
    check.command = CommandDefinition(harness.scratch.script("other", "exit 0"))
    try harness.serve(configuration([check]))
    try harness.wait(for: "a result of the other") { last(0, harness)?.status == .up && group() != hanging }
    unlink(harness.scratch.path("hang"))
  }

  @Test("A delay of processes that is under way goes on when the prober dies, and at a reload of the weight")
  func delayThroughARestart() throws {
    let harness = try Harness()
    let name = "gone\(UInt32.random(in: 0 ... .max))"
    var processes = TrackedProcessDefinition(name: "p", command: name)
    processes.terminateDelay = .seconds(8)
    var configuration = Configuration.asOwnUser()
    configuration.trackedProcesses = [processes]
    try harness.serve(configuration)
    try harness.wait(for: "down") { last(0, harness)?.status == .down }
    // They ran when another prober looked last.
    harness.board.tracker(0)?.record(TrackerFinding(.up, "1 ran"), at: MonotonicClock.now())
    try harness.restartProber()
    try harness.serve(configuration, keepingBoard: true)
    try harness.wait(for: "the delay") { last(0, harness)?.memory.until != nil }
    let until = try #require(last(0, harness)?.memory.until)
    #expect(last(0, harness)?.status == .up)
    try harness.restartProber()
    try harness.serve(configuration, keepingBoard: true)
    try harness.wait(for: "what it was") { !harness.verdicts.isEmpty }
    #expect(harness.verdicts.first?.memory == VerdictMemory(result: .up, until: until))
    configuration.trackedProcesses[0].weight = 3
    configuration.trackedProcesses[0].quorum = 2
    try harness.serve(configuration)
    try harness.wait(for: "what it was") { !harness.verdicts.isEmpty }
    #expect(harness.verdicts.first?.memory == VerdictMemory(result: .up, until: until))
    try harness.wait(for: "the end of the delay") { last(0, harness)?.status == .down }
    #expect(MonotonicClock.now() >= until)
    #expect(last(0, harness)?.memory == VerdictMemory(result: .down))
  }

  @Test("A combination that is held down stays so when the prober dies, and at a reload of its weight")
  func heldCombination() throws {
    let harness = try Harness()
    set("chk", well: true, harness)
    var probe = combination("all", .all, [.init(.script, "chk")])
    probe.schedule.damping = FlapDamping.Limits(changes: 2, period: .seconds(60), hold: .seconds(8))
    let check = check(harness)
    try harness.serve(configuration([check], [probe]))
    try harness.wait(for: "up") { last(1, harness)?.status == .up }
    set("chk", well: false, harness)
    try harness.wait(for: "down") { last(1, harness)?.status == .down }
    set("chk", well: true, harness)
    try harness.wait(for: "the hold") { last(1, harness)?.condition == .held }
    let memory = try #require(last(1, harness)?.memory)
    #expect(memory.result == .up && memory.until != nil)
    try harness.restartProber()
    try harness.serve(configuration([check], [probe]), keepingBoard: true)
    try harness.wait(for: "what it was") { last(1, harness) != nil }
    #expect(harness.verdicts.first { $0.tracker == 1 }?.memory == memory)
    (probe.weight, probe.schedule.expiry) = (5, VerdictExpiry(after: .seconds(60)))
    try harness.serve(configuration([check], [probe]))
    try harness.wait(for: "what it was") { last(1, harness) != nil }
    #expect(harness.verdicts.first { $0.tracker == 1 }?.memory == memory)
    try harness.wait(for: "the end of the hold") { last(1, harness)?.condition == .fresh }
    #expect(last(1, harness)?.status == .up)
  }
}
