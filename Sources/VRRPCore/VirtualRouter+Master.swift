import NetworkTypes

extension VirtualRouter {
  /// State of a router in MASTER (RFC 9568 section 6.4.3, Active).
  ///
  /// By the clock a master does two things: it sends an advert at each interval, and it announces its addresses when one of its
  /// announcement timers fires. By what it hears it does a third: it yields to a better master, and answers one that has to yield (a
  /// *rival*) with an advert out of turn and with announcements, since the rival has announced the same addresses.
  struct Master: Sendable {
    /// Instant at which the next advert is due.
    var nextAdvert: MonotonicInstant
    /// Timers of the announcements that follow those made on becoming master.
    var announcementTimers = AnnouncementTimers()
    /// Announcements of each address in the second set (``AnnouncementTimer/secondSet``).
    var secondSetRepeats: Int
    /// Earliest instant for another answer, a quarter of an interval after the last one; `nil` before the first.
    var nextAnswerAt: MonotonicInstant?
    /// True while the next advert is brought forward to serve as an answer.
    var owesAnswer = false
    /// Instant of the last advert of a rival on the router's own link; `nil` if none has come.
    var rivalHeardAt: MonotonicInstant?
    /// True if the better master to which the router yields was heard over a heartbeat link, and perhaps not on the
    /// router's own link.
    var yieldsOverHeartbeat = false
    /// Adverts in a row of another owner of the addresses that should have yielded (`toleratedOwnerAdverts`).
    var rivalOwnerAdverts = 0

    /// Earliest instant at which the master has something to do.
    var deadline: MonotonicInstant { min(nextAdvert, announcementTimers.next ?? nextAdvert) }
  }

  /// Adverts in a row of another owner at a lower address that are ignored, since they may have crossed with this router's own. An owner
  /// that sends more does not follow the rule, and yielding to it is better than two masters that answer each other for ever.
  private static let toleratedOwnerAdverts = 4

  /// Becomes master. The advert leaves first, so that the other hosts restart their timers; then come the addresses, the announcements
  /// and the report of the transition.
  mutating func takeOver(cause: Cause, at now: MonotonicInstant, into effects: inout [Effect]) {
    let schedule = configuration.announcements
    awaitsVerdicts = false
    emit(.send(priority), into: &effects)
    emit(.claim, into: &effects)
    if schedule.repeats > 0 { emit(.announce(repeats: schedule.repeats), into: &effects) }
    var master = Master(nextAdvert: now + timers.interval.nanoseconds, secondSetRepeats: schedule.repeats)
    master.announcementTimers[.secondSet] = schedule.secondSet(after: now)
    master.announcementTimers[.refresh] = schedule.refreshPeriod.map { now + $0 }
    // A living master may announce the addresses after the first set, until it hears of this one, and the link would believe it.
    if replacesLivingMaster(cause) {
      if schedule.lowerPriorityRepeats > 0 { master.announcementTimers[.rivalGone] = now + rivalGoneDelay }
      master.announcementTimers[.reclaim] = schedule.overtakingDelay.map { now + $0 }
    }
    enter(.master(master), cause: cause, at: now, into: &effects)
  }

  /// Gives up the addresses. If no better master has taken the role, gives it up with an advert of priority 0 (`resigning`).
  func leaveMaster(resigning: Bool, into effects: inout [Effect]) {
    emit(.cancelAnnouncements, into: &effects)
    emit(.release, into: &effects)
    if resigning { emit(.send(.resignation), into: &effects) }
  }

  /// Yields to a better master. `activeInterval` is the interval of that master, from which the master-down interval follows.
  mutating func giveWay(
    to master: HeardMaster, activeInterval: Centiseconds, cause: Cause, at now: MonotonicInstant,
    into effects: inout [Effect]
  ) {
    if configuration.higherPrioritySendAdvert { emit(.send(priority), into: &effects) }
    leaveMaster(resigning: false, into: &effects)
    let masterDown = timers.masterDown(priority: priority, activeInterval: activeInterval)
    var backup = Backup(masterDownAt: now + masterDown, activeInterval: activeInterval, master: master)
    if case .master(let state) = state { backup.owesAdvert = state.yieldsOverHeartbeat }
    enter(.backup(backup), cause: cause, at: now, into: &effects)
  }

  /// Goes to BACKUP and resigns, so that the next host takes over after its skew time and not after the master-down interval.
  mutating func resign(cause: Cause, at now: MonotonicInstant, into effects: inout [Effect]) {
    leaveMaster(resigning: true, into: &effects)
    enter(.backup(freshBackup(at: now)), cause: cause, at: now, into: &effects)
  }

