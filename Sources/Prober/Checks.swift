import Configuration
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
  private var checks: [(tracker: Int, check: Check)] = []
  private var retiring: [ObjectIdentifier: Check] = [:]
  /// Those of them that nobody waits for any more.
  private var abandoned: Set<ObjectIdentifier> = []
  /// So long a new check waits for the old one of its name: a while longer than a run is given to obey.
  static let patience = CommandRun.longestGrace + .seconds(1)

  /// Told of a changed verdict.
  var onVerdict: ((TrackerVerdict) -> Void)?

  init(loop: EventLoop, log: LogWriter) {
    self.loop = loop
    self.log = log
  }

  /// Takes over a configuration's checks. One that looks at what it did goes on, with all that it has found, whatever follows from
  /// that now; one that looks at something else under its old name goes on from the verdict. New ones, and those whose runs are
  /// other ones, start one after the other, so that many do not run at once, now and at each interval.
  /// - Parameters:
  ///   - work: what does a check's runs.
  ///   - previous: the verdict on the board for a tracker of that name.
  func adopt(
    _ definitions: [(tracker: Int, definition: CheckDefinition)], work: (CheckDefinition) -> any CheckWork,
    previous: (Int, CheckDefinition) -> TrackerVerdict?
  ) {
    var old: [CheckDefinition.Key: Check] = [:]
    for (_, check) in checks { old[check.definition.key] = check }
    checks = []
    var fresh: [Check] = []
    for (tracker, definition) in definitions {
      let same = old[definition.key]
      let continuity = same.map { definition.continuity(from: $0.definition) } ?? .nothing
      if let same, continuity == .everything {
        old[definition.key] = nil
        same.follow(definition, work(definition))
        checks.append((tracker, same))
      } else {
        let history =
          same?.history.goingOn(continuity)
          ?? previous(tracker, definition).map { Check.History(of: definition, resuming: $0, at: loop.now) }
        let check = Check(definition, work: work(definition), loop: loop, history: history)
        checks.append((tracker, check))
        fresh.append(check)
      }
    }
    for check in old.values { retire(check) }
    for (tracker, check) in checks { listen(to: check, tracker) }
    for (index, check) in fresh.enumerated() { start(check, after: Self.delay(of: index, among: fresh.count)) }
  }

  /// When the check at a position starts, after the first.
  static func delay(of position: Int, among count: Int) -> Nanoseconds {
    let step = min(longestStep.rawValue, startSpread.rawValue / Int64(max(1, count)))
    return Nanoseconds(rawValue: step) * Int64(position)
  }

  /// What each check says now and when a run came to it, by tracker; those without a run are left out. The board has the words that a
  /// verdict began with.
  var answers: [Int: Status.Answer] {
    checks.reduce(into: [:]) { answers, entry in
      answers[entry.tracker] = entry.check.wordsAt.map { Status.Answer(words: entry.check.reason.text, at: $0) }
    }
  }

  private func listen(to check: Check, _ tracker: Int) {
    check.onVerdict = { [weak self] check, isNews in
      if isNews { self?.tell(of: check) }
      self?.onVerdict?(check.verdict(of: tracker))
    }
    check.onRefusal = { [weak self] check, reason in
      let kind = check.definition.kind
      self?.log.log(
        .error, "\(kind) \(check.definition.name): \(reason)",
        fields: [("event", "\(kind)-refused"), (kind, check.definition.name), ("reason", reason)])
    }
  }

  /// A check whose name is still ending under its old definition waits for that, so that never two runs go on; but not for what
  /// cannot be ended, as a script that waits for a dead disk.
  private func start(_ check: Check, after delay: Nanoseconds = .zero) {
    let isAwaited = retiring.contains { id, old in
      !abandoned.contains(id) && old.definition.isNamed(as: check.definition)
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
    for (_, waiting) in checks where waiting.definition.isNamed(as: old.definition) { start(waiting) }
  }

  /// The tracker, verdict and reason of every check that has a verdict.
  var verdicts: [TrackerVerdict] {
    checks.compactMap { tracker, check in
      check.status == .unknown ? nil : check.verdict(of: tracker)
    }
  }

  /// The process groups of running scripts.
  var running: [Int32] { checks.compactMap(\.check.processID) }

  /// Ends every run and starts no more.
  func stop() {
    for check in checks.map(\.check) + retiring.values { check.kill() }
    checks = []
    retiring = [:]
    abandoned = []
  }

  private func tell(of check: Check) {
    let (kind, name) = (check.definition.kind, check.definition.name)
    let reason = check.reason.text
    let words = reason.isEmpty ? "" : ": " + reason
    log.log(
      [.down, .untracked].contains(check.status) || check.condition != .fresh ? .warning : .notice,
      "\(kind) \(name) is \(TrackerVerdict.label(check.status, check.condition))\(words)",
      fields: [
        ("event", "check"), (kind, name), ("status", check.status.label), ("reason", reason),
        ("condition", check.condition.label),
      ])
  }
}
