import ConfigurationModel
import ControlModel
import Glibc
import LinuxSystem
import NetworkTypes

/// Outcome of a run of a command.
struct CommandOutcome: Equatable {
  /// Way in which a run ended.
  enum End: Equatable {
    case exited(Int32)
    case signaled(Int32)
    case timedOut(after: Nanoseconds)
    /// It was not run. `isShortage`: this host had no resources for it at the moment.
    case notStarted(String, isShortage: Bool)
    /// The starter ended while it ran, so that its end is not seen.
    case unseen
    /// It ended after ``CommandRun/onStuck`` had been called.
    case endedLate
  }

  var end: End
  /// Last line of the output that is not empty.
  var lastLine: String

  var isSuccess: Bool { end == .exited(0) }

  /// Outcome and last line of output, as one line of text.
  var description: String {
    let words = lastLine.isEmpty ? "" : ": " + lastLine
    switch end {
    case .exited(0): return lastLine
    case .exited(let status): return "exit \(status)" + words
    case .signaled(let signal): return "terminated by signal \(signal)" + words
    case .timedOut(let limit): return "timed out after \(limit.spoken)" + words
    case .notStarted(let reason, _): return reason
    case .unseen: return "cannot tell how it ended: the process that starts scripts has ended"
    case .endedLate: return "has ended at last"
    }
  }
}

extension Nanoseconds {
  /// Time as text, such as `2 s` or `0.25 s`.
  var spoken: String {
    rawValue % 1_000_000_000 == 0 ? "\(rawValue / 1_000_000_000) s" : "\(inSeconds) s"
  }
}

/// Run of a command in a process group of its own, from the request to start it until the starter has reaped its process.
///
/// When its time is up, the group is told to end, and is killed if it does not. Processes that a command leaves behind
/// when it ends by itself are left alone, since scripts start services.
final class CommandRun: StarterLink.Asker {
  /// Longest time from SIGTERM to SIGKILL.
  static let longestGrace = Nanoseconds.seconds(2)
  /// Most times that a run's limit is extended because this process stood still.
  private static let mostExtensions = 3

  private enum Stage {
    /// The starter was asked and has not answered.
    case requested
    case running
    /// It was told to end.
    case terminating
    /// It was killed and is not gone.
    case stuck
    case ended
  }

  private let loop: EventLoop
  private let starter: StarterLink
  private let drains: OutputDrains
  private let sandboxes: Sandboxes?
  private let limit: Nanoseconds
  private let program: String
  private var number: UInt32?
  private var stage = Stage.requested
  private var output: CommandOutput?
  private var completion: ((CommandOutcome) -> Void)?
  private var timer: EventLoop.Timer?
  private var session: Int32?
  /// Number of the process group; `nil` until it is known.
  private(set) var processID: Int32?
  /// Called, with a text for the log, if the command was killed and is not gone: the kernel has it wait for a disk or a
  /// file server. The completion is called with ``CommandOutcome/End/endedLate`` once it is gone.
  var onStuck: ((String) -> Void)?
  /// Time from SIGKILL until ``onStuck`` is called.
  static let deathTime = Nanoseconds.milliseconds(250)

  /// Has a command started. The completion is called once, in a later turn.
  /// - Parameter request: request for the starter; `nil` for a command that the launcher's configuration does not have.
  init(
    _ request: RunRequest?, limit: Nanoseconds, launcher: CommandLauncher, program: String,
    completion: @escaping (CommandOutcome) -> Void
  ) {
    loop = launcher.loop
    starter = launcher.starter
    drains = launcher.drains
    sandboxes = launcher.sandboxes
    self.limit = limit
    self.program = program
    self.completion = completion
    guard let request else {
      failLater("cannot run: the configuration that it belongs to is gone", false)
      return
    }
    do {
      let pipe = try FileDescriptor.pipe()
      let reader = try pipe.reader.duplicate()
      try reader.setNonblocking()
      number = try starter.ask(self, descriptors: [pipe.writer.rawValue]) { .run($0, request) }
      output = CommandOutput(reader, loop: loop)
      watch(until: loop.now + limit)
    } catch let error as SystemError {
      failLater("cannot run: \(SystemError.reason(error.errno))", true)
    } catch {
      failLater("\(error)", true)
    }
  }

