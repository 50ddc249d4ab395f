import ControlModel
import Glibc
import LinuxSystem
import NetworkTypes

/// Writer of log lines to a descriptor. It never waits for the reader of the descriptor.
///
/// Lines that the reader does not take are queued up to a bound; beyond it they are dropped, counted, and the count is
/// written as a line of its own as soon as there is room again.
final class LogWriter {
  /// Lines beyond this many queued bytes are dropped.
  static let mostQueuedBytes = 1 << 20

  private enum Target {
    /// A descriptor whose open file belongs to this process alone and does not block.
    case own(OwnedDescriptor)
    /// A socket, written with a flag that keeps this one call from blocking.
    case socket(Int32)
    /// A regular file, or something that cannot be opened a second time: asked for room before each write.
    case shared(Int32)
  }

  private let loop: EventLoop
  private let format: LogFormat
  private let reader: LogReader
  private let target: Target
  /// Log file that takes every line too; `nil` for none.
  private let file: LogFile?
  private var queue: [[UInt8]] = []
  private var queueHead = 0
  private var writtenOfHead = 0
  private var queuedBytes = 0
  private var droppedLines = 0
  private var registration: Reactor.Registration?
  private var retry: EventLoop.Timer?

  /// A writer to `fd`, which the caller owns and other processes may share.
  /// - Parameter file: log file that takes every line too; `nil` for none.
  init(_ fd: Int32, format: LogFormat, loop: EventLoop, reader: LogReader? = nil, file: LogFile? = nil) {
    self.loop = loop
    self.file = file
    self.format = format
    self.reader = reader ?? LogReader(of: fd)
    target = Self.target(for: fd)
  }

  /// The non-blocking flag belongs to the open file, which other processes write to as well, so theirs is left alone.
  private static func target(for fd: Int32) -> Target {
    var status = stat()
    guard fstat(fd, &status) == 0 else { return .shared(fd) }
    switch status.st_mode & S_IFMT {
    case S_IFSOCK:
      return .socket(fd)
    case S_IFIFO, S_IFCHR:
      let flags = O_WRONLY | O_NONBLOCK | O_APPEND | O_NOCTTY
      guard let reopened = try? FileDescriptor.open("/proc/self/fd/\(fd)", flags: flags) else { return .shared(fd) }
      return .own(OwnedDescriptor(reopened))
    default:
      return .shared(fd)
    }
  }

  func log(_ line: LogLine) {
    file?.append(line.rendered(.text, for: .other, role: ProcessRole.prober.rawValue))
    append(line)
    flush()
  }

  func log(_ severity: Severity, _ message: String, fields: [(name: String, value: String)] = []) {
    log(LogLine(severity, message, fields: fields))
  }

  /// True once everything has been written.
  var isEmpty: Bool { queueHead == queue.count }

  /// Queues a line. Once a line has been dropped, further lines are dropped until half the room is free, so that the
  /// count of lost lines stands where the gap is.
  private func append(_ line: LogLine) {
    if droppedLines > 0, queuedBytes <= Self.mostQueuedBytes / 2 { sayDropped() }
    let bytes = rendered(line)
    guard droppedLines == 0, queuedBytes + bytes.count <= Self.mostQueuedBytes else {
      droppedLines += 1
      return
    }
    enqueue(bytes)
  }

  private func sayDropped() {
    let line = LogLine(
      .warning, "\(droppedLines) log lines are lost: the reader of the log was too slow",
      fields: [("event", "log-dropped"), ("count", "\(droppedLines)")])
    droppedLines = 0
    enqueue(rendered(line))
  }

  private func rendered(_ line: LogLine) -> [UInt8] {
    Array(line.rendered(format, for: reader, role: ProcessRole.prober.rawValue).utf8)
  }

  private func enqueue(_ bytes: [UInt8]) {
    queuedBytes += bytes.count
    queue.append(bytes)
  }

  private func flush() {
    while queueHead < queue.count || droppedLines > 0 {
      if queueHead == queue.count { sayDropped() }
      guard writeHead() else { return }
    }
    queue = []
    queueHead = 0
    if let registration { loop.unwatch(registration) }
    registration = nil
  }

  /// Writes what is left of the first line; false when there is no room.
  private func writeHead() -> Bool {
    let line = queue[queueHead]
    while writtenOfHead < line.count {
      let count = write(line[writtenOfHead...])
      if count > 0 {
        writtenOfHead += count
      } else if count < 0, errno == EINTR {
        continue
      } else if count < 0, errno == EAGAIN {
        waitForRoom()
        return false
      } else {
        break  // The reader is gone for good: there is nobody to say it to.
      }
    }
    queuedBytes -= line.count
    queue[queueHead] = []
    queueHead += 1
    writtenOfHead = 0
    if queueHead >= 1024 {
      queue.removeFirst(queueHead)
      queueHead = 0
    }
    return true
  }

  private func write(_ bytes: ArraySlice<UInt8>) -> Int {
    bytes.withUnsafeBytes { buffer in
      switch target {
      case .own(let descriptor):
        return Glibc.write(descriptor.rawValue, buffer.baseAddress, buffer.count)
      case .socket(let fd):
        return send(fd, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT | MSG_NOSIGNAL))
      case .shared(let fd):
        var question = pollfd(fd: fd, events: Int16(POLLOUT), revents: 0)
        guard poll(&question, 1, 0) == 1 else {
          errno = EAGAIN
          return -1
        }
        // poll(2) promises room for at least one page.
        return Glibc.write(fd, buffer.baseAddress, min(buffer.count, 4096))
      }
    }
  }

  private var fd: Int32 {
    switch target {
    case .own(let descriptor): descriptor.rawValue
    case .socket(let fd), .shared(let fd): fd
    }
  }

  private func waitForRoom() {
    guard registration == nil, retry == nil else { return }
    registration = try? loop.watch(fd, for: .writable) { [weak self] _ in self?.flush() }
    guard registration == nil else { return }
    retry = loop.schedule(after: .milliseconds(50)) { [weak self] in
      self?.retry = nil
      self?.flush()
    }
  }
}
