import ConfigurationSyntax

/// The priority of the addresses' owner never changes (RFC 9568 section 5.2.4), so a weight has nothing to act on.
enum TrackersOfAnOwner: InstanceRule {
  static func check(_ draft: inout InstanceDraft, _ lowering: Lowering) {
    guard draft.isOwner else { return }
    let drop = { (entry: TrackEntry) -> Bool in
      let weight = entry.weight?.value ?? lowering.script(named: entry.name.value)?.weight?.value ?? 0
      guard weight != 0 else { return false }
      lowering.diagnostics.report(
        .warning, "owner-weight", "priority 255 never changes, so \(entry.name.value) with a weight is not tracked",
        at: entry.name.span, suggestion: "give the router a priority below 255, or the tracker no weight")
      return true
    }
    draft.trackedScripts.removeAll(where: drop)
    draft.trackedInterfaces.removeAll { ($0.weight?.value ?? 0) != 0 && drop($0) }
  }
}
