import CLinux
import Glibc

/// Network namespace (network_namespaces(7)) of the calling thread.
public enum NetworkNamespace {
  /// Identifier of the calling thread's namespace: its inode.
  public static func current() throws(SystemError) -> UInt64 {
    try identifier(path: "/proc/thread-self/ns/net")
  }

  /// Identifier of the namespace at a path such as `/run/netns/NAME`.
  public static func identifier(path: String) throws(SystemError) -> UInt64 {
    var status = stat()
    guard stat(path, &status) == 0 else {
      throw SystemError(operation: "inspect network namespace", errno: Glibc.errno, object: path)
    }
    return UInt64(status.st_ino)
  }

  /// Moves the calling thread to a new, empty namespace for good. The namespace is removed with its last thread and
  /// socket.
  public static func unshare() throws(SystemError) {
    try checked(clinux_unshare_network(), "create network namespace")
  }

  /// Runs `body` with the calling thread in the namespace at `path`, then returns to the earlier one. Sockets opened in
  /// `body` stay in that namespace.
  ///
  /// Throws the error of `body`, or the ``SystemError`` of changing the namespace.
  public static func withNamespace<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
    let home = try FileDescriptor.open(reading: "/proc/thread-self/ns/net")
    let other = try FileDescriptor.open(reading: path)
    try checked(clinux_set_namespace_network(other.rawValue), "enter network namespace", path)
    let outcome = Swift.Result { try body() }
    try checked(clinux_set_namespace_network(home.rawValue), "return from network namespace", path)
    return try outcome.get()
  }
}
