import NetworkTypes

extension VirtualRouter {
  /// How far a router in INITIALIZE has come.
  enum Readiness: Sendable {
    /// It has not been told to start.
    case notStarted
    /// It has started, and a check without a weight has yet to give its first verdict.
    case awaitingVerdicts
    /// It owns its addresses and could be master, but not every member of its sync group is as far.
    case awaitingGroup
    /// It has stopped for good.
    case stopped
  }

  /// Leaves INITIALIZE or FAULT for BACKUP, with the master-down timer running from now: a host hears before it claims.
  ///
  /// A master heard while in fault, if it can still be alive, times the wait in version 3: with its longer interval it could
  /// otherwise be taken for dead between two of its adverts.
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

  /// Stops for good: addresses off first, then the resignation, so that no instant has two hosts answering.
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

  /// Takes the priority that the trackers now give.
  ///
  /// A running master-down timer keeps the moment it counts from and changes by the difference in skew. A master goes on
  /// with its schedule; its next advert carries the new priority, and it is for the others to preempt.
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
