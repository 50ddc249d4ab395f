/// Puts tokens together to a tree of statements, by the grammar and with keepalived's tolerance.
struct BlockBuilder {
  private struct Frame {
    var statement: Statement
    var isValues: Bool
    /// A brace that closes a block in it and stands as if it closed this one.
    var doubtful: SourceSpan?
  }

  let grammar: Grammar
  let diagnostics: DiagnosticCollector
  /// Takes each statement outside all blocks when it is complete.
  private let receive: (Statement) -> Void
  private var last: Statement?
  private var open: [Frame] = []
  /// A statement whose opening brace has not come yet.
  private var awaited: Statement?
  /// Whether the line before was skipped, so that a block after it is skipped as well.
  private var skipsNextBlock = false
  /// Braces open in the block that is being skipped; 0 when none is.
  private var skipped = 0
  /// Where that block begins.
  private var skippedStart: SourceSpan?
  /// The first line outside all blocks that belongs into the block that was closed before it.
  private var outcast: (word: Word, block: Statement)?
  /// What misspelt words were meant to be: a sequence brings the same one again and again.
  private var meanings: [Misspelling: String?] = [:]

  private struct Misspelling: Hashable {
    var block: Grammar.ID?
    /// The part of the word that is compared with keywords.
    var word: [UInt8]
  }

  init(grammar: Grammar, diagnostics: DiagnosticCollector, receive: @escaping (Statement) -> Void) {
    self.grammar = grammar
    self.diagnostics = diagnostics
    self.receive = receive
  }

  private var block: Grammar.ID? { open.isEmpty ? nil : open[open.count - 1].statement.keyword }

  /// Whether a line that begins with this word holds a command.
  func isCommand(_ word: ArraySlice<UInt8>) -> Bool {
    let inside = awaited.flatMap { $0.isGuess ? nil : $0.keyword } ?? block
    guard skipped == 0, let id = grammar.find(word, in: inside) else { return false }
    return grammar.shape(of: id) == .command
  }

