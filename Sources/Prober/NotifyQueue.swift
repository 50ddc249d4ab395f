import ConfigurationModel
import ControlModel
import LinuxSystem
import NetworkTypes

/// Runs the notifications of one instance or group one after the other, in the order of the transitions.
///
/// When scripts are slower than transitions come, those in the middle are dropped: the final state always wins.
final class NotifyQueue {
  /// Transitions that wait beyond this many are dropped, the newest excepted.
  static let mostWaiting = 8

  /// A script to run for an event.
  struct Job {
    var event: NotifyEvent
    var command: CommandDefinition
    var takesWords: Bool
    var launcher: CommandLauncher
  }

  private let loop: EventLoop
  private let log: LogWriter
  private let limit: Nanoseconds
  private var waiting: [(jobs: [Job], isTransition: Bool)] = []
  private var now: [Job] = []
  private(set) var current: CommandRun?
  private var retryTimer: EventLoop.Timer?
  /// Between two tries of a script that could not be run for now, and how many there are.
  private static let pause = Nanoseconds.milliseconds(250)
  private static let mostTries = 40

  /// Told when nothing runs and nothing waits.
  var onIdle: (() -> Void)?

  /// Told of a notification that failed.
  var onFailure: ((Status.FailedNotification) -> Void)?

  init(limit: Nanoseconds, loop: EventLoop, log: LogWriter) {
    self.limit = limit
    self.loop = loop
    self.log = log
  }

  var isIdle: Bool { current == nil && now.isEmpty && waiting.isEmpty }

  /// Adds the scripts of one transition, or with `isTransition` false of something that may happen any number of times between two:
  /// of those only one waits, and it never takes a transition's place.
  func add(_ jobs: [Job], isTransition: Bool = true) {
    guard !jobs.isEmpty, isTransition || !waiting.contains(where: { !$0.isTransition }) else { return }
    waiting.append((jobs, isTransition))
    if waiting.count > Self.mostWaiting, let last = waiting.last(where: \.isTransition) {
      let dropped = waiting.filter(\.isTransition).dropLast()
      let states = dropped.compactMap { $0.jobs.first?.event.state.rawValue }.joined(separator: ", ")
      let subject = jobs[0].event.subject
      log.log(
        .warning,
        "\(subject.name): no script is run for \(states): the scripts take longer than the router stays in a state",
        fields: [("event", "notify-dropped"), ("subject", subject.name), ("states", states)])
      waiting = [last]
    }
    runNext()
  }

  /// Drops what waits and kills what runs.
  func kill() {
    waiting = []
    now = []
    loop.cancel(retryTimer)
    current?.kill()
    current = nil
  }

  private func runNext() {
    while current == nil {
      if now.isEmpty {
        guard !waiting.isEmpty else {
          onIdle?()
          return
        }
        now = waiting.removeFirst().jobs
      }
      run(now.removeFirst())
    }
  }

  private func run(_ job: Job, tries: Int = 1) {
    current = job.launcher.launch(
      job.command, for: .notification(hasWords: job.takesWords), telling: job.event, limit: limit
    ) { [weak self] outcome in
      guard let self else { return }
      if case .notStarted(_, isShortage: true) = outcome.end, tries < Self.mostTries { return retry(job, tries) }
      current = nil
      report(outcome, of: job)
      runNext()
    }
  }

  /// What could not be run for want of room, or while the process that starts scripts is replaced, is tried again; what follows waits.
  private func retry(_ job: Job, _ tries: Int) {
    retryTimer = loop.schedule(after: Self.pause) { [weak self] in self?.run(job, tries: tries + 1) }
  }

  private func report(_ outcome: CommandOutcome, of job: Job) {
    let subject = job.event.subject.name
    guard !outcome.isSuccess else { return }
    onFailure?(
      Status.FailedNotification(
        subject: subject, state: job.event.state.rawValue, command: job.command.text, outcome: outcome.description,
        at: loop.now))
    log.log(
      .error,
      "\(subject): the notification script \(job.command.text) for \(job.event.state.rawValue) failed: \(outcome.description)",
      fields: [
        ("event", "notify"), ("subject", subject), ("state", job.event.state.rawValue),
        ("command", job.command.text), ("outcome", outcome.description),
      ])
  }
}
