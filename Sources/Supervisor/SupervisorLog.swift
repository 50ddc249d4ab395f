import ControlModel
import Glibc
import LinuxSystem

/// Log lines of the supervisor on standard error, and in a file if one was asked for. A log without a reader never
/// blocks it.
final class SupervisorLog {
  /// Bytes that a pipe accepts as a whole; a longer line is cut.
  private static let longestLine = 4096

  private static let role = "supervisor"

  private let format: LogFormat
  private let reader: LogReader
  private let isSilent: Bool
  private var lost = 0
  /// File that lines are written to in addition.
  private(set) var file: LogFile?

  init(format: LogFormat, isSilent: Bool = false) {
    self.format = format
    self.isSilent = isSilent
    reader = LogReader(of: STDERR_FILENO)
  }

  /// Writes all later lines to a file in addition. The service runs without it too.
  func open(file path: String) {
    do {
      file = try LogFile(path: path)
    } catch {
      write(.warning, "\(error): the log goes to standard error only; name another file with --log-file")
    }
  }

  func write(_ line: LogLine) {
    guard !isSilent else { return }
    file?.append(line.rendered(.text, for: .other, role: Self.role))
    if lost > 0, isReady {
      put(LogLine(.warning, "\(lost) log lines before this one are lost: the reader of the log was too slow"))
      lost = 0
    }
    guard isReady else {
      lost += 1
      return
    }
    put(line)
  }

  func write(_ severity: Severity, _ message: String) { write(LogLine(severity, message)) }

  /// Whether there is room for one line: a pipe is writable only when it accepts ``longestLine`` bytes at once.
  private var isReady: Bool {
    var request = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
    return poll(&request, 1, 0) == 1 && Int32(request.revents) & POLLOUT != 0
  }

  private func put(_ line: LogLine) {
    var bytes = Array(line.rendered(format, for: reader, role: Self.role).utf8)
    if bytes.count > Self.longestLine { bytes = bytes.prefix(Self.longestLine - 1) + [UInt8(ascii: "\n")] }
    _ = Glibc.write(STDERR_FILENO, bytes, bytes.count)
  }
}
