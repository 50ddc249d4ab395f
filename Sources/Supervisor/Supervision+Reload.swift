import ControlModel
import NetworkTypes

// Reload: a next engine with the new configuration is prepared beside the current one, which goes on if anything fails.
extension Supervision {
  /// Most clients that may wait for one reload; a prober asks for fewer at a time.
  private static let mostRequesters = 256

  mutating func reloadRequested(
    _ requester: ReloadRequester?, at now: MonotonicInstant, into actions: inout [SupervisionAction]
  ) {
    switch phase {
    case .loading, .startingUp, .serving: break
    case .stoppingEngine, .withdrawing, .stoppingProber, .ended:
      if let requester {
        actions.append(.answer(requester, code: ExitCode.failure.rawValue, message: "martlet is stopping"))
      }
      return
    }
    if let requester, (queued ?? []).count >= Self.mostRequesters {
      let message = "too many reloads wait"
      actions.append(.answer(requester, code: ExitCode.failure.rawValue, message: message))
      return
    }
    // Requests during a reload share one more, since they may concern a file that this one has already read.
    queued = (queued ?? []) + (requester.map { [$0] } ?? [])
    startQueuedReload(at: now, into: &actions)
  }

  mutating func startQueuedReload(at now: MonotonicInstant, into actions: inout [SupervisionAction]) {
    guard phase == .serving, reload == nil, let current, current.stage == .running else { return }
    guard let waiting = queued else { return renew(current, at: now, into: &actions) }
    queued = nil
    requesters = waiting
    let bundle = nextBundle()
    reload = .loading(bundle, deadline: now + limits.load)
    if wasAnnounced { actions.append(.announce(.reloading)) }
    actions.append(
      .startReloadLoader(bundle, inForce: current.bundle, allowsEmpty: waiting.contains(where: \.allowsEmpty)))
  }

  /// Hands over to an engine with the same configuration that uses the interfaces as they are now.
  private mutating func renew(_ engine: Engine, at now: MonotonicInstant, into actions: inout [SupervisionAction]) {
    guard wantsRenewal else { return }
    wantsRenewal = false
    actions.append(.log(.notice, "an interface was added or replaced: a new engine takes over, which uses it"))
    let next = startEngine(
      bundle: engine.bundle, adopting: engine.id, within: limits.prepare, at: now, into: &actions)
    reload = .preparing(next)
  }

  mutating func reloadLoaded(
    _ bundle: BundleID, _ ending: Ending, _ complaint: String, at now: MonotonicInstant,
    into actions: inout [SupervisionAction]
  ) {
    guard ending.isLoaded, let current else {
      let why = complaint.isEmpty ? "the loader \(ending)" : complaint
      reloadFailed(why, code: ending.code, into: &actions)
      return startQueuedReload(at: now, into: &actions)
    }
    let next = startEngine(
      bundle: bundle, adopting: current.id, within: limits.prepare, at: now, into: &actions)
    reload = .preparing(next)
  }

  mutating func nextIsReady(_ id: EngineID, at now: MonotonicInstant, into actions: inout [SupervisionAction]) {
    guard case .preparing(var next) = reload, next.id == id, let current else { return }
    next.deadline = nil
    reload = .yielding(next: next, deadline: now + limits.yield)
    self.current?.wasToldToYield = true
    actions.append(.command(current.id, .yield))
  }

  /// Makes the next engine the current one, after the old engine has yielded.
  mutating func hasYielded(ended: Bool, at now: MonotonicInstant, into actions: inout [SupervisionAction]) {
    guard case .yielding(let next, _) = reload, let old = current else { return }
    if !ended { retiring[old.id] = now + limits.yield }
    current = next
    reload = .takingOver(previous: old)
    takeOver(at: now, into: &actions)
    stopIfAsked(at: now, into: &actions)
  }

  /// Stops now if a stop was requested during a hand-over.
  mutating func stopIfAsked(at now: MonotonicInstant, into actions: inout [SupervisionAction]) {
    guard stopsAfterHandOver else { return }
    stopsAfterHandOver = false
    stopRequested(at: now, into: &actions)
  }

  mutating func reloadSucceeded(into actions: inout [SupervisionAction]) {
    guard case .takingOver = reload else { return }
    reload = nil
    for requester in requesters { actions.append(.answer(requester, code: 0, message: "")) }
    requesters = []
    actions.append(.log(.notice, "reloaded: the new configuration is in force"))
    if wasAnnounced { actions.append(.announce(.ready)) }
  }

  /// Ends the reload in progress and logs the reason.
  mutating func reloadFailed(_ why: String, code: Int32, into actions: inout [SupervisionAction]) {
    guard reload != nil else { return }
    reload = nil
    actions.append(.log(.error, "reload failed, nothing has changed: \(why)"))
    for requester in requesters { actions.append(.answer(requester, code: code, message: why)) }
    requesters = []
    if wasAnnounced { actions.append(.announce(.ready)) }
  }

  /// Postpones a reload that had not come to the hand-over when the engine crashed. It starts again afterwards.
  mutating func putReloadOff(into actions: inout [SupervisionAction]) {
    switch reload {
    case .loading: actions.append(.killLoader)
    case .preparing(let next), .yielding(let next, _): retire(next.id, into: &actions)
    case .takingOver, nil: return
    }
    reload = nil
    queued = requesters + (queued ?? [])
    requesters = []
  }
}
