import CNettle

/// First 128 bits of an HMAC.
struct AuthenticationCode: Sendable {
  static let length = 16

  private var bytes = SIMD16<UInt8>()

  /// A code with the bytes that `body` writes.
  init(_ body: (UnsafeMutableBufferPointer<UInt8>) -> Void) {
    withUnsafeMutableBytes(of: &bytes) { $0.withMemoryRebound(to: UInt8.self, body) }
  }

  subscript(index: Int) -> UInt8 { bytes[index] }

  /// Whether two codes are equal. The time taken does not depend on where they differ.
  static func == (left: Self, right: Self) -> Bool {
    withUnsafeBytes(of: left.bytes) { left in
      withUnsafeBytes(of: right.bytes) { nettle_memeql_sec(left.baseAddress, $0.baseAddress, length) != 0 }
    }
  }

  /// Whether the first `count` bytes of the code are in `packet` at `offset`. The time taken does not depend on where
  /// they differ.
  func stands(in packet: RawSpan, at offset: Int, count: Int) -> Bool {
    guard count <= Self.length, packet.holds(count, at: offset) else { return false }
    return withUnsafeBytes(of: bytes) { own in
      packet.extracting(offset..<offset &+ count).withUnsafeBytes {
        nettle_memeql_sec(own.baseAddress, $0.baseAddress, count) != 0
      }
    }
  }

  /// Writes the first `count` bytes of the code.
  func write(to packet: UnsafeMutableRawBufferPointer, at offset: Int, count: Int = length) {
    for index in 0..<min(count, Self.length) { packet.write(bytes[index], at: offset &+ index) }
  }
}

extension RawSpan {
  /// Gives `body` the bytes as a buffer for a C function.
  func withBytes(_ body: (UnsafeBufferPointer<UInt8>) -> Void) {
    withUnsafeBytes { $0.withMemoryRebound(to: UInt8.self, body) }
  }
}
