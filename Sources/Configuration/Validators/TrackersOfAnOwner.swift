import ConfigurationSyntax

/// The priority of the addresses' owner never changes (RFC 9568 section 5.2.4), so a weight has nothing to act on.
enum TrackersOfAnOwner: InstanceRule {
  static func check(_ draft: inout InstanceReading, _ lowering: Lowering) {
    guard draft.isOwner else { return }
    draft.notes.tracked.list.removeAll { entry in
      guard lowering.weight(of: entry) != 0 else { return false }
      lowering.diagnostics.report(
        .warning, "owner-weight", "priority 255 never changes, so \(entry.name.value) with a weight is not tracked",
        at: entry.name.span, suggestion: "give the router a priority below 255, or the tracker no weight")
      if entry.kind == .script { draft.notes.scriptsWithoutEffect.append(entry.name.value) }
      return true
    }
  }
}
