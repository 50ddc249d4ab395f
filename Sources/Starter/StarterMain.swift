import ControlModel
import Glibc
import LinuxSystem

/// Process that starts the commands of a configuration and makes its FIFOs, for a prober that may do neither.
package enum StarterMain {
  /// Runs until the supervisor is gone and no prober is left.
  ///
  /// The process must have inherited the channel to the supervisor and the segment of running checks.
  /// - Returns: The code to exit with.
  package static func run() -> ExitCode {
    do {
      // The supervisor decides when this process ends. If the supervisor dies, the prober still has notifications to
      // run.
      for signal in [SIGPIPE, SIGINT, SIGHUP, SIGTERM] { try Signals.ignore(signal) }
      let reactor = try Reactor()
      let supervisor = Channel(try Inherited.take(InheritedDescriptor.supervisor.rawValue), maximumMessage: 64)
      let groups = RunningGroups(
        try SharedMemory(mapping: try Inherited.take(InheritedDescriptor.runningChecks.rawValue), writable: true))
      let starter = try Starter(supervisor: supervisor, groups: groups, watcher: reactor)
      while !starter.isFinished { try reactor.run(until: nil) }
      guard let failure = starter.failure else { return .success }
      return fail(failure)
    } catch {
      return fail("\(error)")
    }
  }

  private static func fail(_ reason: String) -> ExitCode {
    _ = Array("martlet[starter]: \(reason)\n".utf8).withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    return .failure
  }
}
