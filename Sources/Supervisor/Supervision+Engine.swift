import ControlModel
import NetworkTypes

// The current engine: started, told to take over, watched, replaced when it crashes.
extension Supervision {
  mutating func loaderEnded(
    _ bundle: BundleID, _ ending: Ending, _ complaint: String, at now: MonotonicInstant,
    into actions: inout [SupervisionAction]
  ) {
    if case .loading(bundle, _) = phase {
      guard ending.isLoaded else {
        if !ending.isSelfExplained {
          actions.append(.log(.critical, "not started: the configuration could not be loaded (the loader \(ending))"))
        }
        return finish(code: ending.code, into: &actions)
      }
      let hasStartupScript = ending == .exited(ExitCode.loadedWithStartupScript.rawValue)
      loaded(bundle, hasStartupScript: hasStartupScript, at: now, into: &actions)
    } else if case .loading(bundle, _) = reload {
      reloadLoaded(bundle, ending, complaint, at: now, into: &actions)
    }
  }

  mutating func engineReported(
    _ id: EngineID, _ report: EngineReport, at now: MonotonicInstant, into actions: inout [SupervisionAction]
  ) {
    guard phase == .serving else { return }
    switch report {
    case .ready:
      if current?.id == id, current?.stage == .preparing {
        takeOver(at: now, into: &actions)
      } else {
        nextIsReady(id, at: now, into: &actions)
      }
    case .running:
      guard current?.id == id, current?.stage == .takingOver else { return }
      isRunning(at: now, into: &actions)
    case .yielded:
      if current?.id == id { hasYielded(ended: false, at: now, into: &actions) }
    case .interfacesMoved:
      guard current?.id == id else { return }
      wantsRenewal = true
      startQueuedReload(at: now, into: &actions)
    }
  }

  mutating func takeOver(at now: MonotonicInstant, into actions: inout [SupervisionAction]) {
    guard var engine = current else { return }
    engine.stage = .takingOver
    engine.deadline = now + limits.takeOver
    current = engine
    actions.append(.command(engine.id, .takeOver))
  }

  private mutating func isRunning(at now: MonotonicInstant, into actions: inout [SupervisionAction]) {
    guard var engine = current else { return }
    engine.stage = .running
    engine.deadline = nil
    engine.adopts = nil
    current = engine
    wantsRenewal = false
    lastHeartbeat = nil
    stillHeartbeats = 0
    if let prober { actions.append(.serve(prober.id, engine: engine.id, bundle: engine.bundle)) }
    reloadSucceeded(into: &actions)
    announceWhenReady(into: &actions)
    startQueuedReload(at: now, into: &actions)
  }

  /// Reports READY once an engine runs and the prober serves. A prober that dies later does not take it back.
  mutating func announceWhenReady(into actions: inout [SupervisionAction]) {
    guard !wasAnnounced, current?.stage == .running, prober?.isReady == true else { return }
    wasAnnounced = true
    actions.append(.announce(.ready))
  }

  /// Replaces an engine that is ending, without waiting for the kernel to take it apart.
  mutating func engineLost(_ id: EngineID, at now: MonotonicInstant, into actions: inout [SupervisionAction]) {
    guard phase == .serving, let engine = current, engine.id == id, engine.stage == .running else { return }
    if case .yielding = reload { return }
    // One that closed its channel and lives on must not go on either.
    retire(id, into: &actions)
    lost = id
    crashed(engine, "the engine ended", .killed(signal: 9), at: now, into: &actions)
  }

  mutating func engineEnded(
    _ id: EngineID, _ ending: Ending, at now: MonotonicInstant, into actions: inout [SupervisionAction]
  ) {
    if retiring.removeValue(forKey: id) != nil {
      if lost == id {
        lost = nil
        actions.append(
          .log(.error, "the engine \(ending)\(phase == .serving ? "; a new engine goes on from its state" : "")"))
      }
      return withdrawOnceGone(at: now, into: &actions)
    }
    switch reload {
    case .preparing(let next) where next.id == id:
      reloadFailed("the new engine \(ending.explained) before it was ready", code: ending.code, into: &actions)
      return startQueuedReload(at: now, into: &actions)
    case .yielding(let next, _) where next.id == id:
      // The old engine yields all the same. Its end is then a crash, after which an engine with its configuration goes
      // on.
      reloadFailed("the new engine \(ending.explained) before it took over", code: ending.code, into: &actions)
      return stopIfAsked(at: now, into: &actions)
    case .loading, .preparing, .yielding, .takingOver, nil: break
    }
    guard let engine = current, engine.id == id else { return }
    if case .stoppingEngine = phase { return engineStopped(engine, ending, at: now, into: &actions) }
    guard phase == .serving else { return }
    if case .yielding = reload {
      if ending != .exited(0) { actions.append(.log(.warning, "the old engine \(ending) while it handed over")) }
      return hasYielded(ended: true, at: now, into: &actions)
    }
    crashed(engine, "the engine \(ending)", ending, at: now, into: &actions)
  }

