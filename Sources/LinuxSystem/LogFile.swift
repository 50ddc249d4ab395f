import Glibc

/// File to which log lines are appended.
///
/// Lines go to the present end of the file, so it may be copied and truncated while it is written (`copytruncate` of
/// logrotate).
public final class LogFile: Sendable {
  private let descriptor: FileDescriptor

  /// Opens the file, creating it with mode 0600 if it is missing. Throws ELOOP for a symbolic link, EPERM for anything
  /// but a regular file.
  public init(path: String) throws(SystemError) {
    // Without O_NONBLOCK opening something other than a regular file may block.
    let flags = O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK
    do {
      descriptor = try FileDescriptor.open(path, flags: flags, mode: 0o600)
    } catch {
      // The path is a FIFO without a reader.
      let reason = error.errno == ENXIO ? EPERM : error.errno
      throw SystemError(operation: "open log file", errno: reason, object: path)
    }
    var status = stat()
    guard fstat(descriptor.rawValue, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw SystemError(operation: "log to what is no file:", errno: EPERM, object: path)
    }
  }

  /// Takes over a file that this process has inherited; `nil` if there is none.
  public init?(inheritedAt number: Int32) {
    guard let inherited = try? Inherited.take(number) else { return nil }
    descriptor = inherited
  }

  /// Descriptor to map into a child.
  public var rawValue: Int32 { descriptor.rawValue }

  /// Appends a line, which ends with its line feed. Bytes for which the disk has no room are lost, since nobody may
  /// wait for a log.
  public func append(_ line: String) {
    _ = try? descriptor.write(Array(line.utf8))
  }
}
