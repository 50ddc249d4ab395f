import ControlModel
import NetworkTypes

// The stop: first the engine, which withdraws; then the prober, which runs the last notifications.
extension Supervision {
  mutating func stopRequested(at now: MonotonicInstant, into actions: inout [SupervisionAction]) {
    switch phase {
    case .loading:
      actions.append(.killLoader)
      return finish(code: 0, into: &actions)
    case .startingUp:
      actions.append(.announce(.stopping))
      return stopProber(code: 0, at: now, into: &actions)
    case .stoppingEngine, .withdrawing, .stoppingProber, .ended: return
    case .serving: break
    }
    if case .yielding = reload {
      stopsAfterHandOver = true
      return
    }
    actions.append(.announce(.stopping))
    dropReload(into: &actions)
    guard let engine = current else { return stopProber(code: 0, at: now, into: &actions) }
    switch engine.stage {
    case .preparing:
      // It has changed nothing in the kernel; but an earlier engine that hung and was killed may still be changing
      // something.
      actions.append(.killEngine(engine.id))
      guard engine.adopts != nil else { return stopProber(code: 0, at: now, into: &actions) }
      withdraw(boardsToWithdraw, code: 0, at: now, into: &actions)
    case .takingOver, .running:
      actions.append(.command(engine.id, .shutdown))
      current?.deadline = nil
      phase = .stoppingEngine(deadline: now + limits.shutdown)
    }
  }

  private mutating func dropReload(into actions: inout [SupervisionAction]) {
    switch reload {
    case .loading:
      actions.append(.killLoader)
      reload = nil
    case .preparing(let next):
      actions.append(.killEngine(next.id))
      reload = nil
    // The board before this one may still be the valid one if the new engine dies before it reports.
    case .takingOver, .yielding, nil: break
    }
    for requester in requesters + (queued ?? []) {
      actions.append(.answer(requester, code: ExitCode.failure.rawValue, message: "martlet is stopping"))
    }
    requesters = []
    queued = nil
  }

  /// Goes on after the engine ended that was to withdraw.
  mutating func engineStopped(
    _ engine: Engine, _ ending: Ending, at now: MonotonicInstant, into actions: inout [SupervisionAction]
  ) {
    guard ending != .exited(0) || engine.wasToldToYield else { return stopProber(code: 0, at: now, into: &actions) }
    actions.append(
      .log(.error, "the engine \(ending) while it stopped: the supervisor removes the addresses and resigns"))
    withdraw(boardsToWithdraw, code: 0, at: now, into: &actions)
  }

  /// Withdraws in place of the engines and ends the service: at once, or when the killed engines are gone.
  mutating func withdraw(
    _ boards: [EngineID], code: Int32, at now: MonotonicInstant, into actions: inout [SupervisionAction]
  ) {
    phase = .withdrawing(boards, deadline: now + limits.kill, code: code)
    current = nil
    reload = nil
    withdrawOnceGone(at: now, into: &actions)
  }

  /// A killed process is not gone at once: the withdrawal waits until no killed engine is left.
  mutating func withdrawOnceGone(at now: MonotonicInstant, into actions: inout [SupervisionAction]) {
    guard case .withdrawing(let boards, _, let code) = phase, !retiring.values.contains(.distantFuture) else { return }
    actions.append(.withdraw(boards))
    stopProber(code: code, at: now, into: &actions)
  }

  /// Ends the prober, then the service with this code.
  mutating func stopProber(code: Int32, at now: MonotonicInstant, into actions: inout [SupervisionAction]) {
    for requester in requesters + (queued ?? []) {
      actions.append(.answer(requester, code: code, message: "martlet is stopping"))
    }
    requesters = []
    queued = nil
    proberRestart = nil
    current = nil
    reload = nil
    guard let prober else { return finish(code: code, into: &actions) }
    phase = .stoppingProber(deadline: now + limits.finish, code: code)
    actions.append(.shutdownProber(prober.id))
  }

  mutating func finish(code: Int32, into actions: inout [SupervisionAction]) {
    phase = .ended
    if !withdrawsAtEnd.isEmpty { actions.append(.withdraw(withdrawsAtEnd)) }
    actions.append(.end(code))
  }
}
