import CLinux
import Glibc

/// Seals of a memory file: changes that are impossible from then on (memfd_create(2)).
public struct MemorySeals: OptionSet, Sendable, Hashable {
  /// Bits of the set.
  public let rawValue: UInt32
  /// A set from its bits.
  public init(rawValue: UInt32) { self.rawValue = rawValue }
  /// No further seals.
  public static let seal = MemorySeals(rawValue: CLINUX_SEAL_SEAL)
  /// It cannot shrink, so a mapping never faults.
  public static let shrink = MemorySeals(rawValue: CLINUX_SEAL_SHRINK)
  /// It cannot grow.
  public static let grow = MemorySeals(rawValue: CLINUX_SEAL_GROW)
  /// Its content cannot change.
  public static let write = MemorySeals(rawValue: CLINUX_SEAL_WRITE)
}

/// Memory files: segments that processes share by descriptor, with no name in any file system.
public enum MemoryFile {
  /// An empty file; `name` appears in /proc only. A process that is handed its descriptor has the access of that
  /// descriptor: only this process's user can open the file anew.
  public static func create(name: String) throws(SystemError) -> FileDescriptor {
    let file = FileDescriptor(owning: try checked(clinux_memfd_create(name, true), "create memory file", name))
    // The kernel gives it mode 0777.
    guard fchmod(file.rawValue, 0o600) == 0 else {
      throw SystemError(operation: "close memory file to others:", errno: Glibc.errno, object: name)
    }
    return file
  }

  /// A read-only descriptor of the same file, which can be read and mapped but not written.
  public static func readable(_ fd: Int32) throws(SystemError) -> FileDescriptor {
    try FileDescriptor.open("/proc/self/fd/\(fd)", flags: O_RDONLY)
  }

  /// A file with the content `bytes`, positioned at its start.
  public static func create(name: String, holding bytes: [UInt8]) throws(SystemError) -> FileDescriptor {
    let file = try create(name: name)
    let fd = file.rawValue
    try bytes.withUnsafeBufferPointer { (buffer) throws(SystemError) in
      try writeAll(UnsafeRawBufferPointer(buffer), to: fd)
    }
    return file
  }

  /// Sets the size in bytes; new bytes are zero.
  public static func resize(_ fd: Int32, to size: Int) throws(SystemError) {
    while ftruncate(fd, size) < 0 {
      let reason = Glibc.errno
      guard reason == EINTR else { throw SystemError(operation: "resize memory file", errno: reason) }
    }
  }

  /// The size in bytes.
  public static func size(of fd: Int32) throws(SystemError) -> Int {
    var status = stat()
    guard fstat(fd, &status) == 0 else { throw SystemError(operation: "read size of memory file", errno: Glibc.errno) }
    return Int(status.st_size)
  }

  /// Adds seals; they hold for every process that has the file.
  public static func seal(_ fd: Int32, _ seals: MemorySeals) throws(SystemError) {
    try checked(clinux_add_seals(fd, seals.rawValue), "seal memory file")
  }

  /// The seals in force.
  public static func seals(of fd: Int32) throws(SystemError) -> MemorySeals {
    MemorySeals(rawValue: UInt32(try checked(clinux_get_seals(fd), "read seals of memory file")))
  }

  /// Writes all of `bytes` from offset 0 and truncates the file there.
  public static func writeAll(_ bytes: UnsafeRawBufferPointer, to fd: Int32) throws(SystemError) {
    try resize(fd, to: bytes.count)
    var offset = 0
    while offset < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[offset...])
      let count = pwrite(fd, rest.baseAddress, rest.count, offset)
      if count > 0 {
        offset += count
      } else if count == 0 || Glibc.errno != EINTR {
        throw SystemError(operation: "write memory file", errno: count == 0 ? EIO : Glibc.errno)
      }
    }
  }

  /// Reads the whole file from offset 0, whatever its position. Throws EFBIG if it is longer than `limit` bytes.
  public static func readAll(_ fd: Int32, limit: Int) throws(SystemError) -> [UInt8] {
    let size = try size(of: fd)
    guard size >= 0, size <= limit else { throw SystemError(operation: "read memory file", errno: EFBIG) }
    return try read(fd, 0..<size)
  }

  /// Reads a part of the file, wherever its position is; EIO if the file ends before the part does.
  public static func read(_ fd: Int32, _ part: Range<Int>) throws(SystemError) -> [UInt8] {
    guard part.lowerBound >= 0, part.upperBound <= (try size(of: fd)) else {
      throw SystemError(operation: "read memory file", errno: EIO)
    }
    var failure: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: part.count) { buffer, filled in
      while filled < part.count, failure == 0 {
        let count = pread(
          fd, buffer.baseAddress.map { $0 + filled }, part.count - filled, part.lowerBound + filled)
        if count > 0 {
          filled += count
        } else if count == 0 {
          failure = EIO
        } else if Glibc.errno != EINTR {
          failure = Glibc.errno
        }
      }
    }
    guard failure == 0 else { throw SystemError(operation: "read memory file", errno: failure) }
    return bytes
  }
}

/// Memory file mapped into this process. It is unmapped with the last reference.
public final class SharedMemory {
  /// Mapped bytes. Writing to a read-only mapping faults.
  public let bytes: UnsafeMutableRawBufferPointer
  /// Whether this process may write.
  public let isWritable: Bool
  private let file: FileDescriptor

  /// A new zeroed segment of `size` bytes that can neither shrink nor grow, mapped for writing.
  public convenience init(name: String, size: Int) throws(SystemError) {
    let file = try MemoryFile.create(name: name)
    try MemoryFile.resize(file.rawValue, to: size)
    try MemoryFile.seal(file.rawValue, [.shrink, .grow])
    try self.init(mapping: file, writable: true)
  }

  /// Maps an existing file. Throws EINVAL if it is empty or smaller than `minimumSize` bytes, and EPERM if it could
  /// shrink later, which would make an access fault.
  public init(mapping file: consuming FileDescriptor, writable: Bool, minimumSize: Int = 1) throws(SystemError) {
    let size = try MemoryFile.size(of: file.rawValue)
    guard size >= max(1, minimumSize) else { throw SystemError(operation: "map shared memory", errno: EINVAL) }
    guard try MemoryFile.seals(of: file.rawValue).contains(.shrink) else {
      throw SystemError(operation: "map shared memory that is not sealed against shrinking", errno: EPERM)
    }
    var address: UnsafeMutableRawPointer?
    try checked(clinux_map(file.rawValue, size, writable, &address), "map shared memory")
    bytes = UnsafeMutableRawBufferPointer(start: address, count: size)
    isWritable = writable
    self.file = file
  }

  deinit {
    munmap(bytes.baseAddress, bytes.count)
  }

  /// Descriptor of the file, to map into a child or to send over a channel.
  public var rawValue: Int32 { file.rawValue }
}
