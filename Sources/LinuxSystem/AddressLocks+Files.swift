import CLinux
import Glibc

extension AddressLocks {
  /// Offset of the byte on which every user of a lock file holds a shared lock, even before it has taken any other. So
  /// nobody removes the file between its opening and the first lock.
  private static let useByte = Int64.max - 1
  /// Most attempts to open a file that is being removed.
  private static let mostTries = 1000

  /// Opens the lock file, creating it if it is missing, and keeps others from removing it.
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

  /// Removes a lock file that has no user and no lock. Returns whether it did.
  @discardableResult public static func removeUnused(path: String) -> Bool {
    guard let file = try? FileDescriptor.open(path, flags: O_RDWR | O_NOFOLLOW | O_NONBLOCK) else { return false }
    // The lock is held until the file is gone. Whoever opens the file meanwhile gets no shared lock, and opens the next
    // file of this name.
    guard clinux_ofd_lock_all(file.rawValue) == 0, isTheOne(at: path, file.rawValue) else { return false }
    return unlink(path) == 0
  }

  private static func isTheOne(at path: String, _ descriptor: Int32) -> Bool {
    var (named, opened) = (stat(), stat())
    return lstat(path, &named) == 0 && fstat(descriptor, &opened) == 0 && named.st_ino == opened.st_ino
      && named.st_dev == opened.st_dev
  }
}
