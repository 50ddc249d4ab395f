import Configuration
import Glibc
import LinuxSystem

/// What `/proc` says of a process, as far as `vrrp_track_process` compares it.
struct ProcessIdentity: Equatable {
  /// The kernel's name of it (`/proc/PID/comm`), at most 15 bytes.
  var name: String
  /// Its arguments; empty for a kernel thread, and where nobody needs them.
  var arguments: [String]

  /// Longer command lines are cut off: no parameter that somebody compares stands behind them.
  private static let longestCommandLine = 65_536

  /// Reads a process; `nil` if it is gone.
  init?(of pid: Int32, withArguments: Bool) {
    guard let name = Self.read("/proc/\(pid)/comm", limit: 64) else { return nil }
    self.name = String(decoding: name.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    arguments = []
    guard withArguments else { return }
    guard let line = Self.read("/proc/\(pid)/cmdline", limit: Self.longestCommandLine) else { return nil }
    arguments = line.split(separator: 0, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
    // Each argument ends with a zero, so the last piece is nothing.
    if arguments.last?.isEmpty == true { arguments.removeLast() }
  }

  init(name: String, arguments: [String]) {
    self.name = name
    self.arguments = arguments
  }

  private static func read(_ path: String, limit: Int) -> [UInt8]? {
    let fd = open(path, O_RDONLY | O_CLOEXEC)
    guard fd >= 0 else { return nil }
    let descriptor = FileDescriptor(owning: fd)
    var bytes: [UInt8] = []
    withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 8) { buffer in
      while bytes.count < limit, case .bytes(let count)? = try? descriptor.read(into: buffer) {
        bytes += buffer[..<count]
      }
    }
    return bytes
  }
}

extension TrackedProcessDefinition {
  /// Whether the arguments of a process decide whether it is one of these.
  var needsArguments: Bool { usesCommandLine || parameterMatch != .none }

  /// Whether a process is one of these.
  func matches(_ process: ProcessIdentity) -> Bool {
    guard needsArguments else {
      // The kernel's name is cut off, and is that of the file without its folder.
      let name = command.split(separator: "/").last.map(String.init) ?? command
      return Array(process.name.utf8) == Array(name.utf8.prefix(15))
    }
    guard process.arguments.first == command else { return false }
    let rest = process.arguments.dropFirst()
    switch parameterMatch {
    case .none: return true
    case .exact: return rest.elementsEqual(parameters)
    case .partial: return rest.starts(with: parameters)
    case .initial:
      guard let last = parameters.last else { return true }
      let exact = parameters.dropLast()
      return rest.starts(with: exact) && (rest.dropFirst(exact.count).first?.hasPrefix(last) ?? false)
    }
  }
}
