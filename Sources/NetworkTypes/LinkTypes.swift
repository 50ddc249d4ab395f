/// A 48-bit link-layer address.
public struct MACAddress: Sendable, Hashable {
  /// The 48 bits in host order.
  public let bits: UInt64

  /// An address from the low 48 bits of `bits`.
  public init(bits: UInt64) {
    self.bits = bits & 0xFFFF_FFFF_FFFF
  }

  /// An address from six bytes in transmission order; `nil` for any other count.
  public init?(bytes: some Collection<UInt8>) {
    guard bytes.count == 6 else { return nil }
    self.init(bits: bytes.reduce(0) { $0 << 8 | UInt64($1) })
  }

  /// The byte at `index` in transmission order, 0 to 5; 0 beyond.
  public func byte(at index: Int) -> UInt8 {
    (0..<6).contains(index) ? UInt8(truncatingIfNeeded: bits >> UInt64((5 - index) * 8)) : 0
  }

  /// The six bytes in transmission order.
  public var bytes: [UInt8] { (0..<6).map(byte(at:)) }

  /// From hexadecimal pairs joined by colons; `nil` for anything else, such as fewer or more than six.
  public init?(_ text: String) {
    let pairs = text.split(separator: ":", omittingEmptySubsequences: false)
    let bytes = pairs.compactMap { $0.count <= 2 ? UInt8($0, radix: 16) : nil }
    guard bytes.count == pairs.count else { return nil }
    self.init(bytes: bytes)
  }

  /// Whether it is a group's address.
  public var isMulticast: Bool { byte(at: 0) & 1 == 1 }

  /// The address of a virtual router: 00:00:5e:00:01 for IPv4 and 00:00:5e:00:02 for IPv6, and the VRID (RFC 9568 section 7.3).
  public init(virtualRouter identifier: UInt8, _ family: AddressFamily) {
    self.init(bits: 0x0000_5E00_0000 | (family == .ipv4 ? 0x100 : 0x200) | UInt64(identifier))
  }

  /// Whether it lies in the range that RFC 9568 section 7.3 sets aside for virtual routers.
  public var isVirtualRouters: Bool {
    bits & 0xFFFF_FFFF_FC00 == 0x0000_5E00_0000 && bits & 0x300 != 0 && bits & 0x300 != 0x300
  }

  /// `ff:ff:ff:ff:ff:ff`.
  public static let broadcast = MACAddress(bits: 0xFFFF_FFFF_FFFF)

  /// The group address that carries multicast to `address` on Ethernet (RFC 1112 section 6.4, RFC 2464 section 7).
  public init(multicast address: IPAddress) {
    switch address.family {
    case .ipv4: self.init(bits: 0x0100_5E00_0000 | (address.low & 0x7F_FFFF))
    case .ipv6: self.init(bits: 0x3333_0000_0000 | (address.low & 0xFFFF_FFFF))
    }
  }
}

extension MACAddress: CustomStringConvertible {
  /// Six lower-case hexadecimal pairs joined by colons.
  public var description: String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: ":")
  }
}

/// The kernel's number of a network interface; never 0 for one that exists.
public struct InterfaceIndex: RawRepresentable, Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The number as the kernel gives it.
  public let rawValue: Int32

  /// An index from the kernel's number.
  public init(rawValue: Int32) {
    self.rawValue = rawValue
  }

  /// Orders by number.
  public static func < (left: InterfaceIndex, right: InterfaceIndex) -> Bool { left.rawValue < right.rawValue }

  /// The number in decimal.
  public var description: String { "\(rawValue)" }
}
