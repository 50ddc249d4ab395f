import ConfigurationModel
import ControlModel
import VRRPCore

/// A check of the configuration: what it looks at, when, and what makes a verdict of its results.
enum CheckDefinition: Hashable {
  case script(ScriptCheckDefinition)
  case probe(ProbeDefinition)

  /// Name of its tracker.
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

  /// What goes on of a check of the same kind and name.
  func continuity(from old: CheckDefinition) -> Continuity {
    switch (self, old) {
    case (.script(let mine), .script(let theirs)): mine.continuity(from: theirs)
    case (.probe(let mine), .probe(let theirs)): mine.continuity(from: theirs)
    case (.script, .probe), (.probe, .script): .nothing
    }
  }
}

extension Configuration {
  /// The checks that have runs.
  var checks: [CheckDefinition] {
    scripts.map(CheckDefinition.script) + probes.filter { !$0.isCombination }.map(CheckDefinition.probe)
  }
}

/// What one run of a check gave.
struct CheckResult: Equatable {
  var isSuccess: Bool
  /// Whether the run goes on, since it cannot be ended. Another result follows when it has ended, which says nothing.
  var goesOn = false
  /// Why it says nothing of what was to be asked, if that is so.
  var refusal: Refusal?
  /// Why, in one line; may be empty.
  var words: String

  /// Why a run said nothing of what was to be asked.
  enum Refusal {
    /// It could not be begun, and nothing can come of it, so it has failed.
    case failure
    /// Nothing was asked: a check that has found something goes on with that, and one that never has is left out, as by keepalived.
    case unasked
    /// Nothing was asked for want of room on this host: all stays as it is.
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

/// What a check does when its time has come. One run at a time.
protocol CheckWork: AnyObject {
  /// The process group of the run, if it has one.
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
