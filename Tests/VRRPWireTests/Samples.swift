import NetworkTypes
import Testing
import VRRPCore

@testable import VRRPWire

/// One kind of advert, for parameterised tests.
struct AdvertKind: Sendable, CustomTestStringConvertible {
  var version: ProtocolVersion
  var family: AddressFamily
  var password: String?
  var style = ChecksumStyle.withPseudoHeader
  var isUnicast = false

  static let all: [AdvertKind] =
    [false, true].flatMap { isUnicast in
      [
        AdvertKind(version: .v2, family: .ipv4, isUnicast: isUnicast),
        AdvertKind(version: .v2, family: .ipv4, password: "secret", isUnicast: isUnicast),
        AdvertKind(version: .v3, family: .ipv4, isUnicast: isUnicast),
        AdvertKind(version: .v3, family: .ipv4, style: .messageOnly, isUnicast: isUnicast),
        AdvertKind(version: .v3, family: .ipv6, isUnicast: isUnicast),
      ]
    } + [AdvertKind(version: .v3, family: .ipv4, style: .withGroupPseudoHeader, isUnicast: true)]

  var testDescription: String {
    "v\(version.rawValue) \(family)\(password == nil ? "" : " password") \(style)\(isUnicast ? " unicast" : "")"
  }

  var authentication: AdvertisementAuthentication {
    password.flatMap { SimplePassword(bytes: $0.utf8) }.map { .simplePassword($0) } ?? .none
  }

  /// What the decoder finds: version 2 has one style alone.
  var styleOnTheWire: ChecksumStyle { version == .v2 ? .messageOnly : style }

  var source: IPAddress { family == .ipv4 ? IPAddress(v4: 0xC000_0201) : .linkLocal(1) }

  var destination: IPAddress {
    switch (family, isUnicast) {
    case (.ipv4, false): IPAddress(v4: 0xE000_0012)
    case (.ipv4, true): IPAddress(v4: 0xC000_0202)
    case (.ipv6, false): IPAddress(v6High: 0xFF02_0000_0000_0000, low: 0x12)
    case (.ipv6, true): .linkLocal(2)
    }
  }

  var origin: DatagramOrigin { DatagramOrigin(source: source, destination: destination, timeToLive: 255) }

  func addresses(_ count: Int) throws -> AddressList {
    let addresses = (0..<UInt32(count)).map { number in
      family == .ipv4 ? IPAddress(v4: 0xC000_020A + number) : .linkLocal(0x10 + UInt64(number))
    }
    return try #require(AddressList(family, addresses))
  }

  func advertisement(priority: UInt8 = 100) throws -> Advertisement {
    Advertisement(
      version: version, virtualRouterID: try #require(VirtualRouterID(51)), priority: Priority(rawValue: priority),
      interval: Centiseconds(rawValue: version == .v2 ? 300 : 4095))
  }

  func template(count: Int = 3, priority: UInt8 = 100) throws -> AdvertisementTemplate {
    try AdvertisementTemplate(
      advertisement(priority: priority), addresses: addresses(count), source: source, destination: destination,
      authentication: authentication, checksumStyle: style)
  }
}

extension IPAddress {
  static func linkLocal(_ number: UInt64) -> IPAddress { IPAddress(v6High: 0xFE80_0000_0000_0000, low: number) }
}

// Spans do not outlive the expression they are made in, which `#expect` takes apart: these take arrays instead.

extension ReceivedAdvertisement {
  init(
    _ message: [UInt8], _ origin: DatagramOrigin, timeToLive: ClosedRange<UInt8> = 255...255,
    version: ProtocolVersion? = nil
  ) throws(AdvertisementError) {
    try self.init(decoding: message.span.bytes, origin: origin, timeToLive: timeToLive, version: version)
  }

  func address(at index: Int, of message: [UInt8]) -> IPAddress? { address(at: index, in: message.span.bytes) }

  func difference(from list: AddressList, of message: [UInt8]) -> AdvertisementError? {
    addressDifference(from: list, in: message.span.bytes)
  }
}

extension InternetChecksum {
  mutating func add(_ bytes: [UInt8]) { add(bytes.span.bytes) }
}

extension RememberedAdvertisement {
  func match(_ message: [UInt8], _ origin: DatagramOrigin) -> ReceivedAdvertisement? {
    match(message.span.bytes, origin: origin)
  }
}

/// What decoding throws, or `nil`.
func decodingError(
  _ message: [UInt8], _ origin: DatagramOrigin, timeToLive: ClosedRange<UInt8> = 255...255,
  version: ProtocolVersion? = nil
) -> AdvertisementError? {
  do throws(AdvertisementError) {
    _ = try ReceivedAdvertisement(message, origin, timeToLive: timeToLive, version: version)
    return nil
  } catch {
    return error
  }
}

/// Bytes of hexadecimal text; blanks are ignored.
func hex(_ text: String) -> [UInt8] {
  let digits = text.compactMap(\.hexDigitValue)
  return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}

/// An Ethernet frame around an advert, with the IP header that the kernel would make.
func frame(_ message: [UInt8], _ origin: DatagramOrigin, vlan: UInt16? = nil) -> [UInt8] {
  var frame = MACAddress(multicast: origin.destination).bytes + hex("02 00 00 00 00 01")
  if let vlan { frame += [0x81, 0x00, UInt8(vlan >> 8), UInt8(vlan & 0xFF)] }
  switch origin.source.family {
  case .ipv4:
    let total = message.count + 20
    var header = hex("45 c0") + [UInt8(total >> 8), UInt8(total & 0xFF)] + hex("00 01 00 00")
    header += [origin.timeToLive, 112, 0, 0] + origin.source.bytes + origin.destination.bytes
    var sum = InternetChecksum()
    sum.add(header)
    header[10] = UInt8(sum.checksum >> 8)
    header[11] = UInt8(sum.checksum & 0xFF)
    return frame + [0x08, 0x00] + header + message
  case .ipv6:
    let length = [UInt8(message.count >> 8), UInt8(message.count & 0xFF)]
    let header =
      hex("6c 00 00 00") + length + [112, origin.timeToLive] + origin.source.bytes + origin.destination.bytes
    return frame + [0x86, 0xDD] + header + message
  }
}

extension ARPPacket {
  var frame: [UInt8] {
    var frame = [UInt8](repeating: 0xAA, count: Self.frameLength)
    _ = frame.withUnsafeMutableBytes { write(into: $0) }
    return frame
  }
}

extension NeighborAdvertisement {
  var frame: [UInt8] {
    var frame = [UInt8](repeating: 0xAA, count: Self.frameLength)
    _ = frame.withUnsafeMutableBytes { write(into: $0) }
    return frame
  }
}

extension CapturedFrame {
  init(_ frame: [UInt8]) { self.init(decoding: frame.span.bytes) }
}
