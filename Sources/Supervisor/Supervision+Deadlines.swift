import ControlModel
import NetworkTypes

// Actions for a child that exceeds its time limit.
extension Supervision {
  mutating func deadlinePassed(at now: MonotonicInstant, into actions: inout [SupervisionAction]) {
    for (id, deadline) in retiring where deadline <= now {
      actions.append(.killEngine(id))
      retiring[id] = .distantFuture
    }
    switch phase {
    case .loading(_, let deadline):
      guard deadline <= now else { return }
      actions.append(.killLoader)
      actions.append(.log(.critical, "not started: reading the configuration took too long"))
      finish(code: ExitCode.failure.rawValue, into: &actions)
    case .startingUp(let bundle, let deadline):
      guard deadline <= now else { return }
      actions.append(.log(.error, "the startup script does not end: the service starts without waiting for it"))
      beginServing(bundle, at: now, into: &actions)
    case .serving:
      reloadDeadlinePassed(at: now, into: &actions)
      engineDeadlinePassed(at: now, into: &actions)
      if let time = proberRestart, time <= now, phase == .serving { startProber(at: now, into: &actions) }
    case .stoppingEngine(let deadline):
      guard deadline <= now, let engine = current else { return }
      retire(engine.id, into: &actions)
      actions.append(.log(.error, "the engine did not stop in time: the supervisor removes the addresses and resigns"))
      withdraw(boardsToWithdraw, code: 0, at: now, into: &actions)
    case .withdrawing(let boards, let deadline, let code):
      guard deadline <= now else { return }
      actions.append(
        .log(.error, "an engine that was killed has not ended yet: its addresses are removed now, and again at the end")
      )
      withdrawsAtEnd = boards
      actions.append(.withdraw(boards))
      stopProber(code: code, at: now, into: &actions)
    case .stoppingProber(let deadline, let code):
      guard deadline <= now, let prober else { return }
      actions.append(.log(.warning, "the prober did not finish in time and is killed"))
      actions.append(.killProber(prober.id))
      finish(code: code, into: &actions)
    case .ended: return
    }
  }

  private mutating func reloadDeadlinePassed(at now: MonotonicInstant, into actions: inout [SupervisionAction]) {
    switch reload {
    case .loading(_, let deadline):
      guard deadline <= now else { return }
      actions.append(.killLoader)
      reloadFailed("reading the configuration took too long", code: ExitCode.failure.rawValue, into: &actions)
      startQueuedReload(at: now, into: &actions)
    case .preparing(let next):
      guard let deadline = next.deadline, deadline <= now else { return }
      retire(next.id, into: &actions)
      reloadFailed("the new engine was not ready in time", code: ExitCode.failure.rawValue, into: &actions)
      startQueuedReload(at: now, into: &actions)
    case .yielding(_, let deadline):
      guard deadline <= now, let old = current else { return }
      actions.append(.log(.warning, "the old engine did not hand over in time and was killed"))
      retire(old.id, into: &actions)
      hasYielded(ended: true, at: now, into: &actions)
    case .takingOver, nil: return
    }
  }

  private mutating func engineDeadlinePassed(at now: MonotonicInstant, into actions: inout [SupervisionAction]) {
    guard phase == .serving, let engine = current, let deadline = engine.deadline, deadline <= now else { return }
    switch engine.stage {
    case .preparing:
      retire(engine.id, into: &actions)
      if engine.adopts == nil {
        crashed(engine, "the engine was not ready in time", .killed(signal: 9), at: now, into: &actions)
      } else {
        giveUp("the new engine was not ready in time", at: now, into: &actions)
      }
    case .takingOver:
      retire(engine.id, into: &actions)
      crashed(engine, "the engine did not take over in time", .killed(signal: 9), at: now, into: &actions)
    case .running: return
    }
  }

  /// Kills an engine. Its exit is then no event.
  mutating func retire(_ id: EngineID, into actions: inout [SupervisionAction]) {
    actions.append(.killEngine(id))
    retiring[id] = .distantFuture
  }
}

extension MonotonicInstant {
  /// Instant that is never reached.
  static let distantFuture = MonotonicInstant(nanoseconds: .max)
}
