import ConfigurationModel
import ConfigurationSyntax

/// A tracker with a weight, as one router has it.
struct WeightedTracker {
  var name: String
  /// Not 0; its sign says whether it is added while the tracker is up, or while it is down.
  var weight: Int
  /// Whether up and down change places.
  var reverse: Bool
  /// Where the weight is written, or the tracker.
  var span: SourceSpan
}

/// What changes the priorities of a configuration's routers; made once the rules have settled the drafts.
struct WeightedTrackers {
  private let lowering: Lowering
  private var groups: [String: SyncGroupReading] = [:]

  init(_ lowering: Lowering) {
    self.lowering = lowering
    for group in lowering.groups {
      for member in group.notes.members { groups[member.value] = group }
    }
  }

  /// The trackers with a weight of a router and of its sync group.
  func of(_ draft: InstanceReading) -> [WeightedTracker] {
    let group = groups[draft.name.value]
    return (draft.notes.tracked.list + (group?.notes.tracked.list ?? [])).compactMap { entry in
      // What a file adds is not known before its number is.
      guard entry.kind != .file, let thing = lowering.trackable(entry) else { return nil }
      let weight = lowering.weight(of: entry)
      guard weight != 0 else { return nil }
      return WeightedTracker(
        name: entry.name.value, weight: weight, reverse: entry.reverse ?? thing.reverse,
        span: entry.weight?.span ?? entry.name.span)
    }
  }
}
