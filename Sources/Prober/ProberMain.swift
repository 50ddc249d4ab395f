import ControlModel
import Glibc
import LinuxSystem
import NetworkTypes

/// Process that runs checks and notifications, writes the log and answers on the control socket.
public enum ProberMain {
  /// Serves until the supervisor says to end or is gone.
  ///
  /// The process must have inherited the channel to the supervisor at `InheritedDescriptor.supervisor`.
  /// - Parameter logFormat: format of the lines on standard error.
  /// - Returns: the code to exit with.
  public static func run(logFormat: LogFormat) -> ExitCode {
    do {
      // The supervisor decides when this process ends; a terminal's or a peer's signals do not.
      for signal in [SIGPIPE, SIGINT, SIGHUP] { try Signals.ignore(signal) }
      // Before anything is opened: a number that was not handed down would be taken by what is opened first.
      let logFile = LogFile(inheritedAt: InheritedDescriptor.logFile.rawValue)
      let notified = notifiedTransitions()
      // Each probe that waits has a connection of its own.
      try? OpenFiles.raise()
      let loop = try EventLoop()
      let log = LogWriter(STDERR_FILENO, format: logFormat, loop: loop, file: logFile)
      let supervisor = Channel(try Inherited.take(InheritedDescriptor.supervisor.rawValue), maximumMessage: 4096)
      let prober = try Prober(
        supervisor: supervisor, loop: loop, log: log, notified: notified)
      let signals = try SignalReceiver([SIGTERM])
      let registration = try loop.watch(signals.rawValue, for: .readable) { _ in
        while let _ = try? signals.next() { prober.stop(because: "told to by SIGTERM") }
      }
      try loop.run()
      loop.unwatch(registration)
      try finish(log, loop)
      return .success
    } catch {
      writeLastWords("martlet[prober]: \(error)\n")
      return .failure
    }
  }

  /// Notes of the previous prober on the transitions that it has notified of; `nil` if no notes were handed down.
  private static func notifiedTransitions() -> NotifiedTransitions? {
    do {
      let file = try Inherited.take(InheritedDescriptor.notified.rawValue)
      return NotifiedTransitions(try SharedMemory(mapping: file, writable: true))
    } catch {
      return nil
    }
  }

  /// Waits a moment for the log's reader to take the last lines.
  private static func finish(_ log: LogWriter, _ loop: EventLoop) throws(SystemError) {
    let limit = MonotonicClock.now() + .milliseconds(200)
    while !log.isEmpty, MonotonicClock.now() < limit { try loop.turn(until: limit) }
  }

  private static func writeLastWords(_ text: String) {
    _ = Array(text.utf8).withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }
}
