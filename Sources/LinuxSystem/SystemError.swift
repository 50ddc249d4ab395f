import CLinux
import Glibc

/// A system call that failed: what was tried, the kernel's reason, and on what.
public struct SystemError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What was tried, as a phrase that follows "could not", such as `open` or `join multicast group`.
  public let operation: String
  /// The kernel's reason (errno(3)).
  public let errno: Int32
  /// What it was tried on, such as a path or an interface; empty when there is nothing to name.
  public let object: String

  /// An error from its parts; `errno` is positive.
  public init(operation: String, errno: Int32, object: String = "") {
    self.operation = operation
    self.errno = errno
    self.object = object
  }

  /// One line without a full stop: `cannot open /run/martlet/lock: Permission denied`.
  public var description: String {
    "cannot \(operation)\(object.isEmpty ? "" : " \(object)"): \(Self.reason(errno))"
  }

  /// The C library's words for an error number.
  public static func reason(_ errno: Int32) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
      guard let base = buffer.baseAddress else { return "error \(errno)" }
      buffer.initialize(repeating: 0)
      return clinux_error_text(errno, base, buffer.count) == 0 ? String(cString: base) : "error \(errno)"
    }
  }
}

/// Turns the shim's convention (a negative errno for failure) into a thrown error.
@discardableResult
@inline(__always)
func checked(
  _ result: Int32, _ operation: @autoclosure () -> String, _ object: @autoclosure () -> String = ""
) throws(SystemError) -> Int32 {
  guard result < 0 else { return result }
  throw SystemError(operation: operation(), errno: -result, object: object())
}
