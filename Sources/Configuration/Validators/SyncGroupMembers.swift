import ConfigurationSyntax

/// A group's members exist and are in no other group; a group of fewer than two moves nothing together.
enum SyncGroupMembers: ConfigurationRule {
  static func check(_ lowering: Lowering) {
    let names = Set(lowering.instances.map(\.name.value))
    var taken: [String: Located<String>] = [:]
    for index in lowering.groups.indices {
      let group = lowering.groups[index]
      // A name that the group has already was not meant twice.
      let own = Set(group.notes.members.map(\.value))
      lowering.groups[index].notes.members = group.notes.members.filter { member in
        guard names.contains(member.value) else {
          reportUnknown(member, group, names, except: own, lowering)
          return false
        }
        if let other = taken[member.value] {
          lowering.diagnostics.report(
            .warning, "member-of-two-groups",
            "\(member.value) is in \(other.value) already; it does not move with \(group.name.value)", at: member.span,
            notes: [("\(other.value) is here", other.span)])
          return false
        }
        taken[member.value] = group.name
        return true
      }
      reportSize(lowering.groups[index], lowering)
    }
    lowering.groups.removeAll { $0.notes.members.isEmpty }
  }

  private static func reportUnknown(
    _ member: Located<String>, _ group: SyncGroupReading, _ names: Set<String>, except own: Set<String>,
    _ lowering: Lowering
  ) {
    let nearest = lowering.diagnostics.nearest(to: member.value, in: Array(names), except: own.contains)
    lowering.diagnostics.report(
      .warning, "unknown-member", "there is no vrrp_instance \(member.value); \(group.name.value) does without it",
      at: member.span,
      suggestion: nearest.map { "did you mean \($0)?" }
        ?? "take it out, or write a vrrp_instance \(member.value)",
      replacement: Spelling.sure(nearest, for: member.value))
  }

  private static func reportSize(_ group: SyncGroupReading, _ lowering: Lowering) {
    guard group.notes.members.count < 2 else { return }
    let name = group.name.value
    lowering.diagnostics.report(
      .warning, "sync-group-size",
      group.notes.members.isEmpty
        ? "\(name) has no members and is left out" : "\(name) has one member, which moves alone",
      at: group.name.span, suggestion: "name two or more vrrp_instances in group { }")
  }
}
