import NetworkTypes
import VRRPCore

/// Advert with the IPv4 and Authentication Headers in front of it. The signature covers all three.
///
/// The kernel adds the header's checksum, which is not signed, and nothing else.
public struct AuthenticatedPacket: SignedPacket {
  private let key: AuthenticationKey
  private var packet: [UInt8]

  /// A packet for the adverts of `template`. It must be completed by ``seal(_:sequenceNumber:)``. `nil` for IPv6, which
  /// has no such packets.
  public init?(_ template: AdvertisementTemplate, key: AuthenticationKey, timeToLive: UInt8) {
    guard template.source.family == .ipv4, template.destination.family == .ipv4 else { return nil }
    self.key = key
    packet = Array(repeating: 0, count: AuthenticationHeader.packetOverhead + template.count)
    let length = UInt16(truncatingIfNeeded: packet.count)
    packet.withUnsafeMutableBytes { packet in
      packet.write(0x45 as UInt8, at: 0)
      // Precedence "internetwork control", as in all adverts.
      packet.write(0xC0 as UInt8, at: 1)
      packet.write(length, at: 2)
      packet.write(timeToLive, at: 8)
      packet.write(AuthenticationHeader.protocolNumber, at: 9)
      packet.write(template.source, at: 12)
      packet.write(template.destination, at: 16)
      packet.write(AdvertisementFormat.protocolNumber, at: 20)
      packet.write(AuthenticationHeader.payloadLength, at: 21)
      packet.write(template.source, at: 24)
    }
  }

  /// Writes the template's advert and the number into the packet and signs it. The template must be the one that the
  /// packet was built for.
  public mutating func seal(_ template: AdvertisementTemplate, sequenceNumber: UInt32) {
    let key = key
    // The kernel would replace an identification of zero, and the signature covers it.
    let identification = UInt16(truncatingIfNeeded: sequenceNumber)
    packet.withUnsafeMutableBytes { packet in
      packet.write(identification == 0 ? 1 : identification, at: 4)
      packet.write(UInt16(truncatingIfNeeded: sequenceNumber >> 16), at: 28)
      packet.write(UInt16(truncatingIfNeeded: sequenceNumber), at: 30)
      template.withBytes { message in
        for (index, byte) in message.enumerated() {
          packet.write(byte, at: AuthenticationHeader.packetOverhead + index)
        }
      }
      let code = AuthenticationHeader.integrityCheck(of: UnsafeRawBufferPointer(packet).bytes, key)
      code.write(
        to: packet, at: AuthenticationHeader.integrityCheckOffset, count: AuthenticationKey.integrityCheckLength)
    }
  }

  /// Length of the packet in bytes; it never changes.
  public var count: Int { packet.count }

  /// Bytes of the packet.
  public var bytes: [UInt8] { packet }

  /// Gives `body` the packet without copying it.
  public func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    try packet.withUnsafeBytes(body)
  }
}
