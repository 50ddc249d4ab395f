import ConfigurationSyntax
import VRRPCore

/// A group moves as one, so its members must want the same.
enum SyncGroupStates: ConfigurationRule {
  static func check(_ lowering: Lowering) {
    var positions: [String: Int] = [:]
    for (position, draft) in lowering.instances.enumerated() { positions[draft.name.value] = position }
    for group in lowering.groups where group.notes.members.count > 1 {
      let members = group.notes.members.compactMap { positions[$0.value].map { lowering.instances[$0] } }
      checkOwners(group, members, lowering)
      let masters = members.filter { $0.initialState == .master }
      guard !masters.isEmpty, masters.count < members.count,
        let other = members.first(where: { $0.initialState != .master })
      else { continue }
      lowering.diagnostics.report(
        .warning, "sync-group-state",
        "\(group.name.value) starts as BACKUP: \(masters[0].name.value) has state MASTER and \(other.name.value) has not",
        at: masters[0].statePlace, notes: [("\(other.name.value) is here", other.statePlace ?? other.name.span)],
        suggestion: "give all members of the group the same state")
    }
  }

  private static func checkOwners(_ group: SyncGroupReading, _ members: [InstanceReading], _ lowering: Lowering) {
    guard let owner = members.first(where: \.isOwner), let other = members.first(where: { !$0.isOwner }) else { return }
    lowering.diagnostics.report(
      .warning, "sync-group-owner",
      "\(group.name.value) has \(owner.name.value) with priority 255 and \(other.name.value) with less, which cannot always move together",
      at: group.name.span, notes: [("\(owner.name.value) has it here", owner.places["priority"] ?? owner.name.span)],
      suggestion: "give all members of the group priority 255, or none")
  }
}