  /// Notices an engine that is alive but has no turns, and kills it so that another replaces it.
  mutating func heartbeat(
    _ id: EngineID, _ time: MonotonicInstant, at now: MonotonicInstant, into actions: inout [SupervisionAction]
  ) {
    guard phase == .serving, let engine = current, engine.id == id, engine.stage == .running else { return }
    if case .yielding = reload { return }
    guard time == lastHeartbeat else {
      lastHeartbeat = time
      stillHeartbeats = 0
      return
    }
    stillHeartbeats += 1
    guard stillHeartbeats >= limits.stillHeartbeats else { return }
    // Checks are counted and not time, so that a pause of the whole host is not taken for one of the engine.
    retire(id, into: &actions)
    crashed(engine, "the engine hung and was killed", .killed(signal: 9), at: now, into: &actions)
  }

  /// Replaces an engine that ended without being asked to.
  mutating func crashed(
    _ engine: Engine, _ what: String, _ ending: Ending, at now: MonotonicInstant,
    into actions: inout [SupervisionAction]
  ) {
    guard hasBeenInCharge(engine) else {
      if !ending.isSelfExplained { actions.append(.log(.critical, "not started: \(what)")) }
      guard engine.stage != .preparing else { return stopProber(code: ending.code, at: now, into: &actions) }
      return withdraw([engine.id], code: ending.code, at: now, into: &actions)
    }
    stillHeartbeats = 0
    wantsRenewal = false
    crashes = crashes.filter { now - $0 < limits.crashWindow } + [now]
    putReloadOff(into: &actions)
    guard crashes.count < limits.mostCrashes else {
      return giveUp(
        "\(what), \(crashes.count) times within \(limits.crashWindow.rawValue / 1_000_000_000) s",
        at: now, into: &actions)
    }
    // If an engine with a new configuration dies during the takeover, the configuration is not tried again: the last
    // one that worked goes on.
    var bundle = engine.bundle
    if case .takingOver(let previous) = reload {
      bundle = previous.bundle
      actions.append(.removeLeftovers(of: engine.id, notOn: previous.id))
      reloadFailed(
        "\(what) while it took over; the configuration before it stays in force", code: ending.code, into: &actions)
    }
    let board = engine.stage == .running ? engine.id : engine.adopts
    if lost != engine.id { actions.append(.log(.error, "\(what); a new engine goes on from its state")) }
    current = startEngine(bundle: bundle, adopting: board, within: limits.recover, at: now, into: &actions)
    stopIfAsked(at: now, into: &actions)
  }

  /// Whether this engine or an earlier one has run, so that there is a state to go on from.
  private func hasBeenInCharge(_ engine: Engine) -> Bool { engine.stage == .running || engine.adopts != nil }

  /// Withdraws the addresses so that a peer takes over, since no engine here can hold them.
  mutating func giveUp(_ why: String, at now: MonotonicInstant, into actions: inout [SupervisionAction]) {
    actions.append(.log(.critical, "\(why): all addresses are removed"))
    let boards = boardsToWithdraw
    reload = nil
    stopsAfterHandOver = false
    withdraw(boards, code: ExitCode.engineFailing.rawValue, at: now, into: &actions)
  }

  /// Boards that may name addresses in the kernel, the valid one first.
  var boardsToWithdraw: [EngineID] {
    var boards: [EngineID] = []
    guard let current else { return boards }
    if let adopted = current.adopts { boards.append(adopted) }
    boards.append(current.id)
    if case .takingOver(let previous) = reload, !boards.contains(previous.id) { boards.append(previous.id) }
    return boards
  }
}

extension Ending: CustomStringConvertible {
  /// Description of the ending, to follow the name of a process.
  var description: String {
    switch self {
    case .exited(let code): "ended with code \(code)"
    case .killed(let signal): "was ended by \(Self.name(ofSignal: signal))"
    case .notStarted(let reason): "could not be started: \(reason)"
    }
  }

  /// Whether the loader that ended in this way has loaded the configuration.
  var isLoaded: Bool {
    self == .exited(ExitCode.success.rawValue) || self == .exited(ExitCode.loadedWithStartupScript.rawValue)
  }

  /// Whether the process has written its reason to standard error.
  var isSelfExplained: Bool {
    if case .exited(let code) = self { return ExitCode(rawValue: code)?.isSelfExplained ?? false }
    return false
  }

  /// ``description`` with the meaning of the exit code.
  var explained: String {
    guard case .exited(let code) = self, let known = ExitCode(rawValue: code), known.isSelfExplained else {
      return description
    }
    return "\(description) (\(known.explanation))"
  }

  /// Exit code of the supervisor if this ending kept it from starting.
  var code: Int32 {
    switch self {
    case .exited(0): ExitCode.failure.rawValue
    case .exited(let code): code
    case .killed, .notStarted: ExitCode.failure.rawValue
    }
  }

  private static func name(ofSignal number: Int32) -> String {
    let names: [Int32: String] = [
      1: "SIGHUP", 2: "SIGINT", 3: "SIGQUIT", 4: "SIGILL", 5: "SIGTRAP", 6: "SIGABRT", 7: "SIGBUS", 8: "SIGFPE",
      9: "SIGKILL", 11: "SIGSEGV", 13: "SIGPIPE", 14: "SIGALRM", 15: "SIGTERM", 31: "SIGSYS",
    ]
    return names[number] ?? "signal \(number)"
  }
}
