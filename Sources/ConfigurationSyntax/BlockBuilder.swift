/// Puts tokens together to a tree of statements, by the grammar and with keepalived's tolerance.
struct BlockBuilder {
  /// Numbers of kept lines and words; sequences can make a million.
  private struct Tally {
    var statements = 0
    var entries = 0
    /// Words in the outermost open block.
    var words = 0
  }

  private struct Frame {
    var statement: Statement
    var isValues: Bool
    /// A brace that closes a block in it and stands as if it closed this one.
    var doubtful: SourceSpan?
    /// Findings in it whose fix would add a line of a keyword.
    var added: [(keyword: Grammar.ID, finding: Int)] = []
    /// True when keepalived has taken a brace in the block for its end.
    var hasEndedForKeepalived = false
  }

  let grammar: Grammar
  private let limits: SourceLimits
  private var tally = Tally()
  let diagnostics: DiagnosticCollector
  /// Takes each statement outside all blocks when it is complete.
  private let receive: (Statement) -> Void
  private var last: Statement?
  private var open: [Frame] = []
  /// A statement whose opening brace has not come yet.
  private var awaited: Statement?
  /// True when the line before was skipped, so that a block after it is skipped as well.
  private var skipsNextBlock = false
  /// Braces open in the block that is being skipped; 0 when none is.
  private var skipped = 0
  /// Braces open of unknown blocks outside all blocks. keepalived ignores them, and reads those lines that may stand outside.
  private var ignored = 0
  /// Start of the block that is skipped or ignored.
  private var skippedStart: SourceSpan?
  /// The first line outside all blocks that belongs into the block that was closed before it.
  private var outcast: (word: Word, block: Statement)?
  private var unknown: UnknownWords
  /// The line before, if its keyword is unknown: whether a block follows decides what is said of it.
  private var unknownLine: UnknownLine?
  /// The block of such a line within another.
  private var unknownBlock: UnknownBlock?
  /// Number of open blocks around that one.
  private var depthOfUnknownBlock = 0

  init(
    grammar: Grammar, limits: SourceLimits, diagnostics: DiagnosticCollector, receive: @escaping (Statement) -> Void
  ) {
    self.grammar = grammar
    self.limits = limits
    self.diagnostics = diagnostics
    self.receive = receive
    unknown = UnknownWords(grammar: grammar, diagnostics: diagnostics)
  }

  /// The thing of which there is too much to keep; `nil` while there is not.
  var excess: String? {
    if tally.statements > limits.statements { return "more than \(limits.statements) blocks" }
    if tally.entries > limits.statements { return "more than \(limits.statements) entries of blocks" }
    return tally.words > limits.heldWords ? "more than \(limits.heldWords) words in one block" : nil
  }

  private var block: Grammar.ID? { open.isEmpty ? nil : open[open.count - 1].statement.keyword }

  /// True when a line that begins with this word holds a command.
  func isCommand(_ word: ArraySlice<UInt8>) -> Bool {
    let inside = awaited.flatMap { $0.isGuess ? nil : $0.keyword } ?? block
    guard skipped == 0, let id = grammar.find(word, in: inside) else { return false }
    return grammar.shape(of: id) == .command
  }

  /// True when the word is a keyword of the current block.
  func knows(_ word: ArraySlice<UInt8>) -> Bool {
    skipped == 0 && grammar.find(word, in: awaited?.keyword ?? block) != nil
  }

  mutating func add(_ token: Lexer.Token) {
    unknownBlock?.add(token, grammar)
    if unknownBlock?.isClosed == true { reportUnknownBlock() }
    switch token {
    case .words(let words, let cut):
      reportUnknownLine()
      addLine(words, cut: cut)
    case .open(let span):
      noteUnknownBlock()
      addOpen(span)
    case .close(let span):
      reportUnknownLine()
      addClose(span)
    }
  }

