import ConfigurationModel
import ConfigurationSyntax
import VRRPCore

extension Rule {
  /// Rules for sync groups.
  static let syncGroups: [Rule] = [
    Rule(
      "unknown-member", .meaning, .warning, "A sync group names a vrrp_instance that does not exist",
      "The group does without it.", .file("vrrp_sync_group G {\n  group {\n    A\n  }\n}", "# vrrp_sync_group G")),
    Rule(
      "sync-group-size", .meaning, .warning, "A sync group has fewer than two members",
      "An empty one is left out, and a single member moves alone.",
      .file("vrrp_sync_group G {\n  group {\n  }\n}", "# vrrp_sync_group G"),
      remedy: "name two or more vrrp_instances in group { }"),
    Rule(
      "member-of-two-groups", .meaning, .warning, "A vrrp_instance is in two sync groups", "The first one counts.",
      .file(
        "vrrp_instance A {\n}\nvrrp_sync_group G {\n  group {\n    A\n  }\n}\nvrrp_sync_group H {\n  group {\n    A\n  }\n}",
        "vrrp_instance A {\n}\nvrrp_sync_group G {\n  group {\n    A\n  }\n}"),
      remedy: "take it out of one of the groups"),
    Rule(
      "sync-group-state", .meaning, .warning, "Members of a sync group have different states",
      "The group moves as one and starts as BACKUP, as with keepalived, which says nothing.",
      remedy: "give all members of the group the same state"),
    Rule(
      "sync-group-owner", .meaning, .warning, "A sync group has members with priority 255 and others without",
      "An owner of addresses is master whenever it runs, and the others need not be.",
      remedy: "give all members of the group priority 255, or none"),
    Rule(
      "tracked-by-group-too", .meaning, .warning, "A router and its sync group track the same",
      "For an interface the group's weight counts. Anything else counts at both."),
    Rule(
      "sync-group-weight", .meaning, .warning, "A member of a sync group has a tracker with a weight",
      "Members move together, so keepalived takes weights of single members away, and so does martlet. Track it in the group, or write sync_group_tracking_weight there.",
      .file(
        "vrrp_instance A {\n  interface eth0\n  virtual_router_id 51\n  track_interface {\n    eth1 weight 5\n  }\n}\nvrrp_sync_group G {\n  group {\n    A\n  }\n}",
        "vrrp_instance A {\n  interface eth0\n  virtual_router_id 51\n  track_interface {\n    eth1 weight 5\n  }\n}\nvrrp_sync_group G {\n  sync_group_tracking_weight\n  group {\n    A\n  }\n}"
      ), remedy: "track it in the vrrp_sync_group, or write sync_group_tracking_weight there"),
  ]
}

extension Lowering {
  /// Drops members that do not exist or are in another group, and reports a group of fewer than two, which moves nothing together.
  func dropUnusableMembers() {
    let names = Set(instances.map(\.name.value))
    var taken: [String: Located<String>] = [:]
    for index in groups.indices {
      let group = groups[index]
      let name = group.name.value
      // A name that is a member already cannot have been meant.
      let own = Set(group.notes.members.map(\.value))
      groups[index].notes.members = group.notes.members.filter { member in
        guard names.contains(member.value) else {
          reportUnknown(
            .warning, "unknown-member", "there is no vrrp_instance \(member.value); \(name) does without it", member,
            among: Array(names), except: own.contains,
            otherwise: "take it out, or write a vrrp_instance \(member.value)")
          return false
        }
        if let other = taken[member.value] {
          diagnostics.report(
            .warning, "member-of-two-groups",
            "\(member.value) is in \(other.value) already; it does not move with \(name)", at: member.span,
            notes: [("\(other.value) is here", other.span)])
          return false
        }
        taken[member.value] = group.name
        return true
      }
      let count = groups[index].notes.members.count
      guard count < 2 else { continue }
      diagnostics.report(
        .warning, "sync-group-size",
        count == 0 ? "\(name) has no members and is left out" : "\(name) has one member, which moves alone",
        at: group.name.span)
    }
    groups.removeAll { $0.notes.members.isEmpty }
  }

