import NetworkTypes
import VRRPWire

/// An advert on its way, as bytes; read once, however many hosts it reaches.
final class Packet: Sendable {
  let bytes: [UInt8]
  let origin: DatagramOrigin
  /// What it is signed with, if it is.
  let signature: SimulatedSignature?
  /// What the bytes say; `nil` when their form is wrong.
  let received: ReceivedAdvertisement?

  init(_ bytes: [UInt8], origin: DatagramOrigin, signature: SimulatedSignature?) {
    self.bytes = bytes
    self.origin = origin
    self.signature = signature
    // What TTL is allowed is for each receiver to say.
    received = try? ReceivedAdvertisement(
      decoding: bytes.span.bytes, origin: origin, timeToLive: 0...255, isBehindHeader: signature?.isInHeader == true)
  }

  /// The same with one byte changed.
  func corrupted(at position: Int) -> Packet {
    guard !bytes.isEmpty else { return self }
    var bytes = bytes
    bytes[position % bytes.count] ^= UInt8(truncatingIfNeeded: position >> 8) | 1
    return Packet(bytes, origin: origin, signature: signature)
  }
}
