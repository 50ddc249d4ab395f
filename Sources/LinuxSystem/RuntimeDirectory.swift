import CLinux
import Glibc

/// Directory for files that exist as long as the service. Only its owner and root may enter it.
///
/// Root may use the directory of a user with fewer rights, as of a service that runs as its own user at other times.
/// Any file in it may then have been made by that user, so root follows no link, truncates nothing and changes the
/// owner only of files that root made there.
public final class RuntimeDirectory {
  /// The directory's path.
  public let path: String
  private let descriptor: FileDescriptor
  /// Owner of the directory, unless it is this process's user.
  private var otherOwner: (user: UInt32, group: UInt32)?

  /// Opens the directory, creating it with mode 0700 if it is missing (its parent must be there).
  ///
  /// Throws ENOTDIR or ELOOP for anything but a real directory, and EPERM if others may write, or if another user owns it and this
  /// process is not root.
  public init(_ path: String) throws(SystemError) {
    self.path = path
    guard mkdir(path, 0o700) == 0 || Glibc.errno == EEXIST else {
      throw SystemError(operation: "create runtime directory", errno: Glibc.errno, object: path)
    }
    descriptor = FileDescriptor(
      owning: try checked(clinux_open(path, clinux_open_flags_directory(), 0), "open runtime directory", path))
    var status = stat()
    guard fstat(descriptor.rawValue, &status) == 0 else {
      throw SystemError(operation: "inspect runtime directory", errno: Glibc.errno, object: path)
    }
    let user = geteuid()
    guard status.st_uid == user || user == 0, status.st_mode & 0o022 == 0 else {
      throw SystemError(
        operation: "trust runtime directory of another user or open to others:", errno: EPERM, object: path)
    }
    otherOwner = status.st_uid == user ? nil : (status.st_uid, status.st_gid)
  }

  /// Whether another user owns the directory and may change anything in it.
  public var isOthers: Bool { otherOwner != nil }

  /// Makes root the owner of a directory of a user with fewer rights. Returns whether root owns it now.
  ///
  /// Files in it keep their owner, and processes that have one open keep it. So this process must make its own files
  /// anew.
  public func takeOver() -> Bool {
    guard isOthers else { return true }
    guard geteuid() == 0, fchown(descriptor.rawValue, 0, 0) == 0 else { return false }
    // From here on no other user makes, removes or opens anything in it.
    fchmod(descriptor.rawValue, 0o700)
    otherOwner = nil
    return true
  }

  /// Opens a lock file in the directory, creating it (mode 0600) if it is missing. A link, and any file that is not
  /// this user's alone, is refused.
  ///
  /// In another user's directory the file is given to that user, who may use it next.
  public func locks(_ name: String) throws(SystemError) -> AddressLocks {
    let flags = clinux_open_flags_lock_file() | O_NONBLOCK
    let file = FileDescriptor(
      owning: try checked(
        clinux_open_at(descriptor.rawValue, name, flags, 0o600), "open lock file", self.path(of: name)))
    var status = stat()
    guard fstat(file.rawValue, &status) == 0 else {
      throw SystemError(operation: "inspect lock file", errno: Glibc.errno, object: self.path(of: name))
    }
    guard status.st_mode & S_IFMT == S_IFREG, status.st_nlink == 1 else {
      throw SystemError(operation: "trust lock file", errno: EPERM, object: self.path(of: name))
    }
    // A file that root made earlier is given away too, if it is a lock file: empty, and with one link only.
    if status.st_size == 0, status.st_uid == geteuid() { giveAway(file) }
    return AddressLocks(file)
  }

  private func giveAway(_ file: borrowing FileDescriptor) {
    guard let otherOwner else { return }
    _ = fchown(file.rawValue, otherOwner.user, otherOwner.group)
  }

  /// Path of a file in the directory.
  public func path(of name: String) -> String { path + "/" + name }

  /// Replaces a file as a whole: writes a new one (mode 0600) and renames it over the old one.
  public func replace(_ name: String, with bytes: [UInt8], mode: UInt32 = 0o600) throws(SystemError) {
    let beside = ".\(name).new"
    _ = unlinkat(descriptor.rawValue, beside, 0)
    let file = FileDescriptor(
      owning: try checked(
        clinux_open_at(descriptor.rawValue, beside, clinux_open_flags_exclusive(), mode), "create", path(of: beside)))
    do {
      try writeAll(bytes, to: file)
      giveAway(file)
    } catch {
      _ = unlinkat(descriptor.rawValue, beside, 0)
      throw SystemError(operation: "write", errno: error.errno, object: path(of: name))
    }
    guard renameat(descriptor.rawValue, beside, descriptor.rawValue, name) == 0 else {
      throw SystemError(operation: "replace", errno: Glibc.errno, object: path(of: name))
    }
  }

  /// Removes a file; nothing happens if it is not there.
  public func remove(_ name: String) throws(SystemError) {
    guard unlinkat(descriptor.rawValue, name, 0) == 0 || Glibc.errno == ENOENT else {
      throw SystemError(operation: "remove", errno: Glibc.errno, object: path(of: name))
    }
  }

  private func writeAll(_ bytes: [UInt8], to file: borrowing FileDescriptor) throws(SystemError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      guard case .bytes(let count) = try file.write(rest), count > 0 else {
        throw SystemError(operation: "write", errno: EIO)
      }
      rest = rest.dropFirst(count)
    }
  }
}
