import NetworkTypes

/// Further links that adverts travel by (`heartbeat_interface`): a master counts as dead only when it is silent on all of them.
///
/// What comes this way says that the master lives and how it ranks. Its sender has another address than on the router's own link, so
/// it neither changes the address by which the master is known nor decides a tie.
extension VirtualRouter {
  /// Lets the router judge an advert that came by a further link.
  mutating func hearHeartbeat(
    _ advert: Advertisement, from sender: IPAddress, at now: MonotonicInstant, into effects: inout [Effect]
  ) -> Proposal {
    guard advert.version == configuration.version, advert.virtualRouterID == configuration.virtualRouterID else {
      return .remain
    }
    switch state {
    case .initialize, .fault:
      return .remain
    case .backup(let backup):
      return hearInBackup(advert, from: backup.master?.address ?? sender, backup, at: now)
    case .master(let master):
      guard advert.priority != .resignation, advert.priority != priority else { return .remain }
      return hearRival(advert, from: sender, master, at: now, into: &effects)
    }
  }

  /// Another master, which the router's own link may or may not let through. The lower one hears this router as this one hears it.
  private mutating func hearRival(
    _ advert: Advertisement, from sender: IPAddress, _ master: Master, at now: MonotonicInstant,
    into effects: inout [Effect]
  ) -> Proposal {
    let yields = advert.priority > priority
    // The own link has told of it, if it lets through.
    let isKnown = master.inferiorHeardAt.map { now - $0 <= timers.interval.nanoseconds } ?? false
    if yields || !isKnown { emit(.otherMaster(sender, advert.priority, yields: yields), into: &effects) }
    guard yields else { return .remain }
    var blind = master
    blind.yieldsBeyondCut = true
    state = .master(blind)
    let better = HeardMaster(address: sender, priority: advert.priority, at: now)
    return .giveWay(
      to: better, activeInterval: timers.activeInterval(of: advert), .higherPriority(sender, advert.priority))
  }
}
