import ConfigurationModel
import ControlModel
import HealthCore
import LinuxSystem
import NetworkTypes
import VRRPCore

/// All checks of the configuration in force, and those of the one before that are still ending.
final class Checks {
  /// Within this time all new checks are started, if that leaves them no closer together than need be.
  static let startSpread = Nanoseconds.seconds(1)
  /// Between the starts of new checks at most.
  static let longestStep = Nanoseconds.milliseconds(10)

  private let loop: EventLoop
  private let log: LogWriter
  private var checks: [Check] = []
  private var retiring: [ObjectIdentifier: Check] = [:]
  /// Those of them that nobody waits for any more.
  private var abandoned: Set<ObjectIdentifier> = []
  /// So long a new check waits for the old one of its name: a while longer than a run is given to obey.
  static let patience = CommandRun.longestGrace + .seconds(1)

  /// Told of a changed finding.
  var onFinding: ((TrackerName, TrackerFinding) -> Void)?

  init(loop: EventLoop, log: LogWriter) {
    self.loop = loop
    self.log = log
  }

  /// Takes over a configuration's checks. One that looks at what it did goes on, with all that it has found, whatever follows from
  /// that now; one that looks at something else under its old name goes on from the verdict. New ones, and those whose runs are
  /// other ones, start one after the other, so that many do not run at once, now and at each interval.
  /// - Parameters:
  ///   - work: what does a check's runs.
  ///   - previous: the finding on the board for a tracker of that name.
  func adopt(
    _ definitions: [CheckDefinition], work: (CheckDefinition) -> any CheckWork,
    previous: (TrackerName) -> TrackerFinding?
  ) {
    var old: [TrackerName: Check] = [:]
    for check in checks { old[check.definition.name] = check }
    checks = []
    var fresh: [Check] = []
    for definition in definitions {
      let same = old[definition.name]
      let continuity = same.map { definition.continuity(from: $0.definition) } ?? .nothing
      if let same, continuity == .everything {
        old[definition.name] = nil
        same.follow(definition, work(definition))
        checks.append(same)
      } else {
        let history =
          same?.history.goingOn(continuity)
          ?? previous(definition.name).map { Check.History(of: definition, resuming: $0, at: loop.now) }
        let check = Check(definition, work: work(definition), loop: loop, history: history)
        checks.append(check)
        fresh.append(check)
      }
    }
    for check in old.values { retire(check) }
    for check in checks { listen(to: check) }
    for (index, check) in fresh.enumerated() { start(check, after: Self.delay(of: index, among: fresh.count)) }
  }

  /// When the check at a position starts, after the first.
  static func delay(of position: Int, among count: Int) -> Nanoseconds {
    let step = min(longestStep.rawValue, startSpread.rawValue / Int64(max(1, count)))
    return Nanoseconds(rawValue: step) * Int64(position)
  }

  /// What each check says now and when a run came to it; those without a run are left out. The board has the words that a verdict
  /// began with.
  var answers: [TrackerName: Status.Answer] {
    checks.reduce(into: [:]) { answers, check in
      answers[check.definition.name] = check.wordsAt.map { Status.Answer(words: check.finding.reason, at: $0) }
    }
  }

  private func listen(to check: Check) {
    check.onVerdict = { [weak self] check, isNews in
      let (name, finding) = (check.definition.name, check.finding)
      if isNews { self?.log.log(LogLine(finding, of: name)) }
      self?.onFinding?(name, finding)
    }
    check.onRefusal = { [weak self] check, reason in
      let name = check.definition.name
      let kind = name.kind.label
      self?.log.log(
        .error, "\(name): \(reason)",
        fields: [("event", "\(kind)-refused"), (kind, name.name), ("reason", reason)])
    }
  }

  /// A check whose name is still ending under its old definition waits for that, so that never two runs go on; but not for what
  /// cannot be ended, as a script that waits for a dead disk.
  private func start(_ check: Check, after delay: Nanoseconds = .zero) {
    let isAwaited = retiring.contains { id, old in
      !abandoned.contains(id) && old.definition.name == check.definition.name
    }
    guard !isAwaited else { return }
    check.start(after: delay)
  }

  private func retire(_ check: Check) {
    let id = ObjectIdentifier(check)
    retiring[id] = check
    let timer = loop.schedule(after: Self.patience) { [weak self] in
      guard let self, let check = retiring[id] else { return }
      abandoned.insert(id)
      startWaiting(for: check)
    }
    check.retire { [weak self, unowned check] in
      guard let self else { return }
      loop.cancel(timer)
      retiring[id] = nil
      // Whoever did not wait for it any more goes on.
      if abandoned.remove(id) == nil { startWaiting(for: check) }
    }
  }

  private func startWaiting(for old: Check) {
    for waiting in checks where waiting.definition.name == old.definition.name { start(waiting) }
  }

  /// What every check has found that has a verdict.
  var findings: [(TrackerName, TrackerFinding)] {
    checks.map { ($0.definition.name, $0.finding) }.filter { $0.1.status != .unknown }
  }

  /// The process groups of running scripts.
  var running: [Int32] { checks.compactMap(\.processID) }

  /// Ends every run and starts no more.
  func stop() {
    for check in checks + retiring.values { check.kill() }
    checks = []
    retiring = [:]
    abandoned = []
  }
}
