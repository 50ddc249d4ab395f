import ConfigurationModel
import ConfigurationSyntax

extension ValueForm {
  /// A word that stands for a value.
  ///
  /// - Parameters:
  ///   - what: The fault of a word for which `value` gives nothing, to follow that word in a sentence.
  ///   - id: The finding's id.
  static func word(
    _ what: String, _ id: String = "bad-value", suggestion: String? = nil, unit: Keyword.Unit? = nil,
    value: @escaping @Sendable (Word) -> Value?
  ) -> Self {
    Self(form: .word, unit: unit) { statement, lowering, _ in
      guard let word = statement.arguments.first else { return nil }
      return value(word) ?? lowering.refuse(id, "'\(word.text)' \(what)", at: word, suggestion: suggestion)
    } words: {
      [.word("\($0)")]
    }
  }

  /// A value with a notation and a reader of its own.
  ///
  /// - Parameter read: Gives the value of a line; `nil` after it has reported the fault.
  static func read(_ form: Keyword.Form, _ read: @escaping @Sendable (Statement, Lowering) -> Value?) -> Self {
    Self(form: form) { statement, lowering, _ in
      read(statement, lowering)
    } words: { _ in
      nil
    }
  }
}

extension ValueForm<String> {
  /// A word that is sent unchanged: visible ASCII without blanks.
  static var token: Self {
    word("holds signs that cannot be sent") { word in
      (1...255).contains(word.bytes.count) && word.bytes.allSatisfy { (0x21...0x7E).contains($0) } ? word.text : nil
    }
  }

  /// The path of a file, recorded so that the audit looks for it.
  static var file: Self {
    var form = word("is not an absolute path", "bad-path", suggestion: "write the path from / on") {
      $0.text.hasPrefix("/") ? $0.text : nil
    }
    let read = form.read
    form.read = { statement, lowering, bad in
      guard let path = read(statement, lowering, bad) else { return nil }
      let range = lowering.diagnostics.map.range(of: statement.words[1].span)
      lowering.fileUses.append(FileUse(keyword: statement.words[0].text, path: path, range: range))
      return path
    }
    return form
  }
}

extension ValueForm<Int> {
  /// A number with a fraction, kept as a whole number of `part` millionths; the bounds are in millionths.
  static func decimal(_ bounds: ClosedRange<Int>, part: Int, unit: Keyword.Unit? = nil) -> Self {
    Self(form: .decimal(bounds.lowerBound, bounds.upperBound), unit: unit) { statement, lowering, bad in
      lowering.millionths(statement, bad: bad).map { $0.value / part }
    } words: {
      [.word(Lowering.shown($0 * part))]
    }
  }
}

extension ValueForm<Amount> {
  /// `SIZE`, with K, M, G or T after the number, or `SHARE%`.
  static var amount: Self {
    word("is neither a size nor a share", "bad-amount", suggestion: "write as 500M, 20G or 10%") { word in
      if word.bytes.last == UInt8(ascii: "%"), let share = Lowering.millionths(word.bytes.dropLast()),
        share <= 100_000_000
      {
        return .perMille(UInt64(share / 100_000))
      }
      let units: [UInt8: UInt64] = [0x4B: 10, 0x4D: 20, 0x47: 30, 0x54: 40]
      let shift = word.bytes.last.flatMap { units[$0 & 0xDF] }
      guard let number = Lowering.wholeNumber(shift == nil ? word.bytes : word.bytes.dropLast()), number >= 0 else {
        return nil
      }
      let (product, overflow) = UInt64(number).multipliedReportingOverflow(by: 1 << (shift ?? 0))
      return overflow ? nil : .count(product)
    }
  }
}

extension ValueForm<[UInt8]> {
  /// A text with `\r`, `\n`, `\t`, `\0`, `\\` and `\xHH` in it.
  static var escapedText: Self { read(.word) { $0.arguments.first.flatMap($1.escaped) } }
}

extension ValueForm<[TextPattern]> {
  /// `[not] TEXT` or `[not] ~ EXPRESSION`.
  static var pattern: Self { read(.words) { $1.pattern($0.arguments).map { [$0] } } }
}

extension Lowering {
  fileprivate func pattern(_ arguments: ArraySlice<Word>) -> TextPattern? {
    var words = arguments
    var pattern = TextPattern("")
    if let first = words.first, first == "not", !first.quoted, words.count > 1 {
      pattern.isNegated = true
      words = words.dropFirst()
    }
    if let first = words.first, first == "~", !first.quoted, words.count > 1 {
      pattern.isExpression = true
      words = words.dropFirst()
    }
    guard let word = words.first else { return nil }
    guard words.count == 1 else {
      return refuse(
        "bad-pattern", "one text is expected here", at: words[words.startIndex + 1],
        suggestion: "put a text with blanks in double quotes")
    }
    pattern.text = word.text
    if !pattern.isExpression {
      guard let bytes = escaped(word) else { return nil }
      pattern.text = String(decoding: bytes, as: UTF8.self)
    }
    do {
      _ = try CompiledPattern(pattern)
    } catch {
      return refuse(
        "bad-pattern", "'\(word.text)' is not a regular expression: \(error.reason)", at: word,
        suggestion: "write a POSIX extended expression, as for grep -E")
    }
    return pattern
  }

  fileprivate func escaped(_ word: Word) -> [UInt8]? {
    var bytes: [UInt8] = []
    var rest = word.bytes
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\\") else {
        bytes.append(byte)
        continue
      }
      switch rest.popFirst() {
      case UInt8(ascii: "r"): bytes.append(0x0D)
      case UInt8(ascii: "n"): bytes.append(0x0A)
      case UInt8(ascii: "t"): bytes.append(0x09)
      case UInt8(ascii: "0"): bytes.append(0)
      case UInt8(ascii: "\\"): bytes.append(UInt8(ascii: "\\"))
      case UInt8(ascii: "x"):
        let digits = String(decoding: rest.prefix(2), as: UTF8.self)
        guard digits.utf8.count == 2, let value = UInt8(digits, radix: 16) else { fallthrough }
        rest = rest.dropFirst(2)
        bytes.append(value)
      default:
        return refuse(
          "bad-escape", "a backslash stands for itself only when doubled", at: word,
          suggestion: #"write \r, \n, \t, \0, \xHH or \\"#)
      }
    }
    return bytes
  }
}
