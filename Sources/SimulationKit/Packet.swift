import NetworkTypes
import VRRPWire

/// An advert on its way, as bytes.
final class Packet: Sendable {
  /// The message; the whole IPv4 packet if it is behind an Authentication Header.
  let bytes: [UInt8]
  let origin: DatagramOrigin
  let isBehindHeader: Bool
  /// Whether a byte was changed on its way.
  let isCorrupted: Bool

  init(_ bytes: [UInt8], origin: DatagramOrigin, isBehindHeader: Bool, isCorrupted: Bool = false) {
    self.bytes = bytes
    self.origin = origin
    self.isBehindHeader = isBehindHeader
    self.isCorrupted = isCorrupted
  }

  /// The same with one byte changed.
  func corrupted(at position: Int) -> Packet {
    guard !bytes.isEmpty else { return self }
    var bytes = bytes
    bytes[position % bytes.count] ^= UInt8(truncatingIfNeeded: position >> 8) | 1
    return Packet(bytes, origin: origin, isBehindHeader: isBehindHeader, isCorrupted: true)
  }
}
