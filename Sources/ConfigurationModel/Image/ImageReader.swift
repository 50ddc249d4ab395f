/// Reads values from an image in one pass. Bad bytes throw and never trap.
struct ImageReader: ImageCoder {
  private let bytes: [UInt8]
  private var position: Int

  /// A reader that begins at the first of `bytes`.
  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    position = 0
  }

  /// Number of bytes left.
  var remaining: Int { bytes.count - position }

  mutating func callAsFunction<Value: ImageValue>(_ field: inout Value) throws(ImageError) {
    field = try Value(from: &self)
  }

  mutating func byte() throws(ImageError) -> UInt8 {
    guard position < bytes.count else { throw .damaged }
    defer { position += 1 }
    return bytes[position]
  }

  /// Reads a number in groups of seven bits, lowest first; each byte but the last has its highest bit set.
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

  /// Reads a count or a position. The caller checks it against what is possible.
  mutating func count() throws(ImageError) -> Int {
    let value = try number()
    guard let count = Int(exactly: value) else { throw .damaged }
    return count
  }

  /// Reads a text after its length.
  mutating func text() throws(ImageError) -> String {
    let length = try count()
    guard length <= remaining else { throw .damaged }
    defer { position += length }
    return String(decoding: bytes[position..<position + length], as: UTF8.self)
  }
}
