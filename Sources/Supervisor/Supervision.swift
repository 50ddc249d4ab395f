import ControlModel
import NetworkTypes

/// What the supervisor does about what happens to its children: pure, so that every order of events can be tested.
///
/// There is one current engine. A reload prepares a next one beside it; a crash replaces it. A process that was told to
/// go and has not gone yet is `retiring`. Boards and bundles live for as long as something here names them, which is what
/// keeps the descriptors of any number of reloads from piling up.
struct Supervision {
  /// The bounds on how long a child may take.
  struct Limits {
    /// For reading the configuration.
    var load = Nanoseconds.seconds(30)
    /// For the startup script, and for any script that the prober asks time for: longer than a configuration can allow, since the
    /// prober sees to that.
    var startup = Nanoseconds.seconds(1010)
    /// For the first engine and for the one of a reload to be ready.
    var prepare = Nanoseconds.seconds(10)
    /// For the engine after a crash to be ready: below the three seconds in which a peer takes over.
    var recover = Nanoseconds.seconds(2)
    /// For the old engine to let go at a reload.
    var yield = Nanoseconds.seconds(2)
    /// From being told to take over to having done so.
    var takeOver = Nanoseconds.seconds(10)
    /// For the engine to withdraw at the end.
    var shutdown = Nanoseconds.seconds(3)
    /// For a killed engine to be gone, so that nothing it was adding comes after the withdrawal.
    var kill = Nanoseconds.seconds(1)
    /// For the prober to run what notifications wait at the end.
    var finish = Nanoseconds.seconds(6)
    /// Between two starts of the prober.
    var proberPause = Nanoseconds.seconds(1)
    /// The time within which ``mostCrashes`` engines may not crash.
    var crashWindow = Nanoseconds.seconds(10)
    /// Crashes after which the addresses are withdrawn.
    var mostCrashes = 3
    /// Looks at the heartbeat, two a second, that may find it standing still.
    var stillHeartbeats = 6
    /// Questions, two a second, that the prober may leave unanswered: more than an engine may, since it reads files and starts
    /// processes, and no address depends on it.
    var unansweredPings = 20
    /// The same before it is ready: it may have a large configuration to read, which the loader has read within ``load``.
    var unansweredBeforeReady = 120
  }

  /// An engine process and what it was started with.
  struct Engine: Equatable {
    enum Stage: Equatable {
      /// Reads its configuration and opens its sockets.
      case preparing
      /// Was told to take over.
      case takingOver
      /// Writes the true board.
      case running
    }
    let id: EngineID
    let bundle: BundleID
    /// Whose board it adopts; `nil` once its own is the true one.
    var adopts: EngineID?
    var stage: Stage
    /// When its stage must have ended.
    var deadline: MonotonicInstant?
    /// Whether it was told to let go: it then ends without withdrawing, even if it is told to stop after that.
    var letsGo = false
  }

  /// How far a reload is.
  enum Reload: Equatable {
    case loading(BundleID, deadline: MonotonicInstant)
    case preparing(Engine)
    /// The old engine was told to let go; the next one waits.
    case yielding(next: Engine, deadline: MonotonicInstant)
    /// The current engine is the new one; the one before it, should the new one fail now.
    case takingOver(previous: Engine)
  }

  /// What the service as a whole is doing.
  enum Phase: Equatable {
    case loading(BundleID, deadline: MonotonicInstant)
    /// The prober runs the startup script; the engine comes after it.
    case startingUp(BundleID, deadline: MonotonicInstant)
    case serving
    case stoppingEngine(deadline: MonotonicInstant)
    /// Engines were killed and are not gone yet; these boards are withdrawn once they are.
    case withdrawing([EngineID], deadline: MonotonicInstant, code: Int32)
    case stoppingProber(deadline: MonotonicInstant, code: Int32)
    case ended
  }

  struct Prober: Equatable {
    let id: ProberID
    var isReady: Bool
    /// How often it was asked since it last answered.
    var unanswered = 0
    /// Whether it was killed for that, and its end is still to come.
    var isKilled = false
  }

  let limits: Limits
  var phase: Phase = .ended
  var current: Engine?
  var reload: Reload?
  /// Who waits for the reload in progress.
  var requesters: [ReloadRequester] = []
  /// Who waits for the one after it; `nil` when none is wanted.
  var queued: [ReloadRequester]?
  /// The current engine asked for another with the same configuration, because interfaces have come or gone.
  var wantsRenewal = false
  /// Engines that were told to go, and when to end them by force.
  var retiring: [EngineID: MonotonicInstant] = [:]
  var prober: Prober?
  var proberStartedAt: MonotonicInstant?
  var proberRestart: MonotonicInstant?
  var crashes: [MonotonicInstant] = []
  /// A stop came while one engine was letting go and the next not yet told to take over.
  var stopsAfterHandOver = false
  /// Boards to withdraw once more as the last thing, because an engine that was killed was not gone in time: it finishes the
  /// system call that it is in, and may so add an address after it was removed.
  var withdrawsAtEnd: [EngineID] = []
  var wasAnnounced = false
  var lastHeartbeat: MonotonicInstant?
  var stillHeartbeats = 0
  private var lastEngine: UInt64 = 0
  private var lastBundle: UInt64 = 0
  private var lastProber: UInt64 = 0

