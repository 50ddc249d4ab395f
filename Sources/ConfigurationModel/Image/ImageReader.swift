/// Reads values from an image in one pass. Whatever the bytes are, it throws rather than traps.
struct ImageReader: ImageCoder {
  private let bytes: [UInt8]
  private var position: Int

  /// A reader that begins at the first of `bytes`.
  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    position = 0
  }

  /// How many bytes are left.
  var remaining: Int { bytes.count - position }

  mutating func callAsFunction<Value: ImageValue>(_ field: inout Value) throws(ImageError) {
    field = try Value(from: &self)
  }

  mutating func byte() throws(ImageError) -> UInt8 {
    guard position < bytes.count else { throw .damaged }
    defer { position += 1 }
    return bytes[position]
  }

  /// A number in groups of seven bits, the lowest first; each but the last has its highest bit set.
  mutating func number() throws(ImageError) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: 0, to: 64, by: 7) {
      let byte = try byte()
      let bits = UInt64(byte & 0x7F)
      guard shift < 63 || bits <= 1 else { throw .damaged }
      value |= bits << UInt64(shift)
      if byte < 0x80 { return value }
    }
    throw .damaged
  }

  /// A number that is a count or a position. The caller compares it with what there can be.
  mutating func count() throws(ImageError) -> Int {
    let value = try number()
    guard let count = Int(exactly: value) else { throw .damaged }
    return count
  }

  /// So many bytes as a text.
  mutating func text() throws(ImageError) -> String {
    let length = try count()
    guard length <= remaining else { throw .damaged }
    defer { position += length }
    return String(decoding: bytes[position..<position + length], as: UTF8.self)
  }
}
