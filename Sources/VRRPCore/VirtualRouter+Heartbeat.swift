import NetworkTypes

/// Adverts over further links (`heartbeat_interface`): a master counts as down only when it is silent on all links.
///
/// Such an advert says that the master lives and what its priority is. The master has another address here than on the router's own
/// link. So the address by which the router knows the master does not change, and this address decides between equal priorities only
/// if the router's own link cannot.
extension VirtualRouter {
  /// Decides on an advert that came over a heartbeat link.
  mutating func receiveHeartbeat(
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
      recordInFault(advert, from: sender, at: now)
      return .remain
    case .backup(let backup):
      return receiveInBackup(advert, from: backup.master?.address ?? sender, backup, at: now)
    case .master(let master):
      guard advert.priority != .resignation else { return .remain }
      return receiveFromRival(advert, from: sender, own: own, master, at: now, into: &effects)
    }
  }

  /// Decides on an advert of another master. Its adverts may or may not arrive on the router's own link.
  private mutating func receiveFromRival(
    _ advert: Advertisement, from sender: IPAddress, own: IPAddress?, _ master: Master, at now: MonotonicInstant,
    into effects: inout [Effect]
  ) -> Proposal {
    // If the router's own link works, the other master has been heard there, and that link decides between equal priorities.
    let isKnown = master.rivalHeardAt.map { now - $0 <= timers.interval.nanoseconds } ?? false
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
    var yielding = master
    yielding.yieldsOverHeartbeat = true
    state = .master(yielding)
    let better = HeardMaster(address: sender, priority: advert.priority, at: now)
    return .giveWay(to: better, activeInterval: timers.activeInterval(of: advert), cause)
  }
}
