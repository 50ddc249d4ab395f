import CLinux
import Glibc

/// Network namespaces (network_namespaces(7)), of the calling thread.
public enum NetworkNamespace {
  /// Identifies the namespace the calling thread is in: its inode.
  public static func current() throws(SystemError) -> UInt64 {
    try identifier(path: "/proc/thread-self/ns/net")
  }

  /// Identifies the namespace behind a path such as `/run/netns/NAME`.
  public static func identifier(path: String) throws(SystemError) -> UInt64 {
    var status = stat()
    guard stat(path, &status) == 0 else {
      throw SystemError(operation: "inspect network namespace", errno: Glibc.errno, object: path)
    }
    return UInt64(status.st_ino)
  }

  /// Puts the calling thread into a new, empty namespace for good; it vanishes with its last thread and socket.
  public static func unshare() throws(SystemError) {
    try checked(clinux_unshare_network(), "create network namespace")
  }

  /// Runs `body` with the calling thread in the namespace at `path`, then goes back. Sockets opened inside stay there.
  ///
  /// Throws what `body` throws, or the ``SystemError`` of changing over.
  public static func withNamespace<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
    let home = try FileDescriptor.open(reading: "/proc/thread-self/ns/net")
    let other = try FileDescriptor.open(reading: path)
    try checked(clinux_set_namespace_network(other.rawValue), "enter network namespace", path)
    let outcome = Swift.Result { try body() }
    try checked(clinux_set_namespace_network(home.rawValue), "return from network namespace", path)
    return try outcome.get()
  }
}
