import NetworkTypes
import VRRPCore

/// Fields of a datagram's IP header that matter to VRRP.
public struct DatagramOrigin: Sendable, Hashable {
  /// Source address.
  public var source: IPAddress
  /// Destination address: the multicast group or, in unicast, one of this host's own. Pseudo-headers contain it.
  public var destination: IPAddress
  /// TTL or hop limit on arrival.
  public var timeToLive: UInt8

  /// An origin of the given values.
  public init(source: IPAddress, destination: IPAddress, timeToLive: UInt8) {
    self.source = source
    self.destination = destination
    self.timeToLive = timeToLive
  }
}

/// Whether an ``AuthenticationTrailer`` may or must follow an advert.
public enum TrailerUse: Sendable, Hashable {
  /// No trailer may follow.
  case none
  /// A trailer may follow.
  case allowed
  /// A trailer must follow.
  case demanded
}

/// Advertisement whose form has been checked, but which has not been compared with a configuration.
///
/// It does not keep the bytes: functions that look at the addresses are given the same bytes again.
public struct ReceivedAdvertisement: Sendable, Hashable {
  /// Fields for the state machine.
  public let advertisement: Advertisement
  /// Family of the packet and of its addresses.
  public let family: AddressFamily
  /// Number of addresses.
  public let addressCount: UInt8
  /// Authentication of version 2; ``AdvertisementAuthentication/none`` in version 3.
  public let authentication: AdvertisementAuthentication
  /// Extent of the checksum.
  public let checksumStyle: ChecksumStyle
  /// Length of the advert in bytes, without a trailer.
  public let length: Int
  /// Whether an authentication trailer follows the advert. It has not been verified.
  public let hasTrailer: Bool

  /// VRID in a message that has not been checked, by which to find the virtual router with its version and TTL range;
  /// `nil` if the message is too short or the VRID is 0. The order of checks stays that of
  /// `init(decoding:…)`.
  public static func virtualRouterID(of message: RawSpan) -> VirtualRouterID? {
    message.byte(at: 1).flatMap { VirtualRouterID($0) }
  }

  /// Checks the form of a message in the order of RFC 9568 section 7.1: TTL, version, type, length, checksum, then whether VRID,
  /// authentication type and interval are possible values. Nothing is allocated.
  ///
  /// - Parameters:
  ///   - message: the IP payload, without IP header.
  ///   - origin: source, destination and TTL from the IP header.
  ///   - timeToLive: the TTLs allowed; only 255 except for unicast peers with a range of their own.
  ///   - expected: the virtual router's version if it is known; otherwise both are accepted.
  ///   - isBehindHeader: whether the message came behind an Authentication Header; only then may it have that type.
  ///   - trailer: whether an authentication trailer may or must follow the advert.
  public init(
    decoding message: RawSpan, origin: DatagramOrigin, timeToLive: ClosedRange<UInt8> = 255...255,
    version expected: ProtocolVersion? = nil, isBehindHeader: Bool = false,
    trailer: TrailerUse = .none
  ) throws(AdvertisementError) {
    guard timeToLive.contains(origin.timeToLive) else { throw .timeToLive }
    let family = origin.source.family
    guard origin.destination.family == family else { throw .family }
    guard let first = message.byte(at: 0) else { throw .truncated }
    guard let version = ProtocolVersion(rawValue: first >> 4), expected == nil || version == expected else {
      throw .version
    }
    guard version == .v3 || family == .ipv4 else { throw .family }
    guard first & 0x0F == AdvertisementFormat.advertisementType else { throw .type }
    guard let count = message.byte(at: 3), let interval = message.word(at: 4) else { throw .truncated }
    length = AdvertisementFormat.length(version: version, family: family, addressCount: count)
    guard message.byteCount >= length else { throw .truncated }
    hasTrailer = try Self.isTrailer(message.byteCount - length, trailer)
    let whole = message
    let message = whole.extracting(0..<length)
    checksumStyle = try Self.verifyChecksum(of: family == .ipv4 ? message : whole, version: version, origin: origin)
    guard let identifier = Self.virtualRouterID(of: message), let priority = message.byte(at: 2) else {
      throw .unknownVirtualRouter
    }
    switch version {
    case .v2: authentication = try Self.authentication(of: message, isBehindHeader: isBehindHeader)
    case .v3:
      guard !isBehindHeader else { throw .authenticationMismatch }
      authentication = .none
    }
    let centiseconds: Centiseconds
    switch version {
    case .v2: centiseconds = .seconds(UInt8(truncatingIfNeeded: interval))
    case .v3: centiseconds = Centiseconds(rawValue: interval & 0x0FFF)
    }
    // An interval of zero would make this host's master-down interval zero: after one forged advert it would become
    // master again and again.
    guard centiseconds.rawValue > 0 else { throw .interval }
    advertisement = Advertisement(
      version: version, virtualRouterID: identifier, priority: Priority(rawValue: priority), interval: centiseconds)
    self.family = family
    addressCount = count
  }

