import ConfigurationSyntax
import VRRPCore

/// Of hosts with one priority the one with the higher address wins, which is hardly what was meant.
enum PairPriorities: PairRule {
  static func check(_ pair: RouterPair, _ findings: inout PairFindings) {
    let (one, other) = (PriorityRange(pair.first), PriorityRange(pair.second))
    guard one.whenWell == other.whenWell else { return }
    let isPlain = one.base == other.base
    findings.report(
      .warning, "pair-priority",
      isPlain
        ? "\(pair.second.name) has priority \(other.base) on both hosts, so the one with the higher address is master"
        : "\(pair.second.name) comes to priority \(other.whenWell) on both hosts while all is well, so the one with the higher address is master",
      pair, at: pair.second.draft.places["priority"], and: pair.first.draft.places["priority"],
      note: isPlain ? "the other host has it here" : "the other host has \(one.base) and its weights",
      suggestion: one.base == 255
        ? "write 255 on no more than one host, the one whose own address it is"
        : "write a higher priority on the host that shall be master")
  }
}

/// Between what bounds a router's priority moves.
struct PriorityRange {
  let base: Int
  /// With all trackers up.
  let whenWell: Int
  /// With whatever takes most away.
  let least: Int
  /// Where the weights that take something away stand, in the file's order.
  let losses: [SourceSpan]

  init(_ half: RouterPair.Half) {
    base = Int(half.draft.core.priority.rawValue)
    guard base != 255 else {
      whenWell = 255
      least = 255
      losses = []
      return
    }
    let trackers = WeightedTrackers(half.host.lowering).of(half.draft)
    // A positive weight is added while its tracker is up, a negative one while it is down; reverse exchanges the two.
    var well = base
    var worst = base
    for tracker in trackers {
      let up = tracker.reverse ? min(tracker.weight, 0) : max(tracker.weight, 0)
      let down = tracker.reverse ? max(tracker.weight, 0) : min(tracker.weight, 0)
      well += up
      worst += min(up, down)
    }
    whenWell = min(254, max(1, well))
    least = min(254, max(1, worst))
    losses = trackers.map(\.span)
  }
}
