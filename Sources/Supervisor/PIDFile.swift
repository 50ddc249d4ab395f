import ControlModel
import Glibc
import LinuxSystem

/// File with the supervisor's process ID.
final class PIDFile {
  private let path: String

  /// PID files that the service was started with. If one names a running keepalived, the service does not start; any
  /// other number is out of date.
  static func all(of options: SupervisorOptions) throws(ServiceFiles.Refusal) -> [PIDFile] {
    guard let path = options.pidFile else { return [] }
    if options.commandLine == .keepalived, let process = runningKeepalived(in: path) {
      throw ServiceFiles.Refusal(
        code: .alreadyServed,
        text: "not started: keepalived runs already, as process \(process) says \(path); stop it first")
    }
    var files: [PIDFile] = []
    for path in [path] + options.furtherPIDFiles {
      do {
        files.append(try PIDFile(path: path))
      } catch {
        for file in files { file.remove() }
        throw ServiceFiles.Refusal(
          code: .failure,
          text: "not started: \(error); its folder must be there and writable, or name another file (--pid, --vrrp_pid)"
        )
      }
    }
    return files
  }

  /// Writes the file under another name and renames it, so that nobody reads half a number and no link is followed.
  init(path: String) throws(SystemError) {
    self.path = path
    do {
      try Self.write("\(getpid())\n", beside: path + ".new", renamedTo: path)
    } catch {
      throw SystemError(operation: "write PID file", errno: error.errno, object: path)
    }
  }

  private static func write(_ text: String, beside: String, renamedTo path: String) throws(SystemError) {
    _ = unlink(beside)
    let file = try FileDescriptor.open(beside, flags: O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o644)
    do throws(SystemError) {
      _ = try file.write(Array(text.utf8))
      guard rename(beside, path) == 0 else { throw SystemError(operation: "rename", errno: errno, object: beside) }
    } catch {
      _ = unlink(beside)
      throw error
    }
  }

  /// Removes the file, unless it names another process by now.
  func remove() {
    if Self.content(of: path) == "\(getpid())\n" { _ = unlink(path) }
  }

  /// Process ID of a running keepalived in a file. The number may now belong to another program, to this process or to
  /// the one that started it in the background; then the result is `nil`.
  private static func runningKeepalived(in path: String) -> Int32? {
    guard let text = content(of: path), let number = Int32(text.prefix { !$0.isNewline }), number > 0,
      number != getpid(), number != getppid()
    else { return nil }
    return content(of: "/proc/\(number)/comm") == ProgramName.other + "\n" ? number : nil
  }

  /// First bytes of a file; `nil` if it cannot be read.
  private static func content(of path: String) -> String? {
    let flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK
    guard let file = try? FileDescriptor.open(path, flags: flags) else { return nil }
    return withUnsafeTemporaryAllocation(byteCount: 32, alignment: 1) { buffer -> String? in
      guard case .bytes(let count)? = try? file.read(into: buffer) else { return nil }
      return String(decoding: buffer[..<count], as: UTF8.self)
    }
  }
}
