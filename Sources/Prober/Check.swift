import ConfigurationModel
import ControlModel
import HealthCore
import LinuxSystem
import NetworkTypes
import VRRPCore

/// Check of a `vrrp_script` or `vrrp_probe`: starts one run after the other, and turns their results into a verdict.
final class Check {
  private(set) var definition: CheckDefinition
  private let loop: EventLoop
  private var work: any CheckWork
  /// Timer for changes without a result.
  private var steadyTimer: EventLoop.Timer?
  private var timer: EventLoop.Timer?
  /// Delay of the check's start after the first of the checks that are started together.
  private var stagger = Nanoseconds.zero
  /// Instant for which the last run was planned.
  private var lastStart: MonotonicInstant?
  private var isRunning = false
  /// Instant at which the last run was started.
  private var lastBegin: MonotonicInstant?
  private var isRetired = false
  private var onRetired: (() -> Void)?
  private var lastRefusal: String?
  /// Failures in a row that did not count, since this process stood still during the run.
  private var missedFailures = 0
  /// Most failures in a row that do not count. A failed service must be noticed on a busy host too.
  private static let mostMissedFailures = 3
  /// Reason of an initially failed check before its first success.
  private static let noRunYet = "no success yet (init_fail)"

  /// Called with every change that the next prober must know; true if the finding has changed too.
  var onVerdict: ((Check, Bool) -> Void)?
  /// Instant of the run that gave the words of the finding; `nil` before the first.
  private(set) var wordsAt: MonotonicInstant?

  /// Called with the reason for which the check cannot be run, once for each new reason.
  var onRefusal: ((Check, String) -> Void)?

  /// Results about a check's target so far. The history outlives the check and the process.
  struct History {
    var state: CheckState
    var steady: SteadyVerdict
    var words: String
    /// Reason for which the check is left out; `nil` if it is not.
    var omission: String?

    /// True until a run has given a result.
    var isUntried: Bool { state.isFirst }

    /// History of a check that has not been run, or whose verdict is remembered.
    init(of definition: CheckDefinition, resuming previous: TrackerFinding? = nil, at now: MonotonicInstant) {
      let schedule = definition.schedule
      let result = previous?.memory.result ?? .unknown
      let (rise, fall) = (schedule.rise, schedule.fall)
      words = previous?.words ?? ""
      // Down without a run is not down because of one.
      if result == .unknown || previous?.memory.isUntried == true {
        state = CheckState(rise: rise, fall: fall, initiallyFailed: schedule.initiallyFailed)
        if schedule.initiallyFailed { words = Check.noRunYet }
      } else {
        state = CheckState(rise: rise, fall: fall, verdict: result)
      }
      var memory = previous?.memory ?? VerdictMemory(result: .unknown)
      memory.result = state.verdict
      steady = SteadyVerdict(damping: schedule.damping, expiry: schedule.expiry, resuming: memory, at: now)
      if let previous, previous.status == .untracked { omission = previous.reason }
    }

    /// Part of the history that another check of the same name goes on from; `nil` if that check begins without any.
    func goingOn(_ continuity: Continuity) -> History? {
      switch continuity {
      case .nothing: return nil
      case .findings, .everything: return self
      case .verdict:
        guard state.verdict != .unknown || omission != nil else { return nil }
        var history = self
        history.state.countAnew()
        return history
      }
    }

    /// Applies the thresholds, the damping and the expiry of a definition.
    mutating func follow(_ definition: CheckDefinition, at now: MonotonicInstant) {
      let schedule = definition.schedule
      state.setThresholds(rise: schedule.rise, fall: schedule.fall)
      steady.setLimits(damping: schedule.damping, expiry: schedule.expiry, at: now)
    }
  }

  /// A check that has not been started.
  /// - Parameter history: earlier results about the check's target; `nil` for none.
  init(_ definition: CheckDefinition, work: any CheckWork, loop: EventLoop, history: History?) {
    self.definition = definition
    self.work = work
    self.loop = loop
    self.history = history ?? History(of: definition, at: loop.now)
    self.history.follow(definition, at: loop.now)
  }

  /// Results so far.
  private(set) var history: History

  /// Finding for the engine. Results from before the check was left out do not count.
  var finding: TrackerFinding {
    if let omission = history.omission { return TrackerFinding(.untracked, omission) }
    var finding = history.steady.finding(history.words)
    finding.memory.isUntried = history.isUntried && finding.memory.result != .unknown
    return finding
  }

  /// Process group of the run; `nil` if it has none.
  var processID: Int32? { work.processID }

  /// Begins the first run after `delay`, and from then on one at each interval.
  func start(after delay: Nanoseconds = .zero) {
    guard !isRetired, !isRunning else { return }
    watchSteadiness()
    stagger = delay
    if delay == .zero { begin(at: loop.now) } else { scheduleStart(at: loop.now + delay) }
  }

  private func scheduleStart(at time: MonotonicInstant) {
    loop.cancel(timer)
    timer = loop.schedule(at: time) { [weak self] in self?.timeHasCome(time) }
  }

  /// Starts a run whose time has come. After this process stood still, all checks are overdue at once, and start one after
  /// the other, as at the beginning.
  private func timeHasCome(_ time: MonotonicInstant) {
    guard loop.isLate, stagger > .zero else { return begin(at: time) }
    let later = loop.now + min(stagger, definition.schedule.interval)
    timer = loop.schedule(at: later) { [weak self] in self?.begin(at: later) }
  }

