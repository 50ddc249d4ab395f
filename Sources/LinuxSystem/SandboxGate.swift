import CLinux
import Glibc

/// Where the kernel asks whether a process in a ``Sandbox`` may signal another, or change how it runs.
///
/// Until it is answered the process waits, and without this object its calls fail. It is readable when something is asked, and
/// hangs up when nobody is in the sandbox any more.
public final class SandboxGate {
  /// The session that everything in the sandbox is in, which nothing in it can leave.
  public let session: Int32
  private let descriptor: FileDescriptor

  /// The gate of a session, from its descriptor.
  public init(_ descriptor: consuming FileDescriptor, session: Int32) {
    self.session = session
    self.descriptor = descriptor
  }

  /// The descriptor to watch.
  public var rawValue: Int32 { descriptor.rawValue }

  /// Answers one question: processes of the sandbox may be signalled and changed, others not. Who asked may be gone by then.
  public func answer() { _ = clinux_sandbox_answer(descriptor.rawValue) }

  /// Whether nobody is in the sandbox any more.
  public var isDeserted: Bool {
    var question = pollfd(fd: descriptor.rawValue, events: 0, revents: 0)
    return poll(&question, 1, 0) == 1 && question.revents & Int16(POLLHUP) != 0
  }

  /// The session of a process; `nil` when there is no such process.
  public static func session(of process: Int32) -> Int32? {
    guard process > 0 else { return nil }
    let session = getsid(process)
    return session < 0 ? nil : session
  }
}
