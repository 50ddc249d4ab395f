import CLinux
import Glibc

/// What a program may not do, whoever runs it: gain privileges, write to any file but `/dev/null` and its like, change what is
/// written about files, and, without ``hasNetwork``, use any socket that leads out of the host. It holds for all that it starts.
///
/// Landlock (Linux 5.13) and seccomp keep to that; both are there without any privilege.
public final class Sandbox: Sendable {
  /// Whether there is a network.
  public let hasNetwork: Bool
  private let rules: FileDescriptor

  /// Throws where the kernel has no Landlock, or it is not among the security modules that were started.
  public init(hasNetwork: Bool) throws(SystemError) {
    self.hasNetwork = hasNetwork
    rules = FileDescriptor(owning: try checked(clinux_sandbox_open(), "make a sandbox"))
  }

  /// The rules' descriptor.
  var rawValue: Int32 { rules.rawValue }
}