  private mutating func addLine(_ words: [Word], cut: Bool) {
    guard skipped == 0, let first = words.first else { return }
    enterWithoutBrace()
    skipsNextBlock = false
    if !open.isEmpty, open[open.count - 1].isValues {
      // To the block around, which keepalived takes it for, it is no entry.
      if let around = unknownBlock?.around, grammar.find(first.bytes, in: around) != nil { return }
      tally.entries += 1
      hold(Statement(keyword: nil, words: words, isCutByComment: cut))
      return
    }
    if let id = grammar.find(first.bytes, in: block) {
      add(Statement(keyword: id, words: words, isCutByComment: cut), grammar.shape(of: id))
    } else if let id = grammar.find(first.bytes, in: nil), grammar.shape(of: id) == .block, isBlockStart(first) {
      closeForgotten(before: first)
      add(Statement(keyword: id, words: words, isCutByComment: cut), grammar.shape(of: id))
    } else {
      addUnknown(words)
    }
  }

  private mutating func addUnknown(_ words: [Word]) {
    if open.isEmpty, outcast == nil, let last, let id = last.keyword, last.closingBrace != nil,
      grammar.find(words[0].bytes, in: id) != nil
    {
      outcast = (words[0], last)
    }
    let line = unknown.look(at: words[0], in: block)
    let isSaidAlready = ignored > 0 && open.isEmpty && line.severity != .error
    unknownLine = isSaidAlready ? nil : line
    if let meant = line.meant, let id = grammar.find(Array(meant.utf8)[...], in: block), grammar.shape(of: id).hasBlock,
      !open.isEmpty || UnknownWords.losesRouter(meant)
    {
      awaited = Statement(keyword: id, words: words, isGuess: !open.isEmpty)
    } else {
      skipsNextBlock = true
    }
  }

  private mutating func reportUnknownLine() {
    guard let line = unknownLine else { return }
    unknownLine = nil
    note(line.report(to: diagnostics), adding: line.added, depth: open.count)
  }

  /// Remembers what the fix of a finding would add to the block that is the innermost one of so many.
  private mutating func note(_ finding: Int?, adding keyword: Grammar.ID?, depth: Int) {
    guard let finding, let keyword, open.indices.contains(depth - 1) else { return }
    open[depth - 1].added.append((keyword, finding))
  }

  /// Takes back the fixes that would add a second line of a keyword to a block: which of the two is meant, a person must say.
  private func withdrawAdditions(to frame: Frame) {
    guard !frame.added.isEmpty else { return }
    let written = Set(frame.statement.children.lazy.filter { !$0.isGuess }.compactMap(\.keyword))
    for (keyword, finding) in frame.added where written.contains(keyword) { diagnostics.withdrawFix(of: finding) }
  }

  /// Begins the block of the line before, if its keyword is unknown.
  private mutating func noteUnknownBlock() {
    guard let line = unknownLine else { return }
    unknownLine = nil
    if let block, unknownBlock == nil {
      unknownBlock = UnknownBlock(line, in: block, grammar)
      depthOfUnknownBlock = open.count
    } else {
      line.report(
        to: diagnostics,
        consequence: line.severity == .error
          ? nil : "of its block only lines are read that may stand outside all blocks")
    }
  }

  private mutating func reportUnknownBlock() {
    guard let block = unknownBlock else { return }
    unknownBlock = nil
    note(block.report(to: diagnostics), adding: block.line.added, depth: depthOfUnknownBlock)
    if block.endsAround, open.indices.contains(depthOfUnknownBlock - 1) {
      open[depthOfUnknownBlock - 1].hasEndedForKeepalived = true
    }
  }

