import ConfigurationSyntax

/// What both a router and its group track counts once for an interface, as the group says, and twice for all else.
enum TrackedByGroupToo: ConfigurationRule {
  static func check(_ lowering: Lowering) {
    var positions: [String: Int] = [:]
    for (index, draft) in lowering.instances.enumerated() { positions[draft.name.value] = index }
    for group in lowering.groups where !group.tracked.isEmpty {
      for member in group.members.compactMap({ positions[$0.value] }) {
        lowering.instances[member].tracked = lowering.instances[member].tracked.map { settle($0, group, lowering) }
      }
    }
  }

  private static func settle(_ entry: TrackEntry, _ group: SyncGroupDraft, _ lowering: Lowering) -> TrackEntry {
    let name = entry.name.value
    guard let other = group.tracked.first(where: { $0.kind == entry.kind && $0.name.value == name }) else {
      return entry
    }
    guard entry.kind == .interface else {
      lowering.diagnostics.report(
        .note, "tracked-by-group-too", "\(name) is tracked by \(group.name.value) too", at: entry.name.span,
        notes: [("it is tracked here", other.name.span)], suggestion: "track it in one of the two places")
      return entry
    }
    lowering.diagnostics.report(
      .warning, "tracked-by-group-too",
      "\(name) is tracked by \(group.name.value) too, whose weight \(other.weight?.value ?? 0) counts",
      at: entry.name.span, notes: [("it is tracked here", other.name.span)],
      suggestion: "track it in one of the two places")
    var settled = entry
    settled.weight = other.weight
    settled.reverse = other.reverse
    return settled
  }
}
