import NetworkTypes
import VRRPCore

/// What stands behind a signed advert (keepalived's `auth_hmac` from 2.4.2 on; draft-cassen-vrrp-auth-hmac), in either version and
/// family:
///
/// | byte | |
/// |---|---|
/// | 0 | 1: HMAC-SHA256, of which the first 128 bits are sent |
/// | 1 | the key's number |
/// | 2 | two bytes of zero |
/// | 4 | the ``TrailerNumber`` |
/// | 12 | the HMAC |
///
/// The HMAC covers a header of 20 bytes that is not sent (the versions of IP and VRRP, the VRID, a byte of zero, and the source address
/// with zeros behind an IPv4 one), then the advert, its checksum taken as zero, then the trailer, the HMAC taken as zero. The
/// destination is not covered: the copies for all unicast peers bear one trailer. An IPv4 checksum leaves the trailer out, an
/// IPv6 one covers it, as it covers all that follows the IPv6 header.
public struct AuthenticationTrailer: Sendable {
  /// Its length in bytes.
  public static let length = 28

  static let type: UInt8 = 1
  static let codeOffset = 12
  /// The header that is not sent, and as much of the advert as its checksum is in.
  private static let frontLength = 20 + AdvertisementFormat.headerLength

  /// The number of the key that it was made with.
  public let keyID: UInt8
  /// When it was made, and which one of that instant.
  public let number: TrailerNumber
  private let code: AuthenticationCode

  /// Reads a trailer. Whether it is authentic is not asked here.
  /// - Throws: ``AdvertisementError/trailerMalformed`` for one of another length or type, or with something in its reserved bytes.
  public init(decoding trailer: RawSpan) throws(AdvertisementError) {
    guard trailer.byteCount == Self.length, trailer.byte(at: 0) == Self.type, let keyID = trailer.byte(at: 1),
      trailer.word(at: 2) == 0, let number = trailer.quad(at: 4)
    else { throw .trailerMalformed }
    self.keyID = keyID
    self.number = TrailerNumber(rawValue: number)
    code = AuthenticationCode { bytes in
      for index in bytes.indices { bytes[index] = trailer.byte(at: Self.codeOffset &+ index) ?? 0 }
    }
  }

  /// The trailer for an advert.
  public init(for message: RawSpan, from source: IPAddress, key: TrailerKey, number: TrailerNumber) {
    keyID = key.id
    self.number = number
    code = Self.code(of: message, from: source, key, number)
  }

  /// Checks that somebody with the key sent the advert in front of the trailer from this address.
  /// - Throws: ``AdvertisementError/authenticationCode``
  public func verify(_ message: RawSpan, from source: IPAddress, key: TrailerKey) throws(AdvertisementError) {
    guard code == Self.code(of: message, from: source, key, number) else { throw .authenticationCode }
  }

  /// Writes the trailer's bytes.
  func write(to packet: UnsafeMutableRawBufferPointer, at offset: Int) {
    Self.write(keyID, number, to: packet, at: offset)
    code.write(to: packet, at: offset &+ Self.codeOffset)
  }

  private static func write(
    _ keyID: UInt8, _ number: TrailerNumber, to packet: UnsafeMutableRawBufferPointer, at offset: Int
  ) {
    packet.write(Self.type, at: offset)
    packet.write(keyID, at: offset &+ 1)
    packet.write(0 as UInt16, at: offset &+ 2)
    packet.write(number.rawValue, at: offset &+ 4)
  }

  private static func code(
    of message: RawSpan, from source: IPAddress, _ key: TrailerKey, _ number: TrailerNumber
  ) -> AuthenticationCode {
    withUnsafeTemporaryAllocation(byteCount: frontLength + length, alignment: 8) { buffer in
      buffer.zero(0..<buffer.count)
      buffer.write(source.family == .ipv4 ? 4 : 6 as UInt8, at: 0)
      buffer.write((message.byte(at: 0) ?? 0) >> 4, at: 1)
      buffer.write(message.byte(at: 1) ?? 0, at: 2)
      buffer.write(source, at: 4)
      for offset in 0..<AdvertisementFormat.checksumOffset {
        buffer.write(message.byte(at: offset) ?? 0, at: 20 + offset)
      }
      write(key.id, number, to: buffer, at: frontLength)
      let bytes = UnsafeRawBufferPointer(buffer).bytes
      let rest = min(AdvertisementFormat.headerLength, message.byteCount)..<message.byteCount
      return key.code(
        of: bytes.extracting(0..<frontLength), message.extracting(rest), bytes.extracting(frontLength..<buffer.count))
    }
  }
}

/// An advert with a trailer behind it.
public struct TrailedMessage: SignedPacket {
  private var message: [UInt8]

  /// A message for the adverts of `template`; it is worth nothing before ``seal(_:_:)``.
  public init(_ template: AdvertisementTemplate) {
    message = Array(repeating: 0, count: template.count + AuthenticationTrailer.length)
  }

  /// Puts the template's advert and the trailer that was made for it in. The template must be the one the message was made for.
  public mutating func seal(_ template: AdvertisementTemplate, _ trailer: AuthenticationTrailer) {
    message.withUnsafeMutableBytes { message in
      let length = message.count - AuthenticationTrailer.length
      template.withBytes { advert in
        for (index, byte) in advert.prefix(length).enumerated() { message[index] = byte }
      }
      trailer.write(to: message, at: length)
      guard template.source.family == .ipv6 else { return }
      message.write(0 as UInt16, at: AdvertisementFormat.checksumOffset)
      var sum = InternetChecksum(
        pseudoHeaderFrom: template.source, to: template.destination,
        protocolNumber: AdvertisementFormat.protocolNumber, length: message.count)
      sum.add(UnsafeRawBufferPointer(message))
      message.write(sum.checksum, at: AdvertisementFormat.checksumOffset)
    }
  }

  /// The message's length in bytes; it never changes.
  public var count: Int { message.count }

  /// The message.
  public var bytes: [UInt8] { message }

  /// Lends the message without copying it.
  public func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    try message.withUnsafeBytes(body)
  }
}

/// What a signed advert is sent as: an ``AuthenticatedPacket`` or a ``TrailedMessage``.
public protocol SignedPacket: Sendable {
  /// Its length in bytes; it never changes.
  var count: Int { get }
  /// Lends its bytes without copying them.
  func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result
}
