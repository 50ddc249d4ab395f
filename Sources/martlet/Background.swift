import ControlModel
import Glibc
import LinuxSystem
import NetworkTypes

/// Starts the service in the background, as keepalived does without `-n`: a process in its own session, which logs to the journal.
///
/// Unlike keepalived it waits until the service serves, so that the caller learns of a failure.
struct Background {
  let arguments: [String]

  private static let journal = "/run/systemd/journal/stdout"
  /// Longest wait: more than reading the largest configuration and opening its sockets takes.
  private static let patience = Nanoseconds.seconds(60)

  /// Starts the service and waits until it serves. Returns 0, or the exit code of a service that ended before.
  func start() -> Int32 {
    do {
      return try launchAndWait()
    } catch {
      printError("keepalived: \(error.description)\n")
      return ControlModel.ExitCode.failure.rawValue
    }
  }

  private func launchAndWait() throws(SystemError) -> Int32 {
    var environment = ProcessEnvironment.current
    environment[InheritedDescriptor.readinessVariable] = "yes"
    // Without a journal the log goes to the terminal or the container that started this process.
    let journal = try? openJournal()
    if let journal { environment[LogReader.variable] = LogReader.name(of: journal.rawValue) }
    var request = SpawnRequest(
      executable: Executable.ownPath, arguments: ["keepalived", "-n"] + arguments, environment: environment.entries)
    request.group = .session
    request.map(journal?.rawValue ?? STDERR_FILENO, to: STDERR_FILENO)
    let pipe = try FileDescriptor.pipe()
    request.map(pipe.writer.rawValue, to: InheritedDescriptor.readiness.rawValue)
    let service = try ChildProcess(request)
    var events = [
      pollfd(fd: pipe.reader.rawValue, events: Int16(POLLIN), revents: 0),
      pollfd(fd: service.rawValue, events: Int16(POLLIN), revents: 0),
    ]
    let end = MonotonicClock.now() + Self.patience
    while MonotonicClock.now() < end {
      poll(&events, 2, 1_000)
      if events[0].revents & Int16(POLLIN) != 0 { return ControlModel.ExitCode.success.rawValue }
      guard let status = try service.reap() else { continue }
      let code = if case .exited(let code) = status { code } else { ControlModel.ExitCode.failure.rawValue }
      if journal != nil { printError("keepalived: not started (\(status)); the journal says why\n") }
      return code
    }
    return ControlModel.ExitCode.success.rawValue
  }

  /// Opens a stream to journald (systemd-cat(1)) with its header: identifier, unit, usual severity, severity prefixes, forwarding.
  private func openJournal() throws(SystemError) -> FileDescriptorBox {
    let stream = try UnixStream.connect(to: Self.journal)
    _ = try stream.write(Array("keepalived\n\n\(Severity.info.rawValue)\n1\n0\n0\n0\n".utf8))
    return FileDescriptorBox(stream)
  }
}

/// A descriptor that may be absent.
private final class FileDescriptorBox {
  private let descriptor: FileDescriptor
  init(_ descriptor: consuming FileDescriptor) { self.descriptor = descriptor }
  var rawValue: Int32 { descriptor.rawValue }
}
