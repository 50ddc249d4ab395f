import Configuration
import ControlModel
import HealthCore
import LinuxSystem
import NetworkTypes
import VRRPCore

/// One `vrrp_script` or `vrrp_probe`: runs it from start to start, one run at a time, and turns its results into a verdict.
final class Check {
  let definition: CheckDefinition
  private let loop: EventLoop
  private var work: any CheckWork
  private var state: CheckState
  private var steady: SteadyVerdict
  /// For what changes without a result.
  private var steadyTimer: EventLoop.Timer?
  private var timer: EventLoop.Timer?
  /// When the last run was to start.
  private var lastStart: MonotonicInstant?
  private var isRunning = false
  /// What the last result that agrees with the results' verdict said.
  private var words = ""
  private var isRetired = false
  private var onRetired: (() -> Void)?
  private var lastRefusal: String?

  /// Told of every changed verdict.
  var onVerdict: ((Check) -> Void)?
  /// Told why the check cannot be run, once for each new reason.
  var onRefusal: ((Check, String) -> Void)?

  /// A check that has not been started.
  /// - Parameter previous: the verdict that holds from an earlier run of this process, with its reason.
  init(
    _ definition: CheckDefinition, work: any CheckWork, loop: EventLoop,
    previous: (status: TrackerStatus, reason: String)?
  ) {
    self.definition = definition
    self.work = work
    self.loop = loop
    let isInitiallyFailed = definition.isInitiallyFailed
    var words = ""
    state = CheckState(
      rise: definition.rise, fall: definition.fall,
      initiallyFailed: isInitiallyFailed && previous?.status != .up || previous?.status == .down)
    switch previous?.status {
    case .up:
      _ = state.record(success: true)
      words = previous?.reason ?? ""
    case .down:
      words = previous?.reason ?? ""
    case .unknown, .level, nil:
      if isInitiallyFailed { words = "no success yet (init_fail)" }
    }
    self.words = words
    let limits = definition.steadiness
    steady = SteadyVerdict(damping: limits.damping, expiry: limits.expiry, verdict: state.verdict, at: loop.now)
  }

  /// What the engine is told.
  var status: TrackerStatus { TrackerStatus(steady.verdict) }

  /// Whether that is what the last results said.
  var condition: VerdictCondition { steady.condition }

  /// Why the verdict is what it is, in the check's own words.
  var reason: String { steady.reason(words) }

  /// The process group of a run that has one.
  var processID: Int32? { work.processID }

  /// Begins the first run after `delay`, and from then on one at each interval.
  func start(after delay: Nanoseconds = .zero) {
    guard !isRetired, !isRunning else { return }
    watchSteadiness()
    guard delay == .zero else {
      let time = loop.now + delay
      loop.cancel(timer)
      timer = loop.schedule(at: time) { [weak self] in self?.begin(at: time) }
      return
    }
    begin(at: loop.now)
  }

  /// Goes on under a new configuration that did not change this check. A run that goes on is the old work's.
  func use(_ work: any CheckWork) {
    if isRunning { nextWork = work } else { self.work = work }
  }

  private var nextWork: (any CheckWork)?

  /// Ends the check: a run is asked to end. `completion` is called when none goes on.
  func retire(_ completion: @escaping () -> Void) {
    isRetired = true
    onVerdict = nil
    onRefusal = nil
    loop.cancel(timer)
    loop.cancel(steadyTimer)
    guard isRunning else { return completion() }
    onRetired = completion
    work.end()
  }

  /// Ends the check and its run at once.
  func kill() {
    isRetired = true
    loop.cancel(timer)
    loop.cancel(steadyTimer)
    work.kill()
    isRunning = false
    onRetired?()
    onRetired = nil
  }

  private func begin(at time: MonotonicInstant) {
    guard !isRetired, !isRunning else { return }
    lastStart = time
    if let nextWork {
      work = nextWork
      self.nextWork = nil
    }
    isRunning = true
    do throws(CheckRefusal) {
      try work.begin { [weak self] in self?.ended($0) }
    } catch {
      isRunning = false
      refuse(error.words)
      scheduleNext()
      record(CheckResult(isSuccess: false, words: error.words))
    }
  }

  private func ended(_ result: CheckResult) {
    isRunning = false
    guard !isRetired else {
      onRetired?()
      onRetired = nil
      return
    }
    scheduleNext()
    guard result.counts else { return refuse(result.words) }
    lastRefusal = nil
    record(result)
  }

  private func refuse(_ words: String) {
    guard lastRefusal != words else { return }
    lastRefusal = words
    onRefusal?(self, words)
  }

  /// The next start is one interval after the last was to be, so that nothing drifts. One that a run has only just overrun
  /// is made up for at once, as when the timeout is the interval; starts that were missed before that are not.
  private func scheduleNext() {
    let interval = max(definition.interval, .milliseconds(10))
    var next = (lastStart ?? loop.now) + interval
    let late = (loop.now - next).rawValue
    if late > 0 {
      let missed = late / interval.rawValue + (late % interval.rawValue > interval.rawValue / 2 ? 1 : 0)
      next = next + interval * missed
    }
    loop.cancel(timer)
    let time = next
    timer = loop.schedule(at: time) { [weak self] in self?.begin(at: time) }
  }

  private func record(_ result: CheckResult) {
    let before = (steady.verdict, steady.condition)
    let isChanged = state.record(success: result.isSuccess) != nil
    // The reason follows the verdict that holds, so that status shows the newest words of a check that stays down.
    if isChanged || result.isSuccess == (state.verdict == .up) { words = result.words }
    steady.heard(state.verdict, at: loop.now)
    tell(ifOtherThan: before)
    watchSteadiness()
  }

  private func tell(ifOtherThan before: (Verdict, VerdictCondition)) {
    if before != (steady.verdict, steady.condition) { onVerdict?(self) }
  }

  /// Sees to what changes without a result. Each result puts that off, so the timer only looks whether its time has come.
  private func watchSteadiness() {
    guard steadyTimer == nil, !isRetired, let deadline = steady.deadline else { return }
    steadyTimer = loop.schedule(at: deadline) { [weak self] in
      guard let self else { return }
      steadyTimer = nil
      guard !isRetired else { return }
      let before = (steady.verdict, steady.condition)
      steady.advance(to: loop.now)
      tell(ifOtherThan: before)
      watchSteadiness()
    }
  }
}

extension SteadyVerdict {
  /// Why the verdict is what it is, when the results say `words`.
  func reason(_ words: String) -> String {
    let last = words.isEmpty ? "" : "; last: \(words)"
    switch condition {
    case .fresh: return words
    case .held:
      guard let damping else { return words }
      return "\(damping.changes) changes within \(damping.period.spoken), held down for \(damping.hold.spoken)" + last
    case .stale:
      guard let expiry else { return words }
      return "no result for \(expiry.time.spoken)" + last
    }
  }
}
