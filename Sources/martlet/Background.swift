import ControlModel
import Glibc
import LinuxSystem

/// Starts the service in the background, as keepalived does without `-n`: a process of its own session, which says on
/// the journal what it has to say.
struct Background {
  let arguments: [String]

  private static let journal = "/run/systemd/journal/stdout"

  /// Starts it; the code of the process that was started from.
  func start() -> Int32 {
    var request = SpawnRequest(
      executable: Executable.ownPath, arguments: ["keepalived", "-n"] + arguments,
      environment: ProcessEnvironment.current.entries)
    request.group = .session
    do {
      // Without a journal the terminal or the container that we were started from is the next best reader.
      let journal = try? openJournal()
      request.map(journal?.rawValue ?? STDERR_FILENO, to: STDERR_FILENO)
      _ = try ChildProcess(request)
      return 0
    } catch {
      printError("keepalived: \(error.description)\n")
      return ControlModel.ExitCode.failure.rawValue
    }
  }

  /// A stream to journald (systemd-cat(1)): identifier, unit, usual severity, whether lines begin with one, forwarding.
  private func openJournal() throws(SystemError) -> FileDescriptorBox {
    let stream = try UnixStream.connect(to: Self.journal)
    _ = try stream.write(Array("keepalived\n\n\(Severity.info.rawValue)\n1\n0\n0\n0\n".utf8))
    return FileDescriptorBox(stream)
  }
}

/// A descriptor that can be absent.
private final class FileDescriptorBox {
  private let descriptor: FileDescriptor
  init(_ descriptor: consuming FileDescriptor) { self.descriptor = descriptor }
  var rawValue: Int32 { descriptor.rawValue }
}
