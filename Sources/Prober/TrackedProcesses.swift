import Configuration
import ControlModel
import HealthCore
import LinuxSystem
import NetworkTypes
import VRRPCore

/// All tracked processes of the configuration in force.
///
/// Each process that counts is held by a pidfd, so its end is known at once. New ones are found by going through `/proc`, where
/// a process that has just been started may still have the name of who started it: one that did not match is looked at again with
/// each pass.
final class TrackedProcesses {
  /// From one pass through `/proc` to the next.
  static let passInterval = Nanoseconds.milliseconds(500)

  private struct Entry {
    var definition: TrackedProcessDefinition
    var verdict: DelayedVerdict
    var reason = ""
  }

  private final class Match {
    let handle: ProcessHandle
    let identity: ProcessIdentity
    var registration: Reactor.Registration?

    init(_ handle: ProcessHandle, _ identity: ProcessIdentity) {
      self.handle = handle
      self.identity = identity
    }
  }

  private let loop: EventLoop
  private let log: LogWriter
  private let list: () -> [Int32]
  private var entries: [Entry] = []
  /// The processes that some entry counts.
  private var matches: [Int32: Match] = [:]
  private var passTimer: EventLoop.Timer?
  private var delayTimer: EventLoop.Timer?

  /// Told of a changed verdict with the position of the entry in the configuration.
  var onVerdict: ((Int, TrackerStatus, String) -> Void)?

  /// - Parameter list: where the numbers of processes come from.
  init(loop: EventLoop, log: LogWriter, list: @escaping () -> [Int32] = ProcessHandle.all) {
    self.loop = loop
    self.log = log
    self.list = list
  }

  /// Takes over a configuration's processes. What is defined as before keeps its verdict.
  /// - Parameter previous: the verdict from an earlier run of this process.
  func adopt(_ definitions: [TrackedProcessDefinition], previous: (Int) -> (status: TrackerStatus, reason: String)?) {
    let old = Dictionary(entries.map { ($0.definition, $0) }) { first, _ in first }
    entries = definitions.enumerated().map { index, definition in
      if let same = old[definition] { return same }
      let before = previous(index)
      return Entry(
        definition: definition,
        verdict: DelayedVerdict(
          upDelay: definition.forkDelay, downDelay: definition.terminateDelay,
          verdict: Verdict(before?.status ?? .unknown)),
        reason: before?.reason ?? "")
    }
    forgetAll()
    loop.cancel(passTimer)
    guard !entries.isEmpty else { return }
    pass()
  }

  /// The position, verdict and reason of every entry.
  var verdicts: [(index: Int, status: TrackerStatus, reason: String)] {
    entries.enumerated().compactMap { index, entry in
      entry.verdict.verdict == .unknown ? nil : (index, TrackerStatus(entry.verdict.verdict), entry.reason)
    }
  }

  /// Looks at no process any more.
  func stop() {
    entries = []
    forgetAll()
    loop.cancel(passTimer)
    loop.cancel(delayTimer)
  }

  // MARK: Which processes count

  private func pass() {
    for pid in list() where matches[pid] == nil { look(at: pid) }
    // A process may take another name as it goes on.
    for (pid, match) in matches where ProcessIdentity(of: pid, withArguments: needsArguments) != match.identity {
      forget(pid)
      look(at: pid)
    }
    review()
    passTimer = loop.schedule(after: Self.passInterval) { [weak self] in self?.pass() }
  }

  private var needsArguments: Bool { entries.contains { $0.definition.needsArguments } }

  private func look(at pid: Int32) {
    guard let identity = ProcessIdentity(of: pid, withArguments: needsArguments),
      entries.contains(where: { $0.definition.matches(identity) }), let handle = try? ProcessHandle(pid)
    else { return }
    let match = Match(handle, identity)
    match.registration = try? loop.watch(handle.rawValue, for: .readable) { [weak self] _ in
      self?.forget(pid)
      self?.review()
    }
    guard match.registration != nil else { return }
    matches[pid] = match
  }

  private func forget(_ pid: Int32) {
    guard let match = matches.removeValue(forKey: pid) else { return }
    if let registration = match.registration { loop.unwatch(registration) }
  }

  private func forgetAll() {
    for pid in Array(matches.keys) { forget(pid) }
  }

  // MARK: What that means

  private func review() {
    var due: MonotonicInstant?
    for index in entries.indices {
      let definition = entries[index].definition
      let count = matches.values.count { definition.matches($0.identity) }
      let change = entries[index].verdict.observe(isWell: definition.isWell(count: count), at: loop.now)
      if let next = entries[index].verdict.deadline { due = min(due ?? next, next) }
      let reason = Self.reason(definition, count)
      guard let change else {
        if entries[index].verdict.deadline == nil { entries[index].reason = reason }
        continue
      }
      entries[index].reason = reason
      report(index, TrackerStatus(change), reason)
    }
    loop.cancel(delayTimer)
    delayTimer = due.map { loop.schedule(at: $0) { [weak self] in self?.review() } }
  }

  private func report(_ index: Int, _ status: TrackerStatus, _ reason: String) {
    let name = entries[index].definition.name
    log.log(
      status == .down ? .warning : .notice, "process \(name) is \(status.label): \(reason)",
      fields: [("event", "check"), ("process", name), ("status", status.label), ("reason", reason)])
    onVerdict?(index, status, reason)
  }

  private static func reason(_ definition: TrackedProcessDefinition, _ count: Int) -> String {
    let wanted =
      switch definition.greatestCount {
      case nil: "at least \(definition.quorum)"
      case 0: "none"
      case let most?: "\(definition.quorum) to \(most)"
      }
    return "\(count) of \(definition.command) \(count == 1 ? "runs" : "run"), \(wanted) wanted"
  }
}

extension Verdict {
  /// The verdict that a status is.
  init(_ status: TrackerStatus) {
    switch status {
    case .up: self = .up
    case .down: self = .down
    case .unknown, .level: self = .unknown
    }
  }
}

extension TrackerStatus {
  /// What the engine is told of a verdict.
  init(_ verdict: Verdict) {
    switch verdict {
    case .unknown: self = .unknown
    case .up: self = .up
    case .down: self = .down
    }
  }
}
