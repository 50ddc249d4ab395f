import ConfigurationSyntax

/// What both a router and its group track counts once for an interface, as the group says, and twice for all else.
enum TrackedByGroupToo: ConfigurationRule {
  static func check(_ lowering: Lowering) {
    var positions: [String: Int] = [:]
    for (index, draft) in lowering.instances.enumerated() { positions[draft.name.value] = index }
    for group in lowering.groups where !group.notes.tracked.list.isEmpty {
      let entries = Dictionary(group.notes.tracked.list.map { ($0.key, $0) }) { first, _ in first }
      for member in group.notes.members.compactMap({ positions[$0.value] }) {
        let own = lowering.instances[member].notes.tracked.list
        lowering.instances[member].notes.tracked.list = own.map { entry in
          entries[entry.key].map { settle(entry, $0, of: group, lowering) } ?? entry
        }
      }
    }
  }

  private static func settle(
    _ entry: TrackEntry, _ other: TrackEntry, of group: SyncGroupReading, _ lowering: Lowering
  ) -> TrackEntry {
    let name = entry.name.value
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
