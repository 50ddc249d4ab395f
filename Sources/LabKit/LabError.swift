import Glibc

/// What went wrong with the lab itself, as against what a test finds out about a daemon in it.
public struct LabError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What was tried, on what, and what the system said.
  public let description: String

  /// An error in its own words.
  public init(_ description: String) {
    self.description = description
  }

  /// A system call that failed: `errno` is read now.
  init(call: String, on object: String) {
    let number = errno
    description = "\(call) \(object): \(String(cString: strerror(number)))"
  }
}
