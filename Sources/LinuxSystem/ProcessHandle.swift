import CLinux
import Glibc

/// Process that this one did not start, held by a pidfd so that its number cannot come to mean another process.
public final class ProcessHandle: Sendable {
  /// Process ID.
  public let processID: Int32
  private let descriptor: FileDescriptor

  /// Opens a process. Throws ESRCH if there is none with that number.
  public init(_ processID: Int32) throws(SystemError) {
    self.processID = processID
    descriptor = FileDescriptor(owning: try checked(clinux_pidfd_open(processID), "open process", "\(processID)"))
  }

  /// Descriptor of the process (pidfd); readable when the process has ended.
  public var rawValue: Int32 { descriptor.rawValue }

  /// Whether the process has ended, even if its parent has not reaped it.
  public var hasEnded: Bool { clinux_wait_readable(descriptor.rawValue, 0) > 0 }

  /// Process IDs of all processes that `/proc` shows.
  public static func all() -> [Int32] {
    guard let folder = opendir("/proc") else { return [] }
    defer { closedir(folder) }
    var numbers: [Int32] = []
    while let entry = readdir(folder) {
      let number = withUnsafeBytes(of: &entry.pointee.d_name) { Self.number(in: $0) }
      if let number { numbers.append(number) }
    }
    return numbers
  }

  private static func number(in name: UnsafeRawBufferPointer) -> Int32? {
    var value: Int32 = 0
    for (index, byte) in name.enumerated() {
      if byte == 0 { return index > 0 ? value : nil }
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      guard !overflow, product <= Int32.max - 9 else { return nil }
      value = product + Int32(byte - UInt8(ascii: "0"))
    }
    return nil
  }
}