  /// Whether a keyword stands where it belongs.
  func knows(_ word: ArraySlice<UInt8>) -> Bool {
    skipped == 0 && grammar.find(word, in: awaited?.keyword ?? block) != nil
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
    } else if let meant = reportUnknown(words), let id = grammar.find(Array(meant.utf8)[...], in: block),
      grammar.shape(of: id).hasBlock, !open.isEmpty || losesRouter(meant)
    {
      awaited = Statement(keyword: id, words: words, isGuess: !open.isEmpty)
    } else {
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
      last = statement
      receive(statement)
    } else {
      if isSecret(open[open.count - 1].statement) {
        for word in statement.arguments { diagnostics.noteSecret(at: word.span) }
      }
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
      skippedStart = span
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
    guard !statement.isGuess else {
      // The line is unknown anyway, and what follows belongs to the block around it.
      awaited = nil
      return
    }
    diagnostics.report(
      .warning, "missing-opening-brace",
      "\(statement.words[0].text) has no { after it; what follows is read as its block", at: statement.span,
      suggestion: "write { at the end of this line",
      changes: [.insertAfter(statement.words[statement.words.count - 1].span, " {")])
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
      reportExtra(span)
      return
    }
    frame.statement.closingBrace = span
    noteIndentation(of: span, closing: frame)
    if isSecret(frame.statement) { diagnostics.endSecret(at: span) }
    append(frame.statement)
    if open.isEmpty { outcast = nil }
  }

  /// Remembers a brace that is less indented than the block it closes, and as much as the block around that one.
  private mutating func noteIndentation(of span: SourceSpan, closing frame: Frame) {
    guard let outer = open.last, outer.doubtful == nil, span.line != frame.statement.span.line,
      span.column != frame.statement.span.column, span.column == outer.statement.span.column
    else { return }
    open[open.count - 1].doubtful = span
  }

  /// Where the blocks that are open begin, and which braces may have been meant to close them.
  private var notesOnOpenBlocks: [(String, SourceSpan?)] {
    open.flatMap { frame -> [(String, SourceSpan?)] in
      let start = ("the block of \(frame.statement.words[0].text) begins here", frame.statement.span as SourceSpan?)
      return [start]
        + (frame.doubtful.map { [("this } closes a block inside it, though it stands as if it closed it", $0)] } ?? [])
    }
  }

  /// Whether all blocks that are open began in the file of a place, so that it is the file to close them in.
  private func isInOneFile(with span: SourceSpan) -> Bool { open.allSatisfy { $0.statement.span.file == span.file } }

  /// Closes all blocks when a keyword comes that can only stand outside: keepalived would swallow it.
  private mutating func closeForgotten(before word: Word) {
    diagnostics.report(
      severityOfMissingBrace, "missing-closing-brace",
      "\(word.text) cannot stand inside \(open.last?.statement.words[0].text ?? "a block"): a } is missing before it",
      at: word.span, notes: notesOnOpenBlocks, suggestion: "close the block with } before this line",
      changes: isInOneFile(with: word.span)
        ? [.insert(String(repeating: "}\n", count: open.count), before: word.span)] : [])
    while let frame = open.popLast() {
      if isSecret(frame.statement) { diagnostics.endSecret(at: word.span) }
      append(frame.statement)
    }
  }

  /// A brace too many does no harm where it stands alone. Where lines before it have lost their block, it is the proof that another
  /// brace came too early.
  private mutating func reportExtra(_ span: SourceSpan) {
    guard let outcast else {
      diagnostics.report(
        .warning, "extra-brace", "this } closes nothing; it is ignored", at: span,
        suggestion: "take it out, or look above for a block that is closed too early", changes: [.remove(span)])
      return
    }
    let name = outcast.block.words[0].text
    diagnostics.report(
      outcast.block.keyword.map(grammar.isForeign) == true ? .warning : .error, "extra-brace",
      "this } closes nothing: a } before it has closed the block of \(name) too early", at: span,
      notes: [
        ("\(outcast.word.text) is outside of it already", outcast.word.span),
        ("the block was closed here", outcast.block.closingBrace),
      ], suggestion: "take the } too many out")
    self.outcast = nil
  }

  private func isSecret(_ statement: Statement) -> Bool { statement.keyword.map(grammar.isSecret) ?? false }

  /// A lost brace changes what the configuration means, unless all of it belongs to somebody else.
  private var severityOfMissingBrace: Severity {
    open.allSatisfy { $0.statement.keyword.map(grammar.isForeign) ?? true } ? .warning : .error
  }

  /// Closes what the end of the files leaves open.
  ///
  /// Where the reading stopped before their end, a block that is open says nothing: what it lacks may have been still to come.
  mutating func finish(isWhole: Bool) {
    guard isWhole else {
      open = []
      awaited = nil
      return
    }
    enterWithoutBraceAtEnd()
    reportUnclosed()
    while let frame = open.popLast() { append(frame.statement) }
  }

  private func reportUnclosed() {
    if skipped > 0, open.isEmpty {
      diagnostics.report(
        .warning, "missing-closing-brace", "a block that is skipped is not closed; it ends with the configuration",
        at: skippedStart, suggestion: "write } at its end")
    }
    if let innermost = open.last {
      // One finding for all: whoever forgets one brace opens every block around it.
      let around = open.dropLast().map { frame -> (String, SourceSpan?) in
        ("it stands in the block of \(frame.statement.words[0].text)", frame.statement.span)
      }
      let doubtful = open.compactMap(\.doubtful).map { span -> (String, SourceSpan?) in
        ("this } closes a block inside it, though it stands as if it closed it", span)
      }
      let first = open[0].statement.span
      let closing = Array(repeating: "}", count: open.count).joined(separator: "\n")
      diagnostics.report(
        severityOfMissingBrace, "missing-closing-brace",
        "the block of \(innermost.statement.words[0].text) is not closed; it ends with the configuration",
        at: innermost.statement.span, notes: around.suffix(8) + doubtful,
        suggestion: open.count == 1 ? "write } at its end" : "write } at its end, and at that of each block around it",
        changes: isInOneFile(with: first) ? [.append(closing, toFileOf: first)] : [])
    }
  }

  private mutating func enterWithoutBraceAtEnd() {
    guard let statement = awaited, !appendWithoutBlock(statement) else { return }
    awaited = nil
    guard !statement.isGuess else { return }
    diagnostics.report(
      .warning, "missing-opening-brace", "\(statement.words[0].text) has no block", at: statement.span,
      suggestion: "write { and } after it")
    append(statement)
  }

  /// Whether a misspelt block is one that may not be silently missing.
  private func losesRouter(_ meant: String) -> Bool { open.isEmpty && meant == "vrrp_instance" }

  /// Reports a word that is no keyword here, and gives the keyword that it will have been meant to be.
  private mutating func reportUnknown(_ words: [Word]) -> String? {
    let word = words[0]
    if open.isEmpty, outcast == nil, let last, let id = last.keyword, last.closingBrace != nil,
      grammar.find(word.bytes, in: id) != nil
    {
      outcast = (word, last)
    }
    let text = word.text
    let place = block.map { "in \(grammar.name(of: $0))" } ?? "outside all blocks"
    if let other = grammar.blocks(knowing: word.bytes).first(where: { $0 != block }) {
      let home = other.map { "inside \(grammar.path(of: $0))" } ?? "outside all blocks"
      diagnostics.report(
        .warning, "misplaced-keyword", "\(text) has no meaning \(place); the line is ignored", at: word.span,
        suggestion: "it belongs \(home)")
      return nil
    }
    if let plain = Self.withPlainBlanks(word) {
      diagnostics.report(
        .warning, "no-break-space",
        "'\(text)' is one word, since the blank in it is a no-break space; the line is ignored",
        at: word.span, suggestion: "write an ordinary blank in the place of the no-break space (U+00A0)",
        replacement: plain)
      return nil
    }
    if let name = word.bytes.split(separator: Ascii.equals, maxSplits: 1, omittingEmptySubsequences: false).first,
      name.count < word.bytes.count, grammar.find(name, in: block) != nil
    {
      let value = String(decoding: word.bytes.dropFirst(name.count + 1), as: UTF8.self)
      diagnostics.report(
        .warning, "equals-sign", "'\(text)' is not a keyword \(place), since = separates nothing; the line is ignored",
        at: word.span, suggestion: "write a blank in the place of =",
        replacement: String(decoding: name, as: UTF8.self) + (value.isEmpty ? "" : " " + value))
      return nil
    }
    let nearest = meaning(of: word)
    // A virtual router whose block is not understood would be silently missing.
    let isFatal = nearest.map(losesRouter) ?? false
    diagnostics.report(
      isFatal ? .error : .warning, "unknown-keyword",
      "'\(text)' is not a keyword \(place); \(isFatal ? "its whole block would be lost" : "the line is ignored")",
      at: word.span, suggestion: nearest.map { "did you mean \($0)?" }, replacement: nearest)
    return nearest
  }

  /// The keyword of the block that a word was meant to be; `nil` too when there are more findings than are shown.
  private mutating func meaning(of word: Word) -> String? {
    guard !diagnostics.isFull else { return nil }
    let misspelling = Misspelling(block: block, word: Array(word.bytes.prefix(Spelling.longestName)))
    if let known = meanings[misspelling] { return known }
    let nearest = Spelling.nearest(to: word.text, in: grammar.names(in: block))
    meanings[misspelling] = .some(nearest)
    return nearest
  }

  /// The text of a word that holds a no-break space with ordinary blanks; `nil` if it holds none.
  private static func withPlainBlanks(_ word: Word) -> String? {
    guard word.text.unicodeScalars.contains("\u{A0}"), !word.quoted else { return nil }
    var text = String.UnicodeScalarView()
    for scalar in word.text.unicodeScalars { text.append(scalar == "\u{A0}" ? " " : scalar) }
    return String(text)
  }
}
