import ConfigurationModel
import ControlModel
import VRRPCore

/// Check of the configuration: its target, its schedule, and the rules that make a verdict of its results.
enum CheckDefinition: Hashable {
  case script(ScriptCheckDefinition)
  case probe(ProbeDefinition)

  /// Name of the check's tracker.
  var name: TrackerName {
    switch self {
    case .script(let script): TrackerName(.script, script.name)
    case .probe(let probe): TrackerName(.probe, probe.name)
    }
  }

  var schedule: CheckSchedule {
    switch self {
    case .script(let script): script.schedule
    case .probe(let probe): probe.schedule
    }
  }

  /// Part of the history of a check of the same kind and name that this one goes on from.
  func continuity(from old: CheckDefinition) -> Continuity {
    switch (self, old) {
    case (.script(let mine), .script(let theirs)): mine.continuity(from: theirs)
    case (.probe(let mine), .probe(let theirs)): mine.continuity(from: theirs)
    case (.script, .probe), (.probe, .script): .nothing
    }
  }
}

extension Configuration {
  /// Checks that have runs, which combinations do not.
  var checks: [CheckDefinition] {
    scripts.map(CheckDefinition.script) + probes.filter { !$0.isCombination }.map(CheckDefinition.probe)
  }
}

/// Result of one run of a check.
struct CheckResult: Equatable {
  var isSuccess: Bool
  /// True if the run goes on, since it cannot be ended. Another result follows when it has ended, and does not count.
  var goesOn = false
  /// Reason for which the run tells nothing about the checked service; `nil` if it tells something.
  var refusal: Refusal?
  /// Reason of the result, in one line; may be empty.
  var words: String

  /// Reason for which a run tells nothing about the checked service.
  enum Refusal {
    /// The run could not be begun, now or later, so it has failed.
    case failure
    /// The service was not asked. A check with a result keeps it; one that never had a result is left out, as in keepalived.
    case unasked
    /// The service was not asked, because this host had no resources for it. The check stays as it is.
    case shortage
  }
}

extension CheckResult {
  fileprivate init(_ outcome: CommandOutcome) {
    let refusal: Refusal? =
      switch outcome.end {
      case .exited, .signaled, .timedOut: nil
      case .notStarted(_, isShortage: false): .unasked
      case .notStarted(_, isShortage: true), .unseen, .endedLate: .shortage
      }
    self.init(isSuccess: outcome.isSuccess, refusal: refusal, words: outcome.description)
  }
}

/// Work of a check's runs. There is one run at a time.
protocol CheckWork: AnyObject {
  /// Process group of the run; `nil` if it has none.
  var processID: Int32? { get }
  /// Begins a run. The completion is called once, in a later turn unless the run cannot be begun.
  func begin(_ completion: @escaping (CheckResult) -> Void)
  /// Asks a run to end soon; its completion is called then.
  func end()
  /// Ends a run at once; its completion is not called any more.
  func kill()
}

/// Runs the script of a `vrrp_script`.
final class ScriptWork: CheckWork {
  private let definition: ScriptCheckDefinition
  private let launcher: CommandLauncher
  private var run: CommandRun?

  init(_ definition: ScriptCheckDefinition, launcher: CommandLauncher) {
    self.definition = definition
    self.launcher = launcher
  }

  var processID: Int32? { run?.processID }

  func begin(_ completion: @escaping (CheckResult) -> Void) {
    run = launcher.launch(
      definition.command, for: .check(.init(definition.sandbox)), limit: definition.schedule.timeout
    ) { [weak self] outcome in
      self?.run = nil
      completion(CheckResult(outcome))
    }
    run?.onStuck = { completion(CheckResult(isSuccess: false, goesOn: true, words: $0)) }
  }

  func end() { run?.terminate() }

  func kill() {
    run?.kill()
    run = nil
  }
}
