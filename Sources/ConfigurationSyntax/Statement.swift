import PrintableText

/// One word of a configuration, quotes removed, with its place.
public struct Word: Sendable {
  /// Its bytes.
  public var bytes: ArraySlice<UInt8>
  /// Where it stands.
  public var span: SourceSpan
  /// Whether it stood in double quotes.
  public var quoted: Bool

  /// Its text; bytes that are no UTF-8 are kept in it, as ``Swift/String/init(preserving:)`` keeps them.
  public var text: String { String(preserving: bytes) }

  /// Where the part of an unquoted word stands that begins `offset` bytes after its beginning.
  public func part(after offset: Int) -> SourceSpan {
    quoted ? span : span.part(from: offset, length: Int(span.length) - offset)
  }

  /// Whether it is exactly this text.
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
  /// Where its block's closing brace stands; `nil` without a block or where the brace is missing.
  public var closingBrace: SourceSpan?
  /// Whether a comment begins in the middle of its last word.
  public var isCutByComment = false
  /// Whether the keyword is misspelt and ``keyword`` only what it will have been meant to be: what the block says is looked at
  /// and has no effect.
  public var isGuess = false
  /// Whether it stands behind a block within its own that keepalived does not know: for keepalived the block around has ended there,
  /// and what follows in it is lost.
  public var isLostToKeepalived = false

  /// The words after the keyword.
  public var arguments: ArraySlice<Word> { words.dropFirst() }
  /// Where the first word stands.
  public var span: SourceSpan { words[0].span }
}
