import ControlModel
import NetworkTypes

/// Decisions of the supervisor about its children. It does no input or output, so that every order of events can be
/// tested.
///
/// There is one current engine. A reload prepares a next one beside it; a crash replaces it. A process that was told to
/// end and has not ended yet is `retiring`. Boards and bundles are kept for as long as a value here names them, so that
/// the descriptors of many reloads do not accumulate.
struct Supervision {
  /// Time limits of the children.
  struct Limits {
    /// Time for reading the configuration.
    var load = Nanoseconds.seconds(30)
    /// Time for the startup script, and for any script for which the prober asks for time. It exceeds what a
    /// configuration can allow, since the prober enforces that.
    var startup = Nanoseconds.seconds(1010)
    /// Time until the first engine, or the engine of a reload, is ready.
    var prepare = Nanoseconds.seconds(10)
    /// Time until the engine after a crash is ready: below the three seconds in which a peer takes over.
    var recover = Nanoseconds.seconds(2)
    /// Time in which the old engine must yield at a reload.
    var yield = Nanoseconds.seconds(2)
    /// Time from the command to take over until the engine has done so.
    var takeOver = Nanoseconds.seconds(10)
    /// Time for the engine to withdraw at a stop.
    var shutdown = Nanoseconds.seconds(3)
    /// Time for a killed engine to be gone, so that nothing that it was adding comes after the withdrawal.
    var kill = Nanoseconds.seconds(1)
    /// Time for the prober to run the waiting notifications at a stop.
    var finish = Nanoseconds.seconds(6)
    /// Time between two starts of the prober.
    var proberPause = Nanoseconds.seconds(1)
    /// Period in which ``mostCrashes`` engines must not crash.
    var crashWindow = Nanoseconds.seconds(10)
    /// Crashes after which the addresses are withdrawn.
    var mostCrashes = 3
    /// Checks of the heartbeat, two a second, that may find it unchanged.
    var stillHeartbeats = 6
    /// Questions, two a second, that the prober may leave unanswered. It may leave more than an engine, since it reads
    /// files and starts processes, and no address depends on it.
    var unansweredPings = 20
    /// Same before it is ready: it may have a large configuration to read, which the loader has read within ``load``.
    var unansweredBeforeReady = 120
  }

  /// Engine process with the arguments of its start.
  struct Engine: Equatable {
    enum Stage: Equatable {
      /// It reads its configuration and opens its sockets.
      case preparing
      /// It was told to take over.
      case takingOver
      /// It writes the valid board.
      case running
    }
    let id: EngineID
    let bundle: BundleID
    /// Engine whose board it adopts; `nil` once its own board is the valid one.
    var adopts: EngineID?
    var stage: Stage
    /// Instant at which its stage must have ended.
    var deadline: MonotonicInstant?
    /// Whether it was told to yield. It then ends without withdrawing, even if it is told to stop after that.
    var wasToldToYield = false
  }

  /// Stage of a reload.
  enum Reload: Equatable {
    case loading(BundleID, deadline: MonotonicInstant)
    case preparing(Engine)
    /// The old engine was told to yield; the next one waits.
    case yielding(next: Engine, deadline: MonotonicInstant)
    /// The current engine is the new one. `previous` goes on if the new one fails now.
    case takingOver(previous: Engine)
  }

  /// Phase of the service as a whole.
  enum Phase: Equatable {
    case loading(BundleID, deadline: MonotonicInstant)
    /// The prober runs the startup script; the engine starts after it.
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
    /// Number of questions since its last answer.
    var unanswered = 0
    /// Whether it was killed because it did not answer, and has not ended yet.
    var isKilled = false
  }

  let limits: Limits
  var phase: Phase = .ended
  var current: Engine?
  var reload: Reload?
  /// Clients that wait for the reload in progress.
  var requesters: [ReloadRequester] = []
  /// Clients that wait for the reload after it; `nil` if there is none.
  var queued: [ReloadRequester]?
  /// Whether the current engine asked for another with the same configuration, because interfaces have changed.
  var wantsRenewal = false
  /// Engines that were told to end, and the instants at which to kill them.
  var retiring: [EngineID: MonotonicInstant] = [:]
  /// Engine that was replaced before its end was known, which is logged once it is.
  var lost: EngineID?
  var prober: Prober?
  var proberStartedAt: MonotonicInstant?
  var proberRestart: MonotonicInstant?
  var crashes: [MonotonicInstant] = []
  /// Whether a stop was requested after one engine began to yield and before the next was told to take over.
  var stopsAfterHandOver = false
  /// Boards to withdraw once more at the very end, because a killed engine was not gone in time: it completes its
  /// present system call, which may add an address after it was removed.
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

  /// Begins by reading the configuration.
  mutating func start(at now: MonotonicInstant, into actions: inout [SupervisionAction]) {
    let bundle = nextBundle()
    phase = .loading(bundle, deadline: now + limits.load)
    actions.append(.startLoader(bundle))
  }

  /// Handles an event and appends the actions that follow.
  mutating func handle(
    _ event: SupervisionEvent, at now: MonotonicInstant, into actions: inout [SupervisionAction]
  ) {
    guard phase != .ended else { return }
    switch event {
    case .loaderEnded(let bundle, let ending, let complaint):
      loaderEnded(bundle, ending, complaint, at: now, into: &actions)
    case .engineReported(let engine, let report): engineReported(engine, report, at: now, into: &actions)
    case .engineLost(let engine): engineLost(engine, at: now, into: &actions)
    case .engineEnded(let engine, let ending): engineEnded(engine, ending, at: now, into: &actions)
    case .heartbeat(let engine, let time): heartbeat(engine, time, at: now, into: &actions)
    case .startupFinished(let id): startupFinished(id, at: now, into: &actions)
    case .proberTakesLonger(let id, let time): proberTakesLonger(id, time, at: now, into: &actions)
    case .proberReady(let id): proberReady(id, into: &actions)
    case .proberAlive(let id): if prober?.id == id { prober?.unanswered = 0 }
    case .proberCheck: checkProber(into: &actions)
    case .proberEnded(let id, let ending): proberEnded(id, ending, at: now, into: &actions)
    case .reloadRequested(let requester): reloadRequested(requester, at: now, into: &actions)
    case .stopRequested: stopRequested(at: now, into: &actions)
    case .deadline: deadlinePassed(at: now, into: &actions)
    }
  }

  /// Boards that are still needed.
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

  /// Bundles that an engine may still be started with.
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

  /// Earliest deadline; `nil` if there is none.
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

  /// Whether to notify the service manager's watchdog: an engine that runs must also have turns.
  var isAlive: Bool { stillHeartbeats < limits.stillHeartbeats / 2 }

  mutating func nextBundle() -> BundleID {
    lastBundle += 1
    return BundleID(rawValue: lastBundle)
  }

  mutating func nextProber() -> ProberID {
    lastProber += 1
    return ProberID(rawValue: lastProber)
  }

  /// Starts an engine, which the caller makes the current or the next one.
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
