import Glibc

/// What is known of a file without opening it.
public struct FileStatus: Sendable, Hashable {
  /// Permission bits with set-user-ID, set-group-ID and sticky bits.
  public var mode: UInt32
  /// User number of its owner.
  public var owner: UInt32
  /// Group number of its owner.
  public var group: UInt32
  /// Whether it is a regular file.
  public var isRegular: Bool
  /// Whether it is a directory.
  public var isDirectory: Bool

  /// A status of the given contents.
  public init(mode: UInt32, owner: UInt32, group: UInt32 = 0, isRegular: Bool = true, isDirectory: Bool = false) {
    self.mode = mode
    self.owner = owner
    self.group = group
    self.isRegular = isRegular
    self.isDirectory = isDirectory
  }
}

/// Where the status of files comes from.
public protocol FileStatusProvider {
  /// The status of the file that `path` leads to, symbolic links followed; `nil` if there is none.
  func status(of path: String) -> FileStatus?
  /// The words behind `#!` in the first line of a script: the interpreter and the rest, if there is any. `nil` for other
  /// files, and for those that cannot be read.
  func interpreter(of path: String) -> [String]?
}

extension FileStatusProvider {
  /// Nothing is known.
  public func interpreter(of path: String) -> [String]? { nil }
}

extension DiskSourceFiles: FileStatusProvider {
  /// The status of the file on this host's disk. Nothing is held against one that this user may not look at.
  public func status(of path: String) -> FileStatus? {
    var status = stat()
    guard stat(path, &status) == 0 else { return errno == EACCES ? FileStatus(mode: 0o755, owner: 0) : nil }
    return FileStatus(
      mode: status.st_mode & 0o7777, owner: status.st_uid, group: status.st_gid,
      isRegular: status.st_mode & S_IFMT == S_IFREG,
      isDirectory: status.st_mode & S_IFMT == S_IFDIR)
  }

  /// The words of a script's first line, of which the kernel reads 256 bytes.
  public func interpreter(of path: String) -> [String]? {
    // Somebody may hold a lease on it, and to wait for him would be to wait for up to 45 s.
    let file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
    guard file >= 0 else { return nil }
    defer { close(file) }
    guard status(of: path)?.isRegular == true else { return nil }
    var buffer = [UInt8](repeating: 0, count: 256)
    let count = Glibc.read(file, &buffer, buffer.count)
    guard count > 2, buffer[0] == UInt8(ascii: "#"), buffer[1] == UInt8(ascii: "!") else { return nil }
    let line = buffer[2..<count].prefix { $0 != UInt8(ascii: "\n") }
    let words = line.split(maxSplits: 1) { Ascii.isBlank($0) }.map { String(decoding: $0, as: UTF8.self) }
    return words.isEmpty ? nil : words
  }
}

extension RecordingSourceFiles: FileStatusProvider where Base: FileStatusProvider {
  /// The status as the recorded files have it; it is not kept.
  public func status(of path: String) -> FileStatus? { base.status(of: path) }
  /// The interpreter of a recorded file; it is not kept.
  public func interpreter(of path: String) -> [String]? { base.interpreter(of: path) }
}
