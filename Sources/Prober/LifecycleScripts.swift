import ConfigurationModel
import ControlModel
import NetworkTypes

/// Runs `startup_script` and `shutdown_script`, each for no longer than it may.
///
/// A script that fails is only logged: a host whose script fails still has addresses to hold.
final class LifecycleScripts {
  /// Occasion on which a script runs.
  enum Occasion: String {
    case startup, shutdown
  }

  private let log: LogWriter
  private var current: CommandRun?

  init(log: LogWriter) {
    self.log = log
  }

  /// Starts a script. Once it has ended, or if it cannot be started, the completion is called; never after ``stop()``.
  func run(
    _ script: LifecycleScript, _ occasion: Occasion, launcher: CommandLauncher, completion: @escaping () -> Void
  ) {
    log.log(
      .notice, "running the \(occasion) script \(script.command.text)",
      fields: [("event", "\(occasion)-script"), ("command", script.command.text)])
    // It dies with this process: the next prober does not know of it and would run beside it.
    current = launcher.launch(script.command, for: .lifecycle, limit: script.timeout) { [weak self] outcome in
      guard let self else { return }
      current = nil
      report(outcome, script, occasion)
      completion()
    }
  }

  /// Kills the script that runs, if any.
  func stop() {
    current?.kill()
    current = nil
  }

  private func report(_ outcome: CommandOutcome, _ script: LifecycleScript, _ occasion: Occasion) {
    let sentence = outcome.isSuccess ? "has ended" : "failed: \(outcome.description)"
    log.log(
      outcome.isSuccess ? .info : .error, "the \(occasion) script \(sentence)",
      fields: [
        ("event", "\(occasion)-script"), ("command", script.command.text), ("outcome", outcome.description),
      ])
  }
}

extension Nanoseconds {
  /// Value in whole seconds, rounded up.
  var wholeSeconds: UInt32 { UInt32(clamping: (max(rawValue, 0) + 999_999_999) / 1_000_000_000) }
}
