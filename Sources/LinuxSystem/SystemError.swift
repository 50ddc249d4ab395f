import CLinux
import Glibc

/// System call that failed: the operation, the kernel's reason, and the object.
public struct SystemError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Operation, as a phrase that follows "cannot", such as `open` or `join multicast group`.
  public let operation: String
  /// Errno of the kernel (errno(3)).
  public let errno: Int32
  /// Object of the operation, such as a path or an interface; empty if there is none.
  public let object: String

  /// An error with the given values; `errno` is positive.
  public init(operation: String, errno: Int32, object: String = "") {
    self.operation = operation
    self.errno = errno
    self.object = object
  }

  /// One line without a full stop: `cannot open /run/martlet/lock: Permission denied`.
  public var description: String {
    "cannot \(operation)\(object.isEmpty ? "" : " \(object)"): \(Self.reason(errno))"
  }

  /// Text of the C library for an errno.
  public static func reason(_ errno: Int32) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
      guard let base = buffer.baseAddress else { return "error \(errno)" }
      buffer.initialize(repeating: 0)
      return clinux_error_text(errno, base, buffer.count) == 0 ? String(cString: base) : "error \(errno)"
    }
  }
}

/// Throws an error for a negative result of the C shim, which stands for an errno.
@discardableResult
@inline(__always)
func checked(
  _ result: Int32, _ operation: @autoclosure () -> String, _ object: @autoclosure () -> String = ""
) throws(SystemError) -> Int32 {
  guard result < 0 else { return result }
  throw SystemError(operation: operation(), errno: -result, object: object())
}
