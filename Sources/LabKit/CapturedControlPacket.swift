import NetworkTypes

/// A BFD control packet (RFC 5880 section 4.1) as it crossed the wire.
public struct CapturedControlPacket: Sendable, Hashable {
  /// When it crossed.
  public let time: MonotonicInstant
  /// The link-layer sender.
  public let sender: MACAddress
  /// The IP source.
  public let source: IPAddress
  /// TTL or hop limit.
  public let ttl: UInt8
  /// The UDP port it came from.
  public let sourcePort: UInt16
  /// 3784 on one link, 4784 over several hops.
  public let port: UInt16
  /// 0 AdminDown, 1 Down, 2 Init, 3 Up.
  public let state: UInt8
  /// Why the sender's session left Up last.
  public let diagnostic: UInt8
  /// The sender's number of the session.
  public let discriminator: UInt32
  /// Where the packet begins in the frame, behind the UDP header.
  public let offset: Int

  init?(_ frame: CapturedFrame) {
    let bytes = frame.bytes
    guard let sender = frame.source else { return nil }
    let udp: Int
    switch frame.etherType {
    case 0x0800:
      guard bytes.count >= 34, bytes[23] == 17, let source = IPAddress(bytes: bytes[26..<30]) else { return nil }
      udp = 14 + Int(bytes[14] & 0x0F) * 4
      (self.source, ttl) = (source, bytes[22])
    case 0x86DD:
      guard bytes.count >= 54, bytes[20] == 17, let source = IPAddress(bytes: bytes[22..<38]) else { return nil }
      udp = 54
      (self.source, ttl) = (source, bytes[21])
    default: return nil
    }
    guard bytes.count >= udp + 32 else { return nil }
    func word(_ offset: Int) -> UInt16 { UInt16(bytes[offset]) << 8 | UInt16(bytes[offset + 1]) }
    guard word(udp + 2) == 3784 || word(udp + 2) == 4784 else { return nil }
    time = frame.time
    self.sender = sender
    sourcePort = word(udp)
    port = word(udp + 2)
    offset = udp + 8
    diagnostic = bytes[offset] & 31
    state = bytes[offset + 1] >> 6
    discriminator = UInt32(word(offset + 4)) << 16 | UInt32(word(offset + 6))
  }
}
