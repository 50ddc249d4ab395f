import NetworkTypes

/// IP header of a datagram. Raw IPv4 sockets deliver it with every message, captures for both families.
public struct IPHeader: Sendable, Hashable {
  /// Source, destination and TTL or hop limit.
  public let origin: DatagramOrigin
  /// Number of the protocol in the payload.
  public let protocolNumber: UInt8
  /// Range of the payload in the bytes read: after the header and its options, up to the length in the header.
  public let payload: Range<Int>

  /// Reads an IPv4 header (RFC 791 section 3.1) at `offset`; `nil` if it is none, or if the packet is a fragment or
  /// longer than the bytes. Bytes after the packet (Ethernet's padding) do not belong to the payload. The kernel has
  /// checked the header's checksum.
  public init?(decodingIPv4 packet: RawSpan, at offset: Int = 0) {
    guard let first = packet.byte(at: offset), first >> 4 == 4, let total = packet.word(at: offset &+ 2),
      let fragment = packet.word(at: offset &+ 6), let timeToLive = packet.byte(at: offset &+ 8),
      let protocolNumber = packet.byte(at: offset &+ 9), let source = packet.address(.ipv4, at: offset &+ 12),
      let destination = packet.address(.ipv4, at: offset &+ 16)
    else { return nil }
    let headerLength = Int(first & 0x0F) * 4
    // Fragments are refused; the kernel reassembles them before a raw socket receives the packet.
    guard fragment & 0x3FFF == 0, headerLength >= 20, Int(total) >= headerLength, packet.holds(Int(total), at: offset)
    else { return nil }
    self.protocolNumber = protocolNumber
    origin = DatagramOrigin(source: source, destination: destination, timeToLive: timeToLive)
    payload = offset + headerLength..<offset + Int(total)
  }

  /// Reads an IPv6 header (RFC 8200 section 3) at `offset`; `nil` if it is none or the packet is longer than the bytes.
  /// Extension headers are not followed: neither VRRP nor neighbour discovery uses any.
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
