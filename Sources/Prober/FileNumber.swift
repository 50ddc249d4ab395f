import Glibc

/// Number at the beginning of a text, as keepalived reads a tracked file: that of `strtol` with base 0.
///
/// After blanks and a sign, `0x` begins a hexadecimal number and `0` an octal one. Text after the number does not count,
/// and a text without a number is 0.
struct FileNumber: Equatable {
  /// Number of the text; `nil` if it is out of range, in which case keepalived keeps the last one.
  let value: Int32?
  /// True if the text is the number and nothing else but blanks.
  let isWhole: Bool

  /// Reads a text.
  init(_ text: [UInt8]) {
    var rest = text[...].drop(while: Self.isBlank)
    let isNegative = rest.first == UInt8(ascii: "-")
    if isNegative || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
    var base: Int64 = 10
    if rest.first == UInt8(ascii: "0") {
      base = 8
      let digits = rest.dropFirst(2)
      // Without a digit behind it, the x is not the number's.
      if rest.dropFirst().first.map({ $0 | 0x20 }) == UInt8(ascii: "x"), Self.digit(digits.first, base: 16) != nil {
        (base, rest) = (16, digits)
      }
    }
    let start = rest.startIndex
    var number: Int64 = 0
    while let digit = Self.digit(rest.first, base: base) {
      // Far beyond what counts, and far from overflowing.
      number = min(number * base + digit, 1 << 40)
      rest.removeFirst()
    }
    value = Int32(exactly: isNegative ? -number : number)
    isWhole = rest.startIndex > start && rest.allSatisfy { Self.isBlank($0) || $0 == 0 }
  }

  private static func digit(_ byte: UInt8?, base: Int64) -> Int64? {
    guard let byte else { return nil }
    let digit: Int64
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = Int64(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = Int64(byte - UInt8(ascii: "a")) + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = Int64(byte - UInt8(ascii: "A")) + 10
    default: return nil
    }
    return digit < base ? digit : nil
  }

  static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}
