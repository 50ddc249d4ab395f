import NetworkTypes

extension VirtualRouter {
  /// Progress of a router in INITIALIZE.
  enum Readiness: Sendable {
    /// The router has not been told to start.
    case notStarted
    /// The router has started and waits for the first verdict of a check without a weight.
    case awaitingVerdicts
    /// The router owns its addresses and could be master, but a member of its sync group is not ready.
    case awaitingGroup
    /// The router has stopped for good.
    case stopped
  }

  /// Leaves INITIALIZE or FAULT for BACKUP, with the master-down timer running from now, so that a host listens before
  /// it takes over.
  ///
  /// If a master was heard in FAULT and may still be alive, its interval counts in version 3: with a longer interval it
  /// could otherwise be taken for down between two of its adverts.
  mutating func beginBackup(cause: Cause, at now: MonotonicInstant, into effects: inout [Effect]) {
    var backup = freshBackup(at: now)
    if case .fault(let fault) = state, let master = fault.master, master.priority != .resignation {
      let masterDown = timers.masterDown(priority: priority, activeInterval: fault.activeInterval)
      if now - master.at < masterDown {
        backup.master = master
        backup.activeInterval = fault.activeInterval
        backup.masterDownAt = now + masterDown
      }
    }
    awaitsVerdicts = false
    enter(.backup(backup), cause: cause, at: now, into: &effects)
  }

  /// Stops for good. The addresses are removed before the resignation leaves, so that never two hosts answer for them.
  mutating func stop(at now: MonotonicInstant, into effects: inout [Effect]) {
    switch state {
    case .initialize:
      state = .initialize(.stopped)
    case .master:
      leaveMaster(resigning: true, into: &effects)
      enter(.initialize(.stopped), cause: .shutdown, at: now, into: &effects)
    case .backup, .fault:
      enter(.initialize(.stopped), cause: .shutdown, at: now, into: &effects)
    }
  }

  /// Computes the effective priority anew.
  ///
  /// A running master-down timer keeps its starting point and changes by the difference in skew time. A master keeps
  /// its schedule; its next advert carries the new priority, and preempting is up to the others.
  mutating func reviewPriority(under statuses: [TrackerStatus], into effects: inout [Effect]) {
    let new = weights.value(under: statuses)
    guard new != priority else { return }
    let old = priority
    priority = new
    if case .backup(var backup) = state {
      backup.masterDownAt =
        backup.masterDownAt - timers.skew(priority: old, activeInterval: backup.activeInterval)
        + timers.skew(priority: new, activeInterval: backup.activeInterval)
      state = .backup(backup)
    }
    if isStarted { emit(.priorityChanged(from: old, to: new), into: &effects) }
  }
}
