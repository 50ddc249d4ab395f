import ConfigurationSyntax
import VRRPCore

/// A priority stays within 1 to 254, whatever is added to it: a weight beyond that counts in part, or not at all.
enum WeightsWithoutEffect: ConfigurationRule {
  static func check(_ lowering: Lowering) {
    let weights = WeightedTrackers(lowering)
    for draft in lowering.instances where !draft.isOwner {
      let trackers = weights.of(draft)
      let gains = trackers.reduce(0) { $0 + max(0, $1.weight) }
      let losses = trackers.reduce(0) { $0 + min(0, $1.weight) }
      let base = Int(draft.core.priority.rawValue)
      for tracker in trackers {
        let isLost = tracker.weight > 0 ? base + losses >= 254 : base + gains <= 1
        guard isLost else { continue }
        lowering.diagnostics.report(
          .warning, "weight-without-effect",
          "\(draft.name.value) has priority \(base) and a priority stays within 1 to 254, so weight \(tracker.weight) of \(tracker.name) changes nothing",
          at: tracker.span, notes: notes(draft),
          suggestion: "give the router a priority that leaves room for the weight")
      }
      guard base < 254, base + gains > 254, let first = trackers.first(where: { $0.weight > 0 }) else { continue }
      lowering.diagnostics.report(
        .warning, "weight-clamped",
        "\(draft.name.value): priority \(base) and weights of \(gains) make \(base + gains), which becomes 254; hosts that both come to 254 rank by address",
        at: first.span, notes: notes(draft),
        suggestion: "write a lower priority or weight, so that the sum is at most 254")
    }
  }

  private static func notes(_ draft: InstanceReading) -> [(String, SourceSpan?)] {
    draft.places["priority"].map { [("the priority is written here", $0)] } ?? []
  }
}
