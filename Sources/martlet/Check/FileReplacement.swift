import Glibc

/// Reason why a file was not replaced; the file is unchanged.
enum FileReplacementError: Error, CustomStringConvertible {
  case failed(operation: String, path: String, errno: Int32)
  case symbolicLink(String)
  case notOneRegularFile(String)
  case changedMeanwhile(String)

  var description: String {
    switch self {
    case .failed(let operation, let path, let number):
      "\(path) is not written: cannot \(operation): \(String(cString: strerror(number)))"
    case .symbolicLink(let path): "\(path) is not written: it is a symbolic link; name the file that it leads to"
    case .notOneRegularFile(let path): "\(path) is not written: it is not a regular file, or has other names"
    case .changedMeanwhile(let path): "\(path) is not written: it has changed since it was read"
    }
  }
}

/// Replaces the contents of a file in one step: a reader sees the whole old contents or the whole new ones.
enum FileReplacement {
  /// Replaces a regular file by a new one beside it, which takes over mode, owner and name. Symbolic links are not followed.
  static func replace(
    _ path: String, expecting old: [UInt8], with new: [UInt8]
  ) throws(FileReplacementError) {
    let slash = path.lastIndex(of: "/") ?? path.startIndex
    let directoryPath = slash == path.startIndex ? "/" : String(path[..<slash])
    let name = String(path[path.index(after: slash)...])
    let directory = open(directoryPath, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard directory >= 0 else { throw failure("open its directory", path) }
    defer { close(directory) }
    let status = try readStatus(of: name, in: directory, path, expecting: old)
    let temporary = ".\(name).martlet-\(String(UInt64.random(in: .min ... .max), radix: 16))"
    let file = openat(directory, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw failure("make a file beside it", path) }
    defer { close(file) }
    do throws(FileReplacementError) {
      try fill(file, new, like: status, path)
      guard renameat(directory, temporary, directory, name) == 0 else { throw failure("replace it", path) }
    } catch {
      unlinkat(directory, temporary, 0)
      throw error
    }
    // The new name should survive a power failure; if it does not, the fix itself was still made.
    _ = fsync(directory)
  }

  private static func readStatus(
    of name: String, in directory: Int32, _ path: String, expecting old: [UInt8]
  ) throws(FileReplacementError) -> stat {
    // Without O_NONBLOCK, opening a FIFO that has no writer would block for ever.
    let file = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard file >= 0 else { throw errno == ELOOP ? .symbolicLink(path) : failure("open it", path) }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw failure("look at it", path) }
    guard status.st_mode & S_IFMT == S_IFREG, status.st_nlink == 1 else { throw .notOneRegularFile(path) }
    guard status.st_size == old.count, try contents(of: file, upTo: old.count + 1, path) == old else {
      throw .changedMeanwhile(path)
    }
    return status
  }

  private static func contents(of file: Int32, upTo limit: Int, _ path: String) throws(FileReplacementError) -> [UInt8]
  {
    var bytes = [UInt8](repeating: 0, count: limit)
    var length = 0
    while length < limit {
      let count = bytes.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress.map { $0 + length }, limit - length) }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw failure("read it", path) }
      guard count > 0 else { break }
      length += count
    }
    return Array(bytes[..<length])
  }

  private static func fill(
    _ file: Int32, _ bytes: [UInt8], like status: stat, _ path: String
  ) throws(FileReplacementError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failure("write beside it", path) }
      rest = rest.dropFirst(count)
    }
    var made = stat()
    guard fstat(file, &made) == 0 else { throw failure("look at the new file", path) }
    // The mode comes last, since a change of owner may clear bits of it.
    if made.st_uid != status.st_uid || made.st_gid != status.st_gid {
      guard fchown(file, status.st_uid, status.st_gid) == 0 else { throw failure("keep its owner", path) }
    }
    guard fchmod(file, status.st_mode & 0o7777) == 0 else { throw failure("keep its mode", path) }
    guard fsync(file) == 0 else { throw failure("write beside it", path) }
  }

  private static func failure(_ operation: String, _ path: String) -> FileReplacementError {
    .failed(operation: operation, path: path, errno: errno)
  }
}
