import ConfigurationSyntax

/// Members of a group move together, so keepalived takes their weights away unless told otherwise.
enum SyncGroupWeights: ConfigurationRule {
  static func check(_ lowering: Lowering) {
    var positions: [String: Int] = [:]
    for (index, draft) in lowering.instances.enumerated() { positions[draft.name.value] = index }
    for index in lowering.groups.indices {
      let group = lowering.groups[index]
      let members = group.members.compactMap { positions[$0.value] }
      if members.contains(where: { lowering.instances[$0].isOwner }) { dropGroupWeights(index, lowering) }
      guard !group.allowsWeights else { continue }
      for member in members { dropWeights(member, group, lowering) }
    }
  }

  private static func dropWeights(_ member: Int, _ group: SyncGroupDraft, _ lowering: Lowering) {
    lowering.instances[member].trackedScripts.removeAll { entry in
      let weight = entry.weight?.value ?? lowering.script(named: entry.name.value)?.weight?.value ?? 0
      guard weight != 0 else { return false }
      report(
        "\(entry.name.value) with weight \(weight) is not tracked, since its router is in \(group.name.value)", entry,
        lowering)
      return true
    }
    for index in lowering.instances[member].trackedInterfaces.indices {
      let entry = lowering.instances[member].trackedInterfaces[index]
      guard let weight = entry.weight?.value, weight != 0 else { continue }
      report("weight \(weight) counts as 0, since its router is in \(group.name.value)", entry, lowering)
      lowering.instances[member].trackedInterfaces[index].weight?.value = 0
    }
  }

  private static func report(_ message: String, _ entry: TrackEntry, _ lowering: Lowering) {
    lowering.diagnostics.report(
      .warning, "sync-group-weight", message, at: entry.weight?.span ?? entry.name.span,
      suggestion: "track it in the vrrp_sync_group, or write sync_group_tracking_weight there")
  }

  private static func dropGroupWeights(_ index: Int, _ lowering: Lowering) {
    for path in [\SyncGroupDraft.trackedScripts, \SyncGroupDraft.trackedInterfaces] {
      for entry in lowering.groups[index][keyPath: path].indices {
        let tracked = lowering.groups[index][keyPath: path][entry]
        guard (tracked.weight?.value ?? lowering.script(named: tracked.name.value)?.weight?.value ?? 0) != 0 else {
          continue
        }
        lowering.diagnostics.report(
          .warning, "owner-weight",
          "a member of \(lowering.groups[index].name.value) has priority 255, so \(tracked.name.value) counts with weight 0",
          at: tracked.name.span)
        lowering.groups[index][keyPath: path][entry].weight = Located(0, tracked.name.span)
      }
    }
  }
}
