/// A line after its definitions have been replaced.
struct ExpandedLine {
  var text: SourceText
  /// The lines of a multi-line definition that the line ends with.
  var tail: [SourceText] = []
}

/// Puts definitions into one line.
///
/// A value is read in place of its reference, with the references in it, from a stack of texts: the work is linear in
/// the text produced, and a name that is being read already is known to refer to itself.
struct LineExpander {
  private struct Frame {
    var text: SourceText
    var index: Int
    var name: ArraySlice<UInt8>
    var origin: UInt32
  }

  unowned let reader: SourceReader
  private var frames: [Frame] = []
  private var output: [UInt8] = []
  private var pieces: [SourceText.Piece] = []
  private var isQuoted = false
  private var tail: [SourceText] = []

  init(reader: SourceReader) {
    self.reader = reader
  }

  /// The line with all references replaced; `nil` when a bound was passed, which has been reported.
  mutating func expand(_ line: SourceText) -> ExpandedLine? {
    frames = [Frame(text: line, index: line.bytes.startIndex, name: [], origin: 0)]
    output.reserveCapacity(line.bytes.count + 32)
    startPiece()
    while let top = frames.last {
      let end = copyText(of: top)
      guard output.count <= SourceLimits.lineLength else {
        // Text that is thrown away counts too: many such lines take as long to read as good ones.
        guard reader.spend(bytes: output.count, at: line.span) else { return nil }
        reader.diagnostics.report(
          .error, "line-too-long", "the line grows beyond \(SourceLimits.lineLength) bytes by its definitions",
          at: line.span)
        return nil
      }
      frames[frames.count - 1].index = end
      guard end < top.text.bytes.endIndex else {
        frames.removeLast()
        startPiece()
        continue
      }
      if let reference = reference(in: top.text, at: end) {
        frames[frames.count - 1].index = reference.range.upperBound
        guard replace(reference, in: top) else { return nil }
      } else {
        reportUnreplaced(in: top, at: end)
        output.append(Ascii.dollar)
        frames[frames.count - 1].index = end + 1
      }
    }
    guard reader.spend(bytes: output.count, at: line.span) else { return nil }
    return ExpandedLine(text: text(or: line), tail: tail)
  }

  private func text(or line: SourceText) -> SourceText {
    var text = SourceText(bytes: output[...], first: pieces.first ?? line.first)
    text.rest = Array(pieces.dropFirst())
    return text
  }

  /// Copies what stands before the next dollar sign, and gives the sign's index.
  private mutating func copyText(of frame: Frame) -> Int {
    let bytes = frame.text.bytes
    var end = frame.index
    while end < bytes.endIndex, bytes[end] != Ascii.dollar {
      if bytes[end] == Ascii.quote { isQuoted.toggle() }
      end += 1
    }
    output.append(contentsOf: bytes[frame.index..<end])
    return end
  }

  private func reference(in text: SourceText, at index: Int) -> Definitions.Reference? {
    let below = frames.dropLast().last { $0.index < $0.text.bytes.endIndex }
    return Definitions.reference(in: text.bytes, at: index, next: below.map { $0.text.bytes[$0.index] })
  }

  private mutating func startPiece() {
    guard let top = frames.last, top.index < top.text.bytes.endIndex else { return }
    let span = top.text.span(top.index..<(top.index + 1))
    pieces.append(
      .init(
        start: output.count, file: span.file, line: span.line, column: span.column,
        origin: top.origin == 0 ? span.origin : top.origin, advances: top.text.piece(at: top.index).advances))
  }

  private mutating func replace(_ reference: Definitions.Reference, in frame: Frame) -> Bool {
    let span = useSpan(reference, in: frame)
    if let value = reader.definitions[reference.name] {
      return put(value, for: reference, at: span, in: frame)
    }
    if let made = reader.predefined(reference, at: span) {
      pieces.append(
        .init(
          start: output.count, file: span.file, line: span.line, column: span.column, origin: span.origin,
          advances: false))
      output += made
      startPiece()
      return true
    }
    reportUndefined(reference, at: span)
    output += frame.text.bytes[reference.range]
    return true
  }

  private func useSpan(_ reference: Definitions.Reference, in frame: Frame) -> SourceSpan {
    var span = frame.text.span(reference.range)
    if frame.origin != 0 { span.origin = frame.origin }
    return span
  }

  private mutating func put(
    _ value: Definitions.Value, for reference: Definitions.Reference, at span: SourceSpan, in frame: Frame
  ) -> Bool {
    let name = String(decoding: reference.name, as: UTF8.self)
    guard !frames.contains(where: { $0.name == reference.name && !$0.name.isEmpty }),
      frames.count <= SourceLimits.expansionDepth
    else {
      reader.diagnostics.report(
        .error, "definition-loop", "the definition of $\(name) refers to itself", at: span,
        suggestion: "give the inner name another name")
      return false
    }
    let origin = reader.map.addExpansion(name: name, use: span, definition: value.lines.first?.span)
    if value.isMultiLine {
      let isLast = frames.allSatisfy { $0.text.skipBlanks(from: $0.index) == $0.text.bytes.endIndex }
      guard isLast else {
        reader.diagnostics.report(
          .warning, "multi-line-definition-inside-line",
          "$\(name) has several lines and can only be used at the end of a line; it stays in the text as it is",
          at: span)
        output += frame.text.bytes[reference.range]
        return true
      }
      tail = value.lines.map { reader.moved($0, to: origin) }
      return true
    }
    guard let text = value.lines.first else { return true }
    frames.append(Frame(text: text, index: text.bytes.startIndex, name: reference.name, origin: origin))
    startPiece()
    return true
  }

  /// Reports a defined name that is not replaced because of the text after it.
  private func reportUnreplaced(in frame: Frame, at index: Int) {
    let bytes = frame.text.bytes
    let end = Definitions.endOfName(in: bytes, from: index + 1)
    // Inside quotes it may be meant for a shell.
    guard !isQuoted, end > index + 1, reader.definitions[bytes[(index + 1)..<end]] != nil else { return }
    let name = String(decoding: bytes[(index + 1)..<end], as: UTF8.self)
    var span = frame.text.span(index..<end)
    if frame.origin != 0 { span.origin = frame.origin }
    reader.diagnostics.report(
      .warning, "unreplaced-definition",
      "'$\(name)' is replaced only before a blank, a comma, ) or the end of the line; here it stays in the text",
      at: span, suggestion: "write ${\(name)}", replacement: "${\(name)}")
  }

  private func reportUndefined(_ reference: Definitions.Reference, at span: SourceSpan) {
    // Inside quotes it may be meant for a shell.
    guard !isQuoted else { return }
    let name = String(decoding: reference.name, as: UTF8.self)
    let nearest = reader.diagnostics.nearest(to: name, in: reader.definitions.names)
    let shown = { (name: String) in reference.isBraced ? "${\(name)}" : "$\(name)" }
    let meant = nearest.map(shown)
    reader.diagnostics.report(
      .warning, "undefined-definition",
      reference.isBraced
        ? "'${\(name)}' is not defined; it stays in the text as it is, and keepalived takes its braces for those of a block"
        : "'$\(name)' is not defined; it stays in the text as it is",
      at: span, suggestion: meant.map { "did you mean \($0)?" } ?? "define it before its use: '$\(name)=VALUE'",
      replacement: reference.parameters.isEmpty ? Spelling.sure(nearest, for: name).map(shown) : nil)
  }
}
