/// Puts tokens together to a tree of statements, by the grammar and with keepalived's tolerance.
struct BlockBuilder {
  private struct Frame {
    var statement: Statement
    var isValues: Bool
  }

  let grammar: Grammar
  let diagnostics: DiagnosticCollector
  private(set) var statements: [Statement] = []
  private var open: [Frame] = []
  /// A statement whose opening brace has not come yet.
  private var awaited: Statement?
  /// Whether the line before was skipped, so that a block after it is skipped as well.
  private var skipsNextBlock = false
  /// Braces open in the block that is being skipped; 0 when none is.
  private var skipped = 0

  init(grammar: Grammar, diagnostics: DiagnosticCollector) {
    self.grammar = grammar
    self.diagnostics = diagnostics
  }

  private var block: Grammar.ID? { open.isEmpty ? nil : open[open.count - 1].statement.keyword }

  /// Whether a line that begins with this word holds a command.
  func isCommand(_ word: ArraySlice<UInt8>) -> Bool {
    let inside = awaited?.keyword ?? block
    guard skipped == 0, let id = grammar.find(word, in: inside) else { return false }
    return grammar.shape(of: id) == .command
  }

  mutating func add(_ token: Lexer.Token) {
    switch token {
    case .words(let words, let cut): addLine(words, cut: cut)
    case .open(let span): addOpen(span)
    case .close(let span): addClose(span)
    }
  }

  private mutating func addLine(_ words: [Word], cut: Bool) {
    guard skipped == 0, let first = words.first else { return }
    enterWithoutBrace()
    skipsNextBlock = false
    if !open.isEmpty, open[open.count - 1].isValues {
      open[open.count - 1].statement.children.append(
        Statement(keyword: nil, words: words, isCutByComment: cut))
      return
    }
    if let id = grammar.find(first.bytes, in: block) {
      add(Statement(keyword: id, words: words, isCutByComment: cut), grammar.shape(of: id))
    } else if let id = grammar.find(first.bytes, in: nil), grammar.shape(of: id) == .block, isBlockStart(first) {
      closeForgotten(before: first)
      add(Statement(keyword: id, words: words, isCutByComment: cut), grammar.shape(of: id))
    } else {
      reportUnknown(words)
      skipsNextBlock = true
    }
  }

  /// Whether a block that belongs outside all blocks starts here, so that the ones around it must have lost their braces.
  private func isBlockStart(_ word: Word) -> Bool { !open.isEmpty && !word.quoted }

  private mutating func add(_ statement: Statement, _ shape: Grammar.Shape) {
    switch shape {
    case .line, .command: append(statement)
    case .block, .values, .optionalBlock: awaited = statement
    }
  }

  private mutating func append(_ statement: Statement) {
    if open.isEmpty {
      statements.append(statement)
    } else {
      open[open.count - 1].statement.children.append(statement)
    }
  }

  private mutating func addOpen(_ span: SourceSpan) {
    if skipped > 0 {
      skipped += 1
    } else if let statement = awaited {
      enter(statement)
    } else if skipsNextBlock {
      skipsNextBlock = false
      skipped = 1
    } else {
      diagnostics.report(
        .warning, "unexpected-brace", "this { does not follow a keyword that has a block; it is ignored", at: span)
    }
  }

  private mutating func enter(_ statement: Statement) {
    awaited = nil
    if isSecret(statement) { diagnostics.beginSecret(at: statement.span) }
    let values = statement.keyword.map { grammar.shape(of: $0) == .values } ?? true
    open.append(Frame(statement: statement, isValues: values))
  }

  private mutating func enterWithoutBrace() {
    guard let statement = awaited, !appendWithoutBlock(statement) else { return }
    diagnostics.report(
      .warning, "missing-opening-brace",
      "\(statement.words[0].text) has no { after it; what follows is read as its block", at: statement.span,
      suggestion: "write { at the end of this line")
    enter(statement)
  }

