import Glibc

/// Listening Unix stream socket at a path; only its owner and root may connect.
public enum UnixListener {
  private static let backlog: Int32 = 64

  /// Creates the socket, non-blocking and close-on-exec. It is bound under another name and renamed, so that an
  /// existing one is replaced in one step and the mode is 0600 at any time.
  /// - Parameter owner: the owner of the socket; `nil` for this process's user.
  public static func make(at path: String, owner: (user: UInt32, group: UInt32)? = nil) throws(SystemError)
    -> FileDescriptor
  {
    let flags = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
    let fd = socket(AF_UNIX, flags, 0)
    guard fd >= 0 else { throw SystemError(operation: "create control socket", errno: errno) }
    let descriptor = FileDescriptor(owning: fd)
    let beside = path + ".new"
    unlink(beside)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let fits = withUnsafeMutableBytes(of: &address.sun_path) { space in
      guard beside.utf8.count < space.count else { return false }
      space.copyBytes(from: beside.utf8)
      return true
    }
    guard fits else { throw SystemError(operation: "bind", errno: ENAMETOOLONG, object: path) }
    let mask = umask(0o177)
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(fd, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
    }
    let reason = errno
    umask(mask)
    guard bound == 0 else { throw SystemError(operation: "bind", errno: reason, object: path) }
    let isOwned = owner.map { lchown(beside, $0.user, $0.group) == 0 } ?? true
    guard isOwned, Glibc.listen(fd, backlog) == 0, rename(beside, path) == 0 else {
      let reason = errno
      unlink(beside)
      throw SystemError(operation: "listen on", errno: reason, object: path)
    }
    return descriptor
  }
}
