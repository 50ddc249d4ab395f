import NetworkTypes

/// IP Authentication Header in front of an advert (RFC 2402), in the form of keepalived's `auth_type AH`:
///
/// - IPv4 only, without options, and version 2 with authentication type 2 (RFC 2338 section 5.3.6.2);
/// - the security parameters index is the sender's address;
/// - the integrity check value is HMAC-MD5-96 over the whole packet. Type of service, flags and fragment offset, header
///   checksum, the value itself and, in unicast, the time to live count as zero. RFC 2402 section 3.3.3.1.1.1 has the
///   time to live as zero in multicast too; keepalived does not.
public struct AuthenticationHeader: Sendable, Hashable {
  /// IP protocol number of the Authentication Header.
  public static let protocolNumber: UInt8 = 51
  /// Length of the header in bytes, with a check value of 96 bits.
  public static let length = 24
  /// Bytes in front of the advert: the IPv4 header and the Authentication Header.
  public static let packetOverhead = ipHeaderLength + length

  static let ipHeaderLength = 20
  /// Value of the length field: the header's length in words of four bytes, less two (RFC 2402 section 2.2).
  static let payloadLength: UInt8 = 4
  static let integrityCheckOffset = ipHeaderLength + 12

  /// Sequence number of the packet (RFC 2402 section 2.5).
  public let sequenceNumber: UInt32
  /// Range of the advert in the packet.
  public let message: Range<Int>

  /// Reads the header of a whole IPv4 packet, without verifying the signature.
  /// - Throws: ``AdvertisementError/ipHeader`` if the packet is no whole IPv4 packet without options,
  ///   ``AdvertisementError/authenticationHeader`` if the header is cut short or contradicts itself.
  public init(decoding packet: RawSpan) throws(AdvertisementError) {
    guard let header = IPHeader(decodingIPv4: packet), header.payload.lowerBound == Self.ipHeaderLength else {
      throw .ipHeader
    }
    let start = header.payload.lowerBound
    guard header.protocolNumber == Self.protocolNumber, header.payload.count >= Self.length,
      packet.byte(at: start) == AdvertisementFormat.protocolNumber, packet.byte(at: start + 1) == Self.payloadLength,
      packet.word(at: start + 2) == 0, packet.address(.ipv4, at: start + 4) == header.origin.source,
      let high = packet.word(at: start + 8), let low = packet.word(at: start + 10)
    else { throw .authenticationHeader }
    sequenceNumber = UInt32(high) << 16 | UInt32(low)
    message = start + Self.length..<header.payload.upperBound
  }

  /// Verifies that a holder of the key sent the packet that this header was read from.
  /// - Throws: ``AdvertisementError/authenticationCode`` if not.
  public func verify(_ packet: RawSpan, key: AuthenticationKey) throws(AdvertisementError) {
    guard message.upperBound <= packet.byteCount else { throw .authenticationHeader }
    let code = Self.integrityCheck(of: packet.extracting(0..<message.upperBound), key)
    guard code.stands(in: packet, at: Self.integrityCheckOffset, count: AuthenticationKey.integrityCheckLength) else {
      throw .authenticationCode
    }
  }

  /// Integrity check value of a packet, computed as if the field were zero.
  static func integrityCheck(of packet: RawSpan, _ key: AuthenticationKey) -> AuthenticationCode {
    withUnsafeTemporaryAllocation(byteCount: packetOverhead, alignment: 8) { front in
      for offset in 0..<packetOverhead { front[offset] = packet.byte(at: offset) ?? 0 }
      front.write(0 as UInt8, at: 1)
      front.write(0 as UInt16, at: 6)
      if packet.address(.ipv4, at: 16)?.isMulticast == false { front.write(0 as UInt8, at: 8) }
      front.write(0 as UInt16, at: 10)
      front.zero(integrityCheckOffset..<packetOverhead)
      return key.code(
        of: UnsafeRawBufferPointer(front).bytes,
        packet.extracting(min(packetOverhead, packet.byteCount)..<packet.byteCount))
    }
  }
}
