import Glibc

/// Writes text to standard error.
public func printError(_ text: String) { writeAll(Array(text.utf8)[...], to: STDERR_FILENO) }

/// Writes bytes until all are taken or nobody takes them any more; then the number of the error.
@discardableResult
public func writeAll(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) -> Int32? {
  var rest = bytes
  while !rest.isEmpty {
    let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    guard count > 0 || (count < 0 && errno == EINTR) else { return count < 0 ? errno : ENOSPC }
    rest = rest.dropFirst(max(0, count))
  }
  return nil
}
