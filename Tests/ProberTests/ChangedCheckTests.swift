import Configuration
import ConfigurationModel
import ControlModel
import Glibc
import HealthCore
import NetworkTypes
import Testing
import VRRPCore

@testable import Prober

/// A reload that has a check ask something else says nothing against what is checked.
extension ProberTests.Steadiness {
  @Test(
    "A check that asks something else goes on from the verdict of its name, and its results count anew",
    arguments: [(true, false), (true, true), (false, false)])
  func anotherQuestion(isWell: Bool, isInitiallyFailed: Bool) throws {
    let harness = try Harness()
    set("chk", well: isWell, harness)
    var check = check(harness) {
      ($0.schedule.rise, $0.schedule.fall, $0.schedule.initiallyFailed) = (3, 3, isInitiallyFailed)
    }
    let (before, after) = isWell ? (TrackerStatus.up, TrackerStatus.down) : (.down, .up)
    try harness.serve(configuration([check]))
    try harness.wait(for: "the first verdict") { last(0, harness)?.status == before }
    let folder = harness.scratch.path
    check.command = CommandDefinition(
      harness.scratch.script("other", "echo run >> \(folder)/runs; sleep 0.1; exit \(isWell ? 1 : 0)"))
    check.schedule.interval = .milliseconds(300)
    try harness.serve(configuration([check]))
    try harness.wait(for: "the other verdict") { last(0, harness)?.status == after }
    #expect(harness.verdicts.map(\.status) == [before, after], "\(harness.logText)")
    #expect(isWell || harness.verdicts.first?.reason == "exit 1: chk is sick")
    #expect(harness.scratch.lines("runs").count == 3)
  }

  @Test("A check that has found nothing yet leaves it to its next question how it begins")
  func anotherQuestionWithoutAnAnswer() throws {
    let harness = try Harness()
    var check = check(harness) { $0.command = .shell("sleep 30") }
    try harness.serve(configuration([check]))
    try harness.wait(for: "a run") { !harness.prober.checks.running.isEmpty }
    check.command = .shell("sleep 31")
    check.schedule.initiallyFailed = true
    try harness.serve(configuration([check]))
    try harness.wait(for: "the verdict before a run") { last(0, harness)?.status == .down }
    #expect(last(0, harness)?.reason == "no success yet (init_fail)")
  }

  @Test("A combination of other members goes on from the verdict of its name until they have answered")
  func otherMembers() throws {
    let harness = try Harness()
    set("a", well: true, harness)
    let checks = [check(harness, "a"), check(harness, "b") { $0.command = .shell("sleep 30") }]
    try harness.serve(configuration(checks, [combination("both", .any, [.init(.script, "a")])]))
    try harness.wait(for: "up") { last(2, harness)?.status == .up }
    let other = combination("both", .all, [.init(.script, "a"), .init(.script, "b")])
    try harness.serve(configuration(checks, [other]))
    try harness.wait(for: "what it was") { last(2, harness) != nil }
    #expect(last(2, harness)?.status == .up)
    set("a", well: false, harness)
    try harness.wait(for: "what its members decide") { last(2, harness)?.status == .down }
    #expect(harness.verdicts.filter { $0.tracker == 2 }.map(\.status) == [.up, .down])
  }

  @Test("The words for what moved a router outlive a reload, wherever the router stands then")
  func wordsOfACause() throws {
    let harness = try Harness()
    var configuration = configuration([check(harness)])
    configuration.routers = [try .named("VI_1")]
    try harness.serve(configuration)
    try harness.wait(for: "ready") { harness.prober.link != nil }
    try harness.transition(
      0, 1, from: .master, to: .fault, cause: .trackerDown(TrackerID(rawValue: 0)), detail: "exit 1: chk is sick")
    try harness.wait(for: "the transition") { harness.logText.contains("exit 1: chk is sick") }
    configuration.routers = [try .named("VI_0"), try .named("VI_1")]
    try harness.serve(configuration)
    try harness.wait(for: "the next engine") { harness.prober.link?.configuration.routers.count == 2 }
    #expect(harness.prober.link?.details == [1: "exit 1: chk is sick"])
  }
}
