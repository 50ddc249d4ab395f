import NetworkTypes

/// What an IP header says of the datagram behind it: raw IPv4 sockets deliver it with every message, captures for both families.
public struct IPHeader: Sendable, Hashable {
  /// Source, destination and TTL or hop limit.
  public let origin: DatagramOrigin
  /// The number of the protocol carried.
  public let protocolNumber: UInt8
  /// Where the payload lies in the bytes that were read: behind the header and its options, to the length that the header states.
  public let payload: Range<Int>

  /// Reads an IPv4 header (RFC 791 section 3.1) from `offset` on; `nil` when it is none, when the packet is a fragment or when it is
  /// longer than what is there. Bytes behind the packet (Ethernet's padding) are no part of the payload. The header's checksum is
  /// the kernel's care.
  public init?(decodingIPv4 packet: RawSpan, at offset: Int = 0) {
    guard let first = packet.byte(at: offset), first >> 4 == 4, let total = packet.word(at: offset &+ 2),
      let fragment = packet.word(at: offset &+ 6), let timeToLive = packet.byte(at: offset &+ 8),
      let protocolNumber = packet.byte(at: offset &+ 9), let source = packet.address(.ipv4, at: offset &+ 12),
      let destination = packet.address(.ipv4, at: offset &+ 16)
    else { return nil }
    let headerLength = Int(first & 0x0F) * 4
    // More fragments to come, or not the first one; the kernel reassembles before a raw socket sees the packet.
    guard fragment & 0x3FFF == 0, headerLength >= 20, Int(total) >= headerLength, packet.holds(Int(total), at: offset)
    else { return nil }
    self.protocolNumber = protocolNumber
    origin = DatagramOrigin(source: source, destination: destination, timeToLive: timeToLive)
    payload = offset + headerLength..<offset + Int(total)
  }

  /// Reads an IPv6 header (RFC 8200 section 3) from `offset` on; `nil` when it is none or the packet is longer than what is there.
  /// Extension headers are not followed: neither VRRP nor neighbour discovery is sent with any.
  public init?(decodingIPv6 packet: RawSpan, at offset: Int = 0) {
    guard let first = packet.byte(at: offset), first >> 4 == 6, let length = packet.word(at: offset &+ 4),
      let nextHeader = packet.byte(at: offset &+ 6), let hopLimit = packet.byte(at: offset &+ 7),
      let source = packet.address(.ipv6, at: offset &+ 8), let destination = packet.address(.ipv6, at: offset &+ 24),
      packet.holds(Int(length), at: offset &+ 40)
    else { return nil }
    protocolNumber = nextHeader
    origin = DatagramOrigin(source: source, destination: destination, timeToLive: hopLimit)
    payload = offset + 40..<offset + 40 + Int(length)
  }
}
