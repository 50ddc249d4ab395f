import ConfigurationModel
import ControlModel
import LinuxSystem
import NetworkTypes

/// Runs the notifications of one instance or group one after the other, in the order of the transitions.
///
/// If scripts are slower than transitions, transitions in the middle are dropped. The last state is always notified of.
final class NotifyQueue {
  /// Most transitions that may wait. Beyond that, all but the newest are dropped.
  static let mostWaiting = 8

  /// Script to run for an event.
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
  /// Time between two tries of a script that could not be run for the moment.
  private static let pause = Nanoseconds.milliseconds(250)
  private static let mostTries = 40

  /// Called when nothing runs and nothing waits any more.
  var onIdle: (() -> Void)?

  /// Called with each notification that failed.
  var onFailure: ((Status.FailedNotification) -> Void)?

  init(limit: Nanoseconds, loop: EventLoop, log: LogWriter) {
    self.limit = limit
    self.loop = loop
    self.log = log
  }

  var isIdle: Bool { current == nil && now.isEmpty && waiting.isEmpty }

  /// Adds the scripts of one transition. With `isTransition` false they are for an event that may happen any number of
  /// times between two transitions: only one such event waits, and it never takes a transition's place.
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

  /// Drops the waiting scripts and kills the running one.
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

  /// Tries a script again that could not be run because this host had no resources or the starter was being replaced.
  /// The scripts after it wait.
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