  /// Whether the statement needs no block, and so is complete when no brace follows.
  private mutating func appendWithoutBlock(_ statement: Statement) -> Bool {
    guard let keyword = statement.keyword, grammar.shape(of: keyword) == .optionalBlock else { return false }
    awaited = nil
    append(statement)
    return true
  }

  private mutating func addClose(_ span: SourceSpan) {
    if skipped > 0 {
      skipped -= 1
      return
    }
    enterWithoutBrace()
    skipsNextBlock = false
    guard var frame = open.popLast() else {
      diagnostics.report(.warning, "extra-brace", "this } closes nothing; it is ignored", at: span)
      return
    }
    frame.statement.closingBrace = span
    if isSecret(frame.statement) { diagnostics.endSecret(at: span) }
    append(frame.statement)
  }

  /// Closes all blocks when a keyword comes that can only stand outside: keepalived would swallow it.
  private mutating func closeForgotten(before word: Word) {
    let names = open.map { "the block of \($0.statement.words[0].text) begins here" }
    diagnostics.report(
      .error, "missing-closing-brace",
      "\(word.text) cannot stand inside \(open.last?.statement.words[0].text ?? "a block"): a } is missing before it",
      at: word.span, notes: zip(names, open.map(\.statement.span)).map { ($0, $1) },
      suggestion: "close the block with } before this line")
    while let frame = open.popLast() {
      if isSecret(frame.statement) { diagnostics.endSecret(at: word.span) }
      append(frame.statement)
    }
  }

  private func isSecret(_ statement: Statement) -> Bool { statement.keyword.map(grammar.isSecret) ?? false }

  /// Closes what the end of the files leaves open.
  mutating func finish() {
    enterWithoutBraceAtEnd()
    if skipped > 0 {
      diagnostics.report(.warning, "missing-closing-brace", "a } is missing at the end of the configuration")
    }
    while let frame = open.popLast() {
      diagnostics.report(
        .warning, "missing-closing-brace",
        "the block of \(frame.statement.words[0].text) is not closed; it ends with the configuration",
        at: frame.statement.span, suggestion: "write } at its end")
      append(frame.statement)
    }
  }

  private mutating func enterWithoutBraceAtEnd() {
    guard let statement = awaited, !appendWithoutBlock(statement) else { return }
    awaited = nil
    diagnostics.report(
      .warning, "missing-opening-brace", "\(statement.words[0].text) has no block", at: statement.span,
      suggestion: "write { and } after it")
    append(statement)
  }

  private func reportUnknown(_ words: [Word]) {
    let word = words[0]
    let text = word.text
    let place = block.map { "in \(grammar.name(of: $0))" } ?? "outside all blocks"
    if let other = grammar.blocks(knowing: word.bytes).first(where: { $0 != block }) {
      let home = other.map { "inside \(grammar.path(of: $0))" } ?? "outside all blocks"
      diagnostics.report(
        .warning, "misplaced-keyword", "\(text) has no meaning \(place); the line is ignored", at: word.span,
        suggestion: "it belongs \(home)")
      return
    }
    let bytes = Array(word.bytes)
    let hasHardBlank = zip(bytes, bytes.dropFirst()).contains { $0 == 0xC2 && $1 == 0xA0 }
    let nearest = diagnostics.isFull ? nil : Spelling.nearest(to: text, in: grammar.names(in: block))
    // A virtual router whose block is not understood would be silently missing.
    let losesRouter = open.isEmpty && nearest == "vrrp_instance"
    diagnostics.report(
      losesRouter ? .error : .warning, "unknown-keyword",
      "'\(text)' is not a keyword \(place); \(losesRouter ? "its whole block would be lost" : "the line is ignored")",
      at: word.span,
      suggestion: hasHardBlank
        ? "it holds a no-break space (U+00A0); write an ordinary blank" : nearest.map { "did you mean \($0)?" },
      replacement: nearest)
  }
}
