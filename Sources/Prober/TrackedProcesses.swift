import ConfigurationModel
import ControlModel
import HealthCore
import LinuxSystem
import NetworkTypes
import VRRPCore

/// All tracked processes of the configuration in force.
///
/// Each process that counts is held by a pidfd, so that its end is known at once. New processes are reported by the
/// kernel if it sends process events here. If not, they are found by passes through `/proc`. A process that has just
/// been started may still have the name of its parent there, so one that did not match is looked at again in each pass.
final class TrackedProcesses {
  /// Time between two passes through `/proc` without process events.
  static let passInterval = Nanoseconds.milliseconds(500)
  /// Time between two passes with process events. They find changes without an event: a program may write over its own
  /// command line.
  static let rarePassInterval = Nanoseconds.seconds(30)
  /// Most rounds through all processes in one pass.
  private static let mostLooks = 8
  /// Time after which a process that has just been forked is looked at, since most run another program at once.
  static let forkPause = Nanoseconds.milliseconds(50)
  /// Most events taken in one turn.
  private static let eventsPerTurn = 256

  private struct Entry {
    var definition: TrackedProcessDefinition
    var verdict: DelayedVerdict
    var reason = ""
    /// True once one of these processes was seen. This process then sees those that take its place too.
    var isSeen = false
    /// Reason for which the number of processes cannot be known at present; `nil` if it can.
    var obstacle: String?

    /// True while there is no verdict and can be none.
    var isUntracked: Bool { obstacle != nil && verdict.verdict == .unknown }

    var name: TrackerName { TrackerName(.process, definition.name) }

    /// Finding for the engine.
    var finding: TrackerFinding {
      if isUntracked { return TrackerFinding(.untracked, reason) }
      let memory = VerdictMemory(result: verdict.verdict, until: verdict.deadline)
      return TrackerFinding(TrackerStatus(verdict.verdict), reason, memory: memory)
    }
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
  private let identify: (Int32, Bool) -> ProcessIdentity?
  private let obstacle: () -> String?
  private var entries: [Entry] = []
  /// Processes that some entry counts.
  private var matches: [Int32: Match] = [:]
  private var passTimer: EventLoop.Timer?
  private var delayTimer: EventLoop.Timer?
  private var events: ProcessEventReader?
  private var eventRegistration: Reactor.Registration?
  private var mark: UInt32 = 0
  /// Processes forked by ones that count.
  private var forked: Set<Int32> = []
  private var forkTimer: EventLoop.Timer?
  /// Processes that had ended before they could be looked at, or before all events were read. The events about their
  /// children come after that.
  private var missed: Set<Int32> = []
  /// True after the kernel had to drop events. It reports that once and drops further events until all are read, so that
  /// only a pass after that finds the missing ones.
  private var hasLost = false
  /// True once the kernel has confirmed that it sends process events.
  private(set) var isTold = false
  /// Number of passes so far.
  private(set) var passes = 0

  /// Called when process events become needed (true) or are needed no longer (false).
  var onWish: ((Bool) -> Void)?
  /// Called with each changed verdict, and when a delay begins or is over.
  var onFinding: ((TrackerName, TrackerFinding) -> Void)?

  /// - Parameters:
  ///   - list: gives the numbers of all processes.
  ///   - identify: gives the identity of a process, with its arguments or without; `nil` if it cannot be read.
  ///   - obstacle: reason for which processes may be missing in the list; `nil` if all are in it.
  init(
    loop: EventLoop, log: LogWriter, list: @escaping () -> [Int32] = ProcessHandle.all,
    identify: @escaping (Int32, Bool) -> ProcessIdentity? = { ProcessIdentity(of: $0, withArguments: $1) },
    obstacle: @escaping () -> String? = ProcessVisibility.obstacle
  ) {
    self.loop = loop
    self.log = log
    self.list = list
    self.identify = identify
    self.obstacle = obstacle
  }

  /// Takes over a configuration's entries. An entry keeps the verdict of its name until a different result has lasted for
  /// the delay of any other change. A delay under way goes on if the entry stands for the same processes as before.
  /// - Parameter previous: gives the finding of an earlier prober; `nil` for none.
  func adopt(_ definitions: [TrackedProcessDefinition], previous: (TrackerName) -> TrackerFinding?) {
    let old = Dictionary(entries.map { ($0.definition.name, $0) }) { first, _ in first }
    entries = definitions.map { definition in
      if var same = old[definition.name] {
        if definition.continuity(from: same.definition) == .everything {
          same.verdict.setDelays(growth: definition.forkDelay, loss: definition.terminateDelay)
        } else {
          same.verdict = DelayedVerdict(
            growthDelay: definition.forkDelay, lossDelay: definition.terminateDelay, verdict: same.verdict.verdict)
          same.isSeen = false
        }
        same.definition = definition
        return same
      }
      let before = previous(TrackerName(.process, definition.name))
      return Entry(
        definition: definition,
        verdict: DelayedVerdict(
          growthDelay: definition.forkDelay, lossDelay: definition.terminateDelay,
          verdict: before?.memory.result ?? .unknown, deadline: before?.memory.until),
        reason: before?.reason ?? "")
    }
    forgetAll()
    loop.cancel(passTimer)
    if entries.isEmpty != old.isEmpty { onWish?(!entries.isEmpty) }
    guard !entries.isEmpty else { return stopListening() }
    pass()
  }