  /// True when a block that belongs outside all blocks starts here, so that the blocks around it must have lost their braces.
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
      tally.statements += 1
      tally.words = 0
      receive(statement)
    } else {
      if isSecret(open[open.count - 1].statement) {
        for word in statement.arguments { diagnostics.noteSecret(at: word.span) }
      }
      hold(statement)
    }
  }

  /// Keeps a statement until the block that it stands in is complete.
  private mutating func hold(_ statement: Statement) {
    tally.words += statement.words.count + 4
    var statement = statement
    statement.isLostToKeepalived = open[open.count - 1].hasEndedForKeepalived
    open[open.count - 1].statement.children.append(statement)
  }

  private mutating func addOpen(_ span: SourceSpan) {
    if skipped > 0 {
      skipped += 1
    } else if let statement = awaited {
      enter(statement)
    } else if skipsNextBlock {
      skipsNextBlock = false
      if open.isEmpty { ignored += 1 } else { skipped = 1 }
      if ignored <= 1 { skippedStart = span }
    } else {
      diagnostics.report(
        .warning, "unexpected-brace", "this { does not follow a keyword that has a block; it is ignored", at: span)
    }
  }

  private mutating func enter(_ statement: Statement) {
    awaited = nil
    if isSecret(statement) { diagnostics.beginSecret(of: statement.span) }
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

  /// Appends the statement if its block is optional, and so complete when no brace follows; false for any other.
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
      if ignored > 0 { ignored -= 1 } else { reportExtra(span) }
      return
    }
    frame.statement.closingBrace = span
    noteIndentation(of: span, closing: frame)
    if isSecret(frame.statement) { diagnostics.endSecret(at: span) }
    withdrawAdditions(to: frame)
    append(frame.statement)
    // The block's own brace then ends the block around it.
    if frame.hasEndedForKeepalived, !open.isEmpty { open[open.count - 1].hasEndedForKeepalived = true }
    if open.isEmpty { outcast = nil }
  }

  /// Remembers a brace that is less indented than the block it closes, and as much as the block around that one.
  private mutating func noteIndentation(of span: SourceSpan, closing frame: Frame) {
    guard let outer = open.last, outer.doubtful == nil, span.line != frame.statement.span.line,
      span.column != frame.statement.span.column, span.column == outer.statement.span.column
    else { return }
    open[open.count - 1].doubtful = span
  }

  /// Starts of the open blocks, and the braces that may have been meant to close them.
  private var notesOnOpenBlocks: [(String, SourceSpan?)] {
    open.flatMap { frame -> [(String, SourceSpan?)] in
      let start = ("the block of \(frame.statement.words[0].text) begins here", frame.statement.span as SourceSpan?)
      return [start]
        + (frame.doubtful.map { [("this } closes a block inside it, though it stands as if it closed it", $0)] } ?? [])
    }
  }

  /// True when all open blocks began in the file of a place, so that they must be closed in it.
  private func isInOneFile(with span: SourceSpan) -> Bool { open.allSatisfy { $0.statement.span.file == span.file } }

  /// Closes all blocks when a keyword comes that can only stand outside: keepalived would swallow it.
  private mutating func closeForgotten(before word: Word) {
    reportUnknownBlock()
    diagnostics.report(
      severityOfMissingBrace, "missing-closing-brace",
      "\(word.text) cannot stand inside \(open.last?.statement.words[0].text ?? "a block"): a } is missing before it",
      at: word.span, notes: notesOnOpenBlocks, suggestion: "close the block with } before this line",
      changes: isInOneFile(with: word.span)
        ? [.insert(String(repeating: "}\n", count: open.count), before: word.span)] : [])
    while let frame = open.popLast() {
      if isSecret(frame.statement) { diagnostics.endSecret(at: word.span) }
      withdrawAdditions(to: frame)
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
      outcast.block.keyword.map(grammar.isUnmanaged) == true ? .warning : .error, "extra-brace",
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
    open.allSatisfy { $0.statement.keyword.map(grammar.isUnmanaged) ?? true } ? .warning : .error
  }

  /// Closes what the end of the files leaves open.
  ///
  /// An open block has no finding where the reading stopped before its end: what it lacks may have been still to come.
  mutating func finish(isWhole: Bool) {
    reportUnknownLine()
    reportUnknownBlock()
    guard isWhole else {
      open = []
      awaited = nil
      return
    }
    enterWithoutBraceAtEnd()
    reportUnclosed()
    while let frame = open.popLast() {
      withdrawAdditions(to: frame)
      append(frame.statement)
    }
  }

  private func reportUnclosed() {
    if ignored > 0, open.isEmpty {
      diagnostics.report(
        .warning, "missing-closing-brace", "a block that is left out is not closed; it ends with the configuration",
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
}
