import Configuration
import ControlModel
import HealthCore
import LinuxSystem
import NetworkTypes
import VRRPCore

/// All combinations of the configuration in force (`any`, `all` and `at_least` in a `vrrp_probe`). They ask nothing: whatever
/// their members are found to be, by this process or by the engine, decides at once.
final class Combinations {
  private struct Entry {
    var tracker: Int
    var name: String
    var question: CombinedQuestion
    /// The trackers of the members, in their order.
    var members: [Int]
    var steady: SteadyVerdict
    var words: String

    var verdict: TrackerVerdict {
      TrackerVerdict(
        tracker: tracker, status: TrackerStatus(steady.verdict), because: steady.reason(words),
        memory: steady.memory)
    }
  }

  private let loop: EventLoop
  private let log: LogWriter
  private var entries: [Entry] = []
  /// What is known of each tracker that some combination has as a member.
  private var known: [Int: (verdict: Verdict, reason: String)] = [:]
  private var timer: EventLoop.Timer?

  /// Told of a changed verdict.
  var onVerdict: ((TrackerVerdict) -> Void)?

  init(loop: EventLoop, log: LogWriter) {
    self.loop = loop
    self.log = log
  }

  /// Takes over a configuration's combinations; what their members are is still to be noted. One that has its name from
  /// before keeps its verdict until its members decide another one, whatever they are now.
  /// - Parameter previous: the verdict on the board for a tracker of that name.
  func adopt(
    _ configuration: Configuration, previous: (Int, String) -> TrackerVerdict?
  ) {
    let old = Dictionary(entries.map { ($0.name, $0) }) { first, _ in first }
    let numbers = TrackerNumbers(configuration)
    known = [:]
    entries = configuration.trackers.enumerated().compactMap { tracker, definition -> Entry? in
      guard case .probe(let index) = definition, case .combination(let question) = configuration.probes[index].question
      else { return nil }
      let probe = configuration.probes[index]
      let members = question.members.map { numbers[$0.kind, $0.name]?.rawValue ?? -1 }
      if var same = old[probe.name] {
        (same.tracker, same.question, same.members) = (tracker, question, members)
        same.steady.setLimits(damping: probe.steadiness.damping, expiry: probe.steadiness.expiry, at: loop.now)
        return same
      }
      let before = previous(tracker, probe.name)
      return Entry(
        tracker: tracker, name: probe.name, question: question, members: members,
        steady: SteadyVerdict(
          damping: probe.steadiness.damping, expiry: probe.steadiness.expiry,
          resuming: before?.memory ?? VerdictMemory(result: .unknown), at: loop.now),
        words: before?.because.words ?? "")
    }
    // What one keeps is not told again, and others may be made of it.
    for entry in entries where entry.verdict.status != .unknown {
      known[entry.tracker] = (Verdict(entry.verdict.status), entry.verdict.reason)
    }
    schedule()
  }

  /// Takes note of what some tracker is found to be.
  func note(_ tracker: Int, _ status: TrackerStatus, _ reason: String) {
    guard !entries.isEmpty else { return }
    known[tracker] = (Verdict(ofMember: status), reason)
    review(whoseMemberIs: tracker)
  }

  /// The verdict of every combination that has one.
  var verdicts: [TrackerVerdict] { entries.map(\.verdict).filter { $0.status != .unknown } }

  /// Combines nothing any more.
  func stop() {
    entries = []
    loop.cancel(timer)
  }

  /// Reviews what depends on a tracker, and what depends on that. The configuration has no circles, and each tracker is taken up
  /// once for each change of it, at most as often as there are entries.
  private func review(whoseMemberIs tracker: Int) {
    var changed = [tracker]
    var reviews = 0
    while let next = changed.popLast(), reviews <= entries.count * entries.count {
      for index in entries.indices where entries[index].members.contains(next) {
        reviews += 1
        let before = entries[index].verdict
        hear(index)
        guard tell(index, ifOtherThan: before) else { continue }
        known[entries[index].tracker] = (Verdict(entries[index].verdict.status), entries[index].verdict.reason)
        changed.append(entries[index].tracker)
      }
    }
    schedule()
  }

  private func hear(_ index: Int) {
    let question = entries[index].question
    let members = zip(question.members, entries[index].members).map { member, tracker in
      (name: member.description, verdict: known[tracker]?.verdict ?? .unknown, reason: known[tracker]?.reason ?? "")
    }
    let verdict = question.combination.verdict(of: members.map(\.verdict))
    // Until its members have answered, as after a restart, it is what it was.
    guard verdict != .unknown else { return }
    entries[index].words = question.combination.reason(of: members)
    entries[index].steady.heard(verdict, at: loop.now)
  }

  private func tell(_ index: Int, ifOtherThan before: TrackerVerdict) -> Bool {
    let now = entries[index].verdict
    guard (now.status, now.condition) != (before.status, before.condition) else {
      if now.memory != before.memory { onVerdict?(now) }
      return false
    }
    let words = now.reason.isEmpty ? "" : ": " + now.reason
    log.log(
      now.status == .down || now.condition != .fresh ? .warning : .notice,
      "probe \(entries[index].name) is \(TrackerVerdict.label(now.status, now.condition))\(words)",
      fields: [
        ("event", "check"), ("probe", entries[index].name), ("status", now.status.label), ("reason", now.reason),
        ("condition", now.condition.label),
      ])
    onVerdict?(now)
    return true
  }

  private func schedule() {
    loop.cancel(timer)
    let deadline = entries.compactMap(\.steady.deadline).min()
    timer = deadline.map { loop.schedule(at: $0) { [weak self] in self?.advance() } }
  }

  private func advance() {
    for index in entries.indices {
      let before = entries[index].verdict
      entries[index].steady.advance(to: loop.now)
      if tell(index, ifOtherThan: before) {
        note(entries[index].tracker, entries[index].verdict.status, entries[index].verdict.reason)
      }
    }
    schedule()
  }
}

extension Verdict {
  /// What a member is found to be; the number of a file is a failure unless it is 0, and what is not looked at is none.
  fileprivate init(ofMember status: TrackerStatus) {
    switch status {
    case .level(let level): self = level == 0 ? .up : .down
    case .untracked: self = .up
    case .unknown, .up, .down: self.init(status)
    }
  }
}
