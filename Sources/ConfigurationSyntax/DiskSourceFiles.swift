import Glibc

/// The files on this host's disk.
public struct DiskSourceFiles: SourceFiles, Sendable {
  /// Reads from the disk.
  public init() {}

  /// The bytes of the regular file at `path`.
  public func read(_ path: String) throws(SourceFileError) -> [UInt8] {
    // Without O_NONBLOCK, opening a FIFO that nobody writes to would wait for ever.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else {
      throw errno == ENOENT || errno == ENOTDIR ? .notFound : .failed(call: "open", errorNumber: errno)
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .failed(call: "fstat", errorNumber: errno) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .notRegular }
    guard status.st_size <= SourceLimits.fileLength else { throw .tooLong }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Int(status.st_size))
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count < 0 {
        if errno == EINTR { continue }
        throw .failed(call: "read", errorNumber: errno)
      }
      if count == 0 { return bytes }
      bytes.append(contentsOf: chunk[..<min(count, chunk.count)])
      guard bytes.count <= SourceLimits.fileLength else { throw .tooLong }
    }
  }

  /// The paths that `glob(3)` finds, braces included.
  public func matches(of pattern: String, steps: inout Int) -> [String] { BoundedGlob.paths(pattern, steps: &steps) }

  /// The variable of this process.
  public func environment(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }
}
