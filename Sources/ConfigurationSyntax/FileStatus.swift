import Glibc

/// Status of a file, known without opening it.
public struct FileStatus: Sendable, Hashable {
  /// Permission bits with set-user-ID, set-group-ID and sticky bits.
  public var mode: UInt32
  /// User number of its owner.
  public var owner: UInt32
  /// Group number of its owner.
  public var group: UInt32
  /// True for a regular file.
  public var isRegular: Bool
  /// True for a directory.
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

/// Fault in the first line of a file that keeps the kernel from executing it.
public enum FirstLineFault: Sendable, Hashable {
  /// The file is empty.
  case empty
  /// The first line does not begin with `#!`.
  case noInterpreter
  /// The first line begins with a sign that looks like `#!`, such as the wide form of the exclamation mark.
  case lookAlike
  /// A carriage return stands behind the interpreter, whose name the kernel takes it for a part of.
  case carriageReturn(interpreter: String)
}

/// Source of the status of files.
public protocol FileStatusProvider {
  /// The status of the file that `path` leads to, symbolic links followed; `nil` if there is none.
  func status(of path: String) -> FileStatus?
  /// The words after `#!` in the first line of a script: the interpreter and the rest, if there is any. `nil` for other
  /// files, and for those that cannot be read.
  func interpreter(of path: String) -> [String]?
  /// The fault in a file's first bytes that keeps it from being executed; `nil` for programs, for scripts that name an interpreter, and
  /// for files that cannot be read.
  func firstLineFault(of path: String) -> FirstLineFault?
}

extension FileStatusProvider {
  /// Nothing is known.
  public func firstLineFault(of path: String) -> FirstLineFault? { nil }
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
    guard let bytes = beginning(of: path), bytes.count > 2, bytes.starts(with: "#!".utf8) else { return nil }
    let line = bytes[2...].prefix { $0 != Ascii.newline }
    let words = line.split(maxSplits: 1) { Ascii.isBlank($0) }.map { String(decoding: $0, as: UTF8.self) }
    return words.isEmpty ? nil : words
  }

  /// The fault in the first line of a file on this host's disk.
  public func firstLineFault(of path: String) -> FirstLineFault? {
    guard let bytes = beginning(of: path) else { return nil }
    guard !bytes.isEmpty else { return .empty }
    let line = bytes.prefix { $0 != Ascii.newline }
    if line.starts(with: "#!".utf8) {
      // The kernel cuts the interpreter off at a space or a tab only.
      let name = line.dropFirst(2).drop { $0 == Ascii.space || $0 == Ascii.tab }
        .prefix { $0 != Ascii.space && $0 != Ascii.tab }
      guard name.last == Ascii.carriageReturn else { return nil }
      return .carriageReturn(interpreter: String(decoding: name.dropLast(), as: UTF8.self))
    }
    // A file that is not text may be a program of a kind that this host has been taught.
    guard !bytes.contains(0), !bytes.starts(with: [0x7F]) else { return nil }
    let text = String(decoding: line.prefix(8), as: UTF8.self)
    let isLookAlike = ["#\u{FF01}", "\u{FF03}!", "\u{FF03}\u{FF01}", "\u{FEFF}#!"].contains { text.hasPrefix($0) }
    return isLookAlike ? .lookAlike : .noInterpreter
  }

  /// The first bytes of a regular file, as many as the kernel reads of it; `nil` if it cannot be read.
  private func beginning(of path: String) -> [UInt8]? {
    // Somebody may hold a lease on it, and to wait for him would be to wait for up to 45 s.
    let file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
    guard file >= 0 else { return nil }
    defer { close(file) }
    guard status(of: path)?.isRegular == true else { return nil }
    var buffer = [UInt8](repeating: 0, count: 256)
    let count = Glibc.read(file, &buffer, buffer.count)
    return count < 0 ? nil : Array(buffer.prefix(count))
  }
}

extension RecordingSourceFiles: FileStatusProvider where Base: FileStatusProvider {
  /// The status as the recorded files have it; it is not kept.
  public func status(of path: String) -> FileStatus? { base.status(of: path) }
  /// The interpreter of a recorded file; it is not kept.
  public func interpreter(of path: String) -> [String]? { base.interpreter(of: path) }
  /// The fault in the first line of a recorded file; it is not kept.
  public func firstLineFault(of path: String) -> FirstLineFault? { base.firstLineFault(of: path) }
}
