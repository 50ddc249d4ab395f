/// The two families an address, a socket or a virtual router can belong to.
public enum AddressFamily: UInt8, Sendable, Hashable, CaseIterable {
  case ipv4 = 4
  case ipv6 = 6

  /// Length of one address in bytes: 4 or 16.
  public var addressLength: Int { self == .ipv4 ? 4 : 16 }

  /// Length of one address in bits: 32 or 128.
  public var addressBits: UInt8 { self == .ipv4 ? 32 : 128 }
}

/// An IPv4 or IPv6 address, held as a number so that "the higher address wins" (RFC 9568 section 6.4.3) is one comparison.
///
/// An IPv4 address uses the low 32 bits. No scope is carried: where one matters, an ``InterfaceIndex`` stands beside it.
public struct IPAddress: Sendable, Hashable {
  /// The family the address belongs to.
  public let family: AddressFamily
  /// The upper 64 bits of an IPv6 address in host order; 0 for IPv4.
  public let high: UInt64
  /// The lower 64 bits of an IPv6 address, or an IPv4 address, in host order.
  public let low: UInt64

  /// An IPv4 address from its 32 bits in host order.
  public init(v4 bits: UInt32) {
    family = .ipv4
    high = 0
    low = UInt64(bits)
  }

  /// An IPv6 address from its two halves in host order.
  public init(v6High high: UInt64, low: UInt64) {
    family = .ipv6
    self.high = high
    self.low = low
  }

  /// An address from bytes in network order: 4 for IPv4, 16 for IPv6; `nil` for any other count.
  public init?(bytes: some Collection<UInt8>) {
    switch bytes.count {
    case 4:
      self.init(v4: bytes.reduce(0) { $0 << 8 | UInt32($1) })
    case 16:
      let high = bytes.prefix(8).reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
      let low = bytes.dropFirst(8).reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
      self.init(v6High: high, low: low)
    default:
      return nil
    }
  }

  /// The byte at `index` in network order, 0 being the most significant; 0 beyond the address's length.
  public func byte(at index: Int) -> UInt8 {
    guard index >= 0, index < family.addressLength else { return 0 }
    let fromEnd = family.addressLength - 1 - index
    return fromEnd >= 8
      ? UInt8(truncatingIfNeeded: high >> UInt64((fromEnd - 8) * 8))
      : UInt8(truncatingIfNeeded: low >> UInt64(fromEnd * 8))
  }

  /// The address in network order.
  public var bytes: [UInt8] { (0..<family.addressLength).map(byte(at:)) }

  /// `0.0.0.0` or `::`.
  public var isUnspecified: Bool { high == 0 && low == 0 }

  /// 224.0.0.0/4 or ff00::/8.
  public var isMulticast: Bool {
    family == .ipv4 ? low >> 28 == 0xE : high >> 56 == 0xFF
  }

  /// 169.254.0.0/16 or fe80::/10.
  public var isLinkLocal: Bool {
    family == .ipv4 ? low >> 16 == 0xA9FE : high >> 54 == 0x3FA
  }

  /// 127.0.0.0/8 or ::1.
  public var isLoopback: Bool {
    family == .ipv4 ? low >> 24 == 127 : high == 0 && low == 1
  }
}

extension IPAddress: Comparable {
  /// Orders by family, then as an unsigned number in network order (RFC 9568 section 6.4.3).
  public static func < (left: IPAddress, right: IPAddress) -> Bool {
    if left.family != right.family { return left.family.rawValue < right.family.rawValue }
    return left.high != right.high ? left.high < right.high : left.low < right.low
  }
}

/// An address with the length of its network, as `192.0.2.10/24`.
public struct IPPrefix: Sendable, Hashable {
  /// The address, host bits included.
  public let address: IPAddress
  /// The number of leading network bits, 0 to 32 or 0 to 128.
  public let length: UInt8

  /// A prefix; `nil` when `length` is longer than the family's addresses.
  public init?(_ address: IPAddress, length: UInt8) {
    guard length <= address.family.addressBits else { return nil }
    self.address = address
    self.length = length
  }

  /// The prefix that holds `address` alone.
  public init(host address: IPAddress) {
    self.address = address
    length = address.family.addressBits
  }

  /// Whether `other` lies in this network.
  public func contains(_ other: IPAddress) -> Bool {
    guard other.family == address.family else { return false }
    return (0..<address.family.addressLength).allSatisfy { index in
      let bits = max(0, min(8, Int(length) - index * 8))
      let mask = UInt8(truncatingIfNeeded: 0xFF00 >> bits)
      return other.byte(at: index) & mask == address.byte(at: index) & mask
    }
  }
}
