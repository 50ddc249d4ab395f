import CLinux
import Glibc

/// Signal settings of the process.
public enum Signals {
  /// Signals by which people and scripts ask a service to read its configuration or to write its data. `killall` and
  /// `pkill` send them to all processes of a name, but only the supervisor handles them; most would end the others.
  public static let forSupervisorOnly = [SIGINT, SIGHUP, SIGUSR1, SIGUSR2] + realTime
  /// Signals that the C library leaves to programs.
  public static let realTime = Array(34...64 as ClosedRange<Int32>)

  /// Ignores a signal for the whole process. SIGPIPE must be ignored, so that a write to a closed pipe returns an
  /// error.
  public static func ignore(_ signal: Int32) throws(SystemError) {
    try checked(clinux_ignore_signal(signal), "ignore signal", "\(signal)")
  }

  /// Restores the default action of a signal. The process that started this one may have ignored it, and that is
  /// inherited.
  public static func restore(_ signal: Int32) throws(SystemError) {
    try checked(clinux_restore_signal(signal), "restore signal", "\(signal)")
  }

  /// Blocks a signal until a ``SignalReceiver`` takes it. For process 1 the kernel drops a signal that is neither
  /// blocked nor handled.
  public static func keepWaiting(_ signal: Int32) throws(SystemError) {
    try checked(clinux_block_signal(signal), "keep signal waiting", "\(signal)")
  }
}

/// Signals as events on a descriptor (signalfd(2)) instead of interruptions.
public final class SignalReceiver {
  /// Received signal, with its sender.
  public struct Received: Sendable, Hashable {
    /// The signal's number.
    public let signal: Int32
    /// Process ID of the sender; 0 for the kernel.
    public let senderProcess: Int32
    /// Real user of the sender.
    public let senderUser: UInt32
  }

  private let descriptor: FileDescriptor

  /// Blocks `signals` in the calling thread and receives them from now on. A spawned child starts without blocked
  /// signals.
  public init(_ signals: [Int32]) throws(SystemError) {
    descriptor = FileDescriptor(owning: try checked(clinux_signalfd(signals, signals.count), "receive signals"))
  }

  /// Descriptor to watch for readability.
  public var rawValue: Int32 { descriptor.rawValue }

  /// Next signal; `nil` if none waits.
  public func next() throws(SystemError) -> Received? {
    var process: Int32 = 0
    var user: UInt32 = 0
    let signal = try checked(clinux_signalfd_read(descriptor.rawValue, &process, &user), "read signal")
    return signal == 0 ? nil : Received(signal: signal, senderProcess: process, senderUser: user)
  }
}
