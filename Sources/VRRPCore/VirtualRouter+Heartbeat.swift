import NetworkTypes

/// Further links that adverts travel by (`heartbeat_interface`): a master counts as dead only when it is silent on all of them.
///
/// What comes this way says that the master lives and how it ranks. Its sender has another address than on the router's own link, so
/// it does not change the address by which the master is known, and decides a tie only if the router's own link cannot.
extension VirtualRouter {
  /// Lets the router judge an advert that came by a further link.
  mutating func hearHeartbeat(
    _ advert: Advertisement, from sender: IPAddress, own: IPAddress?, at now: MonotonicInstant,
    into effects: inout [Effect]
  ) -> Proposal {
    guard advert.version == configuration.version, advert.virtualRouterID == configuration.virtualRouterID else {
      return .remain
    }
    switch state {
    case .initialize:
      return .remain
    case .fault:
      hearInFault(advert, from: sender, at: now)
      return .remain
    case .backup(let backup):
      return hearInBackup(advert, from: backup.master?.address ?? sender, backup, at: now)
    case .master(let master):
      guard advert.priority != .resignation else { return .remain }
      return hearRival(advert, from: sender, own: own, master, at: now, into: &effects)
    }
  }

  /// Another master, which the router's own link may or may not let through. The lower one hears this router as this one hears it.
  private mutating func hearRival(
    _ advert: Advertisement, from sender: IPAddress, own: IPAddress?, _ master: Master, at now: MonotonicInstant,
    into effects: inout [Effect]
  ) -> Proposal {
    // If the own link lets through, it has told of the other one, and decides a tie.
    let isKnown = master.inferiorHeardAt.map { now - $0 <= timers.interval.nanoseconds } ?? false
    let isTie = advert.priority == priority
    let cause: Cause? =
      if advert.priority > priority {
        .higherPriority(sender, advert.priority)
      } else if isTie, !isKnown, let own, sender > own {
        .tieLost(sender, advert.priority)
      } else {
        nil
      }
    if cause != nil || !isKnown {
      emit(.otherMaster(sender, advert.priority, yields: cause != nil), into: &effects)
    }
    guard let cause else { return .remain }
    var blind = master
    blind.yieldsBeyondCut = true
    state = .master(blind)
    let better = HeardMaster(address: sender, priority: advert.priority, at: now)
    return .giveWay(to: better, activeInterval: timers.activeInterval(of: advert), cause)
  }
}
