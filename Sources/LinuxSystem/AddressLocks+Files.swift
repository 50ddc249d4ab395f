import CLinux
import Glibc

extension AddressLocks {
  /// Whoever uses a lock file shares the lock of this byte, whether or not it has taken any other: so nobody removes the file between
  /// its being opened and the first lock.
  private static let useByte = Int64.max - 1
  /// So often a file that is just being removed is opened anew.
  private static let mostTries = 1000

  /// Opens the lock file, creating it if need be, and keeps others from removing it.
  /// - Parameter open: opens the file at `path`.
  public static func inUse(
    path: String, open: () throws(SystemError) -> AddressLocks
  ) throws(SystemError) -> AddressLocks {
    for _ in 0..<mostTries {
      let locks = try open()
      if clinux_ofd_share(locks.rawValue, useByte) == 0, isTheOne(at: path, locks.rawValue) { return locks }
      poll(nil, 0, 1)
    }
    throw SystemError(operation: "open lock file", errno: EBUSY, object: path)
  }

  /// Removes a lock file that nobody uses and nobody has a lock in; whether it did.
  @discardableResult public static func removeUnused(path: String) -> Bool {
    guard let file = try? FileDescriptor.open(path, flags: O_RDWR | O_NOFOLLOW | O_NONBLOCK) else { return false }
    // Held until the file is gone: who opens it meanwhile gets no share of the use byte, and opens the next file of this name.
    guard clinux_ofd_lock_all(file.rawValue) == 0, isTheOne(at: path, file.rawValue) else { return false }
    return unlink(path) == 0
  }

  private static func isTheOne(at path: String, _ descriptor: Int32) -> Bool {
    var (named, opened) = (stat(), stat())
    return lstat(path, &named) == 0 && fstat(descriptor, &opened) == 0 && named.st_ino == opened.st_ino
      && named.st_dev == opened.st_dev
  }
}