  init(limits: Limits = Limits()) {
    self.limits = limits
  }

  /// Begins: reads the configuration.
  mutating func start(at now: MonotonicInstant, into actions: inout [SupervisionAction]) {
    let bundle = nextBundle()
    phase = .loading(bundle, deadline: now + limits.load)
    actions.append(.startLoader(bundle))
  }

  /// Takes in what happened and says what to do about it.
  mutating func handle(
    _ event: SupervisionEvent, at now: MonotonicInstant, into actions: inout [SupervisionAction]
  ) {
    guard phase != .ended else { return }
    switch event {
    case .loaderEnded(let bundle, let ending, let complaint):
      loaderEnded(bundle, ending, complaint, at: now, into: &actions)
    case .engineReported(let engine, let report): engineReported(engine, report, at: now, into: &actions)
    case .engineEnded(let engine, let ending): engineEnded(engine, ending, at: now, into: &actions)
    case .heartbeat(let engine, let time): heartbeat(engine, time, at: now, into: &actions)
    case .startupFinished(let id): startupFinished(id, at: now, into: &actions)
    case .proberTakesLonger(let id, let time): proberTakesLonger(id, time, at: now, into: &actions)
    case .proberReady(let id): proberReady(id, into: &actions)
    case .proberAlive(let id): if prober?.id == id { prober?.unanswered = 0 }
    case .proberLook: lookAtProber(into: &actions)
    case .proberEnded(let id, let ending): proberEnded(id, ending, at: now, into: &actions)
    case .reloadRequested(let requester): reloadRequested(requester, at: now, into: &actions)
    case .stopRequested: stopRequested(at: now, into: &actions)
    case .deadline: deadlinePassed(at: now, into: &actions)
    }
  }

  /// The boards that something may still read.
  var retainedBoards: Set<EngineID> {
    var boards = Set(withdrawsAtEnd)
    if case .withdrawing(let waiting, _, _) = phase { boards.formUnion(waiting) }
    func retain(_ engine: Engine?) {
      guard let engine else { return }
      boards.insert(engine.id)
      if let adopted = engine.adopts { boards.insert(adopted) }
    }
    retain(current)
    switch reload {
    case .preparing(let next), .yielding(let next, _): retain(next)
    case .takingOver(let previous): retain(previous)
    case .loading, nil: break
    }
    return boards
  }

  /// The bundles that an engine may still be started with.
  var retainedBundles: Set<BundleID> {
    var bundles: Set<BundleID> = []
    if let current { bundles.insert(current.bundle) }
    switch phase {
    case .loading(let bundle, _), .startingUp(let bundle, _): bundles.insert(bundle)
    case .serving, .stoppingEngine, .withdrawing, .stoppingProber, .ended: break
    }
    switch reload {
    case .loading(let bundle, _): bundles.insert(bundle)
    case .preparing(let next), .yielding(let next, _): bundles.insert(next.bundle)
    case .takingOver(let previous): bundles.insert(previous.bundle)
    case nil: break
    }
    return bundles
  }

  /// The next time at which something is overdue.
  var nextDeadline: MonotonicInstant? {
    var deadlines = Array(retiring.values)
    switch phase {
    case .loading(_, let deadline), .startingUp(_, let deadline), .stoppingEngine(let deadline),
      .withdrawing(_, let deadline, _),
      .stoppingProber(let deadline, _):
      deadlines.append(deadline)
    case .serving, .ended: break
    }
    switch reload {
    case .loading(_, let deadline), .yielding(_, let deadline): deadlines.append(deadline)
    case .preparing(let next): if let deadline = next.deadline { deadlines.append(deadline) }
    case .takingOver, nil: break
    }
    if let deadline = current?.deadline { deadlines.append(deadline) }
    if let proberRestart { deadlines.append(proberRestart) }
    return deadlines.min()
  }

  /// Whether the service manager's watchdog may be fed: an engine that runs must also move.
  var isAlive: Bool { stillHeartbeats < limits.stillHeartbeats / 2 }

  mutating func nextBundle() -> BundleID {
    lastBundle += 1
    return BundleID(rawValue: lastBundle)
  }

  mutating func nextProber() -> ProberID {
    lastProber += 1
    return ProberID(rawValue: lastProber)
  }

  /// Starts an engine; the caller says what it is to be.
  mutating func startEngine(
    bundle: BundleID, adopting: EngineID?, within limit: Nanoseconds, at now: MonotonicInstant,
    into actions: inout [SupervisionAction]
  ) -> Engine {
    lastEngine += 1
    let engine = Engine(
      id: EngineID(rawValue: lastEngine), bundle: bundle, adopts: adopting, stage: .preparing, deadline: now + limit)
    actions.append(.startEngine(engine.id, bundle: bundle, adopting: adopting))
    return engine
  }
}
