import ConfigurationSyntax

/// Members of a group move together, so keepalived takes their weights away unless told otherwise.
enum SyncGroupWeights: ConfigurationRule {
  static func check(_ lowering: Lowering) {
    var positions: [String: Int] = [:]
    for (index, draft) in lowering.instances.enumerated() { positions[draft.name.value] = index }
    for index in lowering.groups.indices {
      let group = lowering.groups[index]
      let members = group.notes.members.compactMap { positions[$0.value] }
      if members.contains(where: { lowering.instances[$0].isOwner }) { dropGroupWeights(index, lowering) }
      guard group.places["sync_group_tracking_weight"] == nil else { continue }
      for member in members { dropWeights(member, group, lowering) }
    }
  }

  private static func dropWeights(_ member: Int, _ group: SyncGroupReading, _ lowering: Lowering) {
    lowering.instances[member].notes.tracked.list = lowering.instances[member].notes.tracked.list.compactMap { entry in
      let weight = lowering.weight(of: entry)
      guard weight != 0 else { return entry }
      guard entry.kind == .interface else {
        report(
          "\(entry.name.value) with weight \(weight) is not tracked, since its router is in \(group.name.value)", entry,
          lowering)
        return nil
      }
      report("weight \(weight) counts as 0, since its router is in \(group.name.value)", entry, lowering)
      var entry = entry
      entry.weight?.value = 0
      return entry
    }
  }

  private static func report(_ message: String, _ entry: TrackEntry, _ lowering: Lowering) {
    lowering.diagnostics.report(
      .warning, "sync-group-weight", message, at: entry.weight?.span ?? entry.name.span,
      suggestion: "track it in the vrrp_sync_group, or write sync_group_tracking_weight there")
  }

  private static func dropGroupWeights(_ index: Int, _ lowering: Lowering) {
    let group = lowering.groups[index]
    for (position, entry) in group.notes.tracked.list.enumerated() where lowering.weight(of: entry) != 0 {
      lowering.diagnostics.report(
        .warning, "owner-weight",
        "a member of \(group.name.value) has priority 255, so \(entry.name.value) counts with weight 0",
        at: entry.name.span)
      lowering.groups[index].notes.tracked.list[position].weight = Located(0, entry.name.span)
    }
  }
}
