import ConfigurationSyntax

/// Weights of BFD sessions have nothing to act on with an owner of the addresses, and members of a group move together.
enum SessionWeights: ConfigurationRule {
  static func check(_ lowering: Lowering) {
    var groupOf: [String: SyncGroupDraft] = [:]
    for group in lowering.groups {
      for member in group.members { groupOf[member.value] = group }
    }
    for index in lowering.instances.indices {
      let draft = lowering.instances[index]
      let group = groupOf[draft.name.value]
      lowering.instances[index].trackedSessions = draft.trackedSessions.filter { entry in
        isKept(entry, of: draft, in: group, lowering)
      }
    }
    for index in lowering.groups.indices { dropWeights(ofGroup: index, lowering) }
  }

  private static func weight(of entry: TrackEntry, _ lowering: Lowering) -> Int {
    entry.weight?.value ?? lowering.session(named: entry.name.value)?.weight?.value ?? 0
  }

  private static func isKept(
    _ entry: TrackEntry, of draft: InstanceDraft, in group: SyncGroupDraft?, _ lowering: Lowering
  ) -> Bool {
    let name = entry.name.value
    let weight = weight(of: entry, lowering)
    if weight != 0, draft.isOwner {
      lowering.diagnostics.report(
        .warning, "owner-weight", "priority 255 never changes, so \(name) with a weight is not tracked",
        at: entry.name.span, suggestion: "give the router a priority below 255, or the session no weight")
      return false
    }
    if weight != 0, let group, !group.allowsWeights {
      lowering.diagnostics.report(
        .warning, "sync-group-weight",
        "\(name) with weight \(weight) is not tracked, since its router is in \(group.name.value)",
        at: entry.weight?.span ?? entry.name.span,
        suggestion: "track it in the vrrp_sync_group, or write sync_group_tracking_weight there")
      return false
    }
    return true
  }

  private static func dropWeights(ofGroup index: Int, _ lowering: Lowering) {
    let group = lowering.groups[index]
    let members = Set(group.members.map(\.value))
    guard lowering.instances.contains(where: { members.contains($0.name.value) && $0.isOwner }) else { return }
    for position in group.trackedSessions.indices where weight(of: group.trackedSessions[position], lowering) != 0 {
      let entry = group.trackedSessions[position]
      lowering.diagnostics.report(
        .warning, "owner-weight",
        "a member of \(group.name.value) has priority 255, so \(entry.name.value) counts with weight 0",
        at: entry.name.span)
      lowering.groups[index].trackedSessions[position].weight = Located(0, entry.name.span)
    }
  }
}
