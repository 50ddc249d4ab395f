import CLinux
import Glibc

/// What a program may not do, whoever runs it: gain privileges, write to any file but `/dev/null` and its like, change what is
/// written about files, signal or change or look into processes that it has not started, and, without ``hasNetwork``, use any socket
/// that leads out of the host. It holds for all that it starts.
///
/// Landlock (Linux 5.13) and seccomp keep to that; both are there without any privilege. What it has started is what is in its
/// session; about that the kernel asks at the child's ``SandboxGate``.
public final class Sandbox: Sendable {
  /// Whether there is a network.
  public let hasNetwork: Bool
  private let rules: FileDescriptor

  /// Throws where the kernel has no Landlock, or it is not among the security modules that were started.
  public init(hasNetwork: Bool) throws(SystemError) {
    self.hasNetwork = hasNetwork
    rules = FileDescriptor(owning: try checked(clinux_sandbox_open(), "make a sandbox"))
  }

  /// Whether this kernel keeps a sandbox from the host's abstract Unix sockets (Landlock version 6, Linux 6.12).
  public static var closesAbstractSockets: Bool { clinux_sandbox_version() >= 6 }

  /// The rules' descriptor.
  var rawValue: Int32 { rules.rawValue }
}
