import ControlModel
import HealthCore
import HostWithdrawal
import LinuxSystem
import Netlink
import NetworkTypes
import VRRPCore

extension Engine {
  /// Takes charge: adopts the previous engine's state from its board, or begins without one.
  /// - Parameter previous: the previous engine's final board; `nil` at a first start, or if that engine never ran.
  func takeOver(from previous: Board?) {
    let now = MonotonicClock.now()
    phase = .running
    entries.needsGroupReview = !plan.entriesOfGroup.isEmpty
    board.startedAt = min(previous?.startedAt ?? now, now)
    outbox.send(.event(.engineRunning(routers: plan.routers.count, isAdopted: previous != nil)))
    reportFacts(from: previous, at: now)
    let predecessor = PreviousEngine(previous, for: plan)
    let begin = firstStart
    for router in plan.routers.indices {
      if let record = predecessor.record(of: router), begin <= now || record.snapshot.state != .initialize {
        adopt(record, router: router, predecessor, at: now)
      } else if begin <= now {
        core.handle(.start(router: router), at: now, into: &effects)
      } else {
        startDue = begin
      }
      markDirty(router)
    }
    if let startDue {
      outbox.send(.event(.startDelayed(startDue - now)))
    }
    performEffects(at: now, due: nil)
    startSessions(from: previous, hasYielded: predecessor.hasYielded, at: now)
    adoptAddresses(predecessor.addresses, at: now)
    adoptEntries(predecessor.entries)
    resignAbandoned(predecessor)
    if previous == nil { announceSources(of: plan.routers.indices) }
    turn(at: now)
    board.isRunning = true
    // A name may have come to mean another interface since the plan was made.
    reportMoves()
  }

  /// Instant before which no virtual router starts: `vrrp_startup_delay` after the first engine of this run, and
  /// `vrrp_delay_after_boot` after the start of the host.
  private var firstStart: MonotonicInstant {
    // The monotonic clock counts from the start of the host.
    max(board.startedAt + plan.startupDelay, MonotonicInstant(nanoseconds: 0) + plan.delayAfterBoot)
  }

  /// Starts the virtual routers that had to wait.
  func startWaiting(at now: MonotonicInstant) {
    startDue = nil
    for router in plan.routers.indices where phase == .running {
      core.handle(.start(router: router), at: now, into: &effects)
    }
    performEffects(at: now, due: nil)
  }

  /// Hands over to the next engine and leaves everything as it is. Address changes under way are finished first.
  func yield() {
    for _ in 0..<100_000 where hasChanges { turn(at: MonotonicClock.now()) }
    addresses.writeMarks(markAddress)
    entries.writeMarks(markEntry)
    outbox.flush()
    board.hasYielded = true
    phase = .finished
  }

  /// Stops: removes the addresses, resigns, then ends.
  func stop() {
    guard phase == .running else {
      if phase == .prepared { phase = .finished }
      return
    }
    phase = .stopping
    let now = MonotonicClock.now()
    stopDeadline = now + .seconds(1)
    stopSessions()
    for router in plan.routers.indices { core.handle(.shutdown(router: router), at: now, into: &effects) }
    performEffects(at: now, due: nil)
    entries.stop()
  }

  /// Tells the core everything that it needs before any router starts: trackers, links and source addresses.
  private func reportFacts(from previous: Board?, at now: MonotonicInstant) {
    let indexes = interfaces.indexes
    let inherited = PreviousTrackers(previous)
    for (position, tracker) in plan.trackers.enumerated() {
      guard let record = board.tracker(position) else { continue }
      record.name = tracker.name
      record.fingerprint = tracker.fingerprint
      let old = inherited.record(of: tracker)
      record.current = old?.current ?? (firstFinding(of: tracker), now)
      if tracker.name.kind == .interface {
        let isUp = indexes[tracker.name.name].map(interfaces.isUp) ?? false
        record.record(.interface(isUp: isUp), at: now)
      }
      core.handle(.tracker(TrackerID(rawValue: position), record.finding.status), at: now, into: &effects)
    }
    refreshHeartbeats()
    for router in plan.routers.indices {
      refreshSource(of: router, at: now)
      reportInterface(of: router, at: now)
    }
  }

  /// Finding about a tracker that no engine has looked at. The verdict of a group is known as soon as the kernel has been
  /// asked for its entries; until then no router becomes master.
  private func firstFinding(of tracker: PlannedTracker) -> TrackerFinding {
    var finding = TrackerFinding(
      tracker.isInitiallyFailed ? .down : .unknown,
      tracker.name.kind == .bfd ? "no session yet" : "no result yet")
    finding.memory.isUntried = tracker.isInitiallyFailed
    return finding
  }

