import ConfigurationSyntax

/// A `track_group` has members that exist, and static entries name groups that exist.
enum TrackGroupMembers: ConfigurationRule {
  static func check(_ lowering: Lowering) {
    let names = Set(lowering.instances.map(\.name.value))
    for group in lowering.trackGroups {
      for member in group.members where !names.contains(member.value) {
        let nearest = lowering.diagnostics.nearest(to: member.value, in: names.sorted())
        lowering.diagnostics.report(
          .warning, "unknown-member", "there is no vrrp_instance \(member.value); \(group.name.value) does without it",
          at: member.span, suggestion: nearest.map { "did you mean \($0)?" },
          replacement: Spelling.sure(nearest, for: member.value))
      }
      if group.members.isEmpty {
        lowering.diagnostics.report(
          .warning, "track-group-size", "\(group.name.value) has no members; it is left out", at: group.name.span,
          suggestion: "name vrrp_instances in group { }")
      }
    }
    let groups = Set(lowering.trackGroups.map(\.name.value))
    for use in lowering.trackGroupUses where !groups.contains(use.value) {
      let nearest = lowering.diagnostics.nearest(to: use.value, in: groups.sorted())
      lowering.diagnostics.report(
        .warning, "unknown-track-group", "there is no track_group \(use.value); it is ignored", at: use.span,
        suggestion: nearest.map { "did you mean \($0)?" }, replacement: Spelling.sure(nearest, for: use.value))
    }
  }
}
