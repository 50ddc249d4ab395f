import CLinux
import Glibc

/// Result of a read.
public enum ReadResult: Sendable, Hashable {
  /// Number of bytes read, at least one.
  case bytes(Int)
  /// No bytes now; wait until the descriptor is readable.
  case wouldBlock
  /// No bytes any more.
  case endOfFile
}

/// Result of a write.
public enum WriteResult: Sendable, Hashable {
  /// Number of bytes written, perhaps fewer than offered.
  case bytes(Int)
  /// No bytes were written; wait until the descriptor is writable.
  case wouldBlock
  /// The other end is gone.
  case closed
}

/// Open descriptor that is closed when its owner is destroyed. Always close-on-exec unless made inheritable.
public struct FileDescriptor: ~Copyable, Sendable {
  /// Number in the kernel, valid as long as this value exists.
  public let rawValue: Int32

  /// Takes over `fd`, which must be open and without another owner.
  public init(owning fd: Int32) {
    rawValue = fd
  }

  deinit {
    _ = clinux_close(rawValue)
  }

  /// Hands the number over to a new owner, which closes it.
  public consuming func take() -> Int32 {
    let fd = rawValue
    discard self
    return fd
  }

  /// A second descriptor of the same open file description.
  public borrowing func duplicate() throws(SystemError) -> FileDescriptor {
    FileDescriptor(owning: try checked(clinux_duplicate(rawValue, 0), "duplicate descriptor"))
  }

  /// Gives the file this number for the program that this process becomes. A descriptor that has the number already is closed.
  public consuming func inherit(as number: Int32) throws(SystemError) {
    guard rawValue != number else {
      // It has the number by chance, and must not be closed with this value.
      try checked(clinux_set_close_on_exec(take(), false), "inherit descriptor", "\(number)")
      return
    }
    guard dup2(rawValue, number) >= 0 else {
      throw SystemError(operation: "inherit descriptor", errno: Glibc.errno, object: "\(number)")
    }
  }

  /// Makes reads and writes return at once. The flag belongs to the open file description, so duplicates share it.
  public borrowing func setNonblocking() throws(SystemError) {
    try checked(clinux_set_nonblocking(rawValue), "set descriptor non-blocking")
  }

  /// Reads once into `buffer`, which must not be empty.
  public borrowing func read(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> ReadResult {
    while true {
      let count = Glibc.read(rawValue, buffer.baseAddress, buffer.count)
      if count > 0 { return .bytes(count) }
      if count == 0 { return .endOfFile }
      switch Glibc.errno {
      case EINTR: continue
      case EAGAIN: return .wouldBlock
      case let reason: throw SystemError(operation: "read", errno: reason)
      }
    }
  }

  /// Writes once from `buffer`. The process must ignore SIGPIPE (``Signals/ignore(_:)``).
  public borrowing func write(_ buffer: UnsafeRawBufferPointer) throws(SystemError) -> WriteResult {
    try Self.write(buffer, to: rawValue)
  }

  private static func write(_ buffer: UnsafeRawBufferPointer, to fd: Int32) throws(SystemError) -> WriteResult {
    while true {
      let count = Glibc.write(fd, buffer.baseAddress, buffer.count)
      if count >= 0 { return .bytes(count) }
      switch Glibc.errno {
      case EINTR: continue
      case EAGAIN: return .wouldBlock
      case EPIPE, ECONNRESET: return .closed
      case let reason: throw SystemError(operation: "write", errno: reason)
      }
    }
  }

  /// Writes once from `bytes`.
  public borrowing func write(_ bytes: ArraySlice<UInt8>) throws(SystemError) -> WriteResult {
    let fd = rawValue
    return try bytes.withUnsafeBufferPointer { (buffer) throws(SystemError) in
      try Self.write(UnsafeRawBufferPointer(buffer), to: fd)
    }
  }

  /// Writes once from `bytes`.
  public borrowing func write(_ bytes: [UInt8]) throws(SystemError) -> WriteResult {
    try write(bytes[...])
  }

  /// Opens a file or directory for reading.
  public static func open(reading path: String) throws(SystemError) -> FileDescriptor {
    FileDescriptor(owning: try checked(clinux_open(path, clinux_open_flags_read(), 0), "open", path))
  }

  /// Opens a file with flags of open(2); close-on-exec is always added.
  public static func open(_ path: String, flags: Int32, mode: UInt32 = 0) throws(SystemError) -> FileDescriptor {
    FileDescriptor(owning: try checked(clinux_open(path, flags, mode), "open", path))
  }

  /// Both ends of a new pipe.
  public static func pipe() throws(SystemError) -> Pipe {
    var ends: (Int32, Int32) = (-1, -1)
    let result = withUnsafeMutableBytes(of: &ends) { bytes in
      clinux_pipe(bytes.assumingMemoryBound(to: Int32.self).baseAddress)
    }
    try checked(result, "create pipe")
    return Pipe(reader: FileDescriptor(owning: ends.0), writer: FileDescriptor(owning: ends.1))
  }
}

/// The two ends of a pipe, to be taken apart.
@frozen
public struct Pipe: ~Copyable, Sendable {
  /// The end that reads.
  public var reader: FileDescriptor
  /// The end that writes.
  public var writer: FileDescriptor

  /// A pipe from its ends.
  public init(reader: consuming FileDescriptor, writer: consuming FileDescriptor) {
    self.reader = reader
    self.writer = writer
  }
}

/// Descriptors this process inherited at fixed numbers.
public enum Inherited {
  /// Takes over an inherited descriptor and makes it close-on-exec, so that no child inherits it by accident.
  public static func take(_ number: Int32) throws(SystemError) -> FileDescriptor {
    try checked(clinux_set_close_on_exec(number, true), "take over inherited descriptor", "\(number)")
    return FileDescriptor(owning: number)
  }
}
