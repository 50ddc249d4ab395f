/// Reads the files of a configuration line by line: comments, conditions, definitions, sequences and includes are
/// settled here, so that the block builder sees only words and braces.
final class SourceReader {
  let files: any SourceFiles
  let map: SourceMap
  let diagnostics: DiagnosticCollector
  let configurationID: [UInt8]
  var definitions = Definitions()
  var builder: BlockBuilder
  var random: RandomNumbers
  /// The files being read, outermost first.
  var openFiles: [(path: String, number: UInt32, checks: IncludeChecks)] = []
  var fileCount = 0
  /// Patterns that includes asked for so far.
  var patternCount = 0
  /// Directories and files that patterns may still search.
  var searchSteps: Int
  /// Places of includes whose files were being read already.
  var loops: Set<IncludePlace> = []
  private var totalLength = 0
  let limits: SourceLimits
  private var linesLeft: Int
  private var bytesLeft: Int
  /// Set when a bound was passed: nothing more is read.
  var isStopped = false
  /// The multi-line definition whose lines are being read.
  private var collecting: (name: ArraySlice<UInt8>, lines: [SourceText])?

  init(
    files: any SourceFiles, grammar: Grammar, diagnostics: DiagnosticCollector, configurationID: String?,
    randomSeed: UInt64, limits: SourceLimits, receive: @escaping (Statement) -> Void
  ) {
    self.files = files
    self.limits = limits
    linesLeft = limits.expandedLines
    searchSteps = limits.searchSteps
    bytesLeft = limits.expandedBytes
    map = diagnostics.map
    self.diagnostics = diagnostics
    self.configurationID = Array((configurationID ?? "").utf8)
    random = RandomNumbers(state: randomSeed)
    builder = BlockBuilder(grammar: grammar, limits: limits, diagnostics: diagnostics, receive: receive)
  }

