import Glibc

/// A file that log lines are appended to.
///
/// Lines go to the end of the file wherever that is, so it may be copied and cut to nothing while it is written (logrotate's
/// `copytruncate`).
public final class LogFile: Sendable {
  private let descriptor: FileDescriptor

  /// Opens the file, creating it with mode 0600 if it is missing. Throws ELOOP for a link, EPERM for what is no regular file.
  public init(path: String) throws(SystemError) {
    // What is no file may block whoever opens it, without the flag.
    let flags = O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK
    do {
      descriptor = try FileDescriptor.open(path, flags: flags, mode: 0o600)
    } catch {
      // A pipe that nobody reads.
      let reason = error.errno == ENXIO ? EPERM : error.errno
      throw SystemError(operation: "open log file", errno: reason, object: path)
    }
    var status = stat()
    guard fstat(descriptor.rawValue, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw SystemError(operation: "log to what is no file:", errno: EPERM, object: path)
    }
  }

  /// Takes over a file that this process has inherited; `nil` if it has not.
  public init?(inheritedAt number: Int32) {
    guard let inherited = try? Inherited.take(number) else { return nil }
    descriptor = inherited
  }

  /// The number to map into a child.
  public var rawValue: Int32 { descriptor.rawValue }

  /// Appends a line, which ends with its line feed. What the disk does not take is lost: nobody waits for a log.
  public func append(_ line: String) {
    _ = try? descriptor.write(Array(line.utf8))
  }
}
