import CLinux
import Glibc

/// Environment of a process, read without Foundation.
public struct ProcessEnvironment: Sendable, Hashable {
  /// Entries as `NAME=value`.
  public var entries: [String]

  /// An environment from `NAME=value` entries.
  public init(_ entries: [String]) {
    self.entries = entries
  }

  /// Environment of this process.
  public static var current: ProcessEnvironment {
    var entries: [String] = []
    guard var next = clinux_environment() else { return ProcessEnvironment([]) }
    while let entry = next.pointee {
      entries.append(String(cString: entry))
      next += 1
    }
    return ProcessEnvironment(entries)
  }

  /// Value of a variable. Setting `nil` removes it.
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
  /// Path by which this program can be executed again, even if its file was replaced or removed.
  public static let ownPath = "/proc/self/exe"

  /// Path by which the file of a descriptor can be executed.
  public static func path(ofDescriptor number: Int32) -> String { "/proc/self/fd/\(number)" }

  /// Path of the file with a name in the directory of the program's file.
  public static func path(beside name: String) throws(SystemError) -> String {
    let own = try resolvedPath()
    return own[..<(own.lastIndex(of: "/") ?? own.startIndex)] + "/" + name
  }

  /// Goes on as another program with the same arguments and environment, and with the descriptors that are not close-on-exec
  /// (execve(2)). Returns only if that fails.
  public static func become(_ path: String) -> SystemError {
    var arguments = CommandLine.arguments.map { strdup($0) } + [nil]
    execve(path, &arguments, clinux_environment())
    let error = SystemError(operation: "execute", errno: Glibc.errno, object: path)
    for argument in arguments { free(argument) }
    return error
  }

  /// Path of the program's file as the kernel sees it; it ends in ` (deleted)` if the file was removed.
  public static func resolvedPath() throws(SystemError) -> String {
    var buffer = [CChar](repeating: 0, count: 4_096)
    let count = readlink(ownPath, &buffer, buffer.count)
    guard count >= 0 else { throw SystemError(operation: "read link", errno: Glibc.errno, object: ownPath) }
    return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

/// Numbers of network interfaces, without netlink.
public enum InterfaceNames {
  /// Number of the interface with a name in the calling thread's namespace; `nil` if there is none.
  public static func index(of name: String) -> Int32? {
    Int32(exactly: clinux_interface_index(name)).flatMap { $0 > 0 ? $0 : nil }
  }
}
