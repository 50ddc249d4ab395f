import NetworkTypes

/// The parts of an IPv4 header (RFC 791 section 3.1) that matter for an advert, read from a raw socket's datagram.
struct IPv4Header {
  let source: IPAddress
  let destination: IPAddress
  let timeToLive: UInt8
  /// Where the payload lies in the datagram.
  let payload: Range<Int>
  /// Whether the header promises more bytes than are there.
  let isTruncated: Bool

  private static let minimumLength = 20

  /// Reads a header; `nil` when the bytes are too few for it or contradict themselves.
  init?(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count >= Self.minimumLength, bytes[0] >> 4 == 4 else { return nil }
    let headerLength = Int(bytes[0] & 0x0F) * 4
    let totalLength = Int(bytes[2]) << 8 | Int(bytes[3])
    guard headerLength >= Self.minimumLength, headerLength <= bytes.count, totalLength >= headerLength else {
      return nil
    }
    source = Self.address(in: bytes, at: 12)
    destination = Self.address(in: bytes, at: 16)
    timeToLive = bytes[8]
    payload = headerLength..<min(totalLength, bytes.count)
    isTruncated = totalLength > bytes.count
  }

  /// The sender of a datagram whose header cannot be used otherwise.
  static func source(in bytes: UnsafeRawBufferPointer) -> IPAddress? {
    bytes.count >= minimumLength ? address(in: bytes, at: 12) : nil
  }

  private static func address(in bytes: UnsafeRawBufferPointer, at offset: Int) -> IPAddress {
    IPAddress(v4: UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
  }
}
