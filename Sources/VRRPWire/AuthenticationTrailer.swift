import NetworkTypes
import VRRPCore

/// Trailer behind a signed advert (keepalived's `auth_hmac` from 2.4.2 on; draft-cassen-vrrp-auth-hmac), in either
/// version and family:
///
/// | byte | |
/// |---|---|
/// | 0 | 1: HMAC-SHA256, of which the first 128 bits are sent |
/// | 1 | number of the key |
/// | 2 | two zero bytes |
/// | 4 | ``TrailerNumber`` |
/// | 12 | HMAC |
///
/// The HMAC covers a header of 20 bytes that is not sent (the versions of IP and VRRP, the VRID, a zero byte, and the
/// source address, padded with zeros for IPv4), then the advert with a checksum of zero, then the trailer with an HMAC
/// of zero. The destination is not covered, so the copies for all unicast peers have the same trailer. An IPv4 checksum
/// leaves the trailer out; an IPv6 checksum covers it, as it covers everything after the IPv6 header.
public struct AuthenticationTrailer: Sendable {
  /// Length of the trailer in bytes.
  public static let length = 28

  static let type: UInt8 = 1
  static let codeOffset = 12
  /// Length of the header that is not sent and of the advert up to its checksum.
  private static let frontLength = 20 + AdvertisementFormat.headerLength

  /// Number of the key with which the trailer was made.
  public let keyID: UInt8
  /// Time of signing, with a count for adverts of one instant.
  public let number: TrailerNumber
  private let code: AuthenticationCode

  /// Reads a trailer without verifying it.
  /// - Throws: ``AdvertisementError/trailerMalformed`` if its length or type is wrong or a reserved byte is not zero.
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

  /// Trailer for an advert.
  public init(for message: RawSpan, from source: IPAddress, key: TrailerKey, number: TrailerNumber) {
    keyID = key.id
    self.number = number
    code = Self.code(of: message, from: source, key, number)
  }

  /// Verifies that a holder of the key sent the advert in front of the trailer from this address.
  /// - Throws: ``AdvertisementError/authenticationCode`` if not.
  public func verify(_ message: RawSpan, from source: IPAddress, key: TrailerKey) throws(AdvertisementError) {
    guard code == Self.code(of: message, from: source, key, number) else { throw .authenticationCode }
  }

  /// Writes the bytes of the trailer.
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

/// Advert with a trailer behind it.
public struct TrailedMessage: SignedPacket {
  private var message: [UInt8]

  /// A message for the adverts of `template`. It must be completed by ``seal(_:_:)``.
  public init(_ template: AdvertisementTemplate) {
    message = Array(repeating: 0, count: template.count + AuthenticationTrailer.length)
  }

  /// Writes the template's advert and its trailer into the message. The template must be the one that the message was
  /// built for.
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

  /// Length of the message in bytes; it never changes.
  public var count: Int { message.count }

  /// Bytes of the message.
  public var bytes: [UInt8] { message }

  /// Gives `body` the message without copying it.
  public func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    try message.withUnsafeBytes(body)
  }
}

/// Packet in which a signed advert is sent: an ``AuthenticatedPacket`` or a ``TrailedMessage``.
public protocol SignedPacket: Sendable {
  /// Length of the packet in bytes; it never changes.
  var count: Int { get }
  /// Gives `body` the packet without copying it.
  func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result
}