  /// Address at `index` in the message that this value was decoded from; `nil` beyond the last.
  public func address(at index: Int, in message: RawSpan) -> IPAddress? {
    guard (0..<Int(addressCount)).contains(index) else { return nil }
    return message.address(family, at: AdvertisementFormat.headerLength + index * family.addressLength)
  }

  /// Difference between the addresses in the message that this value was decoded from and `list`: `nil` if they are the
  /// same in any order, otherwise ``AdvertisementError/addressCount``, ``AdvertisementError/addressList`` or
  /// ``AdvertisementError/family``.
  public func addressDifference(from list: AddressList, in message: RawSpan) -> AdvertisementError? {
    guard list.family == family else { return .family }
    let length = Int(addressCount) * family.addressLength
    let start = AdvertisementFormat.headerLength
    guard message.holds(length, at: start) else { return .addressList }
    return list.difference(from: message.extracting(start..<start + length), count: Int(addressCount))
  }

  /// Whether the bytes after an advert have the length of an authentication trailer.
  private static func isTrailer(_ length: Int, _ use: TrailerUse) throws(AdvertisementError) -> Bool {
    switch (use, length) {
    case (.none, 0), (.allowed, 0): return false
    case (.none, _): throw .length
    case (.demanded, 0): throw .trailerMissing
    case (_, AuthenticationTrailer.length): return true
    case (_, ..<AuthenticationTrailer.length): throw .trailerMalformed
    default: throw .length
    }
  }

  private static func verifyChecksum(
    of message: RawSpan, version: ProtocolVersion, origin: DatagramOrigin
  ) throws(AdvertisementError) -> ChecksumStyle {
    if version == .v2 || origin.source.family == .ipv4 {
      var alone = InternetChecksum()
      alone.add(message)
      if alone.total == 0xFFFF { return .messageOnly }
      guard version == .v3 else { throw .checksum }
    }
    if isRight(message, from: origin.source, to: origin.destination) { return .withPseudoHeader }
    guard origin.source.family == .ipv4, isRight(message, from: origin.source, to: AdvertisementFormat.group) else {
      throw .checksum
    }
    return .withGroupPseudoHeader
  }

  /// Whether the checksum is correct with a pseudo-header of these addresses.
  private static func isRight(_ message: RawSpan, from source: IPAddress, to destination: IPAddress) -> Bool {
    var whole = InternetChecksum(
      pseudoHeaderFrom: source, to: destination, protocolNumber: AdvertisementFormat.protocolNumber,
      length: message.byteCount)
    whole.add(message)
    return whole.total == 0xFFFF
  }

  private static func authentication(
    of message: RawSpan, isBehindHeader: Bool
  ) throws(AdvertisementError) -> AdvertisementAuthentication {
    guard let type = message.byte(at: 4), let data = message.quad(at: message.byteCount - 8) else { throw .truncated }
    switch type {
    case 0 where !isBehindHeader: return .none
    case 1 where !isBehindHeader: return .simplePassword(SimplePassword(bits: data))
    case 2 where isBehindHeader: return .header
    // Type 2 and an Authentication Header require each other.
    case 0, 1, 2: throw .authenticationMismatch
    default: throw .authenticationType
    }
  }
}

/// Values that a virtual router's configuration demands of the adverts that it accepts.
public struct AdvertisementExpectation: Sendable, Hashable {
  /// Protocol version.
  public var version: ProtocolVersion
  /// Interval; version 2 demands that both hosts have the same.
  public var interval: Centiseconds
  /// Authentication of version 2.
  public var authentication: AdvertisementAuthentication
  /// Whether ``ChecksumStyle/withGroupPseudoHeader`` counts as a wrong checksum (`old_unicast_checksum never`).
  public var refusesOldChecksum = false

  /// An expectation of the given values.
  public init(
    version: ProtocolVersion, interval: Centiseconds, authentication: AdvertisementAuthentication = .none
  ) {
    self.version = version
    self.interval = interval
    self.authentication = authentication
  }

  /// Compares what must be equal by the RFCs, in their order: version, authentication, and in version 2 the interval.
  public func check(_ received: ReceivedAdvertisement) throws(AdvertisementError) {
    guard received.advertisement.version == version else { throw .version }
    guard !refusesOldChecksum || received.checksumStyle != .withGroupPseudoHeader else { throw .checksum }
    guard version == .v2 else { return }
    switch (authentication, received.authentication) {
    case (.none, .none), (.header, .header): break
    case (.simplePassword(let own), .simplePassword(let other)):
      guard own == other else { throw .authenticationFailure }
    case (.none, .simplePassword), (.none, .header), (.simplePassword, .none), (.simplePassword, .header),
      (.header, .none), (.header, .simplePassword):
      throw .authenticationMismatch
    }
    guard received.advertisement.interval == interval else { throw .interval }
  }
}
