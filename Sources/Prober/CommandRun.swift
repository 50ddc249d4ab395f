import Configuration
import Glibc
import LinuxSystem
import NetworkTypes

/// How a run of a command ended.
struct CommandOutcome: Equatable {
  /// The ways to end.
  enum End: Equatable {
    case exited(Int32)
    case signaled(Int32)
    case timedOut(after: Nanoseconds)
    case notStarted(String)
    /// After it had been told to be stuck.
    case endedLate
  }

  var end: End
  /// The last line of its output that is not empty.
  var lastLine: String

  var isSuccess: Bool { end == .exited(0) }

  /// One line: what became of it, and its last words.
  var description: String {
    let words = lastLine.isEmpty ? "" : ": " + lastLine
    switch end {
    case .exited(0): return lastLine
    case .exited(let status): return "exit \(status)" + words
    case .signaled(let signal): return "terminated by signal \(signal)" + words
    case .timedOut(let limit): return "timed out after \(limit.spoken)" + words
    case .notStarted(let reason): return reason
    case .endedLate: return "has ended at last"
    }
  }
}

extension Nanoseconds {
  /// `2 s` or `0.25 s`.
  var spoken: String {
    rawValue % 1_000_000_000 == 0 ? "\(rawValue / 1_000_000_000) s" : "\(inSeconds) s"
  }
}

/// One run of a command, in its own process group, from its start until its process is reaped.
///
/// When its time is up the group is told to end, and killed when it does not. What it leaves running after it has ended by
/// itself is left alone, since scripts start services.
final class CommandRun {
  /// From SIGTERM to SIGKILL at most.
  static let longestGrace = Nanoseconds.seconds(2)

  private let loop: EventLoop
  private let drains: OutputDrains
  private let sandboxes: Sandboxes?
  private let child: ChildProcess
  private let note: UnsafeMutablePointer<Int32>?
  private let limit: Nanoseconds
  private var output: CommandOutput?
  private var completion: ((CommandOutcome) -> Void)?
  private var registration: Reactor.Registration?
  private var timer: EventLoop.Timer?
  private var isTerminating = false
  private var isStuck = false
  /// Told, in words, when the command is not gone though it was killed: the kernel has it wait for a disk, or for a server of files.
  /// The completion is called when it is gone, with ``CommandOutcome/End/endedLate``.
  var onStuck: ((String) -> Void)?
  /// From SIGKILL to that word.
  static let deathTime = Nanoseconds.milliseconds(250)

  /// Starts a command. The completion is called once, in a later turn.
  /// - Parameters:
  ///   - groups: where it is noted while it runs, if it is not to outlive this process.
  ///   - sandboxes: who answers what its sandbox asks, if it has one.
  ///   - patience: how long this process stands still for its program to be executed.
  /// - Throws: why it cannot be started, in the words that a reason uses.
  init(
    _ request: SpawnRequest, limit: Nanoseconds, loop: EventLoop, drains: OutputDrains, groups: RunningGroups? = nil,
    sandboxes: Sandboxes? = nil, patience: StartPatience, completion: @escaping (CommandOutcome) -> Void
  ) throws(SystemError) {
    self.loop = loop
    self.drains = drains
    self.sandboxes = sandboxes
    note = groups?.reserve()
    self.limit = limit
    self.completion = completion
    let pipe = try FileDescriptor.pipe()
    let reader = try pipe.reader.duplicate()
    try reader.setNonblocking()
    var request = request
    request.group = request.sandbox == nil ? .own : .session
    request.map(pipe.writer.rawValue, to: 1)
    request.map(pipe.writer.rawValue, to: 2)
    if groups != nil { request.parentDeathSignal = SIGKILL }
    request.longestStart = patience.milliseconds
    child = try ChildProcess(request, note: note)
    if child.wasSlowToStart { patience.exhaust() }
    output = CommandOutput(reader, loop: loop)
    do {
      if let gate = child.sandboxGate { try sandboxes?.adopt(gate, of: request.executable) }
      registration = try loop.watch(child.rawValue, for: .readable) { [weak self] _ in self?.childEnded() }
    } catch {
      killGroup()
      throw error
    }
    watch(until: loop.now + limit)
  }

  /// The process group's number.
  var processID: Int32 { child.processID }

  /// Tells the group to end, and kills it when it does not; the completion is called then.
  func terminate() {
    guard !isTerminating else { return }
    loop.cancel(timer)
    beginTermination()
  }

