/// Lays out one file, line by line.
struct Layout {
  private static let indent = 4
  /// Bytes of a line that keepalived still reads whole. No line is made longer, and one that is longer already is not touched,
  /// since another cut would give other words.
  private static let longestLine = 1023

  /// A line that is laid out and not yet written, since a brace may still join it.
  private struct Line {
    var code: [UInt8]
    var comment: ArraySlice<UInt8>?
    var isGlued = false
    var depth: Int
    var origin: Int
    /// True when an opening brace on the next line may move to the end of this one.
    var takesBrace = false
    /// True when a block begins or ends with the line, so that a blank line beside it has no meaning.
    var opens = false
    var closes = false

    /// The text of the line, without the blanks before it.
    var content: [UInt8] {
      var content = code
      if let comment {
        if !code.isEmpty, !isGlued { content.append(Ascii.space) }
        content += comment
      }
      return content
    }
  }

  private var output: [UInt8] = []
  private var origins: [Int32] = []
  private var depth = BraceDepth()
  private var waiting: Line?
  /// The first of the blank lines that have come since the last other line.
  private var blankLine: Int?
  /// True when a blank line here would be the first of a block or of the file, or a second one.
  private var dropsBlankLine = true
  private var isInDefinition = false
  private var number = 0

  /// The layout of a file's bytes.
  /// - Parameter longest: Bytes that the layout may have.
  static func of(_ bytes: [UInt8], longest: Int) throws(LayoutObstacle) -> FormattedSource {
    var layout = Layout()
    layout.output.reserveCapacity(bytes.count + bytes.count / 4)
    var start = bytes.startIndex
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { start += 3 }
    while start < bytes.endIndex {
      let end = bytes[start...].firstIndex(of: Ascii.newline) ?? bytes.endIndex
      try layout.add(bytes[start..<end])
      start = end + 1
      layout.number += 1
      guard layout.output.count <= longest else {
        throw LayoutObstacle(.tooLarge, line: layout.number - 1)
      }
    }
    layout.writeWaiting()
    return FormattedSource(original: bytes, bytes: layout.output, origins: layout.origins)
  }

  private mutating func add(_ line: ArraySlice<UInt8>) throws(LayoutObstacle) {
    if let index = line.firstIndex(of: 0) {
      throw LayoutObstacle(.nulByte, line: number, column: index - line.startIndex)
    }
    guard line.count <= SourceLimits.lineLength else { throw LayoutObstacle(.lineTooLong, line: number) }
    if isInDefinition {
      addAsWritten(line)
      let trimmed = Self.trimmingEnd(line)
      isInDefinition = trimmed.last == Ascii.backslash
      return
    }
    let anatomy = LineAnatomy(line)
    guard !anatomy.code.isEmpty else { return addComment(anatomy) }
    guard anatomy.code.isUTF8 else { throw LayoutObstacle(.invalidUTF8, line: number) }
    isInDefinition = anatomy.continues
    if anatomy.continues || line.count > Self.longestLine {
      addAsWritten(line)
      depth.apply(anatomy.braces, under: anatomy.condition)
    } else if anatomy.kind == .plain {
      try addPlain(anatomy, at: anatomy.code.startIndex - line.startIndex)
    } else {
      addOpaque(anatomy)
    }
  }

  // MARK: Lines of each kind

  private mutating func addComment(_ anatomy: LineAnatomy) {
    guard anatomy.comment != nil else {
      blankLine = blankLine ?? number
      return
    }
    put(Line(code: [], comment: anatomy.comment, depth: depth.depth(under: nil), origin: number))
  }

  private mutating func addAsWritten(_ line: ArraySlice<UInt8>) {
    writeWaiting()
    writeBlankLine(before: nil)
    var line = line
    while line.last == Ascii.carriageReturn { line.removeLast() }
    write(line, indent: 0, origin: number)
    dropsBlankLine = line.allSatisfy(Ascii.isBlank)
  }

