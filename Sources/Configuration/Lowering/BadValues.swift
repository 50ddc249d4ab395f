import ConfigurationSyntax

/// Findings for values that cannot be used: the fault, the effect, and what to write instead.
extension Lowering {
  func reportBad(_ statement: Statement, _ word: Word, _ row: Keyword, _ what: String, _ bad: BadValue) {
    let name = statement.words[0].text
    let (suggestion, remedies) = remedy(for: word, of: statement, row)
    // Beside another line of the keyword a person must say which of them is meant.
    let changes = isOnly(statement) ? remedies : []
    switch bad {
    case .error:
      diagnostics.report(
        .error, "bad-value", "\(name): \(what)", at: word.span, suggestion: suggestion, changes: changes)
    case .decisive(let value):
      let instead = value ?? row.defaultText.map { "the default (\($0))" }
      let result = instead.map { "; keepalived would go on with \($0)" } ?? "; keepalived would go on without the line"
      diagnostics.report(
        .error, "bad-value", "\(name): \(what)\(result)", at: word.span, suggestion: suggestion, changes: changes)
    case .replaced(let value):
      diagnostics.report(
        .warning, "bad-value", "\(name): \(what); \(value) is used", at: word.span, suggestion: suggestion,
        changes: changes)
    case .ignored:
      let rest = whatHoldsWithout(statement, row)
      diagnostics.report(
        .warning, "bad-value", "\(name): \(what); \(rest)", at: word.span, suggestion: suggestion, changes: changes)
    }
  }

  /// The effect of a line that is ignored.
  func whatHoldsWithout(_ statement: Statement, _ row: Keyword) -> String {
    guard let text = row.defaultText, isOnly(statement) else { return "the line is ignored" }
    return "the line is ignored and the default holds (\(text))"
  }

  /// Reports decimal places that are rounded off.
  func noteDecimalPlaces(_ word: Word, of statement: Statement, _ millionths: Int) {
    let places = word.bytes.drop { $0 != UInt8(ascii: ".") }.dropFirst()
    guard places.count > 6 else { return }
    let used = Self.shown(millionths)
    diagnostics.report(
      .warning, "bad-value",
      "\(statement.words[0].text): \(word.text) has more than six decimal places; \(used) is used",
      at: word.span, suggestion: "write \(used)", replacement: used)
  }

  /// Reports a keyword that is off here, and on in keepalived whatever follows it.
  func noteOldFlag(_ statement: Statement, _ row: Keyword) {
    diagnostics.report(
      .warning, "on-in-keepalived", "\(row.name) is off here; keepalived 2.2.7 has it on, whatever follows it",
      at: statement.span, suggestion: "take the line out to have it off on all hosts",
      changes: [.removeLine(statement.span)])
  }

  /// Reports a word that is neither on nor off after a keyword that keepalived 2.2.7 has on, whatever follows it.
  func reportBadFlag(_ statement: Statement, _ word: Word, _ row: Keyword, _ what: String) {
    let (suggestion, changes) = remedy(for: word, of: statement, row)
    diagnostics.report(
      .warning, "on-in-keepalived",
      "\(row.name): \(what); \(whatHoldsWithout(statement, row)), while keepalived 2.2.7 has it on, whatever follows it",
      at: word.span, suggestion: suggestion.map { "\($0), or take the line out to have it off on all hosts" },
      changes: isOnly(statement) ? changes : [])
  }

  private func remedy(for word: Word, of statement: Statement, _ row: Keyword) -> (String?, [TextChange]) {
    let name = statement.words[0].text
    if word == "=" {
      return (
        "write \(name) VALUE, without =", statement.arguments.count > 1 ? [.remove(word.span)] : []
      )
    }
    if row.form == .boolean {
      let lowered = word.text.lowercased()
      guard Self.truths[lowered] != nil else { return ("write on or off", []) }
      return ("write \(lowered), in small letters", [.replace(word.span, with: lowered)])
    }
    if let meant = Self.valueWithoutUnit(word.bytes, row) {
      let unit = row.unit.map { "; the unit is \($0.rawValue)" } ?? ""
      return ("write \(name) \(meant)\(unit)", [.replace(word.span, with: meant)])
    }
    switch row.form {
    case .integer(let low, let high), .optionalInteger(let low, let high):
      return ("write a whole number from \(low) to \(high)", [])
    case .decimal(let low, let high):
      let unit = row.unit.map { " of \($0.rawValue)" } ?? ""
      return ("write a number\(unit) from \(Self.shown(low)) to \(Self.shown(high))", [])
    case .address:
      let meant = Self.withoutLeadingZeros(word)
      return (Self.advice(for: meant), meant.map { [.replace(word.span, with: $0)] } ?? [])
    default: return (nil, [])
    }
  }

  /// The value meant by a number with a unit, or with a decimal comma or semicolon, if the keyword takes it.
  private static func valueWithoutUnit(_ bytes: ArraySlice<UInt8>, _ row: Keyword) -> String? {
    let number = bytes.prefix { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }
    let suffix = String(decoding: bytes.dropFirst(number.count), as: UTF8.self).lowercased()
    guard !number.isEmpty, let value = millionths(number) else { return nil }
    let seconds: [String: (factor: Int, divisor: Int)] = [
      "s": (1, 1), "sec": (1, 1), "secs": (1, 1), "second": (1, 1), "seconds": (1, 1), "ms": (1, 1000), "m": (60, 1),
      "min": (60, 1),
    ]
    let milliseconds: [String: (factor: Int, divisor: Int)] = ["ms": (1, 1), "s": (1000, 1)]
    let scale: (factor: Int, divisor: Int)?
    switch (suffix, row.unit) {
    case (";", _), (",", _): scale = (1, 1)
    case (_, .seconds): scale = seconds[suffix]
    case (_, .milliseconds): scale = milliseconds[suffix]
    default: scale = nil
    }
    guard let scale, case let (scaled, false) = value.multipliedReportingOverflow(by: scale.factor),
      scaled % scale.divisor == 0
    else { return nil }
    let meant = scaled / scale.divisor
    switch row.form {
    case .decimal(let low, let high): return (low...high).contains(meant) ? shown(meant) : nil
    case .integer(let low, let high), .optionalInteger(let low, let high):
      return meant % 1_000_000 == 0 && (low...high).contains(meant / 1_000_000) ? shown(meant) : nil
    default: return nil
    }
  }
}
