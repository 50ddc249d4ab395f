import CLinux
import Glibc

/// The directory for what lives as long as the service: only its owner may look into it.
public final class RuntimeDirectory {
  /// The directory's path.
  public let path: String
  private let descriptor: FileDescriptor

  /// Opens the directory, creating it with mode 0700 if it is missing (its parent must be there).
  ///
  /// Throws ENOTDIR or ELOOP for anything but a real directory, and EPERM if another user owns it or others may write.
  public init(_ path: String) throws(SystemError) {
    self.path = path
    if mkdir(path, 0o700) < 0, Glibc.errno != EEXIST {
      throw SystemError(operation: "create runtime directory", errno: Glibc.errno, object: path)
    }
    descriptor = FileDescriptor(
      owning: try checked(clinux_open(path, clinux_open_flags_directory(), 0), "open runtime directory", path))
    var status = stat()
    guard fstat(descriptor.rawValue, &status) == 0 else {
      throw SystemError(operation: "inspect runtime directory", errno: Glibc.errno, object: path)
    }
    guard status.st_uid == geteuid(), status.st_mode & 0o022 == 0 else {
      throw SystemError(
        operation: "trust runtime directory of another user or open to others:", errno: EPERM, object: path)
    }
  }

  /// The path of a file in the directory.
  public func path(of name: String) -> String { path + "/" + name }

  /// Replaces a file as a whole: written beside (mode 0600), then renamed over the old one.
  public func replace(_ name: String, with bytes: [UInt8], mode: UInt32 = 0o600) throws(SystemError) {
    let beside = ".\(name).new"
    _ = unlinkat(descriptor.rawValue, beside, 0)
    let file = FileDescriptor(
      owning: try checked(
        clinux_open_at(descriptor.rawValue, beside, clinux_open_flags_exclusive(), mode), "create", path(of: beside)))
    do {
      try writeAll(bytes, to: file)
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
