import CLinux
import Glibc

/// Listener on which the kernel asks whether a process in a ``Sandbox`` may signal another, or change how it runs.
///
/// The process waits for the answer; without this object its calls fail. The descriptor is readable when there is a
/// question, and hangs up when the sandbox has no process any more.
public final class SandboxGate {
  /// Session of all processes in the sandbox, which none of them can leave.
  public let session: Int32
  private let descriptor: FileDescriptor

  /// The gate of a session, from its descriptor.
  public init(_ descriptor: consuming FileDescriptor, session: Int32) {
    self.session = session
    self.descriptor = descriptor
  }

  /// Descriptor to watch.
  public var rawValue: Int32 { descriptor.rawValue }

  /// Answers one question: processes in the sandbox may be signalled and changed, others may not. The process that
  /// asked may be gone by then.
  public func answer() { _ = clinux_sandbox_answer(descriptor.rawValue) }

  /// Whether the sandbox has no process any more.
  public var isDeserted: Bool {
    var question = pollfd(fd: descriptor.rawValue, events: 0, revents: 0)
    return poll(&question, 1, 0) == 1 && question.revents & Int16(POLLHUP) != 0
  }

  /// Session of a process; `nil` if there is no such process.
  public static func session(of process: Int32) -> Int32? {
    guard process > 0 else { return nil }
    let session = getsid(process)
    return session < 0 ? nil : session
  }
}
