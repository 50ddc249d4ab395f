import CNettle

/// The first 128 bits of an HMAC.
struct AuthenticationCode: Sendable {
  static let length = 16

  private var bytes = SIMD16<UInt8>()

  /// A code that `body` writes.
  init(_ body: (UnsafeMutableBufferPointer<UInt8>) -> Void) {
    withUnsafeMutableBytes(of: &bytes) { $0.withMemoryRebound(to: UInt8.self, body) }
  }

  subscript(index: Int) -> UInt8 { bytes[index] }

  /// Whether two codes are the same. Every byte is looked at, so that the time it takes tells nothing.
  static func == (left: Self, right: Self) -> Bool {
    withUnsafeBytes(of: left.bytes) { left in
      withUnsafeBytes(of: right.bytes) { nettle_memeql_sec(left.baseAddress, $0.baseAddress, length) != 0 }
    }
  }

  /// Whether its first `count` bytes stand in `packet` from `offset` on; takes the same time whatever stands there.
  func stands(in packet: RawSpan, at offset: Int, count: Int) -> Bool {
    guard count <= Self.length, packet.holds(count, at: offset) else { return false }
    return withUnsafeBytes(of: bytes) { own in
      packet.extracting(offset..<offset &+ count).withUnsafeBytes {
        nettle_memeql_sec(own.baseAddress, $0.baseAddress, count) != 0
      }
    }
  }

  /// Writes its first `count` bytes.
  func write(to packet: UnsafeMutableRawBufferPointer, at offset: Int, count: Int = length) {
    for index in 0..<min(count, Self.length) { packet.write(bytes[index], at: offset &+ index) }
  }
}

extension RawSpan {
  /// Lends the bytes to C.
  func withBytes(_ body: (UnsafeBufferPointer<UInt8>) -> Void) {
    withUnsafeBytes { $0.withMemoryRebound(to: UInt8.self, body) }
  }
}
