/// Appends values to an image.
struct ImageWriter: ImageCoder {
  /// The bytes so far.
  private(set) var bytes: [UInt8] = []

  mutating func callAsFunction<Value: ImageValue>(_ field: inout Value) { field.write(to: &self) }

  mutating func put(byte: UInt8) { bytes.append(byte) }

  /// Appends a number in the form of ``ImageReader/number()``.
  mutating func put(_ number: UInt64) {
    var rest = number
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }

  mutating func put(_ text: String) {
    var text = text
    text.withUTF8 {
      put(UInt64($0.count))
      bytes.append(contentsOf: $0)
    }
  }

  /// Appends the number of a case and its payload.
  mutating func put(case number: UInt8, _ payload: some ImageValue) {
    put(byte: number)
    payload.write(to: &self)
  }
}