  // MARK: Process events

  /// Reads process events from now on. Until the kernel has answered the subscription, passes go on as before.
  func listen(_ reader: ProcessEventReader, mark: UInt32) {
    stopListening()
    guard !entries.isEmpty else { return }
    eventRegistration = try? loop.watch(reader.rawValue, for: .readable) { [weak self] _ in self?.hear() }
    guard eventRegistration != nil else { return }
    events = reader
    self.mark = mark
  }

  /// Reads events, as many as one turn may. Returns true if none is left.
  @discardableResult
  private func hear() -> Bool {
    guard let events else { return false }
    var isChanged = false
    var needsPass = false
    var isAll = false
    reading: for _ in 0..<Self.eventsPerTurn {
      switch try? events.next() {
      case .wouldBlock:
        missed = []
        isAll = true
        needsPass = needsPass || hasLost
        hasLost = false
        break reading
      case .other: continue
      case .lost: hasLost = true
      case .event(.subscribed(mark)):
        isTold = true
        log.log(.info, "the kernel reports new processes at once", fields: [("event", "process-events")])
        // This pass finds changes between the last pass and the subscription.
        needsPass = true
      case .event(let event): isChanged = take(event) || isChanged
      case nil:
        log.log(
          .warning,
          "the kernel's reports of new processes cannot be read any more; martlet looks for them twice a second instead"
        )
        stopListening()
        needsPass = true
        break reading
      }
    }
    if needsPass { pass() } else if isChanged { settle() }
    return isAll
  }

  /// Takes an event. Returns true if it may have changed the number of processes of an entry.
  private func take(_ event: ProcessEvent) -> Bool {
    switch event {
    case .subscribed: return false
    // The child of a process that does not count is the same program, and does not count either.
    case .forked(let parent, let child):
      guard matches[parent] != nil || forked.contains(parent) || missed.contains(parent) else { return false }
      if forked.isEmpty {
        forkTimer = loop.schedule(after: Self.forkPause) { [weak self] in
          self?.lookAtForked()
          self?.settle()
        }
      }
      forked.insert(child)
      return false
    case .executed(let pid), .renamed(let pid):
      let counted = matches[pid] != nil
      forget(pid)
      let seen = look(at: pid)
      if seen == .gone { missed.insert(pid) }
      return seen == .counts || counted
    }
  }

  private func lookAtForked() {
    let children = forked
    forked = []
    for pid in children where matches[pid] == nil { look(at: pid) }
  }

  private func stopListening() {
    if let eventRegistration { loop.unwatch(eventRegistration) }
    eventRegistration = nil
    events = nil
    isTold = false
    hasLost = false
    loop.cancel(forkTimer)
    forked = []
    missed = []
  }

  /// Findings of the entries that have a verdict, or can have none.
  var findings: [(TrackerName, TrackerFinding)] {
    entries.map { ($0.name, $0.finding) }.filter { $0.1.status != .unknown }
  }

  /// Ends all looks at processes.
  func stop() {
    entries = []
    forgetAll()
    stopListening()
    loop.cancel(passTimer)
    loop.cancel(delayTimer)
  }

  // MARK: Passes

  private func pass() {
    passes += 1
    lookAtAll()
    // A process may take another name as it goes on.
    for (pid, match) in matches where isAnother(pid, than: match) {
      forget(pid)
      look(at: pid)
    }
    review()
    loop.cancel(passTimer)
    let interval = isTold ? Self.rarePassInterval : Self.passInterval
    passTimer = loop.schedule(after: interval) { [weak self] in self?.pass() }
  }

  /// Looks at all processes, in several rounds if need be. A process that ended before its look may have started another
  /// after the list was made, as daemons do at their start. A loss therefore counts only if every process that could not
  /// be looked at was gone in an earlier round already.
  private func lookAtAll() {
    var gone: Set<Int32> = []
    for _ in 0..<Self.mostLooks {
      let before = gone
      for pid in list() where matches[pid] == nil && look(at: pid) == .gone { gone.insert(pid) }
      if gone == before || !isLoss { return }
    }
  }

  private func isAnother(_ pid: Int32, than match: Match) -> Bool {
    let before = match.identity
    // One that goes on is hidden, and what it was is still so as far as anybody knows.
    guard let identity = identify(pid, needsArguments) else { return match.handle.hasEnded }
    // One whose first thread has ended has no arguments any more, and goes on; its end is told by its pidfd.
    if needsArguments, identity.arguments.isEmpty { return identity.name != before.name }
    return identity != before
  }