  /// Reads one file's bytes; what they include is read in place.
  func read(_ bytes: [UInt8], path: String, includedFrom: SourceSpan?) {
    totalLength += bytes.count
    fileCount += 1
    let number = map.addFile(path: path, bytes: bytes, includedFrom: includedFrom)
    guard totalLength <= SourceLimits.totalLength, fileCount <= limits.fileCount else {
      stop(
        "the configuration is larger than \(SourceLimits.totalLength / 1_048_576) MiB or has too many files",
        at: SourceSpan(file: number, line: 1, column: 1, length: 0, origin: 0))
      return
    }
    openFiles.append((path, number, openFiles.last?.checks ?? []))
    var start = bytes.startIndex
    var line: UInt32 = 1
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
      diagnostics.report(
        .warning, "byte-order-mark", "the file begins with a byte order mark, which keepalived takes for a word",
        at: SourceSpan(file: number, line: 1, column: 1, length: 3, origin: 0),
        suggestion: "save the file as UTF-8 without a byte order mark", replacement: "")
      start += 3
    }
    while start < bytes.endIndex, !isStopped {
      let end = bytes[start...].firstIndex(of: Ascii.newline) ?? bytes.endIndex
      // An empty line says something only behind the lines of a definition.
      if end == start, collecting == nil {
        start = end + 1
        line &+= 1
        continue
      }
      // Behind a byte order mark the first line begins in column 4.
      let column = line == 1 ? UInt32(start - bytes.startIndex) + 1 : 1
      let first = SourceText.Piece(start: start, file: number, line: line, column: column, origin: 0)
      process(SourceText(bytes: bytes[start..<end], first: first), depth: 0)
      start = end + 1
      line &+= 1
    }
    finishCollecting()
    openFiles.removeLast()
  }

  /// Reads one line as it stands in a file or in a multi-line definition.
  func process(_ raw: SourceText, depth: Int) {
    guard !isStopped, isReadable(raw, depth: depth) else { return }
    let whole = raw.trimmed
    if collecting != nil {
      collect(whole)
      return
    }
    let decommented = Lexer.decomment(whole)
    if decommented.isEscaped {
      diagnostics.report(
        .warning, "escaped-comment", "keepalived loses what follows a comment sign in spite of the backslash",
        at: decommented.text.span, suggestion: "put the word in double quotes")
    }
    guard !decommented.text.bytes.isEmpty else {
      if whole.bytes.last == Ascii.backslash {
        diagnostics.report(
          .warning, "comment-backslash", "keepalived reads the backslash at the end of a comment as a keyword",
          at: whole.span((whole.bytes.endIndex - 1)..<whole.bytes.endIndex), suggestion: "take the backslash out")
      }
      return
    }
    noteOtherBytes(in: decommented.text)
    let continues = whole.bytes.last == Ascii.backslash
    let text = decommented.text.trimmed
    guard let line = condition(text) else { return }
    if text.bytes.first == Ascii.at, line.starts(with: "include"), Self.isInclude(line) {
      diagnostics.report(
        .note, "include-on-condition", "keepalived reads what is included on a line with a condition twice",
        at: line.span, suggestion: "define $FILE=NAME on lines with conditions, and write include $FILE once")
    }
    interpret(line, isCut: decommented.isCut, continues: continues, depth: depth)
  }

  private func isReadable(_ raw: SourceText, depth: Int) -> Bool {
    if depth > SourceLimits.expansionDepth {
      // A definition that holds itself twice would come here two to the power of the depth times.
      stop("definitions and sequences stand too deep within one another", "definition-loop", at: raw.span)
      return false
    }
    if raw.bytes.count > 1023 {
      let fatal = raw.bytes.count > SourceLimits.lineLength
      diagnostics.report(
        fatal ? .error : .warning, "line-too-long",
        fatal
          ? "the line has \(raw.bytes.count) bytes; at most \(SourceLimits.lineLength) are read"
          : "the line has \(raw.bytes.count) bytes; keepalived reads at most 1,023 and takes the rest for another line",
        at: raw.span, suggestion: "split it, or put a long command into a script")
      if fatal { return false }
    }
    if let index = raw.bytes.firstIndex(of: 0) {
      diagnostics.report(
        .error, "nul-byte", "the line holds a NUL byte", at: raw.span(index..<(index + 1)),
        suggestion: "save the file as UTF-8 text")
      return false
    }
    return true
  }

  private func noteOtherBytes(in text: SourceText) {
    guard !text.bytes.isUTF8 else { return }
    diagnostics.report(
      .note, "invalid-utf8",
      "the line holds bytes that are not UTF-8: scripts get them as they are, logs and the status show \u{FFFD} for each",
      at: text.span, suggestion: "save the file as UTF-8")
  }

  /// The line without its `@ID`, or `nil` if it is not for this host.
  private func condition(_ line: SourceText) -> SourceText? {
    let bytes = line.bytes
    guard bytes.first == Ascii.at else { return line }
    var start = bytes.startIndex + 1
    let negated = start < bytes.endIndex && bytes[start] == Ascii.caret
    if negated { start += 1 }
    var end = start
    while end < bytes.endIndex, !Ascii.isBlank(bytes[end]) { end += 1 }
    guard (bytes[start..<end].elementsEqual(configurationID)) != negated else { return nil }
    return line.slice(end..<bytes.endIndex).trimmed
  }

  /// Reads a line after its condition. What follows a brace is a line of its own, which may again begin with a condition, a
  /// definition, a sequence or an include.
  func interpret(_ line: SourceText, isCut: Bool, continues: Bool, depth: Int) {
    var rest = line
    while !isStopped {
      guard let split = rest.lineAfterBrace else {
        interpretPart(rest, isCut: isCut, continues: continues, depth: depth)
        return
      }
      interpretPart(rest.slice(rest.bytes.startIndex..<split), isCut: false, continues: false, depth: depth)
      guard let next = condition(rest.slice(split..<rest.bytes.endIndex).trimmed), !next.isEmpty else { return }
      rest = next
    }
  }

  /// Reads a definition, a sequence, or a line for the block builder.
  private func interpretPart(_ line: SourceText, isCut: Bool, continues: Bool, depth: Int) {
    var line = line
    var rounds = 0
    while line.bytes.first == Ascii.dollar || line.bytes.first == Ascii.tilde {
      if let (name, start) = Definitions.parse(line) {
        define(name, line.slice(start..<line.bytes.endIndex), continues: continues)
        return
      }
      if line.bytes.first == Ascii.tilde {
        if sequence(line, depth: depth) { return }
        break
      }
      rounds += 1
      guard rounds <= SourceLimits.expansionDepth else {
        diagnostics.report(.error, "definition-loop", "the definition refers to itself", at: line.span)
        return
      }
      guard let next = expandLeading(line) else { break }
      line = next.trimmed
      // A definition may stand before a condition, or hold it.
      if line.bytes.first == Ascii.at {
        guard let kept = condition(line) else { return }
        line = kept
      }
    }
    guard line.bytes.contains(Ascii.dollar) else {
      emit(line, isCut: isCut)
      return
    }
    var expander = LineExpander(reader: self)
    guard let expanded = expander.expand(line) else { return }
    finish(expanded, isCut: isCut, depth: depth)
  }

  private func finish(_ expanded: ExpandedLine, isCut: Bool, depth: Int) {
    let decommented = Lexer.decomment(expanded.text)
    var text = decommented.text.trimmed
    guard !expanded.tail.isEmpty else {
      emit(text, isCut: isCut || decommented.isCut)
      return
    }
    // Text before a multi-line name stays in front of its first line.
    var lines = expanded.tail[...]
    if !text.isEmpty, let first = lines.popFirst() {
      text = joined(text, first)
      emit(text, isCut: false)
    }
    for line in lines {
      guard spend(lines: 1, at: line.span) else { return }
      process(line, depth: depth + 1)
    }
  }

  private func joined(_ text: SourceText, _ next: SourceText) -> SourceText {
    var bytes = Array(text.bytes)
    bytes.append(Ascii.space)
    let shift = text.bytes.startIndex
    let base = bytes.count
    bytes += next.bytes
    var result = SourceText(bytes: bytes[...], first: text.first)
    result.first.start -= shift
    let moved = text.rest.map { piece in
      var piece = piece
      piece.start -= shift
      return piece
    }
    var pieces = [next.first] + next.rest
    for index in pieces.indices { pieces[index].start += base - next.bytes.startIndex }
    result.rest =
      moved
      + pieces.map { piece in
        var piece = piece
        if piece.start < base {
          if piece.advances { piece.column &+= UInt32(truncatingIfNeeded: base - piece.start) }
          piece.start = base
        }
        return piece
      }
    return result
  }

  /// Replaces the reference that a line begins with by its text, so that a definition can hold a definition or a sequence.
  private func expandLeading(_ line: SourceText) -> SourceText? {
    guard let reference = Definitions.reference(in: line.bytes, at: line.bytes.startIndex, next: nil),
      let value = definitions[reference.name], !value.isMultiLine, let text = value.lines.first,
      leads(text, from: line.skipBlanks(from: reference.range.upperBound), in: line),
      spend(bytes: line.bytes.count + text.bytes.count, at: line.span)
    else { return nil }
    let origin = map.addExpansion(
      name: String(decoding: reference.name, as: UTF8.self), use: line.span(reference.range), definition: text.span)
    let rest = line.slice(reference.range.upperBound..<line.bytes.endIndex).trimmed
    let head = moved(text, to: origin)
    return rest.isEmpty ? head : joined(head, rest)
  }

  /// True when the kind of a line depends on the text of the definition that it begins with.
  private func leads(_ text: SourceText, from rest: Int, in line: SourceText) -> Bool {
    guard let first = text.bytes.first else { return rest < line.bytes.endIndex && line.bytes[rest] == Ascii.at }
    return first == Ascii.tilde || first == Ascii.dollar || first == Ascii.at
  }

  /// A definition's text with the use that it is read for.
  func moved(_ text: SourceText, to origin: UInt32) -> SourceText {
    var text = text
    text.first.origin = origin
    for index in text.rest.indices { text.rest[index].origin = origin }
    return text
  }

  private func define(_ name: ArraySlice<UInt8>, _ value: SourceText, continues: Bool) {
    guard continues else {
      definitions[name] = Definitions.Value(lines: [value.trimmed], isMultiLine: false)
      return
    }
    var first = value
    if first.bytes.last == Ascii.backslash { first = first.slice(first.bytes.startIndex..<(first.bytes.endIndex - 1)) }
    first = first.trimmed
    collecting = (name, first.isEmpty ? [] : [first])
  }

  private func collect(_ line: SourceText) {
    if line.isEmpty {
      finishCollecting()
      return
    }
    let continues = line.bytes.last == Ascii.backslash
    if continues, Lexer.decomment(line).text.bytes.count < line.bytes.count {
      diagnostics.report(
        .warning, "comment-before-backslash",
        "a comment stands before the last backslash; the definition goes on all the same, and ends here for keepalived 2.4",
        at: line.span, suggestion: "put the comment on a line outside the definition")
    }
    let text = continues ? line.slice(line.bytes.startIndex..<(line.bytes.endIndex - 1)).trimmed : line
    // In its place: a copy of all lines for each line would make a long definition quadratic.
    if !text.isEmpty { collecting?.lines.append(text) }
    if !continues { finishCollecting() }
  }

  private func finishCollecting() {
    guard let current = collecting else { return }
    collecting = nil
    definitions[current.name] = Definitions.Value(lines: current.lines, isMultiLine: true)
  }

  /// Hands a finished line on: to the includes, or word by word to the block builder.
  private func emit(_ line: SourceText, isCut: Bool) {
    guard !line.isEmpty else { return }
    if line.starts(with: "include"), include(line) { return }
    let isOwn = line.starts(with: "include_check") || line.starts(with: "random_seed")
    let lexer = Lexer(
      line: line, isCut: isCut, isCommand: { [self] in builder.isCommand($0) }, diagnostics: diagnostics)
    lexer.tokens { token in
      if isOwn, case .words(let words, _) = token, builder.knows(words[0].bytes) { follow(words) }
      builder.add(token)
    }
    if let excess = builder.excess { stop("the configuration holds \(excess)", at: line.span) }
  }

  /// Follows a keyword that says how the lines after it are read.
  private func follow(_ words: [Word]) {
    if words[0] == "include_check" {
      setIncludeChecks(words.dropFirst())
    } else if words[0] == "random_seed", words.count > 1, let seed = UInt32(words[1].text) {
      random = RandomNumbers(state: UInt64(seed))
    }
  }

  /// Counts lines that an expansion makes; false when there were too many, which is reported once.
  func spend(lines: Int, at span: SourceSpan) -> Bool {
    linesLeft -= lines
    if linesLeft < 0 {
      stop("sequences and definitions make more than \(limits.expandedLines) lines", at: span)
    }
    return !isStopped
  }

  /// Counts bytes that an expansion makes; false when there were too many, which is reported once.
  func spend(bytes: Int, at span: SourceSpan) -> Bool {
    bytesLeft -= bytes
    if bytesLeft < 0 {
      stop("sequences and definitions make more than \(limits.expandedBytes / 1_048_576) MiB", at: span)
    }
    return !isStopped
  }

  /// True when so many lines may still come.
  func mayMake(lines: Int) -> Bool { lines <= linesLeft }

  /// Gives up on the whole configuration.
  func stop(_ message: String, _ id: String = "expansion-too-large", at span: SourceSpan) {
    guard !isStopped else { return }
    isStopped = true
    diagnostics.report(.error, id, message, at: span)
  }
}
