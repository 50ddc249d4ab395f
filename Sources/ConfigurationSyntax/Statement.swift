import PrintableText

/// One word of a configuration, quotes removed, with its place.
public struct Word: Sendable {
  /// Bytes of the word.
  public var bytes: ArraySlice<UInt8>
  /// Place of the word.
  public var span: SourceSpan
  /// True when the word stood in double quotes.
  public var quoted: Bool

  /// Text of the word; bytes that are not UTF-8 are kept in it, as by ``Swift/String/init(preserving:)``.
  public var text: String { String(preserving: bytes) }

  /// Place of the part of an unquoted word from `offset` bytes after its beginning.
  public func part(after offset: Int) -> SourceSpan {
    quoted ? span : span.part(from: offset, length: Int(span.length) - offset)
  }

  /// True when the word is exactly this text.
  public static func == (word: Word, text: StaticString) -> Bool {
    word.bytes.count == text.utf8CodeUnitCount
      && word.bytes.elementsEqual(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }
}

/// One line of a configuration with the block that belongs to it.
public struct Statement: Sendable {
  /// Number of the keyword in the ``Grammar``; `nil` for an entry of a value block.
  public var keyword: Grammar.ID?
  /// The words: the keyword and its arguments, or the entry's words. Never empty.
  public var words: [Word]
  /// The lines inside its braces.
  public var children: [Statement] = []
  /// Place of the block's closing brace; `nil` without a block or where the brace is missing.
  public var closingBrace: SourceSpan?
  /// True when a comment begins in the middle of the last word.
  public var isCutByComment = false
  /// True when the keyword is misspelt and ``keyword`` is a guess: the block is checked and has no effect.
  public var isGuess = false
  /// True when the statement follows, within its block, a block that keepalived does not know: for keepalived the block around has ended
  /// there, and the statement is lost.
  public var isLostToKeepalived = false

  /// The words after the keyword.
  public var arguments: ArraySlice<Word> { words.dropFirst() }
  /// Place of the first word.
  public var span: SourceSpan { words[0].span }
}
