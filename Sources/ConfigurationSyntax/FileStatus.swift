import Glibc

/// What is known of a file without opening it.
public struct FileStatus: Sendable, Hashable {
  /// Permission bits with set-user-ID, set-group-ID and sticky bits.
  public var mode: UInt32
  /// User number of its owner.
  public var owner: UInt32
  /// Whether it is a regular file.
  public var isRegular: Bool
  /// Whether it is a directory.
  public var isDirectory: Bool

  /// A status of the given contents.
  public init(mode: UInt32, owner: UInt32, isRegular: Bool = true, isDirectory: Bool = false) {
    self.mode = mode
    self.owner = owner
    self.isRegular = isRegular
    self.isDirectory = isDirectory
  }
}

/// Where the status of files comes from.
public protocol FileStatusProvider {
  /// The status of the file that `path` leads to, symbolic links followed; `nil` if there is none.
  func status(of path: String) -> FileStatus?
}

extension DiskSourceFiles: FileStatusProvider {
  /// The status of the file on this host's disk. Nothing is held against one that this user may not look at.
  public func status(of path: String) -> FileStatus? {
    var status = stat()
    guard stat(path, &status) == 0 else { return errno == EACCES ? FileStatus(mode: 0o755, owner: 0) : nil }
    return FileStatus(
      mode: status.st_mode & 0o7777, owner: status.st_uid, isRegular: status.st_mode & S_IFMT == S_IFREG,
      isDirectory: status.st_mode & S_IFMT == S_IFDIR)
  }
}

extension RecordingSourceFiles: FileStatusProvider where Base: FileStatusProvider {
  /// The status as the recorded files have it; it is not kept.
  public func status(of path: String) -> FileStatus? { base.status(of: path) }
}
