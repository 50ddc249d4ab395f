/// Parts of one line of a file, as far as its layout depends on them.
///
/// Nothing is expanded, so what a reference stands for is unknown: it may hold braces, quotes or a comment sign, or have several
/// lines. A line with one therefore keeps all that stands behind the reference as it is written.
struct LineAnatomy {
  enum Kind: Equatable {
    /// Words and braces that mean what they seem to.
    case plain
    /// Text with references to definitions in it.
    case referring
    /// A definition, `$NAME=VALUE`.
    case definition
    /// A line that begins with `~`, which may be a sequence.
    case sequence
    /// An `include` of some form.
    case include
    /// A line that begins with `@`.
    case conditional(Condition)
  }

  /// The configuration identifiers for which a line is read.
  struct Condition: Hashable {
    var identifier: ArraySlice<UInt8>
    var isNegated: Bool
  }

  /// A part of a plain line.
  enum Piece: Equatable {
    /// Words up to a brace, one blank between them.
    case words([UInt8])
    case open
    case close
  }

  /// The line without its comment and the blanks around it.
  let code: ArraySlice<UInt8>
  /// The comment from its sign on; `nil` if there is none.
  let comment: ArraySlice<UInt8>?
  /// True when the comment begins in the middle of a word.
  let isGlued: Bool
  let kind: Kind
  /// True when the next line belongs, or may belong, to a multi-line definition.
  let continues: Bool

  /// Takes a line apart that belongs to no multi-line definition. Nothing but blanks has empty code and no comment.
  init(_ line: ArraySlice<UInt8>) {
    if line.isEmpty {
      (code, comment, isGlued, kind, continues) = (line, nil, false, .plain, false)
      return
    }
    let text = SourceText(bytes: line, first: .init(start: line.startIndex, file: 0, line: 1, column: 1, origin: 0))
      .trimmed
    let decommented = Lexer.decomment(text)
    code = decommented.text.trimmed.bytes
    let sign = decommented.text.bytes.endIndex
    comment = sign < text.bytes.endIndex ? text.bytes[sign...] : nil
    isGlued = decommented.isCut && !code.isEmpty
    kind = Self.kind(of: decommented.text.trimmed)
    switch kind {
    case .plain, .include: continues = false
    // A definition may come from another one, or stand behind a condition, a sequence or a brace.
    case .referring:
      continues =
        text.bytes.last == Ascii.backslash && (code.first == Ascii.dollar || code.contains(where: Self.isBrace))
    case .definition, .sequence, .conditional: continues = text.bytes.last == Ascii.backslash
    }
  }

  private static func kind(of text: SourceText) -> Kind {
    switch text.bytes.first {
    case Ascii.at: .conditional(condition(of: text.bytes))
    case Ascii.tilde: .sequence
    case Ascii.dollar where Definitions.parse(text) != nil: .definition
    default: isInclude(text.bytes) ? .include : text.bytes.contains(Ascii.dollar) ? .referring : .plain
    }
  }

  /// The condition of the line; `nil` for a line that every host reads.
  var condition: Condition? {
    if case .conditional(let condition) = kind { condition } else { nil }
  }

  private static func condition(of code: ArraySlice<UInt8>) -> Condition {
    var rest = code.dropFirst()
    let isNegated = rest.first == Ascii.caret
    if isNegated { rest = rest.dropFirst() }
    return Condition(identifier: rest.prefix { !Ascii.isBlank($0) }, isNegated: isNegated)
  }

  private static func isInclude(_ code: ArraySlice<UInt8>) -> Bool {
    SourceReader.isInclude(code.prefix { !Ascii.isBlank($0) })
  }

  /// True when a part of a line would mean something else at the beginning of a line.
  private static func mustNotBeginLine(_ words: [UInt8]) -> Bool {
    words.first == Ascii.at || words.first == Ascii.tilde || words.first == Ascii.dollar || isInclude(words[...])
  }

  /// The parts of a plain line.
  struct Parts {
    var pieces: [Piece] = []
    /// True when each part means the same on a line of its own.
    var isSplittable = true
    /// True when quoted text reaches the line's end in a way that only the keyword decides.
    var endsOpaque = false
    /// Position of a double quote that the line does not close.
    var unclosedQuote: Int?
  }

