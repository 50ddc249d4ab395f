import NetworkTypes

/// Routers that move together: all of them master, or none.
///
/// The group holds no state of its own but what its configuration fixes; where it stands is read off its members. It becomes
/// master only when every member wants that or is it already, so a group whose members disagree rests in backup instead of
/// thrashing. It is in fault when any member is, or when one of its own trackers without a weight is down.
struct SyncGroup: Sendable {
  /// Positions of the members.
  let members: [Int]
  /// The group's own trackers without a weight; those with a weight are counted by each member's ``EffectivePriority``.
  let faultTrackers: FaultTrackers
  /// Whether every member owns its addresses: only then may the group begin as master.
  let ownsAddresses: Bool
  /// Whether members were started or adopted into different states, so that a backup must be asked before a master is kept.
  var isMixed = false

  /// A group of routers that exist, with trackers that exist.
  init(members: [Int], trackers: [TrackerBinding], ownsAddresses: Bool) {
    self.members = members
    faultTrackers = FaultTrackers(trackers)
    self.ownsAddresses = ownsAddresses
  }
}
