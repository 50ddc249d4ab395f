import ConfigurationModel
import ControlModel
import HealthCore
import LinuxSystem
import NetworkTypes
import VRRPCore

/// All checks of the configuration in force, and checks of the one before that are still ending.
final class Checks {
  /// Time within which all new checks are started.
  static let startSpread = Nanoseconds.seconds(1)
  /// Longest time between the starts of two new checks.
  static let longestStep = Nanoseconds.milliseconds(10)

  private let loop: EventLoop
  private let log: LogWriter
  private var checks: [Check] = []
  private var retiring: [ObjectIdentifier: Check] = [:]
  /// Ending checks that are no longer waited for.
  private var abandoned: Set<ObjectIdentifier> = []
  /// Time that a new check waits for the old one of its name: one second longer than a run may take to end.
  static let patience = CommandRun.longestGrace + .seconds(1)

  /// Called with each changed finding.
  var onFinding: ((TrackerName, TrackerFinding) -> Void)?

  init(loop: EventLoop, log: LogWriter) {
    self.loop = loop
    self.log = log
  }

  /// Takes over a configuration's checks. A check with the same target goes on with all its results; one with another
  /// target under its old name goes on from the verdict. New checks, and checks with other runs than before, start one
  /// after the other, so that not many run at the same time, now and at each interval.
  /// - Parameters:
  ///   - work: makes the work of a check.
  ///   - previous: gives the finding on the board for a tracker of that name; `nil` for none.
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

  /// Delay of the start of the check at a position after the first one's.
  static func delay(of position: Int, among count: Int) -> Nanoseconds {
    let step = min(longestStep.rawValue, startSpread.rawValue / Int64(max(1, count)))
    return Nanoseconds(rawValue: step) * Int64(position)
  }

  /// Present words of each check and the instant of the run that gave them, without checks that had no run. The board has
  /// the words with which a verdict began.
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

  /// Starts a check. While the check with the same name and an old definition is ending, the new one waits, so that never
  /// two runs go on. It does not wait for a run that cannot be ended, such as a script that waits for a dead disk.
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
      // A new check that no longer waited for this one has started already.
      if abandoned.remove(id) == nil { startWaiting(for: check) }
    }
  }

  private func startWaiting(for old: Check) {
    for waiting in checks where waiting.definition.name == old.definition.name { start(waiting) }
  }

  /// Findings of the checks that have a verdict.
  var findings: [(TrackerName, TrackerFinding)] {
    checks.map { ($0.definition.name, $0.finding) }.filter { $0.1.status != .unknown }
  }

  /// Process groups of the running scripts.
  var running: [Int32] { checks.compactMap(\.processID) }

  /// Ends all runs. No run is started after that.
  func stop() {
    for check in checks + retiring.values { check.kill() }
    checks = []
    retiring = [:]
    abandoned = []
  }
}
