import Glibc

/// A number among the kernel's settings (sysctl(8)), of the network namespace that the process is in.
public struct KernelSetting: Sendable, Hashable {
  /// The parts of its name, as `net`, `ipv4`, `conf`, `eth0`, `rp_filter`. One may hold a dot, as an interface's name may.
  public let parts: [String]

  /// A setting by the parts of its name.
  public init(_ parts: String...) {
    self.parts = parts
  }

  /// A setting by the parts of its name.
  public init(parts: [String]) {
    self.parts = parts
  }

  /// The name as sysctl(8) takes it: parts with dots, dots in parts as slashes.
  public var name: String { parts.map { $0.replacingDots }.joined(separator: ".") }

  private var path: String { "/proc/sys/" + parts.joined(separator: "/") }

  /// What it is now; `nil` if there is none, or it is no number.
  public var value: Int? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 32)
    let count = read(descriptor, &bytes, bytes.count)
    guard count > 0 else { return nil }
    return Int(String(decoding: bytes[..<count].prefix { $0 != 0x0A }, as: UTF8.self))
  }

  /// Changes it. Where `/proc/sys` is read-only, as for many services, that is refused.
  public func set(_ value: Int) throws(SystemError) {
    let descriptor = open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemError(operation: "set \(name)", errno: errno) }
    defer { close(descriptor) }
    let bytes = Array("\(value)\n".utf8)
    guard write(descriptor, bytes, bytes.count) == bytes.count else {
      throw SystemError(operation: "set \(name)", errno: errno)
    }
  }
}

extension String {
  /// With slashes for dots, as sysctl(8) writes a dot that is part of a name.
  fileprivate var replacingDots: String { String(map { $0 == "." ? "/" : $0 }) }
}
