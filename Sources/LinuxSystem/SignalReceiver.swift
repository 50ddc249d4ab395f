import CLinux
import Glibc

/// Process-wide signal settings.
public enum Signals {
  /// What people and scripts send to a service to have its configuration read again, or its data written. `killall` and `pkill` send it
  /// to all processes of a name, of which only the supervisor may heed it; of the others most would end it.
  public static let forSupervisorOnly = [SIGINT, SIGHUP, SIGUSR1, SIGUSR2] + realTime
  /// Those that the C library leaves to programs.
  public static let realTime = Array(34...64 as ClosedRange<Int32>)

  /// Ignores a signal for the whole process; SIGPIPE must be, so that a write to a closed pipe is an error to read.
  public static func ignore(_ signal: Int32) throws(SystemError) {
    try checked(clinux_ignore_signal(signal), "ignore signal", "\(signal)")
  }

  /// Gives a signal its default action again. Whoever started this process may have ignored it, which a program inherits.
  public static func restore(_ signal: Int32) throws(SystemError) {
    try checked(clinux_restore_signal(signal), "restore signal", "\(signal)")
  }

  /// Keeps a signal waiting until a ``SignalReceiver`` takes it. Of process 1 the kernel drops what is neither kept nor taken.
  public static func keepWaiting(_ signal: Int32) throws(SystemError) {
    try checked(clinux_block_signal(signal), "keep signal waiting", "\(signal)")
  }
}

/// Signals as events on a descriptor (signalfd(2)) instead of interruptions.
public final class SignalReceiver {
  /// One received signal and who sent it.
  public struct Received: Sendable, Hashable {
    /// The signal's number.
    public let signal: Int32
    /// The sender's process number; 0 when the kernel sent it.
    public let senderProcess: Int32
    /// The sender's real user.
    public let senderUser: UInt32
  }

  private let descriptor: FileDescriptor

  /// Blocks `signals` in the calling thread and receives them from now on. A spawned child starts with none blocked.
  public init(_ signals: [Int32]) throws(SystemError) {
    descriptor = FileDescriptor(owning: try checked(clinux_signalfd(signals, signals.count), "receive signals"))
  }

  /// The number to watch for readability.
  public var rawValue: Int32 { descriptor.rawValue }

  /// The next signal, `nil` when none waits.
  public func next() throws(SystemError) -> Received? {
    var process: Int32 = 0
    var user: UInt32 = 0
    let signal = try checked(clinux_signalfd_read(descriptor.rawValue, &process, &user), "read signal")
    return signal == 0 ? nil : Received(signal: signal, senderProcess: process, senderUser: user)
  }
}
