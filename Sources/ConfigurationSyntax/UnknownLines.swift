/// A line that begins with no keyword of the block it stands in, before it is known whether a block follows.
struct UnknownLine {
  var severity = Severity.warning
  var id: String
  /// Fault of the word.
  var fault: String
  /// Consequence where no block follows.
  var consequence = "the line is ignored"
  var span: SourceSpan
  var suggestion: String?
  /// Replacement of the word that fixes it.
  var replacement: String?
  /// The keyword that the word was meant to be.
  var meant: String?
  /// The keyword of the block that ``replacement`` would add to it.
  var added: Grammar.ID?

  /// Reports the line.
  ///
  /// - Returns: The finding's position among all; `nil` for one that is only counted.
  @discardableResult func report(
    to diagnostics: DiagnosticCollector, consequence: String? = nil, notes: [(String, SourceSpan?)] = []
  ) -> Int? {
    let position = diagnostics.diagnostics.count
    diagnostics.report(
      severity, id, "\(fault); \(consequence ?? self.consequence)", at: span, notes: notes, suggestion: suggestion,
      replacement: replacement)
    return diagnostics.diagnostics.count > position ? position : nil
  }
}

/// A block within another whose keyword keepalived does not know: keepalived ignores the word and the `{`, reads the lines as lines of the
/// block around, and takes the first `}` for its end.
struct UnknownBlock {
  let line: UnknownLine
  /// The block around, and how it is called.
  let around: Grammar.ID
  private let name: String
  /// Lines that mean something in the block around.
  private var readOutside: [Word] = []
  /// The brace that ends the block around for keepalived.
  private var end: SourceSpan?
  /// Braces open for keepalived within the block around.
  private var inner = 0
  private var lastIsKnown = false
  /// Braces open in this block.
  private var depth = 1

  /// Number of lines that are shown.
  private static let shownLines = 3

  init(_ line: UnknownLine, in around: Grammar.ID, _ grammar: Grammar) {
    self.line = line
    self.around = around
    name = grammar.name(of: around)
  }

  /// True when keepalived takes one of its braces for the end of the block around.
  var endsAround: Bool { end != nil }

  /// True when its last brace has come.
  var isClosed: Bool { depth <= 0 }

  mutating func add(_ token: Lexer.Token, _ grammar: Grammar) {
    switch token {
    case .words(let words, _):
      lastIsKnown = grammar.find(words[0].bytes, in: around) != nil
      if end == nil, inner == 0, lastIsKnown, readOutside.count < Self.shownLines { readOutside.append(words[0]) }
    case .open:
      depth += 1
      if lastIsKnown { inner += 1 }
    case .close(let span):
      depth -= 1
      if inner > 0 { inner -= 1 } else if end == nil { end = span }
    }
  }

  func report(to diagnostics: DiagnosticCollector) -> Int? {
    let lines = readOutside.map { ("keepalived takes this line for one of \(name)", $0.span as SourceSpan?) }
    let end = end.map {
      ("keepalived takes this } for the end of \(name), and what follows in it is lost to it", $0 as SourceSpan?)
    }
    return line.report(
      to: diagnostics, consequence: "its block is left out, while keepalived reads it as part of \(name)",
      notes: lines + [end].compactMap(\.self))
  }
}

/// Finds out what was meant by words that are no keywords where they stand.
struct UnknownWords {
  let grammar: Grammar
  let diagnostics: DiagnosticCollector
  /// Meanings of misspelt words: a sequence repeats the same one.
  private var meanings: [Misspelling: String?] = [:]

  private struct Misspelling: Hashable {
    var block: Grammar.ID?
    /// The part of the word that is compared with keywords.
    var word: [UInt8]
  }

  init(grammar: Grammar, diagnostics: DiagnosticCollector) {
    self.grammar = grammar
    self.diagnostics = diagnostics
  }

  /// Judges a line that begins with a word unknown in a block, or outside all blocks.
  mutating func look(at word: Word, in block: Grammar.ID?) -> UnknownLine {
    let place = block.map { "in \(grammar.name(of: $0))" } ?? "outside all blocks"
    if let found = misplaced(word, in: block, place) ?? withHardBlank(word, in: block)
      ?? withEqualsSign(word, in: block, place)
    {
      return found
    }
    let nearest = meaning(of: word, in: block)
    var line = UnknownLine(
      id: "unknown-keyword", fault: "'\(word.text)' is not a keyword \(place)", span: word.span,
      suggestion: nearest.map { "did you mean \($0)?" }, replacement: Spelling.sure(nearest, for: word.text),
      meant: nearest, added: nearest.flatMap { grammar.find(Array($0.utf8)[...], in: block) })
    if block == nil, let nearest, Self.losesRouter(nearest) {
      line.severity = .error
      line.consequence = "its whole block would be lost"
    }
    return line
  }

  /// True when a misspelt block outside all blocks must not go missing silently.
  static func losesRouter(_ meant: String) -> Bool { meant == "vrrp_instance" }

  private func misplaced(_ word: Word, in block: Grammar.ID?, _ place: String) -> UnknownLine? {
    guard let other = grammar.blocks(knowing: word.bytes).first(where: { $0 != block }) else { return nil }
    let home = other.map { "inside \(grammar.path(of: $0))" } ?? "outside all blocks"
    return UnknownLine(
      id: "misplaced-keyword", fault: "\(word.text) has no meaning \(place)", span: word.span,
      suggestion: "it belongs \(home)")
  }

  private func withHardBlank(_ word: Word, in block: Grammar.ID?) -> UnknownLine? {
    guard word.text.unicodeScalars.contains("\u{A0}"), !word.quoted else { return nil }
    var plain = String.UnicodeScalarView()
    for scalar in word.text.unicodeScalars { plain.append(scalar == "\u{A0}" ? " " : scalar) }
    let first = String(plain).utf8.split(separator: Ascii.space, maxSplits: 1).first.map { Array($0) } ?? []
    return UnknownLine(
      id: "no-break-space", fault: "'\(word.text)' is one word, since the blank in it is a no-break space",
      span: word.span, suggestion: "write an ordinary blank in the place of the no-break space (U+00A0)",
      replacement: String(plain), added: grammar.find(first[...], in: block))
  }

  private func withEqualsSign(_ word: Word, in block: Grammar.ID?, _ place: String) -> UnknownLine? {
    let parts = word.bytes.split(separator: Ascii.equals, maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let keyword = grammar.find(parts[0], in: block) else { return nil }
    let value = parts[1].isEmpty ? "" : " " + String(decoding: parts[1], as: UTF8.self)
    return UnknownLine(
      id: "equals-sign", fault: "'\(word.text)' is not a keyword \(place), since = separates nothing", span: word.span,
      suggestion: "write a blank in the place of =", replacement: String(decoding: parts[0], as: UTF8.self) + value,
      added: keyword)
  }

  /// The keyword of the block that a word was meant to be; `nil` too when there are more findings than are shown.
  private mutating func meaning(of word: Word, in block: Grammar.ID?) -> String? {
    guard !diagnostics.isFull else { return nil }
    let misspelling = Misspelling(block: block, word: Array(word.bytes.prefix(Spelling.longestName)))
    if let known = meanings[misspelling] { return known }
    let nearest = Spelling.nearest(to: word.text, in: grammar.names(in: block))
    meanings[misspelling] = .some(nearest)
    return nearest
  }
}
