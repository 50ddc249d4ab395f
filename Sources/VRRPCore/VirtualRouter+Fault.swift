import NetworkTypes

extension VirtualRouter {
  /// State of a router in FAULT. Nothing is sent; adverts are recorded for the time after the fault.
  struct Fault: Sendable {
    /// Master last heard.
    var master: HeardMaster?
    /// Interval of that master, or this router's own.
    var activeInterval: Centiseconds
  }

  /// Goes to FAULT. A master removes its addresses and resigns, so that the next host takes over after its skew time
  /// only.
  mutating func enterFault(cause: Cause, at now: MonotonicInstant, into effects: inout [Effect]) {
    var fault = Fault(activeInterval: timers.interval)
    switch state {
    case .initialize, .fault:
      break
    case .backup(let backup):
      fault.master = backup.master
      fault.activeInterval = backup.activeInterval
    case .master:
      leaveMaster(resigning: true, into: &effects)
    }
    enter(.fault(fault), cause: cause, at: now, into: &effects)
  }

  /// Asks for another try of the addresses that the kernel refused. The router stays in FAULT until the kernel accepts
  /// them, since becoming master would take the role from a host that can hold them.
  mutating func tryAddressesIfDue(at now: MonotonicInstant, into effects: inout [Effect]) {
    guard ownFaults.contains(.addresses), let due = refusals.retryAt, due <= now else { return }
    refusals.beginTrial(at: now)
    emit(.tryAddresses, into: &effects)
  }

  /// Records a master heard in FAULT.
  mutating func recordInFault(
    _ advert: Advertisement, from sender: IPAddress, at now: MonotonicInstant
  ) {
    let master = HeardMaster(address: sender, priority: advert.priority, at: now)
    state = .fault(Fault(master: master, activeInterval: timers.activeInterval(of: advert)))
  }
}
