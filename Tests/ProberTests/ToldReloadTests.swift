import Configuration
import ConfigurationModel
import ConfigurationOutline
import ControlModel
import Glibc
import NetworkTypes
import Testing
import VRRPCore

@testable import Prober

/// What `config diff` says that a reload does to a check is what the prober does.
extension ProberTests.Steadiness {
  /// What a reload changes of a check, and what goes on of it.
  struct ToldChange: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var continuity: Continuity
    var make: @Sendable (inout ScriptCheckDefinition, Harness) -> Void
  }

  static let toldChanges = [
    ToldChange(testDescription: "nothing", continuity: .everything) { _, _ in },
    ToldChange(testDescription: "weight", continuity: .everything) { check, _ in check.weight = 3 },
    ToldChange(testDescription: "rise, fall, interval", continuity: .everything) { check, _ in
      (check.schedule.rise, check.schedule.fall, check.schedule.interval) = (2, 3, .milliseconds(30))
    },
    ToldChange(testDescription: "timeout", continuity: .findings) { check, _ in check.schedule.timeout = .seconds(50) },
    ToldChange(testDescription: "script", continuity: .verdict) { check, harness in
      check.command = CommandDefinition(harness.scratch.script("other", "sleep 60"))
    },
    ToldChange(testDescription: "user", continuity: .verdict) { check, _ in
      check.command.user = ScriptUser(user: "\(geteuid())")
    },
    ToldChange(testDescription: "name", continuity: .nothing) { check, _ in check.name = "another" },
  ]

  @Test("A reload does to a check what config diff says", arguments: toldChanges)
  func told(change: ToldChange) throws {
    let harness = try Harness()
    let folder = harness.scratch.path
    // Its second run and those after it hang.
    let script = harness.scratch.script(
      "hanging", "test -e \(folder)/ran || { touch \(folder)/ran; exit 0; }; touch \(folder)/hangs; sleep 60")
    var check = ScriptCheckDefinition(name: "chk", command: CommandDefinition(script))
    (check.schedule.interval, check.schedule.timeout) = (.milliseconds(20), .seconds(60))
    let old = configuration([check])
    try harness.serve(old)
    var hanging: Int32?
    try harness.wait(for: "a run that hangs") {
      hanging = harness.prober.checks.running.first
      return last(0, harness)?.status == .up && hanging != nil && access(harness.scratch.path("hangs"), F_OK) == 0
    }
    change.make(&check, harness)
    let new = configuration([check])
    let link = harness.prober.link
    try harness.serve(new)
    try harness.wait(for: "the prober to go on") { harness.prober.link !== link }

    let isSame = check.name == "chk"
    #expect(!isSame || new.scripts[0].continuity(from: old.scripts[0]) == change.continuity)
    #expect((last(0, harness)?.status == .up) == (change.continuity > .nothing))
    if change.continuity == .everything {
      #expect(harness.prober.checks.running.first == hanging)
    } else {
      try harness.wait(for: "the end of the run") { hanging.map { kill(-$0, 0) != 0 } ?? true }
    }

    let item = try #require(
      ConfigurationDifference(from: old, to: new).items.first { $0.keyword == "vrrp_script" && $0.name == check.name })
    let remark = item.remark ?? ""
    #expect((item.fate == .added) == (change.continuity == .nothing) && item.fate != .restarted)
    #expect(remark.isEmpty == (change.continuity == .everything || change.continuity == .nothing))
    #expect(remark.contains("its verdict holds") == (change.continuity == .verdict))
    #expect(remark.contains("what was found so far counts on") == (change.continuity == .findings))
  }
}
