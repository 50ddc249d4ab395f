import CLinux
import Glibc

/// A process's environment, read without Foundation.
public struct ProcessEnvironment: Sendable, Hashable {
  /// The entries as `NAME=value`.
  public var entries: [String]

  /// An environment from `NAME=value` entries.
  public init(_ entries: [String]) {
    self.entries = entries
  }

  /// This process's own.
  public static var current: ProcessEnvironment {
    var entries: [String] = []
    guard var next = clinux_environment() else { return ProcessEnvironment([]) }
    while let entry = next.pointee {
      entries.append(String(cString: entry))
      next += 1
    }
    return ProcessEnvironment(entries)
  }

  /// The value of a name; setting `nil` removes it.
  public subscript(name: String) -> String? {
    get {
      entries.first { $0.hasPrefix(name + "=") }.map { String($0.dropFirst(name.count + 1)) }
    }
    set {
      entries.removeAll { $0.hasPrefix(name + "=") }
      if let newValue { entries.append("\(name)=\(newValue)") }
    }
  }
}

/// The running program.
public enum Executable {
  /// The path by which this very program can be executed again, even if its file was replaced or removed.
  public static let ownPath = "/proc/self/exe"

  /// The program file's path as the kernel sees it now; ` (deleted)` is appended if it was removed.
  public static func resolvedPath() throws(SystemError) -> String {
    var buffer = [CChar](repeating: 0, count: 4_096)
    let count = readlink(ownPath, &buffer, buffer.count)
    guard count >= 0 else { throw SystemError(operation: "read link", errno: Glibc.errno, object: ownPath) }
    return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

/// The network interfaces' numbers, without netlink.
public enum InterfaceNames {
  /// The number of the interface of that name in the calling thread's namespace; `nil` when there is none.
  public static func index(of name: String) -> Int32? {
    Int32(exactly: clinux_interface_index(name)).flatMap { $0 > 0 ? $0 : nil }
  }
}