  /// Goes on under a new definition with the same target. A run that goes on belongs to the old work.
  func follow(_ definition: CheckDefinition, _ work: any CheckWork) {
    if isRunning { nextWork = work } else { self.work = work }
    let isOtherwiseTimed = definition.schedule.interval != self.definition.schedule.interval
    self.definition = definition
    history.follow(definition, at: loop.now)
    if isOtherwiseTimed, !isRunning, lastStart != nil { scheduleNext() }
    loop.cancel(steadyTimer)
    steadyTimer = nil
    watchSteadiness()
  }

  private var nextWork: (any CheckWork)?

  /// Ends the check. A run is asked to end; `completion` is called when none goes on.
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
    lastBegin = loop.now
    work.begin { [weak self] in self?.ended($0) }
  }

  /// Takes a run that did not ask the service, and so gave no result.
  private func refused(_ refusal: CheckResult.Refusal, _ result: CheckResult) {
    refuse(result.words)
    switch refusal {
    case .failure: record(result)
    case .unasked where history.isUntried: omit(result.words)
    case .unasked, .shortage: break
    }
  }

  /// Counts a run that cannot be ended as failed, and once more with each interval in which it goes on.
  private func failsOn(_ result: CheckResult) {
    guard isRunning, !isRetired else { return }
    record(result)
    loop.cancel(timer)
    timer = loop.schedule(after: max(definition.schedule.interval, .milliseconds(10))) { [weak self] in
      self?.failsOn(result)
    }
  }

  private func ended(_ result: CheckResult) {
    guard !result.goesOn else { return failsOn(result) }
    isRunning = false
    guard !isRetired else {
      onRetired?()
      onRetired = nil
      return
    }
    scheduleNext()
    if let refusal = result.refusal { return refused(refusal, result) }
    guard result.isSuccess || !isMissed else { return missedFailures += 1 }
    missedFailures = 0
    lastRefusal = nil
    record(result)
  }

  /// True if this process stood still during the run that has ended. The run may have failed for that reason alone, so its
  /// failure does not count; the next run decides.
  private var isMissed: Bool {
    guard missedFailures < Self.mostMissedFailures, let end = loop.lastStandstill, let lastBegin else { return false }
    return end > lastBegin
  }

  /// Leaves the check out until it can be run. A target that never existed, or may not be asked, must not keep an address
  /// away.
  private func omit(_ obstacle: String) {
    let words = "cannot tell: \(obstacle)"
    guard history.omission != words else { return }
    history.omission = words
    wordsAt = nil
    onVerdict?(self, true)
  }

  private func refuse(_ words: String) {
    guard lastRefusal != words else { return }
    lastRefusal = words
    onRefusal?(self, words)
  }

  /// Plans the next start one interval after the last planned one, so that starts do not drift. A start that the last run
  /// has only just overrun is made up for at once, as when the timeout equals the interval; earlier ones are not.
  private func scheduleNext() {
    let interval = max(definition.schedule.interval, .milliseconds(10))
    var next = (lastStart ?? loop.now) + interval
    let late = (loop.now - next).rawValue
    if late > 0 {
      let missed = late / interval.rawValue + (late % interval.rawValue > interval.rawValue / 2 ? 1 : 0)
      next = next + interval * missed
    }
    scheduleStart(at: next)
  }

  private func record(_ result: CheckResult) {
    let before = history.steady
    // The next prober is to know of the first result, also where nothing else follows from it.
    let wasUntried = history.isUntried
    let wasOmitted = history.omission != nil
    history.omission = nil
    let isChanged = history.state.record(success: result.isSuccess) != nil
    // The reason follows the verdict that holds, so that status shows the newest words of a check that stays down.
    if isChanged || result.isSuccess == (history.state.verdict == .up) {
      history.words = result.words
      wordsAt = loop.now
    }
    history.steady.record(history.state.verdict, at: loop.now)
    if wasOmitted { onVerdict?(self, true) } else { tell(ifOtherThan: before, always: wasUntried) }
    watchSteadiness()
  }

  private func tell(ifOtherThan before: SteadyVerdict, always: Bool = false) {
    guard history.omission == nil else { return }
    let isNews = history.steady.isNews(after: before)
    if isNews || always || history.steady.memory != before.memory { onVerdict?(self, isNews) }
  }

  /// Sets the timer for changes without a result. Each result puts them off, so the timer only checks if one is due.
  private func watchSteadiness() {
    guard steadyTimer == nil, !isRetired, let deadline = history.steady.deadline else { return }
    steadyTimer = loop.schedule(at: deadline) { [weak self] in
      guard let self else { return }
      steadyTimer = nil
      guard !isRetired else { return }
      let before = history.steady
      if let end = loop.lastStandstill { history.steady.stoodStill(until: end) }
      history.steady.advance(to: loop.now)
      tell(ifOtherThan: before)
      watchSteadiness()
    }
  }
}

extension SteadyVerdict {
  /// True if the verdict or its condition differs from an earlier one.
  func isNews(after before: SteadyVerdict) -> Bool { (verdict, condition) != (before.verdict, before.condition) }

  /// Finding for the engine, with `words` about the results.
  func finding(_ words: String) -> TrackerFinding {
    let preface: String? =
      switch condition {
      case .fresh: nil
      case .held:
        damping.map { "\($0.changes) changes within \($0.period.spoken), held down for \($0.hold.spoken)" }
      case .stale: expiry.map { "no result for \($0.time.spoken)" }
      }
    return TrackerFinding(TrackerStatus(verdict), words, preface: preface, memory: memory)
  }
}
