import ConfigurationModel
import ConfigurationSyntax
import VRRPCore

/// Trackers that change the priorities of a configuration's routers; made once all blocks are complete.
struct WeightedTrackers {
  private let lowering: Lowering
  private var groups: [String: SyncGroupReading] = [:]

  init(_ lowering: Lowering) {
    self.lowering = lowering
    for group in lowering.groups {
      for member in group.notes.members { groups[member.value] = group }
    }
  }

  /// The trackers with a weight of a router and of its sync group, at the place of the weight, or of the name.
  func of(_ draft: InstanceReading) -> [Located<TrackerReference>] {
    let group = groups[draft.name.value]
    return (draft.notes.tracked.list + (group?.notes.tracked.list ?? [])).compactMap { entry in
      // What a file adds is not known before its number is.
      guard entry.kind != .file, let thing = lowering.trackable(entry) else { return nil }
      let reference = entry.reference(to: thing)
      return reference.weight == 0 ? nil : Located(reference, entry.weight?.span ?? entry.name.span)
    }
  }
}
