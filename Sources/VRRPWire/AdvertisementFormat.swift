import NetworkTypes
import VRRPCore

/// Constants of an advertisement's layout (RFC 9568 section 5.2, RFC 3768 section 5.3).
public enum AdvertisementFormat {
  /// IP protocol number of VRRP (RFC 9568 section 5.1.1.4).
  public static let protocolNumber: UInt8 = 112
  /// The TTL and hop limit of an advert (RFC 9568 section 5.1.1.3).
  public static let timeToLive: UInt8 = 255
  /// Greatest number of addresses in the count field.
  public static let mostAddresses = 255
  /// Length of the longest advert in bytes.
  public static let longest = headerLength + mostAddresses * 16

  /// Multicast group of IPv4 adverts (RFC 9568 section 5.1.1.2). ``ChecksumStyle/withGroupPseudoHeader`` uses it
  /// whatever group is configured.
  static let group = IPAddress(v4: 0xE000_0012)
  static let headerLength = 8
  static let advertisementType: UInt8 = 1
  static let priorityOffset = 2
  static let checksumOffset = 6

  /// Bytes of authentication data at the end: 8 in version 2, even for authentication type 0; none in version 3.
  static func authenticationLength(_ version: ProtocolVersion) -> Int { version == .v2 ? 8 : 0 }

  /// Length in bytes of an advert with `count` addresses, without the IP header.
  public static func length(version: ProtocolVersion, family: AddressFamily, addressCount count: UInt8) -> Int {
    headerLength + Int(count) * family.addressLength + authenticationLength(version)
  }

  /// Number of addresses that an advert can carry in one packet over a link with this MTU in bytes; at most 255.
  public static func addressCapacity(
    version: ProtocolVersion, family: AddressFamily, mtu: Int, hasTrailer: Bool = false
  ) -> Int {
    let ipHeader = family == .ipv4 ? 20 : 40
    let trailer = hasTrailer ? AuthenticationTrailer.length : 0
    let fixed = ipHeader + headerLength + authenticationLength(version) + trailer
    guard mtu > fixed else { return 0 }
    return min(mostAddresses, (mtu - fixed) / family.addressLength)
  }
}

/// Extent of the checksum of a version 3 advert over IPv4. All other adverts have only one form.
public enum ChecksumStyle: UInt8, Sendable, Hashable, CaseIterable {
  /// Pseudo-header and message, as keepalived sends by default and most read RFC 5798.
  case withPseudoHeader = 0
  /// Message alone, as RFC 9568 section 5.2.8 says and keepalived sends under `v3_checksum_as_v2`.
  case messageOnly = 1
  /// Pseudo-header with the multicast group as destination, although the advert is unicast: keepalived up to 1.3.6, and
  /// later releases under `old_unicast_checksum`. In multicast it is the same as ``withPseudoHeader``.
  case withGroupPseudoHeader = 2
}

/// Authentication of version 2; version 3 has none.
public enum AdvertisementAuthentication: Sendable, Hashable {
  /// Type 0: none (RFC 3768 section 5.3.6).
  case none
  /// Type 1: a password in clear text (RFC 2338 section 5.3.6.1).
  case simplePassword(SimplePassword)
  /// Type 2: an IP Authentication Header in front of the advert (RFC 2338 section 5.3.6.2); its key is kept elsewhere.
  case header

  var typeNumber: UInt8 {
    switch self {
    case .none: 0
    case .simplePassword: 1
    case .header: 2
    }
  }

  var data: UInt64 {
    switch self {
    case .none, .header: 0
    case .simplePassword(let password): password.bits
    }
  }
}

/// A password of at most eight bytes, padded with zeros; never printed.
public struct SimplePassword: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
  let bits: UInt64

  /// A password of the given bytes; `nil` when there are more than eight.
  public init?(bytes: some Collection<UInt8>) {
    guard bytes.count <= 8 else { return nil }
    let significant = bytes.reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
    bits = bytes.isEmpty ? 0 : significant << UInt64((8 - bytes.count) * 8)
  }

  init(bits: UInt64) {
    self.bits = bits
  }

  /// Eight asterisks, whatever the password is.
  public var description: String { "********" }

  /// Shows nothing, so that no dump of a value that holds a password gives it away.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