  private var needsArguments: Bool { entries.contains { $0.definition.needsArguments } }

  /// Result of a look at a process.
  private enum Look {
    case counts
    case countsNot
    /// The process has ended, and its identity cannot be known or no longer matters.
    case gone
  }

  /// Looks at a process and counts it for each entry that it matches.
  @discardableResult
  private func look(at pid: Int32) -> Look {
    guard let identity = identify(pid, needsArguments) else { return .gone }
    guard entries.contains(where: { $0.definition.matches(identity) }) else {
      // A process that has ended keeps its name until it is reaped, but has no arguments.
      return needsArguments && identity.arguments.isEmpty ? .gone : .countsNot
    }
    // Until its parent takes note, `/proc` shows a process that has ended as it was.
    guard let handle = try? ProcessHandle(pid), !handle.hasEnded else { return .gone }
    let match = Match(handle, identity)
    match.registration = try? loop.watch(handle.rawValue, for: .readable) { [weak self] _ in self?.ended(pid) }
    guard match.registration != nil else { return .countsNot }
    matches[pid] = match
    return .counts
  }

  private func forget(_ pid: Int32) {
    guard let match = matches.removeValue(forKey: pid) else { return }
    if let registration = match.registration { loop.unwatch(registration) }
  }

  private func forgetAll() {
    for pid in Array(matches.keys) { forget(pid) }
  }

  // MARK: Conclusions

  /// Takes note that a process has ended. A service that hands over to another process of its own, as `haproxy -sf` does,
  /// has started that process before, but perhaps after the last look. A loss therefore counts only after another look.
  private func ended(_ pid: Int32) {
    // What the process started is told as its child, so that comes before it is forgotten. Where others start by the hundred, it may
    // be yet unread.
    let isKnown = isTold && hear()
    if isTold, !isKnown { missed.insert(pid) }
    forget(pid)
    if isLoss, isKnown { lookAtForked() }
    settle()
  }

  /// Draws the conclusions from the events. An event may be missing, and must not move an address by that, so a loss
  /// counts only after a pass through all processes.
  private func settle() { if isLoss { pass() } else { review() } }

  /// True if an entry that is up would be down with the present processes.
  private var isLoss: Bool {
    entries.contains { entry in
      entry.verdict.verdict == .up && !entry.definition.isWell(count: count(of: entry.definition))
    }
  }

  private func count(of definition: TrackedProcessDefinition) -> Int {
    matches.values.count { definition.matches($0.identity) }
  }

  private func review() {
    var due: MonotonicInstant?
    let counts = entries.map { count(of: $0.definition) }
    // Asked only where it matters: who has seen one of the processes sees the others.
    for index in entries.indices where counts[index] > 0 { entries[index].isSeen = true }
    let obstacle = entries.contains { !$0.isSeen } ? obstacle() : nil
    for index in entries.indices {
      let definition = entries[index].definition
      let count = counts[index]
      if let obstacle, !entries[index].isSeen {
        cannotTell(index, obstacle)
        continue
      }
      entries[index].obstacle = nil
      let before = entries[index].verdict.deadline
      let change = entries[index].verdict.observe(
        count: count, isWell: definition.isWell(count: count), at: loop.now)
      if let next = entries[index].verdict.deadline { due = min(due ?? next, next) }
      let reason = Self.reason(definition, count)
      guard change != nil else {
        if entries[index].verdict.deadline == nil { entries[index].reason = reason }
        if entries[index].verdict.deadline != before { onFinding?(entries[index].name, entries[index].finding) }
        continue
      }
      entries[index].reason = reason
      report(index)
    }
    loop.cancel(delayTimer)
    delayTimer = due.map { loop.schedule(at: $0) { [weak self] in self?.review() } }
  }

  /// Keeps the verdict of an entry that cannot be checked at present. An entry without a verdict, whose processes were
  /// never seen, becomes untracked, so that it keeps no address away.
  private func cannotTell(_ index: Int, _ obstacle: String) {
    guard entries[index].obstacle != obstacle else { return }
    entries[index].obstacle = obstacle
    let name = entries[index].definition.name
    let words = "cannot tell: \(obstacle)"
    guard entries[index].isUntracked else {
      let kept = TrackerStatus(entries[index].verdict.verdict).label
      return log.log(
        .warning, "process \(name): \(words); it stays \(kept)",
        fields: [("event", "process-refused"), ("process", name), ("reason", words)])
    }
    entries[index].reason = words
    report(index)
  }

  private func report(_ index: Int) {
    let (name, finding) = (entries[index].name, entries[index].finding)
    log.log(LogLine(finding, of: name))
    onFinding?(name, finding)
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
