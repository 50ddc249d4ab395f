import Glibc

/// Sysctl with a number (sysctl(8)), in the network namespace of the process.
public struct KernelSetting: Sendable, Hashable {
  /// Parts of its name, such as `net`, `ipv4`, `conf`, `eth0`, `rp_filter`. A part may contain a dot, as an interface's
  /// name may.
  public let parts: [String]

  /// The sysctl with these parts of its name.
  public init(_ parts: String...) {
    self.parts = parts
  }

  /// The sysctl with these parts of its name.
  public init(parts: [String]) {
    self.parts = parts
  }

  /// Name for sysctl(8): parts joined by dots, dots in parts as slashes.
  public var name: String { parts.map { $0.replacingDots }.joined(separator: ".") }

  private var path: String { "/proc/sys/" + parts.joined(separator: "/") }

  /// Present value; `nil` if there is no such sysctl or its value is no number.
  public var value: Int? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 32)
    let count = read(descriptor, &bytes, bytes.count)
    guard count > 0 else { return nil }
    return Int(String(decoding: bytes[..<count].prefix { $0 != 0x0A }, as: UTF8.self))
  }

  /// Sets the value. Throws if `/proc/sys` is read-only, as for many services.
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
  /// Part of a name with slashes for dots, as sysctl(8) writes them.
  fileprivate var replacingDots: String { String(map { $0 == "." ? "/" : $0 }) }
}
