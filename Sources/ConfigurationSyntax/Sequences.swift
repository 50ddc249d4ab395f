/// `~SEQ`, `~SEQx` and `~LST`: a line read once for each of several values.
extension SourceReader {
  /// Reads a line that begins with `~`; false if it is no sequence and so plain text.
  func sequence(_ line: SourceText, depth: Int) -> Bool {
    let isList = line.starts(with: "~LST")
    let isHexadecimal = line.starts(with: "~SEQx")
    guard isList || line.starts(with: "~SEQ") else { return false }
    guard depth < SourceLimits.expansionDepth else {
      stop("sequences stand too deep within one another", "definition-loop", at: line.span)
      return true
    }
    let open = line.skipBlanks(from: line.bytes.startIndex + (isHexadecimal ? 5 : 4))
    guard open < line.bytes.endIndex, line.bytes[open] == Ascii.openParenthesis,
      let close = line.bytes[open...].firstIndex(of: Ascii.closeParenthesis)
    else {
      diagnostics.report(
        .warning, "sequence-form", "the sequence has no parameters in parentheses; the line is dropped", at: line.span,
        suggestion: "write ~SEQ(NAME, FIRST, LAST) LINE or ~LST(NAME, VALUE, VALUE) LINE")
      return true
    }
    var expander = LineExpander(reader: self)
    guard let parameters = expander.expand(line.slice((open + 1)..<close)) else { return true }
    let head = line.span(line.bytes.startIndex..<(close + 1))
    let body = line.slice((close + 1)..<line.bytes.endIndex).trimmed
    let rounds = isList ? list(parameters.text, head) : numbers(parameters.text, head, hexadecimal: isHexadecimal)
    guard let rounds else { return true }
    repeatLine(body, rounds, head: head, depth: depth)
    return true
  }

  /// The rounds of a sequence: names, and for each round a way to make their values.
  private struct Rounds {
    var names: [ArraySlice<UInt8>]
    var count: Int
    var values: (Int) -> [[UInt8]]
  }

  private func repeatLine(_ body: SourceText, _ rounds: Rounds, head: SourceSpan, depth: Int) {
    guard mayMake(lines: rounds.count) else {
      stop("the sequence makes \(rounds.count) lines; at most \(limits.expandedLines) are made in all", at: head)
      return
    }
    let continues = body.bytes.last == Ascii.backslash
    if rounds.count > 1 { map.markRepeated(body.span) }
    for round in 0..<rounds.count {
      guard spend(lines: 1, at: head) else { return }
      for (name, value) in zip(rounds.names, rounds.values(round)) {
        let piece = SourceText.Piece(
          start: 0, file: head.file, line: head.line, column: head.column, origin: head.origin, advances: false)
        definitions[name] = Definitions.Value(
          lines: [SourceText(bytes: value[...], first: piece)], isMultiLine: false)
      }
      interpret(body, isCut: false, continues: continues, depth: depth + 1)
    }
  }

  private func numbers(_ parameters: SourceText, _ head: SourceSpan, hexadecimal isHexadecimal: Bool) -> Rounds? {
    let words = Self.split(parameters.bytes)
    let given = words.dropFirst().map(Self.number)
    guard (2...4).contains(words.count), !words[0].isEmpty, !given.contains(nil) else {
      diagnostics.report(
        .warning, "sequence-form", "a sequence takes a name and one to three whole numbers; the line is dropped",
        at: head,
        suggestion: "write ~SEQ(NAME, FIRST, STEP, LAST) LINE")
      return nil
    }
    let values = given.compactMap { $0 }
    guard values.allSatisfy({ abs($0) <= Self.greatestNumber }) else {
      stop("the sequence counts with numbers beyond \(Self.greatestNumber)", at: head)
      return nil
    }
    let last = values[values.count - 1]
    let first = values.count > 1 ? values[0] : (last < 0 ? -1 : 1)
    let step = values.count > 2 ? values[1] : (first <= last ? 1 : -1)
    guard step != 0, first == last || (first < last) == (step > 0), !isHexadecimal || (first >= 0 && last >= 0)
    else {
      diagnostics.report(
        .warning, "sequence-range",
        isHexadecimal && (first < 0 || last < 0)
          ? "~SEQx counts no negative numbers; the line is dropped"
          : "the sequence from \(first) by \(step) never comes to \(last); the line is dropped", at: head)
      return nil
    }
    return Rounds(names: [words[0]], count: (last - first) / step + 1) { round in
      let value = first + round * step
      return [Array(isHexadecimal ? String(value, radix: 16).utf8 : String(value).utf8)]
    }
  }

  /// No number of a sequence is beyond this, so that the arithmetic on them cannot overflow.
  private static let greatestNumber = 1 << 60

  private func list(_ parameters: SourceText, _ head: SourceSpan) -> Rounds? {
    let words = Self.split(parameters.bytes)
    let names = Self.group(words.first ?? [])
    guard words.count >= 2, !names.contains(where: \.isEmpty) else {
      diagnostics.report(
        .warning, "sequence-form", "a list takes a name and at least one value; the line is dropped", at: head,
        suggestion: "write ~LST(NAME, VALUE, VALUE) LINE")
      return nil
    }
    let isGrouped = words[0].first == Ascii.open
    let values = words.dropFirst().map { isGrouped ? Self.group($0) : [$0] }
    if let long = values.first(where: { $0.count > names.count }) {
      diagnostics.report(
        .warning, "sequence-form",
        "a group of the list has \(long.count) values for \(names.count) names; the line is dropped", at: head)
      return nil
    }
    let rows = values.map { row in
      row.map { Array($0) } + [[UInt8]](repeating: [], count: names.count - row.count)
    }
    return Rounds(names: names, count: rows.count) { rows[$0] }
  }

  private static func trim(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var bytes = bytes
    while let first = bytes.first, Ascii.isBlank(first) { bytes.removeFirst() }
    while let last = bytes.last, Ascii.isBlank(last) { bytes.removeLast() }
    return bytes
  }

  /// The parts between commas that stand in no braces.
  private static func split(_ bytes: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    var parts: [ArraySlice<UInt8>] = []
    var depth = 0
    var start = bytes.startIndex
    for index in bytes.indices {
      switch bytes[index] {
      case Ascii.open: depth += 1
      case Ascii.close: depth -= 1
      case Ascii.comma where depth <= 0:
        parts.append(trim(bytes[start..<index]))
        start = index + 1
      default: break
      }
    }
    return parts + [trim(bytes[start...])]
  }

  /// The parts of `{A,B}`, or the word itself.
  private static func group(_ bytes: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    guard bytes.count >= 2, bytes.first == Ascii.open, bytes.last == Ascii.close else { return [bytes] }
    return split(bytes.dropFirst().dropLast())
  }

  /// A whole number in C notation: decimal, `0x` hexadecimal, or octal with a leading zero.
  private static func number(_ bytes: ArraySlice<UInt8>) -> Int? {
    var text = Substring(decoding: bytes, as: UTF8.self)
    var sign = 1
    if text.hasPrefix("-") || text.hasPrefix("+") {
      sign = text.removeFirst() == "-" ? -1 : 1
    }
    guard let first = text.utf8.first, Ascii.isDigit(first) else { return nil }
    let value: Int?
    if text.hasPrefix("0x") || text.hasPrefix("0X") {
      value = Int(text.dropFirst(2), radix: 16)
    } else {
      value = Int(text, radix: text.count > 1 && first == UInt8(ascii: "0") ? 8 : 10)
    }
    guard let value, value >= 0 else { return nil }
    return sign * value
  }
}
