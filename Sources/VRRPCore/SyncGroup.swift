import NetworkTypes

/// Routers that change state together: all of them are master, or none is.
///
/// The group stores only what its configuration fixes; its state follows from its members. It becomes master only when
/// every member is master or wants to be, so a group whose members disagree stays in backup and does not change back
/// and forth. It is in fault when any member is, or when one of its own trackers without a weight is down.
struct SyncGroup: Sendable {
  /// Positions of the members.
  let members: [Int]
  /// Group's own trackers without a weight. Those with a weight are part of each member's ``EffectivePriority``.
  let faultTrackers: FaultTrackers
  /// True if every member owns its addresses. Only then does the group begin as master.
  let ownsAddresses: Bool
  /// True if members were started or adopted in different states, so that a member in BACKUP must agree before one in
  /// MASTER may stay.
  var isMixed = false

  /// A group whose members and trackers all exist.
  init(members: [Int], trackers: [TrackerBinding], ownsAddresses: Bool) {
    self.members = members
    faultTrackers = FaultTrackers(trackers)
    self.ownsAddresses = ownsAddresses
  }
}
