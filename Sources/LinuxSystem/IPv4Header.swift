import NetworkTypes

/// Fields of an IPv4 header (RFC 791 section 3.1) that matter for an advert, read from a raw socket's datagram.
struct IPv4Header {
  let source: IPAddress
  let destination: IPAddress
  let timeToLive: UInt8
  /// Range of the payload in the datagram.
  let payload: Range<Int>
  /// Whether the header announces more bytes than there are.
  let isTruncated: Bool

  private static let minimumLength = 20

  /// Reads a header; `nil` if there are too few bytes or the fields contradict themselves.
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

  /// Source address of a datagram whose header is invalid otherwise.
  static func source(in bytes: UnsafeRawBufferPointer) -> IPAddress? {
    bytes.count >= minimumLength ? address(in: bytes, at: 12) : nil
  }

  private static func address(in bytes: UnsafeRawBufferPointer, at offset: Int) -> IPAddress {
    IPAddress(v4: UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
  }
}
