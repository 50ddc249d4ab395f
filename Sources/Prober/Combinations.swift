import ConfigurationModel
import ControlModel
import HealthCore
import LinuxSystem
import NetworkTypes
import VRRPCore

/// All combinations of the configuration in force (`any`, `all` and `at_least` in a `vrrp_probe`). A combination has no
/// runs: each finding about a member, by this process or by the engine, decides at once.
final class Combinations {
  private struct Entry {
    var name: TrackerName
    var question: CombinedQuestion
    var steady: SteadyVerdict
    var words: String

    var finding: TrackerFinding { steady.finding(words) }
  }

  private let loop: EventLoop
  private let log: LogWriter
  private var entries: [Entry] = []
  /// Latest finding about each tracker that is a member of a combination.
  private var known: [TrackerName: TrackerFinding] = [:]
  private var timer: EventLoop.Timer?

  /// Called with each changed finding.
  var onFinding: ((TrackerName, TrackerFinding) -> Void)?

  init(loop: EventLoop, log: LogWriter) {
    self.loop = loop
    self.log = log
  }

  /// Takes over a configuration's combinations. Findings about their members are noted after that. A combination whose
  /// name existed before keeps its verdict until its members decide another one, even if it has other members now.
  /// - Parameter previous: gives the finding on the board for a tracker of that name; `nil` for none.
  func adopt(_ probes: [ProbeDefinition], previous: (TrackerName) -> TrackerFinding?) {
    let old = Dictionary(entries.map { ($0.name, $0) }) { first, _ in first }
    entries = probes.compactMap { probe -> Entry? in
      guard case .combination(let question) = probe.question else { return nil }
      let name = TrackerName(.probe, probe.name)
      let (damping, expiry) = (probe.schedule.damping, probe.schedule.expiry)
      if var same = old[name] {
        same.question = question
        same.steady.setLimits(damping: damping, expiry: expiry, at: loop.now)
        return same
      }
      let before = previous(name)
      return Entry(
        name: name, question: question,
        steady: SteadyVerdict(
          damping: damping, expiry: expiry, resuming: before?.memory ?? VerdictMemory(result: .unknown), at: loop.now),
        words: before?.words ?? "")
    }
    // A verdict that is kept is not reported again, and other combinations may depend on it.
    known = Dictionary(findings) { first, _ in first }
    schedule()
  }

  /// Notes a finding about a tracker, and reviews the combinations that depend on it.
  func note(_ tracker: TrackerName, _ finding: TrackerFinding) {
    guard !entries.isEmpty else { return }
    known[tracker] = finding
    review(whoseMemberIs: tracker)
  }

  /// Findings of the combinations that have a verdict.
  var findings: [(TrackerName, TrackerFinding)] {
    entries.map { ($0.name, $0.finding) }.filter { $0.1.status != .unknown }
  }

  /// Forgets all combinations.
  func stop() {
    entries = []
    loop.cancel(timer)
  }

  /// Reviews the combinations that depend on a tracker, directly or through another combination. The configuration has no
  /// circles, and each tracker is taken up once for each of its changes, at most as often as there are entries.
  private func review(whoseMemberIs tracker: TrackerName) {
    var changed = [tracker]
    var reviews = 0
    while let next = changed.popLast(), reviews <= entries.count * entries.count {
      for index in entries.indices where entries[index].question.members.contains(next) {
        reviews += 1
        let before = entries[index].finding
        hear(index)
        guard tell(index, ifOtherThan: before) else { continue }
        known[entries[index].name] = entries[index].finding
        changed.append(entries[index].name)
      }
    }
    schedule()
  }

  private func hear(_ index: Int) {
    let question = entries[index].question
    let members = question.members.map { member in
      (
        name: member.description, verdict: Verdict(ofMember: known[member]?.status ?? .unknown),
        reason: known[member]?.reason ?? ""
      )
    }
    let verdict = question.combination.verdict(of: members.map(\.verdict))
    // Until its members have answered, as after a restart, it keeps its verdict.
    guard verdict != .unknown else { return }
    entries[index].words = question.combination.reason(of: members)
    entries[index].steady.record(verdict, at: loop.now)
  }

  private func tell(_ index: Int, ifOtherThan before: TrackerFinding) -> Bool {
    let (name, now) = (entries[index].name, entries[index].finding)
    let isNews = now.label != before.label
    if isNews { log.log(LogLine(now, of: name)) }
    if isNews || now.memory != before.memory { onFinding?(name, now) }
    return isNews
  }

  private func schedule() {
    loop.cancel(timer)
    let deadline = entries.compactMap(\.steady.deadline).min()
    timer = deadline.map { loop.schedule(at: $0) { [weak self] in self?.advance() } }
  }

  private func advance() {
    for index in entries.indices {
      let before = entries[index].finding
      entries[index].steady.advance(to: loop.now)
      if tell(index, ifOtherThan: before) { note(entries[index].name, entries[index].finding) }
    }
    schedule()
  }
}

extension Verdict {
  /// Verdict on a member. The number of a tracked file is a failure unless it is 0; an untracked member is no failure.
  fileprivate init(ofMember status: TrackerStatus) {
    switch status {
    case .level(let level): self = level == 0 ? .up : .down
    case .untracked: self = .up
    case .unknown, .up, .down: self.init(status)
    }
  }
}
