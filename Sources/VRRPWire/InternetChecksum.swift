/// Internet checksum over any number of pieces, given in the order of the message (RFC 1071).
///
/// Words are added in memory order, and the bytes are swapped once at the end, which one's-complement sums allow (RFC
/// 1071 section 2(B)).
struct InternetChecksum: Sendable, Hashable {
  /// Sum so far, in the machine's byte order. It cannot overflow for anything that fits in a packet.
  private var sum: UInt64 = 0
  /// Whether an odd number of bytes was added, so that the next piece begins in the middle of a word.
  private var isOdd = false

  /// Adds a piece of any length.
  mutating func add(_ bytes: RawSpan) {
    bytes.withUnsafeBytes { add($0) }
  }

  /// Adds a piece of any length.
  mutating func add(_ bytes: UnsafeRawBufferPointer) {
    var piece: UInt64 = 0
    var offset = 0
    while offset &+ 4 <= bytes.count {
      piece &+= UInt64(bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
      offset &+= 4
    }
    if offset &+ 2 <= bytes.count {
      piece &+= UInt64(bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
      offset &+= 2
    }
    if offset < bytes.count {
      piece &+= UInt64(UInt16(bigEndian: UInt16(bytes[offset]) << 8))
    }
    let folded = Self.fold(piece)
    sum &+= UInt64(isOdd ? folded.byteSwapped : folded)
    isOdd = isOdd != (bytes.count & 1 == 1)
  }

  /// Adds one 16-bit word, if the number of bytes added so far is even.
  mutating func add(_ word: UInt16) {
    sum &+= UInt64(word.bigEndian)
  }

  /// Adds four 16-bit words, if the number of bytes added so far is even.
  mutating func add(_ words: UInt64) {
    let words = words.bigEndian
    sum &+= (words & 0xFFFF_FFFF) &+ (words >> 32)
  }

  /// One's-complement sum; 0xFFFF over a message with a correct checksum.
  var total: UInt16 { UInt16(bigEndian: Self.fold(sum)) }

  /// Checksum to write into a message whose checksum field was added as zero.
  var checksum: UInt16 { ~total }

  private static func fold(_ sum: UInt64) -> UInt16 {
    var sum = sum
    while sum > 0xFFFF { sum = (sum & 0xFFFF) &+ (sum >> 16) }
    return UInt16(truncatingIfNeeded: sum)
  }
}
