import Configuration
import ControlModel
import HealthCore
import LinuxSystem
import NetworkTypes
import VRRPCore

/// One `vrrp_script`: runs it from start to start, one copy at a time, and turns its results into a verdict.
final class ScriptCheck {
  let definition: ScriptCheckDefinition
  private let loop: EventLoop
  private var launcher: CommandLauncher
  private var state: CheckState
  private var timer: EventLoop.Timer?
  private var lastStart: MonotonicInstant?
  private(set) var current: CommandRun?
  /// Why the verdict is what it is, in the check's own words.
  private(set) var reason = ""
  private var isRetired = false
  private var lastRefusal: String?

  /// Told of every changed verdict.
  var onVerdict: ((ScriptCheck) -> Void)?
  /// Told why the script cannot be run, once for each new reason.
  var onRefusal: ((ScriptCheck, String) -> Void)?

  /// A check that has not been started.
  /// - Parameter previous: the verdict that holds from an earlier run of this process, with its reason.
  init(
    _ definition: ScriptCheckDefinition, launcher: CommandLauncher, loop: EventLoop,
    previous: (status: TrackerStatus, reason: String)?
  ) {
    self.definition = definition
    self.launcher = launcher
    self.loop = loop
    state = CheckState(
      rise: definition.rise, fall: definition.fall,
      initiallyFailed: definition.initiallyFailed && previous?.status != .up || previous?.status == .down)
    switch previous?.status {
    case .up:
      _ = state.record(success: true)
      reason = previous?.reason ?? ""
    case .down:
      reason = previous?.reason ?? ""
    case .unknown, .level, nil:
      if definition.initiallyFailed { reason = "no success yet (init_fail)" }
    }
  }

  /// What the engine is told.
  var status: TrackerStatus { TrackerStatus(state.verdict) }

  /// Runs the script now, unless it is running already, and from then on at its interval.
  func start() {
    guard !isRetired, current == nil else { return }
    lastStart = loop.now
    do throws(ScriptIdentities.Refusal) {
      current = try launcher.launch(
        definition.command, limit: definition.timeout, endsWithProber: true
      ) { [weak self] in self?.ended($0) }
      lastRefusal = nil
    } catch {
      if lastRefusal != error.description {
        lastRefusal = error.description
        onRefusal?(self, error.description)
      }
      scheduleNext()
      record(CommandOutcome(end: .notStarted(error.description), lastLine: ""))
    }
  }

  /// Goes on under a new configuration that did not change this check.
  func use(_ launcher: CommandLauncher) { self.launcher = launcher }

  /// Ends the check: a copy that runs is told to end, and killed when it does not. `completion` is called when none runs.
  func retire(_ completion: @escaping () -> Void) {
    isRetired = true
    onVerdict = nil
    onRefusal = nil
    loop.cancel(timer)
    guard let current else { return completion() }
    onRetired = completion
    current.terminate()
  }

  /// Kills a copy that runs, at once.
  func kill() {
    isRetired = true
    loop.cancel(timer)
    current?.kill()
    current = nil
    onRetired?()
    onRetired = nil
  }

  private var onRetired: (() -> Void)?

  private func ended(_ outcome: CommandOutcome) {
    current = nil
    guard !isRetired else {
      onRetired?()
      onRetired = nil
      return
    }
    scheduleNext()
    record(outcome)
  }

  /// The next start is one interval after the last; starts that were missed while the script ran are not caught up with.
  private func scheduleNext() {
    let interval = max(definition.interval, .milliseconds(10))
    var next = (lastStart ?? loop.now) + interval
    if next <= loop.now {
      let missed = (loop.now - next).rawValue / interval.rawValue
      next = next + interval * (missed + 1)
    }
    loop.cancel(timer)
    timer = loop.schedule(at: next) { [weak self] in self?.start() }
  }

  private func record(_ outcome: CommandOutcome) {
    let words = outcome.description
    let isSuccess = outcome.isSuccess
    guard state.record(success: isSuccess) != nil else {
      // The reason follows the verdict that holds, so that status shows the newest words of a check that stays down.
      if isSuccess == (status == .up) { reason = words }
      return
    }
    reason = words
    onVerdict?(self)
  }
}