  /// The position of each router by name.
  private var positions: [String: Int] {
    Dictionary(instances.enumerated().map { ($1.name.value, $0) }) { $1 }
  }

  /// Reports members that differ in what a group decides, since it moves as one.
  func compareMembers() {
    let positions = positions
    for group in groups where group.notes.members.count > 1 {
      let members = group.notes.members.compactMap { positions[$0.value].map { instances[$0] } }
      compareOwners(group, members)
      let masters = members.filter { $0.initialState == .master }
      guard !masters.isEmpty, masters.count < members.count,
        let other = members.first(where: { $0.initialState != .master })
      else { continue }
      diagnostics.report(
        .warning, "sync-group-state",
        "\(group.name.value) starts as BACKUP: \(masters[0].name.value) has state MASTER and \(other.name.value) has not",
        at: masters[0].statePlace, notes: [("\(other.name.value) is here", other.statePlace ?? other.name.span)])
    }
  }

  private func compareOwners(_ group: SyncGroupReading, _ members: [InstanceReading]) {
    guard let owner = members.first(where: \.isOwner), let other = members.first(where: { !$0.isOwner }) else { return }
    diagnostics.report(
      .warning, "sync-group-owner",
      "\(group.name.value) has \(owner.name.value) with priority 255 and \(other.name.value) with less, which cannot always move together",
      at: group.name.span, notes: [("\(owner.name.value) has it here", owner.places["priority"] ?? owner.name.span)])
  }

  /// Joins trackers of a router and its group: an interface tracked by both counts once, as the group says; anything else counts twice.
  func takeWeightsOfGroups() {
    let positions = positions
    for group in groups where !group.notes.tracked.list.isEmpty {
      let entries = Dictionary(group.notes.tracked.list.map { ($0.tracker, $0) }) { first, _ in first }
      for member in group.notes.members.compactMap({ positions[$0.value] }) {
        let own = instances[member].notes.tracked.list
        instances[member].notes.tracked.list = own.map { entry in
          entries[entry.tracker].map { merge(entry, $0, of: group) } ?? entry
        }
      }
    }
  }

  private func merge(_ entry: TrackEntry, _ other: TrackEntry, of group: SyncGroupReading) -> TrackEntry {
    let isInterface = entry.kind == .interface
    diagnostics.report(
      isInterface ? .warning : .note, "tracked-by-group-too",
      "\(entry.name.value) is tracked by \(group.name.value) too"
        + (isInterface ? ", whose weight \(other.weight?.value ?? 0) counts" : ""),
      at: entry.name.span, notes: [("it is tracked here", other.name.span)],
      suggestion: "track it in one of the two places")
    guard isInterface else { return entry }
    var merged = entry
    merged.weight = other.weight
    merged.reverse = other.reverse
    return merged
  }

  /// Drops the weights of members: they move together, so keepalived ignores weights unless told otherwise.
  func dropWeightsOfMembers() {
    let positions = positions
    for index in groups.indices {
      let group = groups[index]
      let members = group.notes.members.compactMap { positions[$0.value] }
      if members.contains(where: { instances[$0].isOwner }) { dropWeights(ofOwnersGroup: index) }
      guard group.places["sync_group_tracking_weight"] == nil else { continue }
      for member in members {
        let own = instances[member].notes.tracked.list
        instances[member].notes.tracked.list = own.compactMap { withoutWeight($0, in: group.name.value) }
      }
    }
  }

  /// The entry as it counts in a group; `nil` if it does not count.
  private func withoutWeight(_ entry: TrackEntry, in group: String) -> TrackEntry? {
    let weight = weight(of: entry)
    guard weight != 0 else { return entry }
    let isInterface = entry.kind == .interface
    let result =
      isInterface ? "weight \(weight) counts as 0" : "\(entry.name.value) with weight \(weight) is not tracked"
    diagnostics.report(
      .warning, "sync-group-weight", "\(result), since its router is in \(group)",
      at: entry.weight?.span ?? entry.name.span)
    guard isInterface else { return nil }
    var entry = entry
    entry.weight?.value = 0
    return entry
  }
}
