/// The bytes that the language gives a meaning.
enum Ascii {
  static let tab = UInt8(ascii: "\t")
  static let newline = UInt8(ascii: "\n")
  static let carriageReturn = UInt8(ascii: "\r")
  static let space = UInt8(ascii: " ")
  static let bang = UInt8(ascii: "!")
  static let quote = UInt8(ascii: "\"")
  static let hash = UInt8(ascii: "#")
  static let dollar = UInt8(ascii: "$")
  static let apostrophe = UInt8(ascii: "'")
  static let open = UInt8(ascii: "{")
  static let close = UInt8(ascii: "}")
  static let openParenthesis = UInt8(ascii: "(")
  static let closeParenthesis = UInt8(ascii: ")")
  static let comma = UInt8(ascii: ",")
  static let equals = UInt8(ascii: "=")
  static let at = UInt8(ascii: "@")
  static let caret = UInt8(ascii: "^")
  static let tilde = UInt8(ascii: "~")
  static let backslash = UInt8(ascii: "\\")

  /// Blank, tab, vertical tab, form feed or carriage return: what separates words.
  static func isBlank(_ byte: UInt8) -> Bool { byte == space || (byte >= 0x09 && byte <= 0x0D && byte != newline) }

  static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

  /// True when a byte may be part of a definition's name, and, with `first`, start one.
  static func isName(_ byte: UInt8, first: Bool) -> Bool {
    (byte >= 0x41 && byte <= 0x5A) || (byte >= 0x61 && byte <= 0x7A) || byte == 0x5F || (!first && isDigit(byte))
  }
}

extension ArraySlice<UInt8> {
  /// True when the bytes are UTF-8.
  var isUTF8: Bool {
    guard contains(where: { $0 >= 0x80 }) else { return true }
    var decoder = UTF8()
    var iterator = makeIterator()
    while true {
      switch decoder.decode(&iterator) {
      case .scalarValue: continue
      case .emptyInput: return true
      case .error: return false
      }
    }
  }
}

/// One line of text that knows for each byte where it was written, also when definitions were put into it.
struct SourceText {
  /// A stretch of the text that was written in one place.
  struct Piece {
    /// Index of its first byte in the text.
    var start: Int
    var file: UInt32
    var line: UInt32
    var column: UInt32
    var origin: UInt32
    /// True when its bytes stand in the file one by one; made-up text (a random number) stays at its column.
    var advances = true
  }

  var bytes: ArraySlice<UInt8>
  var first: Piece
  var rest: [Piece] = []

  var isEmpty: Bool { bytes.isEmpty }

  /// Place of the bytes of `range`; a range over several pieces is shown from its first.
  func span(_ range: Range<Int>) -> SourceSpan {
    let piece = piece(at: range.lowerBound)
    let advance = piece.advances ? UInt32(truncatingIfNeeded: max(0, range.lowerBound - piece.start)) : 0
    let isMixed =
      !piece.advances
      || !rest.isEmpty && !range.isEmpty
        && pieceNumber(at: range.lowerBound) != pieceNumber(at: range.upperBound - 1)
    return SourceSpan(
      file: piece.file, line: piece.line, column: piece.column &+ advance,
      length: UInt32(truncatingIfNeeded: range.count), origin: piece.origin, isMixed: isMixed)
  }

  /// Place of the whole text.
  var span: SourceSpan { span(bytes.startIndex..<bytes.endIndex) }

  func piece(at index: Int) -> Piece {
    let number = pieceNumber(at: index)
    return number == 0 ? first : rest[number - 1]
  }

  /// The number of the piece that a byte belongs to; 0 for ``first``.
  private func pieceNumber(at index: Int) -> Int {
    var low = 0
    var high = rest.count
    while low < high {
      let middle = (low + high) / 2
      if rest[middle].start <= index { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// The part of the text in `range`.
  func slice(_ range: Range<Int>) -> SourceText {
    SourceText(bytes: bytes[range], first: first, rest: rest)
  }

  /// The text without leading and trailing blanks.
  var trimmed: SourceText {
    var start = bytes.startIndex
    var end = bytes.endIndex
    while start < end, Ascii.isBlank(bytes[start]) { start += 1 }
    while start < end, Ascii.isBlank(bytes[end - 1]) { end -= 1 }
    return slice(start..<end)
  }

  /// Index of the first byte from `start` that is not a blank.
  func skipBlanks(from start: Int) -> Int {
    var index = start
    while index < bytes.endIndex, Ascii.isBlank(bytes[index]) { index += 1 }
    return index
  }

  /// Start of a line within the line: after a brace that a condition, a definition, a sequence or an include follows.
  /// `nil` if there is none, and in a line whose own braces belong to a definition, a sequence or an include.
  var lineAfterBrace: Int? {
    guard !beginsOwnForm(at: bytes.startIndex) else { return nil }
    var isQuoted = false
    var index = bytes.startIndex
    while index < bytes.endIndex {
      let byte = bytes[index]
      index += 1
      if byte == Ascii.quote {
        isQuoted.toggle()
      } else if byte == Ascii.dollar, index < bytes.endIndex, bytes[index] == Ascii.open {
        // The braces of a reference.
        if let reference = Definitions.reference(in: bytes, at: index - 1, next: nil) {
          index = reference.range.upperBound
        }
      } else if byte == Ascii.open || byte == Ascii.close, !isQuoted {
        let start = skipBlanks(from: index)
        if start < bytes.endIndex, bytes[start] == Ascii.at || beginsOwnForm(at: start) { return start }
      }
    }
    return nil
  }

  /// True when the text from `index` on is read as a whole.
  private func beginsOwnForm(at index: Int) -> Bool {
    guard index < bytes.endIndex else { return false }
    let rest = slice(index..<bytes.endIndex)
    switch bytes[index] {
    case Ascii.tilde: return rest.starts(with: "~SEQ") || rest.starts(with: "~LST")
    case Ascii.dollar: return Definitions.parse(rest) != nil
    case UInt8(ascii: "i"): return rest.starts(with: "include") && SourceReader.isInclude(rest)
    default: return false
    }
  }

  func starts(with prefix: StaticString) -> Bool {
    bytes.count >= prefix.utf8CodeUnitCount
      && bytes.prefix(prefix.utf8CodeUnitCount).elementsEqual(
        UnsafeBufferPointer(start: prefix.utf8Start, count: prefix.utf8CodeUnitCount))
  }
}
