import Configuration
import ConfigurationModel
import ControlModel
import HealthCore
import LinuxSystem
import NetworkTypes
import Testing
import VRRPCore

@testable import Prober

/// What the prober makes of what the engine says.
extension ProberTests.Steadiness {
  @Test("An interface that has a check's name is told of as any other")
  func sameName() throws {
    let harness = try Harness()
    var configuration = configuration([check(harness, "eth7")], [combination("all", .all, [.init(.interface, "eth7")])])
    configuration.scripts[0].command = .shell("sleep 30")
    let interface = try #require(configuration.trackerNumbers[TrackerName(.interface, "eth7")]).rawValue
    try harness.serve(configuration)
    harness.board.tracker(interface)?.record(TrackerFinding(.down, "interface is down"), at: MonotonicClock.now())
    let message = EngineMessage.event(.trackerChanged(tracker: interface, .down))
    #expect(try harness.engine.send(message.encoded) == .sent)
    try harness.wait(for: "the line") { harness.logText.contains("tracker eth7 is down") }
  }

  @Test("A check does not go on from the verdict of one whose name its own begins with")
  func namesThatBeginAlike() throws {
    let harness = try Harness()
    set("chk", well: true, harness)
    let check = check(harness)
    try harness.serve(configuration([check]))
    try harness.wait(for: "up") { last(0, harness)?.status == .up }
    var other = check
    (other.name, other.command) = ("chk2", .shell("sleep 30"))
    try harness.restartProber()
    try harness.serve(configuration([other]), keepingBoard: true)
    try harness.wait(for: "a run") { !harness.prober.checks.running.isEmpty }
    #expect(harness.verdicts.isEmpty)
  }

  /// A router that tracks a check without a weight.
  private func tracking(_ harness: Harness) throws -> Configuration {
    var configuration = configuration([check(harness)])
    let core = VirtualRouterConfiguration(
      virtualRouterID: try #require(VirtualRouterID(51)), version: .v3, priority: .standard, interval: .seconds(1))
    var router = VirtualRouterDefinition(name: "VI_1", interface: "eth0", core: core, family: .ipv4)
    router.tracked = [TrackerReference(.script, "chk")]
    configuration.routers = [router]
    return configuration
  }

  @Test("Why a check moved a router stands on the board, for this prober and for the next one")
  func reasonOfATransition() throws {
    let harness = try Harness()
    set("chk", well: false, harness)
    let configuration = try tracking(harness)
    try harness.serve(configuration)
    try harness.wait(for: "down") { last(0, harness)?.status == .down }
    try harness.transition(0, 1, from: .backup, to: .fault, cause: .trackerDown(TrackerID(rawValue: 0)))
    let sentence = "script chk is down: exit 1: chk is sick"
    try harness.wait(for: "the line") { harness.logText.contains("VI_1: BACKUP → FAULT, \(sentence), priority 150") }
    #expect(harness.prober.link?.details[0] == "exit 1: chk is sick")
    try harness.restartProber()
    try harness.serve(configuration, keepingBoard: true)
    try harness.wait(for: "the next prober") { harness.prober.link != nil }
    #expect(harness.prober.link?.details[0] == "exit 1: chk is sick")
  }

  @Test("A check that has come to say the opposite does not say why it moved a router")
  func reasonOfTheOpposite() throws {
    let harness = try Harness()
    set("chk", well: true, harness)
    try harness.serve(try tracking(harness))
    try harness.wait(for: "up") { last(0, harness)?.status == .up }
    try harness.transition(0, 1, from: .backup, to: .fault, cause: .trackerDown(TrackerID(rawValue: 0)))
    try harness.wait(for: "the line") { harness.logText.contains("VI_1: BACKUP → FAULT, script chk is down, priority") }
  }
}
