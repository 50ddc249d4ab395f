import NetworkTypes

extension VirtualRouter {
  /// What is valid in MASTER (RFC 9568 section 6.4.3, Active).
  struct Master: Sendable {
    /// When the next advert is due.
    var nextAdvert: MonotonicInstant
    /// When the addresses are announced for the second time.
    var secondSetAt: MonotonicInstant?
    /// How often each address is announced then.
    var secondSetRepeats: Int
    /// When the addresses are announced again as a matter of course.
    var refreshAt: MonotonicInstant?
    /// The earliest moment for another advert out of turn.
    var nextAnswerAt: MonotonicInstant?
    /// Whether the next advert has been brought forward to serve as an answer.
    var owesAnswer = false
    /// When a master that has to yield was last heard.
    var inferiorHeardAt: MonotonicInstant?
    /// When a master that had to yield counts as gone, having been silent for so long.
    var aloneAt: MonotonicInstant?
    /// When such a master must have heard that it has to, and has sent the last frame from the MAC address that both have.
    var overtakenAt: MonotonicInstant?
    /// Whether it yields to a master that its own link did not let through.
    var yieldsBeyondCut = false
    /// Adverts in a row of another owner of the addresses that should have yielded.
    var stubbornOwnerAdverts = 0

    /// The least of its deadlines.
    var deadline: MonotonicInstant {
      min(
        nextAdvert, secondSetAt ?? nextAdvert, refreshAt ?? nextAdvert, aloneAt ?? nextAdvert,
        overtakenAt ?? nextAdvert)
    }
  }

  /// Adverts of another owner at a lower address that are taken for a fault of timing. One that keeps on does not know the
  /// rule; for two to answer for ever is worse than to give in.
  private static let patienceWithOwner = 4

  /// Becomes master: the advert first, so that others stop their clocks; then addresses; then announcements; then the word.
  mutating func takeOver(cause: Cause, at now: MonotonicInstant, into effects: inout [Effect]) {
    let schedule = configuration.announcements
    awaitsVerdicts = false
    emit(.send(priority), into: &effects)
    emit(.claim, into: &effects)
    if schedule.repeats > 0 { emit(.announce(repeats: schedule.repeats), into: &effects) }
    var master = Master(
      nextAdvert: now + timers.interval.nanoseconds,
      secondSetAt: schedule.secondSet(after: now), secondSetRepeats: schedule.repeats,
      refreshAt: schedule.refreshPeriod.map { now + $0 })
    // What the other one announces until it hears of this comes after the first set, and the link would believe it.
    if replacesLivingMaster(cause) {
      if schedule.lowerPriorityRepeats > 0 { master.aloneAt = now + untilAlone }
      master.overtakenAt = schedule.overtakingDelay.map { now + $0 }
    }
    enter(.master(master), cause: cause, at: now, into: &effects)
  }

  /// Gives up the addresses, and the role with an advert of priority 0 if nobody better has taken it.
  func leaveMaster(resigning: Bool, into effects: inout [Effect]) {
    emit(.cancelAnnouncements, into: &effects)
    emit(.release, into: &effects)
    if resigning { emit(.send(.resignation), into: &effects) }
  }

  /// Yields to a better master, whose interval times the wait from here on.
  mutating func giveWay(
    to master: HeardMaster, activeInterval: Centiseconds, cause: Cause, at now: MonotonicInstant,
    into effects: inout [Effect]
  ) {
    if configuration.higherPrioritySendAdvert { emit(.send(priority), into: &effects) }
    leaveMaster(resigning: false, into: &effects)
    let masterDown = timers.masterDown(priority: priority, activeInterval: activeInterval)
    var backup = Backup(masterDownAt: now + masterDown, activeInterval: activeInterval, master: master)
    if case .master(let state) = state { backup.owesLastAdvert = state.yieldsBeyondCut }
    enter(.backup(backup), cause: cause, at: now, into: &effects)
  }

  /// Goes to BACKUP with its sync group, resigning so that the peer need not wait for silence.
  mutating func resign(cause: Cause, at now: MonotonicInstant, into effects: inout [Effect]) {
    leaveMaster(resigning: true, into: &effects)
    enter(.backup(freshBackup(at: now)), cause: cause, at: now, into: &effects)
  }

  /// Judges an advert heard in MASTER.
  mutating func hearInMaster(
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
    // Same priority and same address: our own advert come back, or a twin. An answer would only be answered.
    if advert.priority < priority || sender != sourceAddress {
      if !configuration.lowerPriorityNoAdvert { answer(&master, at: now, into: &effects) }
      announceAgain(&master, at: now, into: &effects)
    }
    state = .master(master)
    return .remain
  }

  /// Why the sender of `advert` is the better master; `nil` when it is not.
  ///
  /// Equal priorities go to the higher address (RFC 9568 section 6.4.3), between two owners as well (erratum 8298), unless
  /// the other owner at the lower address will not have it.
  private func causeOfYielding(
    to advert: Advertisement, from sender: IPAddress, _ master: inout Master
  ) -> Cause? {
    if advert.priority > priority { return .higherPriority(sender, advert.priority) }
    guard advert.priority == priority, let sourceAddress, sender != sourceAddress else { return nil }
    if sender > sourceAddress { return .tieLost(sender, advert.priority) }
    guard priority == .owner else { return nil }
    master.stubbornOwnerAdverts += 1
    return master.stubbornOwnerAdverts > Self.patienceWithOwner ? .tieLost(sender, advert.priority) : nil
  }

  /// Sends an advert out of turn, at most one in a quarter of the interval: what comes sooner is answered at the end of it.
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

  /// How long a master that had to yield must be silent to count as gone.
  private var untilAlone: Nanoseconds { timers.interval.nanoseconds + quarterInterval }