  private func failLater(_ words: String, _ isShortage: Bool) {
    timer = loop.schedule(after: .zero) { [self] in complete(.notStarted(words, isShortage: isShortage)) }
  }

  /// Tells the group to end, and kills it if it does not. The completion is called at its end.
  func terminate() {
    // Without a number it was never asked for, which its completion is about to say.
    guard number != nil, stage == .requested || stage == .running else { return }
    loop.cancel(timer)
    beginTermination()
  }

  /// Kills the group. The completion is not called.
  func kill() {
    completion = nil
    signal(SIGKILL)
    finish(keepingOutput: false)
  }

  // MARK: Answers of the starter

  func hear(_ reply: StartReply, _ descriptor: consuming FileDescriptor?) {
    switch reply {
    case .started(_, let process): started(process, gate: descriptor)
    case .refused(_, let isShortage, let reason): complete(.notStarted(reason, isShortage: isShortage))
    case .ended(_, .exited(let code)): ended(.exited(code))
    case .ended(_, .signaled(let number)): ended(.signaled(number))
    case .fifo, .fifoRefused, .file, .fileRefused, .written, .weakness: break
    }
  }

  func starterEnded() {
    number = nil
    let wasStarted = stage != .requested
    complete(wasStarted ? .unseen : .notStarted("the process that starts scripts has ended", isShortage: true))
  }

  private func started(_ process: Int32, gate: consuming FileDescriptor?) {
    processID = process
    if stage == .requested { stage = .running }
    guard let gate else { return }
    session = process
    do {
      try sandboxes?.adopt(SandboxGate(gate, session: process), of: program)
    } catch {
      // Without its gate it could not so much as end what it has started.
      signal(SIGKILL)
    }
  }

  private func ended(_ end: CommandOutcome.End) {
    switch stage {
    case .requested, .running: complete(end)
    case .terminating: complete(.timedOut(after: limit))
    case .stuck: complete(.endedLate)
    case .ended: break
    }
  }

  // MARK: Time limit

  private func watch(until deadline: MonotonicInstant, extensions: Int = 0) {
    timer = loop.schedule(at: deadline) { [weak self] in self?.timeIsUp(deadline, extensions) }
  }

  private func timeIsUp(_ deadline: MonotonicInstant, _ extensions: Int) {
    // An exit at this very moment is an exit.
    starter.drain()
    guard stage == .requested || stage == .running else { return }
    // If this process stood still the command may have stood still with it, as in a virtual machine that is stopped.
    let late = loop.now - deadline
    guard late < EventLoop.standstill || extensions == Self.mostExtensions else {
      return watch(until: loop.now + min(late, limit), extensions: extensions + 1)
    }
    guard stage == .running else {
      return complete(.notStarted("was not started within \(limit.spoken)", isShortage: true))
    }
    beginTermination()
  }

  private func beginTermination() {
    stage = .terminating
    signal(SIGTERM)
    signal(SIGCONT)
    timer = loop.schedule(after: min(limit, Self.longestGrace)) { [weak self] in
      guard let self else { return }
      signal(SIGKILL)
      timer = loop.schedule(after: Self.deathTime) { [weak self] in self?.noteStuck() }
    }
  }

  private func noteStuck() {
    starter.drain()
    guard stage == .terminating else { return }
    stage = .stuck
    onStuck?("timed out after \(limit.spoken), and cannot be ended: it waits for the kernel")
  }

  private func signal(_ signal: Int32) { if let number { starter.tell(.signal(number, signal)) } }

  // MARK: End

  private func complete(_ end: CommandOutcome.End) {
    guard stage != .ended else { return }
    output?.read()
    let outcome = CommandOutcome(end: end, lastLine: output?.lastLine ?? "")
    finish(keepingOutput: true)
    let completion = completion
    self.completion = nil
    completion?(outcome)
  }

  private func finish(keepingOutput: Bool) {
    stage = .ended
    loop.cancel(timer)
    if let number { starter.forget(number) }
    number = nil
    if let session { sandboxes?.scriptEnded(session) }
    if let output, keepingOutput { drains.adopt(output) } else { output?.close() }
    output = nil
  }
}