  /// Decides on an advert received in MASTER.
  mutating func receiveInMaster(
    _ advert: Advertisement, from sender: IPAddress, _ master: Master, at now: MonotonicInstant,
    into effects: inout [Effect]
  ) -> Proposal {
    var master = master
    if advert.priority == .resignation {
      answer(&master, at: now, into: &effects)
      state = .master(master)
      return .remain
    }
    let cause = causeOfYielding(to: advert, from: sender, &master)
    emit(.otherMaster(sender, advert.priority, yields: cause != nil), into: &effects)
    if let cause {
      state = .master(master)
      let better = HeardMaster(address: sender, priority: advert.priority, at: now)
      return .giveWay(to: better, activeInterval: timers.activeInterval(of: advert), cause)
    }
    // An advert of the same priority from the same address is this router's own, sent back to it, or comes of a host with a duplicate
    // address. The other host would answer an answer, and so on without end.
    if advert.priority < priority || sender != sourceAddress {
      if !configuration.lowerPriorityNoAdvert { answer(&master, at: now, into: &effects) }
      announceAgain(&master, at: now, into: &effects)
    }
    state = .master(master)
    return .remain
  }

  /// Reason for which the sender of `advert` is the better master; `nil` when it is not.
  ///
  /// Of two equal priorities the one with the higher address wins (RFC 9568 section 6.4.3), and so it is between two owners (erratum
  /// 8298), unless the owner at the lower address does not yield.
  private func causeOfYielding(
    to advert: Advertisement, from sender: IPAddress, _ master: inout Master
  ) -> Cause? {
    if advert.priority > priority { return .higherPriority(sender, advert.priority) }
    guard advert.priority == priority, let sourceAddress, sender != sourceAddress else { return nil }
    if sender > sourceAddress { return .tieLost(sender, advert.priority) }
    guard priority == .owner else { return nil }
    master.rivalOwnerAdverts += 1
    return master.rivalOwnerAdverts > Self.toleratedOwnerAdverts ? .tieLost(sender, advert.priority) : nil
  }

  /// Sends an advert out of turn, at most one in each quarter of an interval. An answer that would come sooner is sent at the end of the
  /// quarter.
  private func answer(_ master: inout Master, at now: MonotonicInstant, into effects: inout [Effect]) {
    if let earliest = master.nextAnswerAt, now < earliest {
      guard earliest < master.nextAdvert else { return }
      master.nextAdvert = earliest
      master.owesAnswer = true
      return
    }
    emit(.send(priority), into: &effects)
    master.nextAdvert = now + timers.interval.nanoseconds
    master.nextAnswerAt = now + quarterInterval
    master.owesAnswer = false
  }

  private var quarterInterval: Nanoseconds { Nanoseconds(rawValue: timers.interval.nanoseconds.rawValue / 4) }

  /// Silence after which a rival counts as gone.
  private var rivalGoneDelay: Nanoseconds { timers.interval.nanoseconds + quarterInterval }

  /// True if another host may be master until this moment, so that it yields only when it hears of this takeover.
  private func replacesLivingMaster(_ cause: Cause) -> Bool {
    if case .backup(let backup) = state, case .preempted = causeOfTakingOver(from: backup) { return true }
    return cause == .addressOwner
  }

  /// Announces the addresses again because a rival has announced them too: when its adverts begin, and when they have ended.
  ///
  /// The second time is needed because the rival may not have heard this host and may have announced the addresses until it fell silent.
  private func announceAgain(_ master: inout Master, at now: MonotonicInstant, into effects: inout [Effect]) {
    let pause = timers.masterDown(priority: priority, activeInterval: timers.interval)
    let isNewRival = master.rivalHeardAt.map { now - $0 >= pause } ?? true
    master.rivalHeardAt = now
    let schedule = configuration.announcements
    if let delay = schedule.overtakingDelay, master.announcementTimers[.reclaim] == nil {
      master.announcementTimers[.reclaim] = now + delay
    }
    guard schedule.lowerPriorityRepeats > 0 else { return }
    master.announcementTimers[.rivalGone] = now + rivalGoneDelay
    guard isNewRival else { return }
    emit(.announce(repeats: schedule.lowerPriorityRepeats), into: &effects)
    guard let delay = schedule.lowerPriorityDelay, delay > .zero else { return }
    // A second set that already waits is not lost: both become one, at the later of the two instants.
    let waiting = master.announcementTimers[.secondSet]
    let waitingRepeats = waiting == nil ? 0 : master.secondSetRepeats
    master.announcementTimers[.secondSet] = max(now + delay, waiting ?? now)
    master.secondSetRepeats = max(schedule.lowerPriorityRepeats, waitingRepeats)
  }

