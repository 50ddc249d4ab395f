import Glibc
import LinuxSystem

/// A process that was started for the prober, until it is reaped.
final class RunningScript {
  enum Ending {
    case ended(ExitStatus)
    /// It ended before it had executed its program.
    case neverRan(StartRefusal)
  }

  let child: ChildProcess
  let endsWithProber: Bool
  var registration: Reactor.Registration?
  /// Told how it ended, once.
  var onEnd: ((Ending) -> Void)?
  private let note: UnsafeMutablePointer<Int32>?
  private var wasSignalled = false

  init(_ child: ChildProcess, note: UnsafeMutablePointer<Int32>?, endsWithProber: Bool) {
    self.child = child
    self.note = note
    self.endsWithProber = endsWithProber
  }

  /// Signals its group.
  func signal(_ number: Int32) {
    if number == SIGTERM || number == SIGKILL { wasSignalled = true }
    try? child.signal(number, group: true)
  }

  /// Whether it has ended, which is told then.
  func reapIfEnded() -> Bool {
    guard let status = (try? child.peek()).flatMap(\.self) else { return false }
    // The leader obeyed; whoever of its group did not goes now, while the group's number is still ours.
    if wasSignalled { try? child.signal(SIGKILL, group: true) }
    let failure = child.startFailure
    _ = try? child.reap()
    note?.pointee = 0
    onEnd?(failure.map { .neverRan(StartRefusal($0)) } ?? .ended(status))
    onEnd = nil
    return true
  }
}

/// Why a command is not run, or a FIFO not opened, in the words that a reason uses.
struct StartRefusal: Error, Equatable, CustomStringConvertible {
  var description: String
  /// Whether this host had no room for it at the moment, or its program was being written.
  var isShortage = false

  init(description: String, isShortage: Bool = false) {
    self.description = description
    self.isShortage = isShortage
  }

  /// That a process could not be started, or could not execute its program.
  init(_ error: SystemError) {
    self.init(
      description: error.whyNotRun,
      isShortage: [EAGAIN, ENOMEM, EMFILE, ENFILE, ETXTBSY, ETIMEDOUT].contains(error.errno))
  }
}
