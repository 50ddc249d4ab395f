import ConfigurationSyntax
import VRRPCore

/// A weight only lowers a priority, and under `nopreempt` no backup takes over from a master whose priority is low.
enum WeightsUnderNopreempt: ConfigurationRule {
  static func check(_ lowering: Lowering) {
    let trackers = WeightedTrackers(lowering)
    for draft in lowering.instances {
      guard !draft.core.preempt, let nopreempt = draft.places["nopreempt"] else { continue }
      for tracker in trackers.of(draft) {
        lowering.diagnostics.report(
          .warning, "nopreempt-with-weight",
          "\(draft.name.value) has nopreempt, so a weight of \(tracker.name) moves nothing: no backup takes over from a master whose priority falls",
          at: tracker.span, notes: [("nopreempt is written here", nopreempt)],
          suggestion:
            "give \(tracker.name) no weight, so that its failure is a fault, or take nopreempt out, on all hosts")
      }
    }
  }
}
