import NetworkTypes
import VRRPCore

/// Reason for which an advert cannot be built.
public enum AdvertisementTemplateError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Version 2 over IPv6, which does not exist.
  case versionOverFamily
  /// Source, destination and addresses of different families.
  case mixedFamilies
  /// Interval that the version cannot carry: zero; in version 2 no whole number of seconds up to 255; in version 3 more
  /// than 40.95 seconds.
  case interval(Centiseconds)
  /// A password in version 3, which has no authentication.
  case authenticationInVersion3

  /// One clause for log lines.
  public var description: String {
    switch self {
    case .versionOverFamily: "VRRP version 2 does not exist over IPv6"
    case .mixedFamilies: "source, destination and virtual addresses are not of one family"
    case .interval(let interval):
      "an advertisement interval of \(interval.rawValue) hundredths of a second cannot be sent in this version"
    case .authenticationInVersion3: "VRRP version 3 has no authentication"
    }
  }
}

/// Advert of a virtual router to one destination, ready to send. Only the bytes that change are rewritten.
///
/// The message does not contain the IP header, which the kernel writes. Every unicast peer has its own template, since
/// the checksum covers the destination.
public struct AdvertisementTemplate: Sendable {
  /// Fields of the advert; the priority is that of the next advert.
  public private(set) var advertisement: Advertisement
  /// Addresses in the advert.
  public let addresses: AddressList
  /// Source address of the advert.
  public let source: IPAddress
  /// Destination: the multicast group or a unicast peer.
  public let destination: IPAddress
  /// Extent of the checksum. Where version and family leave no choice it is what they prescribe.
  public let checksumStyle: ChecksumStyle
  private let authentication: AdvertisementAuthentication
  private var message: [UInt8]
  /// Sum of all bytes but the priority and the checksum, which count as zero.
  private let constantSum: InternetChecksum

  /// A template with a complete message.
  ///
  /// - Parameter checksumStyle: the extent of the checksum; it matters for version 3 over IPv4 only.
  public init(
    _ advertisement: Advertisement, addresses: AddressList, source: IPAddress, destination: IPAddress,
    authentication: AdvertisementAuthentication = .none, checksumStyle: ChecksumStyle = .withPseudoHeader
  ) throws(AdvertisementTemplateError) {
    let family = addresses.family
    let version = advertisement.version
    guard source.family == family, destination.family == family else { throw .mixedFamilies }
    guard version == .v3 || family == .ipv4 else { throw .versionOverFamily }
    guard version == .v2 || authentication == .none else { throw .authenticationInVersion3 }
    guard Self.canSend(advertisement.interval, in: version) else { throw .interval(advertisement.interval) }
    self.advertisement = advertisement
    self.addresses = addresses
    self.source = source
    self.destination = destination
    self.authentication = authentication
    let style: ChecksumStyle =
      switch (version, family) {
      case (.v2, .ipv4), (.v2, .ipv6): .messageOnly
      case (.v3, .ipv6): .withPseudoHeader
      case (.v3, .ipv4): checksumStyle
      }
    self.checksumStyle = style
    let message = Self.message(advertisement, addresses: addresses, authentication: authentication)
    var sum =
      switch style {
      case .messageOnly: InternetChecksum()
      case .withPseudoHeader, .withGroupPseudoHeader:
        InternetChecksum(
          pseudoHeaderFrom: source, to: style == .withPseudoHeader ? destination : AdvertisementFormat.group,
          protocolNumber: AdvertisementFormat.protocolNumber, length: message.count)
      }
    sum.add(message.span.bytes)
    constantSum = sum
    self.message = message
    setPriority(advertisement.priority)
  }

  /// Sets the priority of the next advert. Three bytes are rewritten, and nothing is allocated while the value is not
  /// shared.
  public mutating func setPriority(_ priority: Priority) {
    advertisement.priority = priority
    let checksum = checksum(for: priority)
    message.withUnsafeMutableBytes { Self.write(priority, checksum, into: $0) }
  }

  /// Same advert with another source address.
  public func replacing(source: IPAddress) throws(AdvertisementTemplateError) -> AdvertisementTemplate {
    try AdvertisementTemplate(
      advertisement, addresses: addresses, source: source, destination: destination, authentication: authentication,
      checksumStyle: checksumStyle)
  }

  /// Same advert with another destination.
  public func replacing(destination: IPAddress) throws(AdvertisementTemplateError) -> AdvertisementTemplate {
    try AdvertisementTemplate(
      advertisement, addresses: addresses, source: source, destination: destination, authentication: authentication,
      checksumStyle: checksumStyle)
  }

  /// Same advert with priority 0, by which a master resigns. It is built ahead, so that sending it needs no further
  /// work.
  public var resignation: AdvertisementTemplate {
    var copy = self
    copy.setPriority(.resignation)
    return copy
  }

  /// Length of the message in bytes; it never changes.
  public var count: Int { message.count }

  /// Bytes of the message.
  public var bytes: [UInt8] { message }

  /// Gives `body` the message without copying it.
  public func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    try message.withUnsafeBytes(body)
  }

  /// Writes the whole message to the front of `buffer`. Returns its length, or `nil` if it does not fit and nothing was
  /// written.
  public func write(into buffer: UnsafeMutableRawBufferPointer) -> Int? {
    guard buffer.count >= message.count else { return nil }
    buffer.copyBytes(from: message)
    return message.count
  }

  /// Rewrites priority and checksum in a buffer that ``write(into:)`` filled, for callers with their own send buffers.
  public func rewritePriority(into buffer: UnsafeMutableRawBufferPointer) {
    Self.write(advertisement.priority, checksum(for: advertisement.priority), into: buffer)
  }

  private func checksum(for priority: Priority) -> UInt16 {
    var sum = constantSum
    sum.add(UInt16(priority.rawValue) << 8)
    return sum.checksum
  }

  private static func write(_ priority: Priority, _ checksum: UInt16, into buffer: UnsafeMutableRawBufferPointer) {
    buffer.write(priority.rawValue, at: AdvertisementFormat.priorityOffset)
    buffer.write(checksum, at: AdvertisementFormat.checksumOffset)
  }

  private static func canSend(_ interval: Centiseconds, in version: ProtocolVersion) -> Bool {
    switch version {
    case .v2: interval.rawValue > 0 && interval.rawValue % 100 == 0 && interval.rawValue <= 25_500
    case .v3: interval.rawValue > 0 && interval <= .longestInVersion3
    }
  }

  /// Message with priority and checksum zero.
  private static func message(
    _ advertisement: Advertisement, addresses: AddressList, authentication: AdvertisementAuthentication
  ) -> [UInt8] {
    let version = advertisement.version
    let interval =
      switch version {
      case .v2: UInt16(authentication.typeNumber) << 8 | advertisement.interval.rawValue / 100
      case .v3: advertisement.interval.rawValue
      }
    var message: [UInt8] = [
      version.rawValue << 4 | AdvertisementFormat.advertisementType, advertisement.virtualRouterID.rawValue, 0,
      addresses.count, UInt8(interval >> 8), UInt8(interval & 0xFF), 0, 0,
    ]
    message += addresses.bytes
    if version == .v2 {
      message += (0..<8).map { UInt8(truncatingIfNeeded: authentication.data >> UInt64(56 - $0 * 8)) }
    }
    return message
  }
}
