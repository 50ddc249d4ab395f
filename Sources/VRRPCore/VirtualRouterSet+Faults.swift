import NetworkTypes

/// Routers and sync groups that a tracker can change.
struct TrackerDependents: Sendable {
  /// Sync group that a tracker can put in fault.
  struct Group: Sendable {
    /// Position of the group.
    let group: Int
    /// Member whose tracker it is; the first member if it is the group's own.
    let member: Int
    /// True if the tracker is the group's own, so that every member reports the tracker itself as the cause.
    let isShared: Bool
  }

  /// Routers whose priority or faults depend on the tracker.
  var routers: [Int] = []
  /// Groups of such routers, each once.
  var groups: [Group] = []

  /// Dependents of each tracker.
  static func all(
    trackerCount: Int, routers: [VirtualRouterConfiguration], groups: [SyncGroupConfiguration], membership: Membership
  ) -> [TrackerDependents] {
    var dependents = Array(repeating: TrackerDependents(), count: trackerCount)
    for (position, group) in groups.enumerated() {
      guard let first = membership.members[position].first else { continue }
      for tracker in Set(group.trackers.map(\.tracker)) {
        dependents[tracker.rawValue].groups.append(Group(group: position, member: first, isShared: true))
      }
    }
    for (position, router) in routers.enumerated() {
      let group = membership.groupOfRouter[position]
      let own = Set(router.trackers.map(\.tracker))
      let all = own.union(group.map { groups[$0].trackers.map(\.tracker) } ?? [])
      for tracker in all { dependents[tracker.rawValue].routers.append(position) }
      guard let group else { continue }
      for tracker in own where !dependents[tracker.rawValue].groups.contains(where: { $0.group == group }) {
        dependents[tracker.rawValue].groups.append(Group(group: group, member: position, isShared: false))
      }
    }
    return dependents
  }
}

extension VirtualRouterSet {
  /// Applies a tracker's verdict to priorities and faults.
  mutating func setTracker(
    _ tracker: TrackerID, to status: TrackerStatus, at now: MonotonicInstant, into effects: inout [Effect]
  ) {
    guard statuses.indices.contains(tracker.rawValue), statuses[tracker.rawValue] != status else { return }
    statuses[tracker.rawValue] = status
    let reach = dependents[tracker.rawValue]
    for router in reach.routers {
      routers[router].reviewPriority(under: statuses, into: &effects)
      reviewTrackerFault(of: router)
      rearm(router)
    }
    for router in reach.routers where groupOfRouter[router] == nil {
      reviewFaults(from: router, cause: cause(of: tracker, on: router), at: now, into: &effects)
    }
    for entry in reach.groups {
      let cause = cause(of: tracker, on: entry.member)
      reviewFaults(from: entry.member, cause: cause, isShared: entry.isShared, at: now, into: &effects)
    }
  }

  /// Cause that a router reports for a change of `tracker`.
  private func cause(of tracker: TrackerID, on router: Int) -> Cause {
    let group = groupOfRouter[router].map { groups[$0].faultTrackers.bindings } ?? []
    let failed = (routers[router].faultTrackers.bindings + group).contains { binding in
      binding.tracker == tracker && statuses.effect(on: binding) == .fault
    }
    return failed ? .trackerDown(tracker) : .trackerUp(tracker)
  }

  /// Sets or clears one of a router's own faults and changes its state to match.
  mutating func setFault(
    _ fault: FaultReasons, to isPresent: Bool, of router: Int, cause: Cause, at now: MonotonicInstant,
    into effects: inout [Effect]
  ) {
    guard routers.indices.contains(router), routers[router].ownFaults.contains(fault) != isPresent else { return }
    if isPresent {
      routers[router].ownFaults.insert(fault)
    } else {
      routers[router].ownFaults.remove(fault)
    }
    reviewFaults(from: router, cause: cause, at: now, into: &effects)
  }

  /// Puts a router whose addresses the kernel refuses in FAULT, or keeps it there for a longer pause.
  mutating func refuseAddresses(
    of router: Int, error: Int32, at now: MonotonicInstant, into effects: inout [Effect]
  ) {
    guard routers.indices.contains(router) else { return }
    let isKnown = routers[router].ownFaults.contains(.addresses)
    guard isKnown || routers[router].currentState == .master else { return }
    routers[router].refusals.recordRefusal(at: now)
    setFault(.addresses, to: true, of: router, cause: .addressesRefused(error: error), at: now, into: &effects)
    rearm(router)
  }

