import NetworkTypes

extension VirtualRouter {
  /// State of a router in BACKUP (RFC 9568 section 6.4.2).
  struct Backup: Sendable {
    /// Instant at which the master counts as down.
    var masterDownAt: MonotonicInstant
    /// Active_Adver_Interval: interval of the master that the router follows, or the router's own interval.
    var activeInterval: Centiseconds
    /// Master last heard, whatever its priority.
    var master: HeardMaster?
    /// Instant at which a lower-priority master has been heard for long enough to be preempted; `nil` while none is
    /// heard.
    var preemptAt: MonotonicInstant?
    /// True while the router waits only for the rest of its sync group, since its master-down timer has fired.
    var wantsMastership = false
    /// True if the router yielded to a master that it heard over a heartbeat link only. That master must hear one advert
    /// on the routers' own link, so that it announces the addresses there again.
    var owesAdvert = false
  }

  /// State of a router that enters BACKUP and has heard no master.
  func freshBackup(at now: MonotonicInstant) -> Backup {
    Backup(
      masterDownAt: now + timers.masterDown(priority: priority, activeInterval: timers.interval),
      activeInterval: timers.interval)
  }

  /// True if this router takes over from a master of a lower priority. A router that owns the addresses always does.
  var preempts: Bool { configuration.preempt || isOwner }

  /// Decides on an advert received in BACKUP.
  mutating func receiveInBackup(
    _ advert: Advertisement, from sender: IPAddress, _ backup: Backup, at now: MonotonicInstant
  ) -> Proposal {
    var backup = backup
    defer { state = .backup(backup) }
    backup.master = HeardMaster(address: sender, priority: advert.priority, at: now)
    if advert.priority == .resignation {
      // Never later than before: a stream of resignations must not delay the election.
      let skew = timers.skew(priority: priority, activeInterval: backup.activeInterval)
      backup.masterDownAt = min(backup.masterDownAt, now + skew)
      return .remain
    }
    guard respects(advert, &backup, at: now) else { return .remain }
    backup.activeInterval = timers.activeInterval(of: advert)
    backup.masterDownAt = now + timers.masterDown(priority: priority, activeInterval: backup.activeInterval)
    backup.wantsMastership = false
    return .respect
  }

  /// Sends the owed advert (``Backup/owesAdvert``) once the better master is heard on the routers' own link.
  mutating func sendOwedAdvert(on advert: Advertisement, into effects: inout [Effect]) {
    guard case .backup(var backup) = state, backup.owesAdvert, advert.priority >= priority else { return }
    backup.owesAdvert = false
    state = .backup(backup)
    emit(.send(priority), into: &effects)
  }

  /// True if an advert of a living master restarts the master-down timer. If it does not, the advert is dropped without
  /// an answer: the timer then fires, and this router takes over.
  private func respects(_ advert: Advertisement, _ backup: inout Backup, at now: MonotonicInstant) -> Bool {
    guard advert.priority < priority else {
      backup.preemptAt = nil
      return true
    }
    guard preempts else { return true }
    guard preemptDelay > .zero, !isOwner else { return false }
    let preemptAt = backup.preemptAt ?? now + preemptDelay
    backup.preemptAt = preemptAt
    return now < preemptAt
  }

  /// Reason for which the master-down timer of `backup` fired.
  func causeOfTakingOver(from backup: Backup) -> Cause {
    guard let master = backup.master else { return .masterDown(master: nil, lastHeard: nil) }
    if master.priority == .resignation { return .masterResigned(master.address) }
    let masterDown = timers.masterDown(priority: priority, activeInterval: backup.activeInterval)
    let isAlive = backup.masterDownAt - master.at < masterDown
    if preempts, master.priority < priority, isAlive { return .preempted(master.address, master.priority) }
    return .masterDown(master: master.address, lastHeard: master.at)
  }

  /// Records that the timer has fired while the sync group is not ready to take over.
  mutating func wantMastership() {
    guard case .backup(var backup) = state else { return }
    backup.wantsMastership = true
    state = .backup(backup)
  }

  /// True if the router is master, or wants to be and waits only for its sync group.
  var agreesToMastership: Bool {
    switch state {
    case .initialize(.awaitingGroup): true
    case .initialize(.notStarted), .initialize(.awaitingVerdicts), .initialize(.stopped), .fault: false
    case .backup(let backup): backup.wantsMastership
    case .master: true
    }
  }
}