  private func adopt(_ old: RouterRecord, router: Int, _ predecessor: PreviousEngine, at now: MonotonicInstant) {
    guard let record = board.router(router) else { return }
    for counter in RouterCounter.allCases { record[counter] = old[counter] }
    for kind in 0..<RouterRecord.dropKinds { record[drops: kind] = old[drops: kind] }
    for kind in RouterSighting.allCases { record[sighting: kind] = old[sighting: kind] }
    if let last = old.lastTransition {
      var transition = last.transition
      transition.cause = predecessor.renumbered(transition.cause)
      record.record(transition, number: last.number)
    }
    resumeNumbers(of: router, from: old, on: predecessor.board)
    keepReady(router)
    var snapshot = old.snapshot
    if !predecessor.hasYielded {
      snapshot.allowForSilence(until: now, downTimerAdverts: plan.routers[router].downTimerAdverts)
    }
    core.adopt(snapshot, router: router, at: now, into: &effects)
  }

  /// Sends the ready resignation of each master that the new configuration does not have; its addresses have been
  /// removed.
  private func resignAbandoned(_ predecessor: PreviousEngine) {
    guard let board = predecessor.board else { return }
    var withdrawal = Withdrawal()
    withdrawal.resignations = (0..<board.routerCount).filter { !predecessor.succession.isSucceeded($0) }
      .compactMap(board.router).flatMap { Withdrawal.Resignation.all(of: $0, on: board) }
    if !withdrawal.resignations.isEmpty { _ = KernelWithdrawal().perform(withdrawal) }
  }

  /// Destinations of a router's adverts. One list of peers may serve all hosts, so this host's own address is left out.
  private func destinations(of position: Int) -> [IPAddress] {
    let router = plan.routers[position]
    return router.isUnicast ? router.destinations.filter { !interfaces.isUsable($0) } : router.destinations
  }

  /// Computes source and destinations of a router's adverts, and reports a change.
  func refreshSource(of position: Int, at now: MonotonicInstant) {
    let router = plan.routers[position]
    let source: IPAddress?
    if let configured = router.configuredSource {
      source = interfaces.isUsable(configured) ? configured : nil
    } else {
      source =
        ownAddress(of: router, excluding: virtualAddresses)
        ?? (addresses.ownsAddresses(position) ? ownAddress(of: router, excluding: []) : nil)
    }
    let record = board.router(position)
    let destinations = destinations(of: position)
    let goElsewhere = destinations != transport.destinations[position]
    guard source == nil || source != record?.sourceAddress || goElsewhere else { return }
    record?.sourceAddress = source
    if source != nil {
      transport.setSource(source, to: destinations, of: position, router)
      makeReady(position)
    }
    // Without a source the adverts stay as they are: only the resignation of a master is left to send, and it may leave
    // from an address that the host no longer has.
    if board.isRunning { announceSources(of: [position]) }
    core.handle(.sourceAddress(source, router: position), at: now, into: &effects)
    if source == nil, board.isRunning { refreshDetail(of: position) }
    if router.faultsWithoutPeers {
      core.handle(.peers(present: !destinations.isEmpty, router: position), at: now, into: &effects)
    }
  }

  private func ownAddress(of router: PlannedRouter, excluding virtual: Set<IPAddress>) -> IPAddress? {
    router.isUnicast
      ? interfaces.address(
        towards: router.destinations, router.family, on: router.interface, excluding: virtual)
      : interfaces.primaryAddress(router.family, on: router.interface, excluding: virtual)
  }
}

extension VirtualRouterSnapshot {
  /// Corrects for the time in which no engine ran and a backup's master was not heard: the master gets one more
  /// interval from now before it counts as down, but never more than that beyond its time, however often engines crash.
  mutating func allowForSilence(until now: MonotonicInstant, downTimerAdverts: Int) {
    guard state == .backup, let deadline = mainDeadline, let lastHeard else { return }
    let interval = activeInterval.nanoseconds
    let grace = interval + Nanoseconds(rawValue: interval.rawValue / 4)
    // The skew is at most one interval.
    let latest = lastHeard + interval * Int64(downTimerAdverts + 1) + grace
    mainDeadline = max(deadline, min(now + grace, latest))
  }
}