  /// Whether somebody else may be master up to this moment, and yields only now.
  private func replacesLivingMaster(_ cause: Cause) -> Bool {
    if case .backup(let backup) = state, case .preempted = causeOfTakingOver(from: backup) { return true }
    return cause == .addressOwner
  }

  /// Announces the addresses again because another host has answered for them: when an episode begins, however long it lasts, and
  /// when it is over. Only then is it sure that the link hears this host and not the other, which may have been deaf to it.
  private func announceAgain(_ master: inout Master, at now: MonotonicInstant, into effects: inout [Effect]) {
    let pause = timers.masterDown(priority: priority, activeInterval: timers.interval)
    let isNewEpisode = master.inferiorHeardAt.map { now - $0 >= pause } ?? true
    master.inferiorHeardAt = now
    let schedule = configuration.announcements
    if let delay = schedule.overtakingDelay, master.overtakenAt == nil { master.overtakenAt = now + delay }
    guard schedule.lowerPriorityRepeats > 0 else { return }
    master.aloneAt = now + untilAlone
    guard isNewEpisode else { return }
    emit(.announce(repeats: schedule.lowerPriorityRepeats), into: &effects)
    guard let delay = schedule.lowerPriorityDelay, delay > .zero else { return }
    // A set that waits already is not lost: it moves back into this one, which comes after a set sent just now.
    let pendingRepeats = master.secondSetAt == nil ? 0 : master.secondSetRepeats
    master.secondSetAt = max(now + delay, master.secondSetAt ?? now)
    master.secondSetRepeats = max(schedule.lowerPriorityRepeats, pendingRepeats)
  }

  /// Sets the time of the second set anew; one that waits for an earlier time still comes then.
  mutating func scheduleSecondSet(at now: MonotonicInstant) {
    let schedule = configuration.announcements
    guard case .master(var master) = state, schedule.repeats > 0, let later = schedule.secondSet(after: now) else {
      return
    }
    if let earlier = master.secondSetAt, schedule.lowerPriorityRepeats > 0 {
      master.aloneAt = min(earlier, master.aloneAt ?? earlier)
    }
    master.secondSetAt = later
    master.secondSetRepeats = max(schedule.repeats, master.secondSetRepeats)
    state = .master(master)
  }

  /// A master that has been silent for so long may have been replaced meanwhile, and the link's caches taught otherwise.
  private var longestSilence: Nanoseconds { timers.interval.nanoseconds * timers.downTimerAdverts }

  /// Has the addresses announced again an interval after a silence (the host was frozen, or no engine ran), for the case that
  /// whoever took over yields without a word. Not at once: if a better master is there, its advert comes first.
  private func announceAfterSilence(_ master: inout Master, at now: MonotonicInstant) {
    let repeats = configuration.announcements.repeats
    guard repeats > 0 else { return }
    master.secondSetAt = now + timers.interval.nanoseconds
    master.secondSetRepeats = max(repeats, master.secondSetRepeats)
  }

  /// How long a master has sent no advert, if it has been for so long that the next host may have taken over and this one is not to
  /// take that back. `nil` for any other.
  ///
  /// The others' waits are reckoned by this router's own settings. A process that was frozen finds their adverts in its sockets when
  /// it goes on, so this has to be asked before any of them is heard: it would be answered as a master's.
  func overdueSilence(at now: MonotonicInstant) -> Nanoseconds? {
    guard let successor = configuration.successorPriority, !isOwner, case .master(let master) = state else {
      return nil
    }
    // An advert that was brought forward to answer with is due a quarter of an interval after the last.
    let silence = now - master.nextAdvert + (master.owesAnswer ? quarterInterval : timers.interval.nanoseconds)
    return silence >= timers.masterDown(priority: successor, activeInterval: timers.interval) ? silence : nil
  }

  /// Does what is due in MASTER.
  mutating func fireInMaster(_ master: Master, at now: MonotonicInstant, into effects: inout [Effect]) {
    var master = master
    if master.nextAdvert <= now {
      emit(.send(priority), into: &effects)
      if now - master.nextAdvert >= longestSilence { announceAfterSilence(&master, at: now) }
      master.nextAdvert = nextOccurrence(after: master.nextAdvert, every: timers.interval.nanoseconds, at: now)
      if master.owesAnswer { master.nextAnswerAt = now + quarterInterval }
      master.owesAnswer = false
    }
    if let due = master.overtakenAt, due <= now {
      emit(.announce(repeats: 1), into: &effects)
      master.overtakenAt = nil
    }
    if let due = master.aloneAt, due <= now {
      emit(.announce(repeats: configuration.announcements.lowerPriorityRepeats), into: &effects)
      master.aloneAt = nil
    }
    if let due = master.secondSetAt, due <= now {
      if master.secondSetRepeats > 0 { emit(.announce(repeats: master.secondSetRepeats), into: &effects) }
      master.secondSetAt = nil
    }
    if let due = master.refreshAt, due <= now {
      let schedule = configuration.announcements
      if schedule.refreshRepeats > 0 { emit(.announce(repeats: schedule.refreshRepeats), into: &effects) }
      master.refreshAt = schedule.refreshPeriod.map { nextOccurrence(after: due, every: $0, at: now) }
    }
    state = .master(master)
  }
}

extension AnnouncementSchedule {
  /// When the second set is due after becoming master at `now`.
  func secondSet(after now: MonotonicInstant) -> MonotonicInstant? {
    guard let secondSetDelay, secondSetDelay > .zero else { return nil }
    return now + secondSetDelay
  }

  /// The refresh interval, if it is one that time passes in.
  var refreshPeriod: Nanoseconds? {
    guard let refreshInterval, refreshInterval > .zero else { return nil }
    return refreshInterval
  }
}