  var parts: Parts {
    var parts = Parts()
    var words: [UInt8] = []
    var index = code.startIndex
    func flush() {
      while words.last == Ascii.space { words.removeLast() }
      if words.isEmpty { return }
      if !parts.pieces.isEmpty, Self.mustNotBeginLine(words) { parts.isSplittable = false }
      parts.pieces.append(.words(words))
      words = []
    }
    while index < code.endIndex {
      let byte = code[index]
      if byte == Ascii.open || byte == Ascii.close {
        flush()
        parts.pieces.append(byte == Ascii.open ? .open : .close)
        index += 1
      } else if Ascii.isBlank(byte) {
        if !words.isEmpty, words.last != Ascii.space { words.append(Ascii.space) }
        index += 1
      } else if let stretch = Self.quoted(in: code, at: index) {
        if stretch.isUnclosed { parts.unclosedQuote = index }
        if stretch.isAmbiguous { parts.isSplittable = false }
        if stretch.isOpaque { parts.endsOpaque = true }
        words += code[index..<stretch.end]
        index = stretch.end
      } else {
        words.append(byte)
        index += 1
      }
    }
    flush()
    return parts
  }

  /// A stretch of a line that quotes hold together, or may.
  private struct Quoted {
    var end: Int
    /// True when a brace in it counts for some keywords and not for others.
    var isAmbiguous = false
    var isUnclosed = false
    /// True when it is the rest of the line because its end is unknown.
    var isOpaque = false
  }

  /// The stretch that begins at `index`, if one does.
  ///
  /// Single quotes hold a command together and mean nothing elsewhere, and whether a backslash keeps a quote from ending depends on
  /// the keyword too. From where that matters, the rest of the line is one stretch.
  private static func quoted(in code: ArraySlice<UInt8>, at index: Int) -> Quoted? {
    let rest = code[index...].dropFirst()
    switch code[index] {
    case Ascii.backslash where rest.first == Ascii.quote || rest.first == Ascii.apostrophe:
      return opaque(rest)
    case Ascii.quote:
      guard let end = rest.firstIndex(of: Ascii.quote) else {
        return Quoted(end: code.endIndex, isUnclosed: true)
      }
      return rest[..<end].last == Ascii.backslash ? opaque(rest) : Quoted(end: end + 1)
    case Ascii.apostrophe:
      guard let end = rest.firstIndex(of: Ascii.apostrophe), !rest[..<end].contains(Ascii.quote) else {
        return opaque(rest)
      }
      return Quoted(end: end + 1, isAmbiguous: rest[..<end].contains(where: isBrace))
    default:
      return nil
    }
  }

  private static func opaque(_ rest: ArraySlice<UInt8>) -> Quoted {
    Quoted(end: rest.endIndex, isAmbiguous: rest.contains(where: isBrace), isOpaque: true)
  }

  private static func isBrace(_ byte: UInt8) -> Bool { byte == Ascii.open || byte == Ascii.close }

  /// The line with one blank between words as far as that is sure to change nothing: up to the first reference.
  var spaced: [UInt8] {
    guard kind == .referring, let dollar = code.firstIndex(of: Ascii.dollar) else { return Array(code) }
    var result: [UInt8] = []
    var index = code.startIndex
    while index < dollar {
      if let stretch = Self.quoted(in: code[..<dollar], at: index) {
        result += code[index..<stretch.end]
        index = stretch.end
      } else if Ascii.isBlank(code[index]) {
        if result.last != Ascii.space { result.append(Ascii.space) }
        index += 1
      } else {
        result.append(code[index])
        index += 1
      }
    }
    return result + code[dollar...]
  }

  /// The part of the line after a condition; `nil` without one, and if it begins like a second condition.
  private var conditioned: LineAnatomy? {
    guard condition != nil else { return nil }
    let rest = LineAnatomy(code.drop { !Ascii.isBlank($0) })
    return rest.condition == nil ? rest : nil
  }

  /// True when a closing brace is first on the line, apart from a condition.
  var startsClosing: Bool { (conditioned?.code ?? code).first == Ascii.close }

  /// The braces that stand in the open, in their order; true for one that opens.
  var braces: [Bool] {
    var index = code.startIndex
    switch kind {
    case .definition, .include: return []
    case .sequence: index = endOfParameters
    case .conditional: return conditioned?.braces ?? []
    case .plain, .referring: break
    }
    var braces: [Bool] = []
    while index < code.endIndex {
      let byte = code[index]
      if byte == Ascii.dollar, let reference = Definitions.reference(in: code, at: index, next: nil) {
        index = reference.range.upperBound
      } else if byte == Ascii.quote {
        index = (code[(index + 1)...].firstIndex(of: Ascii.quote) ?? code.endIndex - 1) + 1
      } else {
        if Self.isBrace(byte) { braces.append(byte == Ascii.open) }
        index += 1
      }
    }
    return braces
  }

  /// End of the parameters of the sequences that the line begins with.
  private var endOfParameters: Int {
    var index = code.startIndex
    while index < code.endIndex, code[index] == Ascii.tilde,
      let close = code[index...].firstIndex(of: Ascii.closeParenthesis)
    {
      index = close + 1
      while index < code.endIndex, Ascii.isBlank(code[index]) { index += 1 }
    }
    return index
  }
}
