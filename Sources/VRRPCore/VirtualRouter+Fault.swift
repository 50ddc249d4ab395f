import NetworkTypes

extension VirtualRouter {
  /// What is valid in FAULT: nothing is sent, but what is heard is remembered for the moment it ends.
  struct Fault: Sendable {
    /// The master last heard.
    var master: HeardMaster?
    /// The interval of that master, or this router's own.
    var activeInterval: Centiseconds
  }

  /// Goes to FAULT. A master takes its addresses off and resigns, so that the peer takes over after its skew time alone.
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

  /// Asks for another try of addresses that the kernel refused. The router stays in FAULT until they are taken: to claim them in earnest
  /// would be to take the role from a host that can hold them.
  mutating func tryAddressesIfDue(at now: MonotonicInstant, into effects: inout [Effect]) {
    guard ownFaults.contains(.addresses), let due = refusals.retryAt, due <= now else { return }
    refusals.beginTrial(at: now)
    emit(.tryAddresses, into: &effects)
  }

  /// Remembers a master heard in FAULT.
  mutating func hearInFault(
    _ advert: Advertisement, from sender: IPAddress, at now: MonotonicInstant
  ) {
    let master = HeardMaster(address: sender, priority: advert.priority, at: now)
    state = .fault(Fault(master: master, activeInterval: timers.activeInterval(of: advert)))
  }
}