  /// A line that stays as it is, but for the blanks around it and before its first reference.
  private mutating func addOpaque(_ anatomy: LineAnatomy) {
    let braces = anatomy.braces
    let condition = anatomy.condition
    let startsClosing = anatomy.startsClosing
    var outside = depth
    if startsClosing { outside.apply(Array(braces.prefix { !$0 }), under: condition) }
    let line = Line(
      code: anatomy.spaced, comment: anatomy.comment, isGlued: anatomy.isGlued,
      depth: outside.depth(under: condition), origin: number,
      opens: anatomy.code.last == Ascii.open && braces.last == true, closes: startsClosing)
    depth.apply(braces, under: condition)
    put(line)
  }

  private mutating func addPlain(_ anatomy: LineAnatomy, at column: Int) throws(LayoutObstacle) {
    let parts = anatomy.parts
    if let quote = parts.unclosedQuote {
      throw LayoutObstacle(.unclosedQuote, line: number, column: quote - anatomy.code.startIndex + column)
    }
    guard parts.isSplittable else { return addOpaque(anatomy) }
    var lines: [Line] = []
    var pieces = parts.pieces[...]
    if pieces.first == .open, joinBrace(hasMore: pieces.count > 1, anatomy) {
      pieces = pieces.dropFirst()
      depth.apply([true], under: nil)
      if pieces.isEmpty { return }
    }
    while let piece = pieces.popFirst() {
      switch piece {
      case .words(var words):
        let opens = pieces.first == .open
        if opens {
          pieces.removeFirst()
          words += [Ascii.space, Ascii.open]
        }
        // A single quote that is not closed would swallow the brace.
        let takesBrace = !opens && words.last != Ascii.backslash && !words.contains(Ascii.apostrophe)
        lines.append(line(words, opens: opens, takesBrace: takesBrace && !parts.endsOpaque))
        if opens { depth.apply([true], under: nil) }
      case .open:
        lines.append(line([Ascii.open], opens: true))
        depth.apply([true], under: nil)
      case .close:
        depth.apply([false], under: nil)
        lines.append(line([Ascii.close], closes: true))
      }
    }
    if var last = lines.popLast() {
      last.comment = anatomy.comment
      // A comment cuts a word, but not a brace.
      last.isGlued = anatomy.isGlued && !last.opens && !last.closes
      if last.isGlued { last.takesBrace = false }
      lines.append(last)
    }
    for line in lines { put(line) }
  }

  private func line(
    _ code: [UInt8], opens: Bool = false, closes: Bool = false, takesBrace: Bool = false
  ) -> Line {
    Line(
      code: code, depth: depth.depth(under: nil), origin: number, takesBrace: takesBrace, opens: opens, closes: closes)
  }

  /// Puts an opening brace that begins a line behind the line before; false if it has to stay where it is.
  private mutating func joinBrace(hasMore: Bool, _ anatomy: LineAnatomy) -> Bool {
    // Of two comments none may move.
    guard var before = waiting, before.takesBrace, hasMore || anatomy.comment == nil || before.comment == nil else {
      return false
    }
    before.code += [Ascii.space, Ascii.open]
    if !hasMore, let comment = anatomy.comment { before.comment = comment }
    guard before.content.count <= Self.longestLine else { return false }
    before.takesBrace = false
    before.opens = true
    waiting = before
    blankLine = nil
    return true
  }

  // MARK: Writing

  private mutating func put(_ line: Line) {
    writeWaiting()
    writeBlankLine(before: line)
    waiting = line
  }

  private mutating func writeBlankLine(before line: Line?) {
    defer { blankLine = nil }
    guard let origin = blankLine, !dropsBlankLine, line?.closes != true else { return }
    write([], indent: 0, origin: origin)
  }

  private mutating func writeWaiting() {
    guard let line = waiting else { return }
    waiting = nil
    let content = line.content
    write(
      content[...], indent: max(0, min(line.depth * Self.indent, Self.longestLine - content.count)), origin: line.origin
    )
    dropsBlankLine = line.opens
  }

  private mutating func write(_ content: ArraySlice<UInt8>, indent: Int, origin: Int) {
    output.append(contentsOf: repeatElement(Ascii.space, count: indent))
    output += content
    output.append(Ascii.newline)
    origins.append(Int32(clamping: origin))
  }

  private static func trimmingEnd(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var line = line
    while let last = line.last, Ascii.isBlank(last) { line.removeLast() }
    return line
  }
}
