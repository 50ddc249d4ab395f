import ConfigurationModel
import ControlModel
import HealthCore
import LinuxSystem
import NetworkTypes
import VRRPCore

/// All tracked processes of the configuration in force.
///
/// Each process that counts is held by a pidfd, so its end is known at once. Of new ones the kernel tells, if it tells anything
/// here; otherwise they are found by going through `/proc`, where a process that has just been started may still have the name
/// of who started it: one that did not match is looked at again with each pass.
final class TrackedProcesses {
  /// From one pass through `/proc` to the next where the kernel does not tell.
  static let passInterval = Nanoseconds.milliseconds(500)
  /// And where it does, for what it has no word for: a program may write over its own command line.
  static let rarePassInterval = Nanoseconds.seconds(30)
  /// Most looks at all processes in one pass.
  private static let mostLooks = 8
  /// A process that has just been forked is looked at after this time: most become another program at once.
  static let forkPause = Nanoseconds.milliseconds(50)
  /// Events taken in one turn.
  private static let eventsPerTurn = 256

  private struct Entry {
    var definition: TrackedProcessDefinition
    var verdict: DelayedVerdict
    var reason = ""
    /// Whether one of these processes was ever seen. Who sees some sees those that take their place too.
    var isSeen = false
    /// Why nobody can tell how many there are, as long as that is so.
    var obstacle: String?

    /// Whether there is no verdict, and can be none.
    var isUntracked: Bool { obstacle != nil && verdict.verdict == .unknown }

    var name: TrackerName { TrackerName(.process, definition.name) }

    /// What the engine is told.
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
  /// The processes that some entry counts.
  private var matches: [Int32: Match] = [:]
  private var passTimer: EventLoop.Timer?
  private var delayTimer: EventLoop.Timer?
  private var events: ProcessEventReader?
  private var eventRegistration: Reactor.Registration?
  private var mark: UInt32 = 0
  /// Processes forked by ones that count.
  private var forked: Set<Int32> = []
  private var forkTimer: EventLoop.Timer?
  /// Processes that had ended before they could be looked at, or before all was read; what they forked is told after that.
  private var missed: Set<Int32> = []
  /// Whether the kernel had to drop some of what it had to tell. It says so once and drops the rest until all is read, so only a look
  /// after that finds what is missing.
  private var hasLost = false
  /// Whether the kernel has said that it will tell of processes.
  private(set) var isTold = false
  /// How often all processes were looked at.
  private(set) var passes = 0

  /// Told whether there are processes to be told of, when that changes.
  var onWish: ((Bool) -> Void)?
  /// Told of a changed verdict, and of a delay that begins or is over.
  var onFinding: ((TrackerName, TrackerFinding) -> Void)?

  /// - Parameters:
  ///   - list: where the numbers of processes come from.
  ///   - identify: what a process is, with its arguments or without.
  ///   - obstacle: why there may be processes that are not in the list; `nil` if all are.
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

  /// Takes over a configuration's processes. The verdict of a name stays until what is seen has lasted as long as after any other
  /// change. Where the same processes are meant as before, a delay that is under way goes on.
  /// - Parameter previous: the finding of an earlier run of this process.
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

  // MARK: What the kernel tells

  /// Reads what the kernel tells of processes from now on. Until it has answered the subscription, passes go on as before.
  func listen(_ reader: ProcessEventReader, mark: UInt32) {
    stopListening()
    guard !entries.isEmpty else { return }
    eventRegistration = try? loop.watch(reader.rawValue, for: .readable) { [weak self] _ in self?.hear() }
    guard eventRegistration != nil else { return }
    events = reader
    self.mark = mark
  }

  /// Takes what the kernel has told, as much as one turn may; whether that was all.
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
        // For what came between the last pass and the subscription.
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

  /// Whether the event may have changed what counts.
  private func take(_ event: ProcessEvent) -> Bool {
    switch event {
    case .subscribed: return false
    // The child of what does not count is the same program, and does not count either.
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

  /// What has been found of every entry that has a verdict, or can have none.
  var findings: [(TrackerName, TrackerFinding)] {
    entries.map { ($0.name, $0.finding) }.filter { $0.1.status != .unknown }
  }

  /// Looks at no process any more.
  func stop() {
    entries = []
    forgetAll()
    stopListening()
    loop.cancel(passTimer)
    loop.cancel(delayTimer)
  }

  // MARK: Which processes count

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

  /// What was gone by the time of its look may have started another since the list was made, which is how daemons begin. So a loss is
  /// one only when all that could not be looked at was gone before already.
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

  /// What a look at a process finds.
  private enum Look {
    case counts
    case countsNot
    /// It has ended, and what it was cannot be told, or no longer matters.
    case gone
  }

  /// Takes a process into account if it counts for some entry.
  @discardableResult
  private func look(at pid: Int32) -> Look {
    guard let identity = identify(pid, needsArguments) else { return .gone }
    guard entries.contains(where: { $0.definition.matches(identity) }) else {
      // What has ended has its name to the last, but no arguments.
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

  // MARK: What that means

  /// A service that hands over to another process of its own, as `haproxy -sf` does, has started that one before, but perhaps
  /// since anybody looked. So what would be a loss is one only after a look.
  private func ended(_ pid: Int32) {
    // What the process started is told as its child, so that comes before it is forgotten. Where others start by the hundred, it may
    // be yet unread.
    let isKnown = isTold && hear()
    if isTold, !isKnown { missed.insert(pid) }
    forget(pid)
    if isLoss, isKnown { lookAtForked() }
    settle()
  }

  /// Draws the conclusions from what the kernel has told. No address moves for what it may not have told, so a loss is one only after
  /// a look at all processes.
  private func settle() { if isLoss { pass() } else { review() } }

  /// Whether some entry that is well would not be so any more.
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

  /// What cannot be asked leaves the verdict. Where there is none, what was never seen must not keep an address away.
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
