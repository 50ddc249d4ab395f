/// Cuts one line into words and braces.
struct Lexer {
  /// A token of a line.
  enum Token {
    /// Words up to a brace or the line's end.
    case words([Word], cutByComment: Bool)
    case open(SourceSpan)
    case close(SourceSpan)
  }

  /// A line without its comment.
  struct Decommented {
    var text: SourceText
    /// True when a comment touched the word before it.
    var isCut = false
    /// True when a backslash precedes the comment's sign.
    var isEscaped = false
  }

  /// Removes a comment: `#` or `!` outside double quotes, wherever it stands.
  static func decomment(_ line: SourceText) -> Decommented {
    let bytes = line.bytes
    var quoted = false
    for index in bytes.indices {
      switch bytes[index] {
      case Ascii.quote: quoted.toggle()
      case Ascii.hash, Ascii.bang:
        if quoted { continue }
        let before = index > bytes.startIndex ? bytes[index - 1] : Ascii.space
        return Decommented(
          text: line.slice(bytes.startIndex..<index), isCut: !Ascii.isBlank(before),
          isEscaped: before == Ascii.backslash)
      default: break
      }
    }
    return Decommented(text: line)
  }

  let line: SourceText
  let isCut: Bool
  /// Returns true when the words after a first word belong to a command, and so keep quotes inside them.
  let isCommand: (ArraySlice<UInt8>) -> Bool
  let diagnostics: DiagnosticCollector

  /// Cuts the line; `body` gets the tokens in their order.
  func tokens(_ body: (Token) -> Void) {
    let bytes = line.bytes
    var words: [Word] = []
    var command = false
    var index = bytes.startIndex
    while index < bytes.endIndex {
      let byte = bytes[index]
      if Ascii.isBlank(byte) {
        index += 1
      } else if byte == Ascii.open || byte == Ascii.close {
        if !words.isEmpty { body(.words(words, cutByComment: false)) }
        words = []
        command = false
        let span = line.span(index..<(index + 1))
        body(byte == Ascii.open ? .open(span) : .close(span))
        index += 1
      } else {
        let (word, end) = command ? commandWord(from: index) : word(from: index)
        index = end
        guard let word else { break }
        words.append(word)
        if words.count == 1 { command = isCommand(word.bytes) }
      }
    }
    if !words.isEmpty { body(.words(words, cutByComment: isCut)) }
  }

  private func word(from start: Int) -> (Word?, Int) {
    let bytes = line.bytes
    if bytes[start] == Ascii.quote {
      guard let end = bytes[(start + 1)...].firstIndex(of: Ascii.quote) else { return unterminated(from: start) }
      return (Word(bytes: bytes[(start + 1)..<end], span: line.span(start..<(end + 1)), quoted: true), end + 1)
    }
    var end = start
    while end < bytes.endIndex, !Ascii.isBlank(bytes[end]), bytes[end] != Ascii.quote, bytes[end] != Ascii.open,
      bytes[end] != Ascii.close
    { end = self.end(ofUndefinedAt: end) ?? end + 1 }
    checkTypography(start..<end)
    return (Word(bytes: bytes[start..<end], span: line.span(start..<end), quoted: false), end)
  }

  /// A word of a command: quotes of both kinds join what they hold to what stands beside them, and escapes are replaced but between
  /// single quotes. Before the command is run it is split in the same way once more.
  private func commandWord(from start: Int) -> (Word?, Int) {
    let bytes = line.bytes
    var joined: [UInt8] = []
    var quoted = false
    var index = start
    while index < bytes.endIndex {
      let byte = bytes[index]
      if byte == Ascii.quote || byte == Ascii.apostrophe {
        let open = index
        index += 1
        while index < bytes.endIndex, bytes[index] != byte {
          if byte == Ascii.quote, takesEscape(at: &index, into: &joined) { continue }
          joined.append(bytes[index])
          index += 1
        }
        guard index < bytes.endIndex else { return unterminated(from: open) }
        quoted = true
        index += 1
      } else if takesEscape(at: &index, into: &joined) {
        continue
      } else if Ascii.isBlank(byte) || byte == Ascii.open || byte == Ascii.close {
        break
      } else {
        let end = self.end(ofUndefinedAt: index) ?? index + 1
        joined += bytes[index..<end]
        index = end
      }
    }
    checkTypography(start..<index)
    return (Word(bytes: joined[...], span: line.span(start..<index), quoted: quoted), index)
  }

  private func takesEscape(at index: inout Int, into joined: inout [UInt8]) -> Bool {
    guard line.bytes[index] == Ascii.backslash, index + 1 < line.bytes.endIndex else { return false }
    index += 1
    joined += CommandWords.escape(line.bytes, &index)
    return true
  }

  /// End of a reference without a definition, which stays in the text: its braces do not belong to a block.
  private func end(ofUndefinedAt index: Int) -> Int? {
    let bytes = line.bytes
    guard bytes[index] == Ascii.dollar, index + 1 < bytes.endIndex, bytes[index + 1] == Ascii.open else { return nil }
    return Definitions.reference(in: bytes, at: index, next: nil)?.range.upperBound
  }

  /// A word whose quote is never closed, up to a brace at the line's end; keepalived loses it.
  private func unterminated(from start: Int) -> (Word?, Int) {
    let bytes = line.bytes
    var end = bytes.endIndex
    if end > start + 1, bytes[end - 1] == Ascii.open { end -= 1 }
    while end > start + 1, Ascii.isBlank(bytes[end - 1]) { end -= 1 }
    let span = line.span(start..<end)
    // Text that looks like a comment may be one, or may belong to the word.
    let isClear = bytes[start] == Ascii.quote && !bytes[start..<end].contains { $0 == Ascii.hash || $0 == Ascii.bang }
    diagnostics.report(
      .warning, "unterminated-quote",
      "the quote is not closed on its line; it counts as closed at the end, and keepalived loses the word",
      at: span, suggestion: "close it with the same quote before the end of the line",
      changes: isClear ? [.insertAfter(span, "\"")] : [])
    return (Word(bytes: bytes[(start + 1)..<end], span: span, quoted: true), end)
  }

  /// Typographic quotes come from copying a text out of a document; they are part of the word.
  private func checkTypography(_ range: Range<Int>) {
    var bytes = line.bytes[range]
    while let index = bytes.firstIndex(of: 0xE2), index + 2 < range.upperBound {
      if bytes[index + 1] == 0x80, (0x98...0x9F).contains(bytes[index + 2]) {
        diagnostics.report(
          .warning, "typographic-quote", "a typographic quote has no meaning here and becomes part of the word",
          at: line.span(range), suggestion: "write \" instead", replacement: Self.withPlainQuotes(line.bytes[range]))
        return
      }
      bytes = bytes[(index + 1)...]
    }
  }

  private static func withPlainQuotes(_ bytes: ArraySlice<UInt8>) -> String {
    var text = String.UnicodeScalarView()
    for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
      switch scalar.value {
      case 0x2018...0x201B: text.append("'")
      case 0x201C...0x201F: text.append("\"")
      default: text.append(scalar)
      }
    }
    return String(text)
  }
}
