import NetworkTypes

/// State machine of one virtual router (RFC 9568 section 6, RFC 3768 section 6), with keepalived's additional state
/// FAULT.
///
///                       start, nothing wrong
///     INITIALIZE ───────────────────────────────► BACKUP ◄──────────────┐
///       │  │                                       │  ▲                 │
///       │  └── start at priority 255 ──► MASTER ◄──┘  │                 │ the last fault clears
///       │                                 │  │  master-down timer       │
///       │                                 │  └────────┘ a better master │
///       └────────── start with a fault ───┴────────► FAULT ─────────────┘
///
/// An input is handled in two parts, so that a sync group can decide between them. First the router decides alone: it sets
/// its timers, sends what its state sends, and returns a ``Proposal``. Then a move (``takeOver(cause:at:into:)``,
/// ``giveWay(to:activeInterval:cause:at:into:)``, …) changes the state, of this router alone or of all members of its group.
///
/// Each state has its own file: `+Start`, `+Backup`, `+Master`, `+Fault`.
struct VirtualRouter: Sendable {
  /// State, with the data that is valid in it only.
  enum State: Sendable {
    case initialize(Readiness)
    case backup(Backup)
    case master(Master)
    case fault(Fault)
  }

  /// Change that the router asks for after an input. Its sync group, if it has one, decides whether it happens.
  enum Proposal {
    /// Nothing changes.
    case remain
    /// Become master.
    case takeOver(Cause)
    /// Yield to the master that was heard. The master-down interval follows from `activeInterval`, the interval of that
    /// master.
    case giveWay(to: HeardMaster, activeInterval: Centiseconds, Cause)
    /// Stay in backup, because a master was heard that this router does not preempt.
    case respect
  }

  /// A master, as its last advert described it.
  struct HeardMaster: Sendable {
    /// Source address of its adverts.
    var address: IPAddress
    /// Priority in its last advert; 0 once it has resigned.
    var priority: Priority
    /// Instant at which its last advert came.
    var at: MonotonicInstant
  }

  /// Position of the router in its set, by which effects name it.
  let position: Int
  /// Settings of the router.
  let configuration: VirtualRouterConfiguration
  /// Intervals of the router's election.
  let timers: ElectionTimers
  /// Configured priority with the weights of trackers that change it.
  let weights: EffectivePriority
  /// Router's own trackers that can be a fault.
  let faultTrackers: FaultTrackers
  /// Time for which a lower-priority master is not preempted: the longest delay in the router's sync group.
  let preemptDelay: Nanoseconds

  /// State of the router.
  var state = State.initialize(.notStarted)
  /// Effective priority, from which comparisons and skew times follow.
  var priority: Priority
  /// Source address of the router's adverts, which decides between equal priorities.
  var sourceAddress: IPAddress?
  /// Faults of the router itself, without those of its sync group.
  var ownFaults: FaultReasons = .sourceAddress
  /// Refusals of the router's addresses by the kernel.
  var refusals = AddressRefusals()
  /// True while the sync group is in fault because of another member or of a tracker of the group.
  var isHeldByGroup = false
  /// True until the router runs for the first time. Until then it waits for every check's first verdict.
  var awaitsVerdicts = true

  /// A router that has not started.
  init(
    position: Int, configuration: VirtualRouterConfiguration, groupTrackers: [TrackerBinding], preemptDelay: Nanoseconds
  ) {
    self.position = position
    self.configuration = configuration
    self.preemptDelay = preemptDelay
    timers = ElectionTimers(configuration)
    weights = EffectivePriority(base: configuration.priority, bindings: configuration.trackers + groupTrackers)
    faultTrackers = FaultTrackers(configuration.trackers)
    priority = weights.value(under: [])
  }

  /// Name of the state.
  var currentState: RouterState {
    switch state {
    case .initialize: .initialize
    case .backup: .backup
    case .master: .master
    case .fault: .fault
    }
  }

  /// All reasons that hold the router in fault.
  var faults: FaultReasons { isHeldByGroup ? ownFaults.union(.syncGroup) : ownFaults }

  /// True if the router has been started or adopted, and not stopped.
  var isStarted: Bool {
    switch state {
    case .initialize(.notStarted), .initialize(.stopped): false
    case .initialize(.awaitingVerdicts), .initialize(.awaitingGroup), .backup, .master, .fault: true
    }
  }

  /// True if the router owns its addresses, so that neither trackers nor `nopreempt` apply to it.
  var isOwner: Bool { configuration.priority == .owner }

  /// Instant at which the state next has something to do without an input; `nil` if it has nothing to do.
  var deadline: MonotonicInstant? {
    switch state {
    case .initialize: nil
    case .fault: ownFaults.contains(.addresses) ? refusals.retryAt : nil
    case .backup(let backup): backup.wantsMastership ? nil : backup.masterDownAt
    case .master(let master): master.deadline
    }
  }

  /// Decides on an advert. One of another version or for another virtual router is ignored.
  mutating func receive(
    _ advert: Advertisement, from sender: IPAddress, at now: MonotonicInstant, into effects: inout [Effect]
  ) -> Proposal {
    guard advert.version == configuration.version, advert.virtualRouterID == configuration.virtualRouterID else {
      return .remain
    }
    switch state {
    case .initialize:
      return .remain
    case .backup(let backup):
      defer { sendOwedAdvert(on: advert, into: &effects) }
      return receiveInBackup(advert, from: sender, backup, at: now)
    case .master(let master):
      guard !isOwner || !configuration.ownerIgnoresAdverts else { return .remain }
      return receiveInMaster(advert, from: sender, master, at: now, into: &effects)
    case .fault:
      recordInFault(advert, from: sender, at: now)
      return .remain
    }
  }

  /// Does what is due at `now`.
  mutating func fire(at now: MonotonicInstant, into effects: inout [Effect]) -> Proposal {
    switch state {
    case .initialize:
      return .remain
    case .fault:
      tryAddressesIfDue(at: now, into: &effects)
      return .remain
    case .backup(let backup):
      guard backup.masterDownAt <= now, !backup.wantsMastership else { return .remain }
      return .takeOver(causeOfTakingOver(from: backup))
    case .master(let master):
      fireInMaster(master, at: now, into: &effects)
      return .remain
    }
  }

  /// Appends an action for this router.
  func emit(_ action: Action, into effects: inout [Effect]) {
    effects.append(Effect(router: position, action: action))
  }

  /// Changes the state and reports the transition.
  mutating func enter(_ next: State, cause: Cause, at now: MonotonicInstant, into effects: inout [Effect]) {
    let before = currentState
    state = next
    let transition = Transition(from: before, to: currentState, cause: cause, priority: priority, at: now)
    emit(.transition(transition), into: &effects)
  }
}
