import ConfigurationModel
import ControlModel
import HealthCore
import LinuxSystem
import NetworkTypes
import VRRPCore

/// All combinations of the configuration in force (`any`, `all` and `at_least` in a `vrrp_probe`). They ask nothing: whatever
/// their members are found to be, by this process or by the engine, decides at once.
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
  /// What is known of each tracker that some combination has as a member.
  private var known: [TrackerName: TrackerFinding] = [:]
  private var timer: EventLoop.Timer?

  /// Told of a changed finding.
  var onFinding: ((TrackerName, TrackerFinding) -> Void)?

  init(loop: EventLoop, log: LogWriter) {
    self.loop = loop
    self.log = log
  }

  /// Takes over a configuration's combinations; what their members are is still to be noted. One that has its name from
  /// before keeps its verdict until its members decide another one, whatever they are now.
  /// - Parameter previous: the finding on the board for a tracker of that name.
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
    // What one keeps is not told again, and others may be made of it.
    known = Dictionary(findings) { first, _ in first }
    schedule()
  }

  /// Takes note of what some tracker is found to be.
  func note(_ tracker: TrackerName, _ finding: TrackerFinding) {
    guard !entries.isEmpty else { return }
    known[tracker] = finding
    review(whoseMemberIs: tracker)
  }

  /// What every combination is found to be that has a verdict.
  var findings: [(TrackerName, TrackerFinding)] {
    entries.map { ($0.name, $0.finding) }.filter { $0.1.status != .unknown }
  }

  /// Combines nothing any more.
  func stop() {
    entries = []
    loop.cancel(timer)
  }

  /// Reviews what depends on a tracker, and what depends on that. The configuration has no circles, and each tracker is taken up
  /// once for each change of it, at most as often as there are entries.
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
    // Until its members have answered, as after a restart, it is what it was.
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
  /// What a member is found to be; the number of a file is a failure unless it is 0, and what is not looked at is none.
  fileprivate init(ofMember status: TrackerStatus) {
    switch status {
    case .level(let level): self = level == 0 ? .up : .down
    case .untracked: self = .up
    case .unknown, .up, .down: self.init(status)
    }
  }
}
