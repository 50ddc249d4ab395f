import NetworkTypes

/// The version of the protocol a virtual router speaks.
public enum ProtocolVersion: UInt8, Sendable, Hashable, CaseIterable {
  /// VRRPv2, RFC 3768: IPv4, whole seconds, optional password.
  case v2 = 2
  /// VRRPv3, RFC 5798 and RFC 9568: IPv4 and IPv6, hundredths of a second.
  case v3 = 3
}

/// A Virtual Router Identifier, 1 to 255, unique on a link and in a family (RFC 9568 section 5.2.3).
public struct VirtualRouterID: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The number on the wire.
  public let rawValue: UInt8

  /// An identifier; `nil` for 0, which no router may use.
  public init?(_ rawValue: UInt8) {
    guard rawValue != 0 else { return nil }
    self.rawValue = rawValue
  }

  /// The lowest one, 1.
  public static let lowest = VirtualRouterID(number: 1)

  private init(number: UInt8) { rawValue = number }

  /// Orders by number.
  public static func < (left: VirtualRouterID, right: VirtualRouterID) -> Bool { left.rawValue < right.rawValue }

  /// The number in decimal.
  public var description: String { "\(rawValue)" }
}

/// A VRRP priority as adverts carry it (RFC 9568 section 5.2.4).
public struct Priority: RawRepresentable, Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The number on the wire, 0 to 255.
  public let rawValue: UInt8

  /// A priority from the number on the wire.
  public init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  /// 0: the master gives up its role.
  public static let resignation = Priority(rawValue: 0)
  /// 100: the default of a router that does not own the addresses.
  public static let standard = Priority(rawValue: 100)
  /// 255: the router owns the addresses, and its priority never changes.
  public static let owner = Priority(rawValue: 255)

  /// Orders by number.
  public static func < (left: Priority, right: Priority) -> Bool { left.rawValue < right.rawValue }

  /// The number in decimal.
  public var description: String { "\(rawValue)" }
}

/// Fields of an advertisement that the state machine uses. Its address list is compared where the bytes are read.
public struct Advertisement: Sendable, Hashable {
  /// Protocol version in which it was sent.
  public var version: ProtocolVersion
  /// Identifier of the virtual router that it is for.
  public var virtualRouterID: VirtualRouterID
  /// Sender's effective priority; ``Priority/resignation`` when the sender gives up its role.
  public var priority: Priority
  /// Sender's interval between adverts.
  public var interval: Centiseconds

  /// An advertisement of the given contents.
  public init(
    version: ProtocolVersion, virtualRouterID: VirtualRouterID, priority: Priority, interval: Centiseconds
  ) {
    self.version = version
    self.virtualRouterID = virtualRouterID
    self.priority = priority
    self.interval = interval
  }
}
