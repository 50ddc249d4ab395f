import NetworkTypes

/// One virtual router's machine (RFC 9568 section 6, RFC 3768 section 6, and the state FAULT that keepalived's users know).
///
///                       start, nothing wrong
///     INITIALIZE ───────────────────────────────► BACKUP ◄──────────────┐
///       │  │                                       │  ▲                 │
///       │  └── start at priority 255 ──► MASTER ◄──┘  │                 │ the last fault clears
///       │                                 │  │  master-down timer       │
///       │                                 │  └────────┘ a better master │
///       └────────── start with a fault ───┴────────► FAULT ─────────────┘
///
/// What happens comes in two parts, so that a sync group can stand between them. An input first lets the router judge: it
/// moves its timers, sends what its state sends, and returns a ``Proposal``. Then a move (``takeOver(cause:at:into:)``,
/// ``giveWay(to:activeInterval:cause:at:into:)``, …) changes the state, of this router alone or of all members of its group.
///
/// Each behaviour has its file: `+Start`, `+Backup`, `+Master`, `+Fault`.
struct VirtualRouter: Sendable {
  /// The state with what is valid in it and nowhere else.
  enum State: Sendable {
    case initialize(Readiness)
    case backup(Backup)
    case master(Master)
    case fault(Fault)
  }

  /// What the router asks for after an input; whether it happens is for its group, if it has one.
  enum Proposal {
    /// Nothing changes.
    case remain
    /// Become master.
    case takeOver(Cause)
    /// Yield to the master that was heard, whose interval times the wait from here on.
    case giveWay(to: HeardMaster, activeInterval: Centiseconds, Cause)
    /// Stay in backup because a master was heard that is to be respected.
    case respect
  }

  /// A master as its last advert showed it.
  struct HeardMaster: Sendable {
    /// Where its adverts come from.
    var address: IPAddress
    /// Its priority; 0 once it has resigned.
    var priority: Priority
    /// When its last advert came.
    var at: MonotonicInstant
  }

  /// Its position in the set, which names it in effects.
  let position: Int
  /// What it is set to.
  let configuration: VirtualRouterConfiguration
  /// Its lengths of time.
  let timers: ElectionTimers
  /// The configured priority with the weights that bear on it.
  let weights: EffectivePriority
  /// Its own trackers without a weight.
  let faultTrackers: FaultTrackers
  /// How long a lower-priority master is respected: the longest delay of its sync group.
  let preemptDelay: Nanoseconds

  /// The state.
  var state = State.initialize(.notStarted)
  /// The priority that counts in every comparison and every skew.
  var priority: Priority
  /// Where its adverts leave from, which decides ties.
  var sourceAddress: IPAddress?
  /// What is wrong with the router itself; a group's fault is not among it.
  var ownFaults: FaultReasons = .sourceAddress
  /// What came of its addresses when the kernel would not take them.
  var refusals = AddressRefusals()
  /// Whether its sync group is in fault on another's account.
  var isHeldByGroup = false
  /// Whether it has yet to run for the first time, and therefore waits for every check's first verdict.
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

  /// The state's name.
  var currentState: RouterState {
    switch state {
    case .initialize: .initialize
    case .backup: .backup
    case .master: .master
    case .fault: .fault
    }
  }

  /// All that holds it in fault.
  var faults: FaultReasons { isHeldByGroup ? ownFaults.union(.syncGroup) : ownFaults }

  /// Whether it has been started or adopted, and not stopped.
  var isStarted: Bool {
    switch state {
    case .initialize(.notStarted), .initialize(.stopped): false
    case .initialize(.awaitingVerdicts), .initialize(.awaitingGroup), .backup, .master, .fault: true
    }
  }

  /// Whether it owns the addresses, so that neither trackers nor `nopreempt` apply to it.
  var isOwner: Bool { configuration.priority == .owner }

  /// When the state next has something to do by itself.
  var deadline: MonotonicInstant? {
    switch state {
    case .initialize: nil
    case .fault: ownFaults.contains(.addresses) ? refusals.retryAt : nil
    case .backup(let backup): backup.wantsMastership ? nil : backup.masterDownAt
    case .master(let master): master.deadline
    }
  }

  /// Lets the router judge an advert. One of another version or for another router is not its business.
  mutating func hear(
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
      return hearInBackup(advert, from: sender, backup, at: now)
    case .master(let master):
      guard !isOwner || !configuration.ownerIgnoresAdverts else { return .remain }
      return hearInMaster(advert, from: sender, master, at: now, into: &effects)
    case .fault:
      hearInFault(advert, from: sender, at: now)
      return .remain
    }
  }

  /// Does what is due by the clock.
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

  /// Changes the state and tells of it.
  mutating func enter(_ next: State, cause: Cause, at now: MonotonicInstant, into effects: inout [Effect]) {
    let before = currentState
    state = next
    let transition = Transition(from: before, to: currentState, cause: cause, priority: priority, at: now)
    emit(.transition(transition), into: &effects)
  }
}
