import ConfigurationModel
import ControlModel
import LinuxSystem
import NetworkTypes

/// Phase of a prober that ends.
enum StopPhase: Equatable {
  /// Until all messages of the engine have been received.
  case hearing
  /// Until the last notification has run.
  case notifying
  /// Until the FIFOs' scripts have read all lines.
  case draining
  /// Until the supervisor reports that everything is withdrawn. The shutdown script may run only then.
  case awaitingWord
  /// Until the shutdown script has run.
  case concluding
  case ended
}

/// End of the prober: the engine's last messages are received, notified of, and read from the FIFOs; then the shutdown
/// script runs.
extension Prober {
  /// Time that the remaining notifications may take when the process ends.
  static let shutdownLimit = Nanoseconds.seconds(5)

  /// Takes note that the engine has stopped and everything is withdrawn.
  func withdrawn() {
    isWithdrawn = true
    if stopping == .awaitingWord { return conclude() }
    stop(because: nil)
  }

  func supervisorIsGone() {
    if stopping == .awaitingWord { return end() }
    stop(because: "the supervisor is gone")
  }

  /// Receives the engine's last messages, runs the remaining notifications, and ends.
  func stop(because reason: String?) {
    guard stopping == nil else { return }
    if let reason { log.log(.notice, "the prober ends: \(reason)") }
    stopping = .hearing
    lifecycle.stop()
    stopTrackers()
    notifier.onProgress = { [weak self] in self?.continueStopping() }
    stopTimer = loop.schedule(after: Self.shutdownLimit) { [weak self] in
      self?.cutShort()
    }
    link?.drain()
    continueStopping()
  }

  func continueStopping() {
    switch stopping {
    case nil, .draining, .awaitingWord, .concluding, .ended: return
    case .hearing:
      guard link?.isClosed ?? true, oldLinks.isEmpty else { return }
      stopping = .notifying
      continueStopping()
    case .notifying:
      guard notifier.isIdle else { return }
      stopping = .draining
      awaitReaders(urgentAt: loop.now + Self.readingTime, until: loop.now + Self.readingTime + CommandRun.longestGrace)
    }
  }

  /// Time that the FIFOs' scripts have to read the remaining lines before they are told to end.
  private static let readingTime = Nanoseconds.milliseconds(1500)
  /// Time that the FIFOs' scripts have to end if the last notifications took too long. The supervisor waits one second
  /// longer than the notifications may take.
  private static let shortGrace = Nanoseconds.milliseconds(600)

  private func cutShort() {
    guard stopping == .hearing || stopping == .notifying || stopping == .draining else { return }
    log.log(.warning, "the last notifications took too long and are cut short")
    notifier.onProgress = nil
    notifier.stopNotifications()
    stopping = .draining
    awaitReaders(urgentAt: loop.now, until: loop.now + Self.shortGrace)
  }

  private func awaitReaders(urgentAt: MonotonicInstant, until end: MonotonicInstant) {
    guard stopping == .draining else { return }
    notifier.finishPipes(isUrgent: loop.now >= urgentAt)
    guard notifier.hasReaders, loop.now < end else { return finishNotifications() }
    _ = loop.schedule(after: .milliseconds(50)) { [weak self] in self?.awaitReaders(urgentAt: urgentAt, until: end) }
  }

  private func finishNotifications() {
    loop.cancel(stopTimer)
    killScripts()
    guard shutdownScript != nil, !isWithdrawn, supervisorRegistration != nil else { return conclude() }
    // A service manager may end all processes at once, before the engine has withdrawn.
    stopping = .awaitingWord
    stopTimer = loop.schedule(after: Self.shutdownLimit) { [weak self] in self?.end() }
  }

  private var shutdownScript: LifecycleScript? {
    (configuration?.global ?? startup?.configuration.global)?.shutdownScript
  }

  /// Runs the shutdown script, if there is one and everything is withdrawn, and ends.
  private func conclude() {
    stopping = .concluding
    loop.cancel(stopTimer)
    guard isWithdrawn, let script = shutdownScript, let launcher else { return end() }
    _ = report(.takesLonger(seconds: script.timeout.wholeSeconds))
    lifecycle.run(script, .shutdown, launcher: launcher) { [weak self] in self?.end() }
  }

  /// Kills all running scripts. None is started after that.
  func killScripts() {
    lifecycle.stop()
    stopTrackers()
    notifier.stop()
  }

  private func stopTrackers() {
    checks.stop()
    files.stop()
    processes.stop()
    combinations.stop()
  }

  private func end() {
    guard stopping != .ended else { return }
    stopping = .ended
    loop.cancel(stopTimer)
    killScripts()
    for (_, connection) in reloads {
      connection.reply(.error(code: ExitCode.failure.rawValue, message: "martlet is stopping"))
    }
    reloads = [:]
    control?.close()
    control = nil
    loop.stop()
  }
}
