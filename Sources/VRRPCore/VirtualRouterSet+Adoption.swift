import NetworkTypes

extension VirtualRouterSet {
  /// Takes over a router's state from another engine's board, instead of ``HostInput/start(router:)``. A start that
  /// follows does nothing.
  ///
  /// Interface, source address and trackers must be given before. Nothing is sent, claimed or reported for a router
  /// whose interface, addresses, trackers and configuration are as they were: a master's next advert comes when it was
  /// due (at once if that has passed), and a backup's timer runs on. Changes since then append their effects: an
  /// effective priority that is another one, a fault that has begun or ended. A tracker without a verdict changes no
  /// state. A snapshot in `.initialize` is a start.
  public mutating func adopt(
    _ snapshot: VirtualRouterSnapshot, router: Int, at now: MonotonicInstant, into effects: inout [Effect]
  ) {
    guard routers.indices.contains(router), case .initialize(.notStarted) = routers[router].state else { return }
    switch snapshot.state {
    case .initialize:
      return start(router, at: now, into: &effects)
    case .backup, .master:
      routers[router].awaitsVerdicts = false
    case .fault:
      // A router that has left its group since is not held by it.
      routers[router].isHeldByGroup = groupOfRouter[router] != nil && snapshot.faults.contains(.syncGroup)
    }
    routers[router].restore(snapshot, at: now)
    let computed = routers[router].weights.value(under: statuses)
    routers[router].priority = snapshot.effectivePriority
    if computed != snapshot.effectivePriority {
      routers[router].reviewPriority(under: statuses, into: &effects)
    }
    reviewTrackerFault(of: router)
    rearm(router)
    let cause = snapshot.state == .fault ? causeOfRecovery(of: router, from: snapshot.faults) : nil
    reviewFaults(from: router, cause: cause, at: now, into: &effects)
    recordMixedStates(around: router)
  }

  /// Has a master announce its addresses once more after `garp_master_delay`, because some have just been added.
  public mutating func announceAdded(router: Int, at now: MonotonicInstant) {
    guard routers.indices.contains(router) else { return }
    routers[router].scheduleSecondSet(at: now)
    rearm(router)
  }

  /// Cause to report for a router that was adopted in fault and has no fault any more.
  private func causeOfRecovery(of router: Int, from faults: FaultReasons) -> Cause {
    if faults.contains(.interface) { return .interfaceUp }
    if faults.contains(.sourceAddress) { return .sourceAddressFound }
    if faults.contains(.peers) { return .peersFound }
    if faults.contains(.tracker), let binding = routers[router].faultTrackers.bindings.first {
      return .trackerUp(binding.tracker)
    }
    return .adopted
  }

  /// Router's state as the board keeps it. For a position that does not exist it is that of a router that was not
  /// started.
  public func snapshot(of router: Int) -> VirtualRouterSnapshot {
    guard routers.indices.contains(router) else {
      return VirtualRouterSnapshot(
        state: .initialize, activeInterval: Centiseconds(rawValue: 0), effectivePriority: .resignation)
    }
    return routers[router].snapshot
  }
}

extension VirtualRouter {
  /// State of the router as the board keeps it.
  var snapshot: VirtualRouterSnapshot {
    var snapshot = VirtualRouterSnapshot(
      state: currentState, activeInterval: timers.interval, effectivePriority: priority)
    snapshot.faults = isStarted ? faults : []
    snapshot.refusals = refusals.count
    switch state {
    case .initialize:
      break
    case .backup(let backup):
      snapshot.mainDeadline = backup.masterDownAt
      snapshot.preemptDeadline = backup.preemptAt
      snapshot.activeInterval = backup.activeInterval
      snapshot.record(backup.master)
    case .master(let master):
      snapshot.mainDeadline = master.nextAdvert
      let timers = master.announcementTimers
      snapshot.announcementDeadline = [timers[.secondSet], timers[.rivalGone]].compactMap(\.self).min()
      snapshot.refreshDeadline = timers[.refresh]
    case .fault(let fault):
      if ownFaults.contains(.addresses) { snapshot.mainDeadline = refusals.retryAt }
      snapshot.activeInterval = fault.activeInterval
      snapshot.record(fault.master)
    }
    return snapshot
  }

  /// Takes the state of a snapshot. A deadline later than this configuration would ever set it (the interval was
  /// shortened, or the board is damaged) is brought forward to the latest one that it would set.
  mutating func restore(_ snapshot: VirtualRouterSnapshot, at now: MonotonicInstant) {
    let activeInterval =
      switch timers.version {
      case .v2: timers.interval
      case .v3:
        snapshot.activeInterval.rawValue == 0 ? timers.interval : min(snapshot.activeInterval, .longestInVersion3)
      }
    switch snapshot.state {
    case .initialize:
      state = .initialize(.notStarted)
    case .backup:
      let latest = now + timers.masterDown(priority: snapshot.effectivePriority, activeInterval: activeInterval)
      state = .backup(
        Backup(
          masterDownAt: min(snapshot.mainDeadline ?? latest, latest), activeInterval: activeInterval,
          master: snapshot.heardMaster, preemptAt: snapshot.preemptDeadline))
    case .master:
      let schedule = configuration.announcements
      let latest = now + timers.interval.nanoseconds
      var master = Master(
        nextAdvert: min(snapshot.mainDeadline ?? now, latest),
        secondSetRepeats: max(schedule.repeats, schedule.lowerPriorityRepeats))
      master.announcementTimers[.secondSet] = snapshot.announcementDeadline
      // Refreshes that this configuration has added begin now; those that it has removed end.
      master.announcementTimers[.refresh] = schedule.refreshPeriod.map {
        min(snapshot.refreshDeadline ?? now + $0, now + $0)
      }
      state = .master(master)
    case .fault:
      state = .fault(Fault(master: snapshot.heardMaster, activeInterval: activeInterval))
      if snapshot.faults.contains(.addresses) { ownFaults.insert(.addresses) }
    }
    refusals = AddressRefusals(
      count: snapshot.refusals, isInFault: ownFaults.contains(.addresses), retryAt: snapshot.mainDeadline,
      adoptedAt: now)
  }
}

extension VirtualRouterSnapshot {
  /// Master last heard; `nil` if none was.
  fileprivate var heardMaster: VirtualRouter.HeardMaster? {
    guard let master, let lastHeard else { return nil }
    return VirtualRouter.HeardMaster(address: master, priority: masterPriority, at: lastHeard)
  }

  /// Records the master last heard.
  fileprivate mutating func record(_ heard: VirtualRouter.HeardMaster?) {
    guard let heard else { return }
    master = heard.address
    masterPriority = heard.priority
    lastHeard = heard.at
  }
}