  /// Sets or clears the router's tracker fault by its own trackers.
  ///
  /// A tracker without a verdict is no fault, except for a router that went to FAULT before it ever ran: leaving FAULT
  /// would be starting, and a start waits for every verdict.
  mutating func reviewTrackerFault(of router: Int) {
    var isPresent = routers[router].faultTrackers.firstFailed(under: statuses) != nil
    if case .fault = routers[router].state, routers[router].awaitsVerdicts {
      isPresent = isPresent || firstUndecidedTracker(of: router) != nil
    }
    if isPresent {
      routers[router].ownFaults.insert(.tracker)
    } else {
      routers[router].ownFaults.remove(.tracker)
    }
  }

  /// First tracker without a verdict among those of the router and its group that can be a fault.
  func firstUndecidedTracker(of router: Int) -> TrackerID? {
    if let own = routers[router].faultTrackers.firstUndecided(under: statuses) { return own }
    guard let group = groupOfRouter[router] else { return nil }
    return groups[group].faultTrackers.firstUndecided(under: statuses)
  }

  /// Puts a router and its sync group in FAULT, or takes them out of it, by their present faults.
  ///
  /// `cause` is the change at `router`; it is `nil` at a start, when it follows from the faults. The other members
  /// report the router as their cause, unless the cause `isShared` by all.
  mutating func reviewFaults(
    from router: Int, cause: Cause?, isShared: Bool = false, at now: MonotonicInstant, into effects: inout [Effect]
  ) {
    guard let group = groupOfRouter[router] else {
      return updateState(router, cause: cause, at: now, into: &effects)
    }
    holdMembers(of: group)
    updateState(router, cause: cause, at: now, into: &effects)
    for member in groups[group].members where member != router {
      updateState(member, cause: isShared ? cause : .syncGroup(member: router), at: now, into: &effects)
    }
  }

  /// Computes which members are in fault because of another. While some members have not been started or adopted, none
  /// is released, since the faults of those are not known yet.
  private mutating func holdMembers(of group: Int) {
    let members = groups[group].members
    let isInFault = groups[group].faultTrackers.firstFailed(under: statuses) != nil
    let isComplete = members.allSatisfy { routers[$0].isStarted }
    let faulty = members.count { routers[$0].isStarted && !routers[$0].ownFaults.isEmpty }
    for member in members {
      let others = routers[member].isStarted && !routers[member].ownFaults.isEmpty ? faulty - 1 : faulty
      let isHeld = isInFault || others > 0
      routers[member].isHeldByGroup = isHeld || (routers[member].isHeldByGroup && !isComplete)
    }
  }

  /// Changes a router's state to match its faults.
  private mutating func updateState(
    _ router: Int, cause: Cause?, at now: MonotonicInstant, into effects: inout [Effect]
  ) {
    let isInFault = !routers[router].faults.isEmpty
    switch routers[router].state {
    case .initialize(.notStarted), .initialize(.stopped):
      return
    case .initialize(.awaitingVerdicts), .initialize(.awaitingGroup):
      guard !isInFault else { break }
      return proceedWithStart(router, at: now, into: &effects)
    case .backup, .master:
      guard isInFault else { return }
    case .fault:
      guard !isInFault else { return }
      return leaveFault(router, cause: cause ?? .adopted, at: now, into: &effects)
    }
    routers[router].enterFault(cause: cause ?? causeOfFault(of: router), at: now, into: &effects)
    reviewTrackerFault(of: router)
    rearm(router)
  }

  /// Cause to report for a router's faults if no single change brought them about.
  private func causeOfFault(of router: Int) -> Cause {
    let faults = routers[router].ownFaults
    if faults.contains(.interface) { return .interfaceDown }
    if faults.contains(.sourceAddress) { return .sourceAddressLost }
    if faults.contains(.peers) { return .noPeers }
    if let tracker = routers[router].faultTrackers.firstFailed(under: statuses) { return .trackerDown(tracker) }
    guard let group = groupOfRouter[router] else { return .started }
    if let tracker = groups[group].faultTrackers.firstFailed(under: statuses) { return .trackerDown(tracker) }
    let member = groups[group].members.first { $0 != router && !routers[$0].ownFaults.isEmpty }
    return .syncGroup(member: member ?? router)
  }
}
