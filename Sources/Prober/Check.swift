import ConfigurationModel
import ControlModel
import HealthCore
import LinuxSystem
import NetworkTypes
import VRRPCore

/// One `vrrp_script` or `vrrp_probe`: runs it from start to start, one run at a time, and turns its results into a verdict.
final class Check {
  private(set) var definition: CheckDefinition
  private let loop: EventLoop
  private var work: any CheckWork
  /// For what changes without a result.
  private var steadyTimer: EventLoop.Timer?
  private var timer: EventLoop.Timer?
  /// How long after the first of those that are started with it.
  private var stagger = Nanoseconds.zero
  /// When the last run was to start.
  private var lastStart: MonotonicInstant?
  private var isRunning = false
  /// When the last run did start.
  private var lastBegin: MonotonicInstant?
  private var isRetired = false
  private var onRetired: (() -> Void)?
  private var lastRefusal: String?
  /// Failures in a row that said nothing, since this process stood still in the midst of the run.
  private var missedFailures = 0
  /// So many are passed over at most: a service that has failed must be seen on a busy host too.
  private static let mostMissedFailures = 3
  /// Why a check is down that is initially failed.
  private static let noRunYet = "no success yet (init_fail)"

  /// Told of every change of what is to be remembered, and whether that changes what counts.
  var onVerdict: ((Check, Bool) -> Void)?
  /// When the words of the finding came of a run; `nil` before the first.
  private(set) var wordsAt: MonotonicInstant?

  /// Told why the check cannot be run, once for each new reason.
  var onRefusal: ((Check, String) -> Void)?

  /// All that has been found of what a check looks at. It outlives the check, and the process.
  struct History {
    var state: CheckState
    var steady: SteadyVerdict
    var words: String
    /// Why the check is left out, if it is.
    var omission: String?

    /// Whether no run has come to anything.
    var isUntried: Bool { state.isFirst }

    /// That of a check that has not been run, or of one whose verdict is remembered.
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

    /// As much of it as another check of the same name goes on from; `nil` if that begins as any new one.
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

    /// Has what follows from the findings be what a definition says.
    mutating func follow(_ definition: CheckDefinition, at now: MonotonicInstant) {
      let schedule = definition.schedule
      state.setThresholds(rise: schedule.rise, fall: schedule.fall)
      steady.setLimits(damping: schedule.damping, expiry: schedule.expiry, at: now)
    }
  }

  /// A check that has not been started.
  /// - Parameter history: what was found before of what it looks at.
  init(_ definition: CheckDefinition, work: any CheckWork, loop: EventLoop, history: History?) {
    self.definition = definition
    self.work = work
    self.loop = loop
    self.history = history ?? History(of: definition, at: loop.now)
    self.history.follow(definition, at: loop.now)
  }

  /// What has been found so far.
  private(set) var history: History

  /// All that the engine is told. What was found before the check was left out is no longer so.
  var finding: TrackerFinding {
    if let omission = history.omission { return TrackerFinding(.untracked, omission) }
    var finding = history.steady.finding(history.words)
    finding.memory.isUntried = history.isUntried && finding.memory.result != .unknown
    return finding
  }

  /// The process group of a run that has one.
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

  /// When this process stood still all checks are overdue at once; they start one after the other then, as at first.
  private func timeHasCome(_ time: MonotonicInstant) {
    guard loop.isLate, stagger > .zero else { return begin(at: time) }
    let later = loop.now + min(stagger, definition.schedule.interval)
    timer = loop.schedule(at: later) { [weak self] in self?.begin(at: later) }
  }

  /// Goes on under a new configuration whose check looks at the same. A run that goes on is the old work's.
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
    lastBegin = loop.now
    work.begin { [weak self] in self?.ended($0) }
  }

  /// Nothing was asked, so nothing is known that was not known before.
  private func refused(_ refusal: CheckResult.Refusal, _ result: CheckResult) {
    refuse(result.words)
    switch refusal {
    case .failure: record(result)
    case .unasked where history.isUntried: omit(result.words)
    case .unasked, .shortage: break
    }
  }

  /// A run that cannot be ended has failed, and once more with each interval that it goes on.
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

  /// Whether the run that has ended was not looked at while it went on. What gave up meanwhile, because nobody answered it or
  /// because it stood still too, has found out nothing; the next run does.
  private var isMissed: Bool {
    guard missedFailures < Self.mostMissedFailures, let end = loop.lastStandstill, let lastBegin else { return false }
    return end > lastBegin
  }

  /// Leaves the check out until it can be run: what was never there, or may not be run, must not keep an address away.
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

  /// The next start is one interval after the last was to be, so that nothing drifts. One that a run has only just overrun
  /// is made up for at once, as when the timeout is the interval; starts that were missed before that are not.
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

  /// Sees to what changes without a result. Each result puts that off, so the timer only looks whether its time has come.
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
  /// Whether it says something else than before.
  func isNews(after before: SteadyVerdict) -> Bool { (verdict, condition) != (before.verdict, before.condition) }

  /// What the engine is told, when the results say `words`.
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
