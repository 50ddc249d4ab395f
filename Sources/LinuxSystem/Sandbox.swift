import CLinux
import Glibc

/// Restrictions of a program and of all processes that it starts, whatever its user. It cannot gain privileges, write
/// to any file but `/dev/null` and the like, change file attributes, signal or change or trace processes outside its
/// session, and, without ``hasNetwork``, use any socket that leads out of the host.
///
/// Landlock (Linux 5.13) and seccomp enforce this; both need no privilege. Whether a process belongs to the session,
/// the kernel asks at the child's ``SandboxGate``.
public final class Sandbox: Sendable {
  /// Whether sockets that lead out of the host are allowed.
  public let hasNetwork: Bool
  private let rules: FileDescriptor

  /// Throws if the kernel has no Landlock, or it is not among the active security modules.
  public init(hasNetwork: Bool) throws(SystemError) {
    self.hasNetwork = hasNetwork
    rules = FileDescriptor(owning: try checked(clinux_sandbox_open(), "make a sandbox"))
  }

  /// Whether this kernel can keep a sandbox from the host's abstract Unix sockets (Landlock version 6, Linux 6.12).
  public static var closesAbstractSockets: Bool { clinux_sandbox_version() >= 6 }

  /// Descriptor of the rules.
  var rawValue: Int32 { rules.rawValue }
}
