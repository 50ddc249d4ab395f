import ControlModel
import NetworkTypes

// The prober: no address depends on it, so it may die at any time and is started again.
extension Supervision {
  mutating func startProber(at now: MonotonicInstant, into actions: inout [SupervisionAction]) {
    let id = nextProber()
    prober = Prober(id: id, isReady: false)
    proberStartedAt = now
    proberRestart = nil
    actions.append(.startProber(id))
    if let engine = current, engine.stage == .running {
      actions.append(.serve(id, engine: engine.id, bundle: engine.bundle))
    }
  }

  mutating func proberReady(_ id: ProberID, into actions: inout [SupervisionAction]) {
    guard prober?.id == id else { return }
    prober?.isReady = true
    announceWhenReady(into: &actions)
  }

  /// Notices a prober that is alive but does nothing, and kills it: a failure would not be noticed any more.
  ///
  /// Questions are counted and not time, so that a pause of the whole host is not taken for one of the prober.
  mutating func checkProber(into actions: inout [SupervisionAction]) {
    guard let asked = prober, !asked.isKilled else { return }
    let most: Int
    switch phase {
    case .startingUp: most = limits.unansweredPings
    case .serving: most = asked.isReady ? limits.unansweredPings : limits.unansweredBeforeReady
    case .loading, .stoppingEngine, .withdrawing, .stoppingProber, .ended: return
    }
    guard asked.unanswered < most else {
      actions.append(.log(.error, "the prober does not answer and is killed"))
      actions.append(.killProber(asked.id))
      // Its end starts the next one.
      prober?.isKilled = true
      return
    }
    prober?.unanswered += 1
    actions.append(.pingProber(asked.id))
  }

  mutating func proberEnded(
    _ id: ProberID, _ ending: Ending, at now: MonotonicInstant, into actions: inout [SupervisionAction]
  ) {
    guard prober?.id == id else { return }
    prober = nil
    // Its connections ended with it. The reload goes on, but nobody waits for its result.
    requesters.removeAll { $0.prober == id }
    queued = queued.map { $0.filter { $0.prober != id } }
    switch phase {
    case .stoppingProber(_, let code): return finish(code: code, into: &actions)
    case .stoppingEngine, .withdrawing, .ended: return
    case .loading, .startingUp, .serving: break
    }
    actions.append(.log(.error, "the prober \(ending); it is started again, no address moves"))
    let earliest = (proberStartedAt ?? now) + limits.proberPause
    if earliest > now {
      proberRestart = earliest
    } else {
      startProber(at: now, into: &actions)
    }
    // Its startup script ended with it. Running that again would be worse than going on.
    if case .startingUp(let bundle, _) = phase { beginServing(bundle, at: now, into: &actions) }
  }
}
