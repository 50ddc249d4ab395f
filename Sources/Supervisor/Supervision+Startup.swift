import ControlModel
import NetworkTypes

// Before the first engine: the startup script, which may set up what the engine needs. The prober runs it. The loader
// reports whether there is one, since the supervisor does not read the configuration.
extension Supervision {
  /// Goes on after the first configuration was loaded.
  mutating func loaded(
    _ bundle: BundleID, hasStartupScript: Bool, at now: MonotonicInstant, into actions: inout [SupervisionAction]
  ) {
    guard hasStartupScript else { return beginServing(bundle, at: now, into: &actions) }
    phase = .startingUp(bundle, deadline: now + limits.startup)
    startProber(at: now, into: &actions)
    if let prober { actions.append(.runStartupScript(prober.id, bundle: bundle)) }
  }

  mutating func startupFinished(
    _ id: ProberID, at now: MonotonicInstant, into actions: inout [SupervisionAction]
  ) {
    guard case .startingUp(let bundle, _) = phase, prober?.id == id else { return }
    beginServing(bundle, at: now, into: &actions)
  }

  /// Starts the first engine, and the prober unless it runs.
  mutating func beginServing(
    _ bundle: BundleID, at now: MonotonicInstant, into actions: inout [SupervisionAction]
  ) {
    phase = .serving
    current = startEngine(bundle: bundle, adopting: nil, within: limits.prepare, at: now, into: &actions)
    if prober == nil, proberRestart == nil { startProber(at: now, into: &actions) }
  }

  /// Extends the deadline, because the prober runs a script that may take this long. The prober itself enforces that.
  mutating func proberTakesLonger(
    _ id: ProberID, _ time: Nanoseconds, at now: MonotonicInstant, into actions: inout [SupervisionAction]
  ) {
    guard prober?.id == id else { return }
    let granted = min(max(time, .zero), limits.startup)
    switch phase {
    case .startingUp: break
    case .stoppingProber(_, let code): phase = .stoppingProber(deadline: now + granted + limits.finish, code: code)
    case .loading, .serving, .stoppingEngine, .withdrawing, .ended: return
    }
    actions.append(.announce(.takingLonger(granted + limits.finish)))
  }
}