  /// Restarts the timer of the second set. If one already waits for an earlier instant, announcements are made then too.
  mutating func scheduleSecondSet(at now: MonotonicInstant) {
    let schedule = configuration.announcements
    guard case .master(var master) = state, schedule.repeats > 0, let later = schedule.secondSet(after: now) else {
      return
    }
    if let earlier = master.announcementTimers[.secondSet], schedule.lowerPriorityRepeats > 0 {
      master.announcementTimers[.rivalGone] = min(earlier, master.announcementTimers[.rivalGone] ?? earlier)
    }
    master.announcementTimers[.secondSet] = later
    master.secondSetRepeats = max(schedule.repeats, master.secondSetRepeats)
    state = .master(master)
  }

  /// Silence after which another host may have taken over from this master and may have changed the link's ARP and neighbour caches.
  private var longestSilence: Nanoseconds { timers.interval.nanoseconds * timers.downTimerAdverts }

  /// Has the addresses announced again one interval after a silence (the host was frozen, or no engine ran), because a host that took
  /// over may yield without a further advert. Not at once: if a better master is there, its advert comes first.
  private func announceAfterSilence(_ master: inout Master, at now: MonotonicInstant) {
    let repeats = configuration.announcements.repeats
    guard repeats > 0 else { return }
    master.announcementTimers[.secondSet] = now + timers.interval.nanoseconds
    master.secondSetRepeats = max(repeats, master.secondSetRepeats)
  }

  /// Time since the last advert of a master that is overdue: the next host may have taken over, and this one is set to let it keep the
  /// role (`timer_expired_backup`). `nil` if the router is no master, is not overdue, or has no such setting.
  ///
  /// The master-down interval of the other hosts is computed from this router's own settings. A process that was frozen finds their
  /// adverts in its sockets when it goes on. So this must be asked before an advert is handled, or the router would answer it as a master.
  func overdueSilence(at now: MonotonicInstant) -> Nanoseconds? {
    guard let successor = configuration.successorPriority, !isOwner, case .master(let master) = state else {
      return nil
    }
    // An advert that was brought forward to serve as an answer is due a quarter of an interval after the one before it.
    let silence = now - master.nextAdvert + (master.owesAnswer ? quarterInterval : timers.interval.nanoseconds)
    return silence >= timers.masterDown(priority: successor, activeInterval: timers.interval) ? silence : nil
  }

  /// Sends the advert and the announcements that are due in MASTER.
  mutating func fireInMaster(_ master: Master, at now: MonotonicInstant, into effects: inout [Effect]) {
    var master = master
    if master.nextAdvert <= now {
      emit(.send(priority), into: &effects)
      if now - master.nextAdvert >= longestSilence { announceAfterSilence(&master, at: now) }
      master.nextAdvert = nextOccurrence(after: master.nextAdvert, every: timers.interval.nanoseconds, at: now)
      if master.owesAnswer { master.nextAnswerAt = now + quarterInterval }
      master.owesAnswer = false
    }
    announceWhatIsDue(&master.announcementTimers, secondSetRepeats: master.secondSetRepeats, at: now, into: &effects)
    state = .master(master)
  }

  /// Sends the announcements of all timers that have expired.
  private func announceWhatIsDue(
    _ expiring: inout AnnouncementTimers, secondSetRepeats: Int, at now: MonotonicInstant,
    into effects: inout [Effect]
  ) {
    let schedule = configuration.announcements
    if expiring.expire(.reclaim, at: now) != nil { emit(.announce(repeats: 1), into: &effects) }
    if expiring.expire(.rivalGone, at: now) != nil {
      emit(.announce(repeats: schedule.lowerPriorityRepeats), into: &effects)
    }
    if expiring.expire(.secondSet, at: now) != nil, secondSetRepeats > 0 {
      emit(.announce(repeats: secondSetRepeats), into: &effects)
    }
    if let due = expiring.expire(.refresh, at: now) {
      if schedule.refreshRepeats > 0 { emit(.announce(repeats: schedule.refreshRepeats), into: &effects) }
      expiring[.refresh] = schedule.refreshPeriod.map { nextOccurrence(after: due, every: $0, at: now) }
    }
  }
}

extension AnnouncementSchedule {
  /// Instant at which the second set is due after becoming master at `now`; `nil` if there is none.
  func secondSet(after now: MonotonicInstant) -> MonotonicInstant? {
    guard let secondSetDelay, secondSetDelay > .zero else { return nil }
    return now + secondSetDelay
  }

  /// Refresh interval; `nil` if there is none or it is not above zero.
  var refreshPeriod: Nanoseconds? {
    guard let refreshInterval, refreshInterval > .zero else { return nil }
    return refreshInterval
  }
}