  /// Kills the group and waits until its leader is gone. The completion is not called.
  func kill() {
    completion = nil
    killGroup()
    finish(nil)
  }

  /// So often a run is given time in which this process stood still.
  private static let mostExtensions = 3

  private func watch(until deadline: MonotonicInstant, extensions: Int = 0) {
    timer = loop.schedule(at: deadline) { [weak self] in self?.timeIsUp(deadline, extensions) }
  }

  private func timeIsUp(_ deadline: MonotonicInstant, _ extensions: Int) {
    // An exit at this very moment is an exit: the process is there until it is reaped, so it cannot be lost.
    if let status = ended { return complete(CommandOutcome.End(status)) }
    // If this process stood still the command may have stood still with it, as in a virtual machine that is stopped.
    let late = loop.now - deadline
    guard late < EventLoop.standstill || extensions == Self.mostExtensions else {
      return watch(until: loop.now + min(late, limit), extensions: extensions + 1)
    }
    beginTermination()
  }

  private func beginTermination() {
    isTerminating = true
    signal(SIGTERM)
    signal(SIGCONT)
    timer = loop.schedule(after: min(limit, Self.longestGrace)) { [weak self] in
      guard let self else { return }
      signal(SIGKILL)
      timer = loop.schedule(after: Self.deathTime) { [weak self] in self?.noteStuck() }
    }
  }

  private func noteStuck() {
    guard ended == nil else { return }
    isStuck = true
    onStuck?("timed out after \(limit.spoken), and cannot be ended: it waits for the kernel")
  }

  private func childEnded() {
    guard let status = ended else { return }
    if isTerminating {
      // The leader obeyed; whoever of its group did not goes now, while the group's number is still ours.
      signal(SIGKILL)
      complete(isStuck ? .endedLate : .timedOut(after: limit))
    } else {
      complete(CommandOutcome.End(status))
    }
  }

  private var ended: ExitStatus? { (try? child.peek()).flatMap(\.self) }

  private func signal(_ number: Int32) { try? child.signal(number, group: true) }

  private func complete(_ end: CommandOutcome.End) {
    output?.read()
    // A program that took long to be executed may have failed to be, which only its process could tell.
    let failure = child.startFailure.map { CommandOutcome.End.cannotRun($0) }
    let outcome = CommandOutcome(end: failure ?? end, lastLine: output?.lastLine ?? "")
    finish(end)
    let completion = completion
    self.completion = nil
    completion?(outcome)
  }

  private func finish(_ end: CommandOutcome.End?) {
    loop.cancel(timer)
    if let registration { loop.unwatch(registration) }
    registration = nil
    _ = try? child.reap()
    note?.pointee = 0
    if child.sandboxGate != nil { sandboxes?.scriptEnded(child.processID) }
    if let output, end != nil {
      drains.adopt(output)
    } else {
      output?.close()
    }
    output = nil
  }

  /// Kills the group and reaps its leader, which takes the kernel no longer than it takes to end a process.
  private func killGroup() {
    signal(SIGKILL)
    var question = pollfd(fd: child.rawValue, events: Int16(POLLIN), revents: 0)
    _ = poll(&question, 1, 1000)
    _ = try? child.reap()
    note?.pointee = 0
  }
}

/// How long the loop stands still for programs to be executed, which those of a dead server or disk never are.
///
/// One that is executed or refused within this time is known to be so at its start. Of any other, that is known when its process
/// ends; and then nobody waits for the next ones for a while, as where one file cannot be read there may be a hundred.
final class StartPatience {
  private static let most: Int32 = 100
  private static let recovery = Nanoseconds.seconds(10)

  private var returns: MonotonicInstant?

  var milliseconds: Int32 { returns.map { $0 > MonotonicClock.now() } == true ? 0 : Self.most }

  /// Notes that a start took longer.
  func exhaust() {
    // What is not waited for at all says nothing about how long it would have taken.
    if milliseconds > 0 { returns = MonotonicClock.now() + Self.recovery }
  }
}

extension CommandOutcome.End {
  fileprivate static func cannotRun(_ error: SystemError) -> CommandOutcome.End {
    let step = error.operation == "execute" ? "" : "\(error.operation) it: "
    return .notStarted("cannot run: \(step)\(SystemError.reason(error.errno))")
  }

  fileprivate init(_ status: ExitStatus) {
    switch status {
    case .exited(let code): self = .exited(code)
    case .signaled(let number): self = .signaled(number)
    }
  }
}
