import NetworkTypes

extension VirtualRouterSet {
  /// Changes the state as a router proposes: that of the router alone, or of its sync group.
  mutating func apply(
    _ proposal: VirtualRouter.Proposal, of router: Int, at now: MonotonicInstant, into effects: inout [Effect]
  ) {
    switch proposal {
    case .remain:
      rearm(router)
    case .respect:
      rearm(router)
      guard let group = groupOfRouter[router], groups[group].isMixed else { return }
      demoteOthers(than: router, in: group, at: now, into: &effects)
    case .takeOver(let cause):
      takeOver(router, cause: cause, at: now, into: &effects)
    case .giveWay(let master, let activeInterval, let cause):
      routers[router].giveWay(to: master, activeInterval: activeInterval, cause: cause, at: now, into: &effects)
      rearm(router)
      guard let group = groupOfRouter[router] else { return }
      demoteOthers(than: router, in: group, at: now, into: &effects)
    }
  }

  /// Makes a router master, or has it wait until every member of its group agrees. The last member to agree makes all
  /// of them master.
  mutating func takeOver(
    _ router: Int, cause: Cause, at now: MonotonicInstant, into effects: inout [Effect]
  ) {
    guard let group = groupOfRouter[router] else {
      routers[router].takeOver(cause: cause, at: now, into: &effects)
      return rearm(router)
    }
    routers[router].wantMastership()
    rearm(router)
    let members = groups[group].members
    guard members.allSatisfy({ routers[$0].agreesToMastership }) else { return }
    promote(router, cause: cause, at: now, into: &effects)
    for member in members where member != router {
      let memberCause: Cause = cause == .addressOwner ? cause : .syncGroup(member: router)
      promote(member, cause: memberCause, at: now, into: &effects)
    }
    groups[group].isMixed = false
  }

  /// Makes a router master unless it is already.
  private mutating func promote(
    _ router: Int, cause: Cause, at now: MonotonicInstant, into effects: inout [Effect]
  ) {
    switch routers[router].state {
    case .master:
      return
    case .initialize, .backup, .fault:
      routers[router].takeOver(cause: cause, at: now, into: &effects)
      rearm(router)
    }
  }

  /// Takes the masters among the other members to BACKUP. They resign, so that the next host takes over after its skew
  /// time.
  private mutating func demoteOthers(
    than router: Int, in group: Int, at now: MonotonicInstant, into effects: inout [Effect]
  ) {
    for member in groups[group].members where member != router {
      guard case .master = routers[member].state else { continue }
      routers[member].resign(cause: .syncGroup(member: router), at: now, into: &effects)
      rearm(member)
    }
    groups[group].isMixed = false
  }

  /// Takes a master that was held up for too long to BACKUP with its group, if it is set to do so. It resigns in case
  /// no other host has taken over; a host that has, answers at once. Returns whether it did so.
  @discardableResult
  mutating func standDownIfOverdue(_ router: Int, at now: MonotonicInstant, into effects: inout [Effect]) -> Bool {
    guard let silence = routers[router].overdueSilence(at: now) else { return false }
    routers[router].resign(cause: .overdue(silence: silence), at: now, into: &effects)
    rearm(router)
    if let group = groupOfRouter[router] { demoteOthers(than: router, in: group, at: now, into: &effects) }
    return true
  }

  /// Starts a router.
  mutating func start(_ router: Int, at now: MonotonicInstant, into effects: inout [Effect]) {
    guard routers.indices.contains(router), case .initialize(.notStarted) = routers[router].state else { return }
    routers[router].state = .initialize(.awaitingVerdicts)
    reviewTrackerFault(of: router)
    reviewFaults(from: router, cause: nil, at: now, into: &effects)
    recordMixedStates(around: router)
  }

  /// Continues the start of a router that has no fault; it may still wait for a verdict.
  mutating func proceedWithStart(_ router: Int, at now: MonotonicInstant, into effects: inout [Effect]) {
    guard firstUndecidedTracker(of: router) == nil else { return }
    if ownsAddressesWithGroup(router) {
      routers[router].state = .initialize(.awaitingGroup)
      takeOver(router, cause: .addressOwner, at: now, into: &effects)
    } else {
      routers[router].beginBackup(cause: .started, at: now, into: &effects)
      rearm(router)
    }
  }

  /// Takes a router out of FAULT. If it and all members of its group own their addresses, it is master again at once.
  mutating func leaveFault(
    _ router: Int, cause: Cause, at now: MonotonicInstant, into effects: inout [Effect]
  ) {
    if groupOfRouter[router] == nil, routers[router].isOwner {
      return takeOver(router, cause: cause, at: now, into: &effects)
    }
    routers[router].beginBackup(cause: cause, at: now, into: &effects)
    rearm(router)
    if ownsAddressesWithGroup(router) { takeOver(router, cause: .addressOwner, at: now, into: &effects) }
  }

  /// True if the router, and every member of its group if it has one, owns its addresses (RFC 9568 section 1.7).
  private func ownsAddressesWithGroup(_ router: Int) -> Bool {
    groupOfRouter[router].map { groups[$0].ownsAddresses } ?? routers[router].isOwner
  }

  /// Records whether a router's group has members in BACKUP beside masters, which only starts and adoptions bring
  /// about.
  mutating func recordMixedStates(around router: Int) {
    guard let group = groupOfRouter[router] else { return }
    let members = groups[group].members
    let hasMaster = members.contains { routers[$0].currentState == .master }
    groups[group].isMixed = hasMaster && members.contains { routers[$0].currentState == .backup }
  }
}
