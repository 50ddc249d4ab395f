import CLinux
import Glibc

/// Process-wide signal settings.
public enum Signals {
  /// Ignores a signal for the whole process; SIGPIPE must be, so that a write to a closed pipe is an error to read.
  public static func ignore(_ signal: Int32) throws(SystemError) {
    try checked(clinux_ignore_signal(signal), "ignore signal", "\(signal)")
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
