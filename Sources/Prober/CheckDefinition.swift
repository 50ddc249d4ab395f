import Configuration
import ControlModel
import NetworkTypes

/// A check of the configuration: what it looks at, when, and what makes a verdict of its results.
enum CheckDefinition: Hashable {
  case script(ScriptCheckDefinition)
  case probe(ProbeDefinition)

  var name: String {
    switch self {
    case .script(let script): script.name
    case .probe(let probe): probe.name
    }
  }

  /// What the log calls its kind.
  var kind: String {
    switch self {
    case .script: "script"
    case .probe: "probe"
    }
  }

  var interval: Nanoseconds {
    switch self {
    case .script(let script): script.interval
    case .probe(let probe): probe.interval
    }
  }

  var rise: Int {
    switch self {
    case .script(let script): script.rise
    case .probe(let probe): probe.rise
    }
  }

  var fall: Int {
    switch self {
    case .script(let script): script.fall
    case .probe(let probe): probe.fall
    }
  }

  var isInitiallyFailed: Bool {
    switch self {
    case .script(let script): script.initiallyFailed
    case .probe(let probe): probe.initiallyFailed
    }
  }

  var steadiness: CheckSteadiness {
    switch self {
    case .script(let script): script.steadiness
    case .probe(let probe): probe.steadiness
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

  /// What no other check of a configuration is called.
  struct Key: Hashable {
    let kind: String
    let name: String
  }

  var key: Key { Key(kind: kind, name: name) }

  /// Whether it has the name of another of its kind.
  func isNamed(as other: CheckDefinition) -> Bool { key == other.key }
}

extension Configuration {
  /// The checks with the positions of their trackers.
  var checks: [(tracker: Int, definition: CheckDefinition)] {
    trackers.enumerated().compactMap { position, tracker in
      switch tracker {
      case .script(let index): (position, .script(scripts[index]))
      case .probe(let index):
        if case .combination = probes[index].question { nil } else { (position, .probe(probes[index])) }
      case .interface, .bfd, .group, .file, .process: nil
      }
    }
  }
}

/// What one run of a check gave.
struct CheckResult: Equatable {
  var isSuccess: Bool
  /// Whether the run goes on, since it cannot be ended. Another result follows when it has ended, which says nothing.
  var goesOn = false
  /// Why it says nothing of what was to be asked, if that is so.
  var refusal: CheckRefusal.Kind?
  /// Why, in one line; may be empty.
  var words: String
}

extension CheckResult {
  fileprivate init(_ outcome: CommandOutcome) {
    let refusal: CheckRefusal.Kind? =
      switch outcome.end {
      case .exited, .signaled, .timedOut: nil
      case .notStarted(_, isShortage: false): .unasked
      case .notStarted(_, isShortage: true), .unseen, .endedLate: .shortage
      }
    self.init(isSuccess: outcome.isSuccess, refusal: refusal, words: outcome.description)
  }
}

/// Why a run of a check could not even be begun.
struct CheckRefusal: Error, Equatable {
  var words: String
  var kind = Kind.failure

  enum Kind {
    /// Nothing can come of it, so it has failed.
    case failure
    /// Nothing was asked: a check that has found something goes on with that, and one that never has is left out, as by keepalived.
    case unasked
    /// Nothing was asked for want of room on this host: all stays as it is.
    case shortage
  }
}

/// What a check does when its time has come. One run at a time.
protocol CheckWork: AnyObject {
  /// The process group of the run, if it has one.
  var processID: Int32? { get }
  /// Begins a run. The completion is called once, in a later turn.
  func begin(_ completion: @escaping (CheckResult) -> Void) throws(CheckRefusal)
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
      definition.command, for: .check(.init(definition.sandbox)), limit: definition.timeout
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
