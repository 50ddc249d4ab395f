import Glibc
import LinuxSystem

/// The file that tells scripts the supervisor's process number.
final class PIDFile {
  private let path: String

  /// Writes it: beside first, then renamed, so that nobody reads half a number and no link leads elsewhere.
  init(path: String) throws(SystemError) {
    self.path = path
    let beside = path + ".new"
    _ = unlink(beside)
    let file = try FileDescriptor.open(beside, flags: O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o644)
    _ = try file.write(Array("\(getpid())\n".utf8))
    guard rename(beside, path) == 0 else {
      let reason = errno
      _ = unlink(beside)
      throw SystemError(operation: "write", errno: reason, object: path)
    }
  }

  /// Removes it, unless it names another process by now.
  func remove() {
    guard let file = try? FileDescriptor.open(path, flags: O_RDONLY | O_NOFOLLOW) else { return }
    let content = withUnsafeTemporaryAllocation(byteCount: 32, alignment: 1) { buffer -> String? in
      guard case .bytes(let count)? = try? file.read(into: buffer) else { return nil }
      return String(decoding: buffer[..<count], as: UTF8.self)
    }
    if content == "\(getpid())\n" { _ = unlink(path) }
  }
}
