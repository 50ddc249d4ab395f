import Glibc
import LinuxSystem

/// Process that was started for the prober and has not been reaped.
final class RunningScript {
  enum Ending {
    case ended(ExitStatus)
    /// The process ended before it executed its program.
    case neverRan(StartRefusal)
  }

  let child: ChildProcess
  let endsWithProber: Bool
  var registration: Reactor.Registration?
  /// Called once with the way in which the process ended.
  var onEnd: ((Ending) -> Void)?
  private let note: UnsafeMutablePointer<Int32>?
  private var wasSignalled = false

  init(_ child: ChildProcess, note: UnsafeMutablePointer<Int32>?, endsWithProber: Bool) {
    self.child = child
    self.note = note
    self.endsWithProber = endsWithProber
  }

  /// Sends a signal to the process group.
  func signal(_ number: Int32) {
    if number == SIGTERM || number == SIGKILL { wasSignalled = true }
    try? child.signal(number, group: true)
  }

  /// Reaps the process if it has ended, and calls ``onEnd``. Returns whether it has ended.
  func reapIfEnded() -> Bool {
    guard let status = (try? child.peek()).flatMap(\.self) else { return false }
    // The leader has ended after a signal. The rest of its group is killed now, while the number of the group is still
    // in use.
    if wasSignalled { try? child.signal(SIGKILL, group: true) }
    let failure = child.startFailure
    _ = try? child.reap()
    note?.pointee = 0
    onEnd?(failure.map { .neverRan(StartRefusal($0)) } ?? .ended(status))
    onEnd = nil
    return true
  }
}

/// Reason for which a command was not run or a FIFO not opened, as text for status and log lines.
struct StartRefusal: Error, Equatable, CustomStringConvertible {
  var description: String
  /// True if this host had no resources for the command at the moment, or its program was being written.
  var isShortage = false

  init(description: String, isShortage: Bool = false) {
    self.description = description
    self.isShortage = isShortage
  }

  /// Refusal because a process could not be started or could not execute its program.
  init(_ error: SystemError) {
    self.init(
      description: error.reasonNotRun,
      isShortage: [EAGAIN, ENOMEM, EMFILE, ENFILE, ETXTBSY, ETIMEDOUT].contains(error.errno))
  }
}
