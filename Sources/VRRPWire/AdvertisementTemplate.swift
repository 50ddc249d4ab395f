import NetworkTypes
import VRRPCore

/// Why no advert can be made of what was asked for.
public enum AdvertisementTemplateError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Version 2 over IPv6, which does not exist.
  case versionOverFamily
  /// The source, the destination and the addresses are not of one family.
  case mixedFamilies
  /// Zero; in version 2 not a whole number of seconds up to 255; in version 3 more than 40.95 seconds.
  case interval(Centiseconds)
  /// A password in version 3, which has no authentication.
  case authenticationInVersion3

  /// One line for people.
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

/// A virtual router's advert to one destination, ready to send; only the bytes that change are rewritten.
///
/// The message does not hold the IP header, which the kernel makes. Because pseudo-headers name the destination, every unicast peer
/// has a template of its own.
public struct AdvertisementTemplate: Sendable {
  /// What it says, the priority being that of the next advert.
  public private(set) var advertisement: Advertisement
  /// The addresses it names.
  public let addresses: AddressList
  /// The address it leaves from.
  public let source: IPAddress
  /// The multicast group or unicast peer it goes to.
  public let destination: IPAddress
  /// Over what its checksum is formed; what version and family prescribe where they leave no choice.
  public let checksumStyle: ChecksumStyle
  private let authentication: AdvertisementAuthentication
  private var message: [UInt8]
  /// The checksum's sum over everything but the priority and the checksum itself, both taken as zero.
  private let constantSum: InternetChecksum

  /// A template with all its bytes made.
  ///
  /// - Parameter checksumStyle: counts for version 3 over IPv4 alone.
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

  /// Makes the next advert one of `priority`: three bytes are rewritten, nothing is allocated while the value is not shared.
  public mutating func setPriority(_ priority: Priority) {
    advertisement.priority = priority
    let checksum = checksum(for: priority)
    message.withUnsafeMutableBytes { Self.write(priority, checksum, into: $0) }
  }

  /// The same with another source address, which the kernel chose or an interface got.
  public func replacing(source: IPAddress) throws(AdvertisementTemplateError) -> AdvertisementTemplate {
    try AdvertisementTemplate(
      advertisement, addresses: addresses, source: source, destination: destination, authentication: authentication,
      checksumStyle: checksumStyle)
  }

  /// The same for another destination.
  public func replacing(destination: IPAddress) throws(AdvertisementTemplateError) -> AdvertisementTemplate {
    try AdvertisementTemplate(
      advertisement, addresses: addresses, source: source, destination: destination, authentication: authentication,
      checksumStyle: checksumStyle)
  }

  /// The same with priority 0, by which a master gives up; made ahead, it can be sent without a thought.
  public var resignation: AdvertisementTemplate {
    var copy = self
    copy.setPriority(.resignation)
    return copy
  }

  /// The message's length in bytes; it never changes.
  public var count: Int { message.count }

  /// The message.
  public var bytes: [UInt8] { message }

  /// Lends the message without copying it.
  public func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    try message.withUnsafeBytes(body)
  }

  /// Writes the whole message to the front of `buffer`; returns its length, or `nil` with nothing written when it does not fit.
  public func write(into buffer: UnsafeMutableRawBufferPointer) -> Int? {
    guard buffer.count >= message.count else { return nil }
    buffer.copyBytes(from: message)
    return message.count
  }

  /// Rewrites the priority and the checksum in a buffer that ``write(into:)`` filled, for callers that keep their own send buffers.
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

  /// The message with priority and checksum zero.
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
