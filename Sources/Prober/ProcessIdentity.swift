import ConfigurationModel
import Glibc
import LinuxSystem

/// Name and arguments of a process in `/proc`, as far as `vrrp_track_process` compares them.
struct ProcessIdentity: Equatable {
  /// Name of the process in the kernel (`/proc/PID/comm`), at most 15 bytes.
  var name: String
  /// Arguments of the process; empty for a kernel thread, and if they were not asked for.
  var arguments: [String]

  /// Most bytes read of a command line. No parameter that is compared comes after them.
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
  /// True if a process is recognised by its arguments too.
  var needsArguments: Bool { usesCommandLine || parameterMatch != .none }

  /// True if the process is one of the tracked ones.
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
