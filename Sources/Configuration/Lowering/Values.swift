import ConfigurationModel
import ConfigurationSyntax
import NetworkTypes

/// Treatment of a line whose value cannot be used.
enum BadValue {
  /// The configuration is refused.
  case error
  /// The configuration is refused: keepalived's value instead, this one or the default, would decide who is master.
  case decisive(String? = nil)
  /// The line is ignored.
  case ignored
  /// This value is used.
  case replaced(String)
}

extension Lowering {
  /// The keyword's whole number, within the bounds of its row.
  func integer(_ statement: Statement, bad: BadValue) -> Located<Int>? {
    guard let word = statement.arguments.first, let row = row(of: statement) else { return nil }
    let bounds: ClosedRange<Int>
    switch row.form {
    case .integer(let low, let high), .optionalInteger(let low, let high): bounds = low...high
    default: bounds = Int.min...Int.max
    }
    guard let value = Self.wholeNumber(word.bytes) else {
      reportBad(statement, word, row, "'\(word.text)' is not a whole number", bad)
      return nil
    }
    guard bounds.contains(value) else {
      let nearest = min(max(value, bounds.lowerBound), bounds.upperBound)
      reportBad(
        statement, word, row, "\(value) is outside \(bounds.lowerBound) to \(bounds.upperBound)",
        row.excess == .nearest ? .replaced("\(nearest)") : bad)
      return row.excess == .nearest ? Located(nearest, word.span) : nil
    }
    return Located(value, word.span)
  }

  /// The keyword's number in millionths, within the bounds of its row.
  func millionths(_ statement: Statement, bad: BadValue) -> Located<Int>? {
    guard let word = statement.arguments.first, let row = row(of: statement) else { return nil }
    guard case .decimal(let low, let high) = row.form else { return nil }
    guard let value = Self.millionths(word.bytes) else {
      reportBad(statement, word, row, "'\(word.text)' is not a number", bad)
      return nil
    }
    guard (low...high).contains(value) else {
      reportBad(
        statement, word, row, "\(word.text) is outside \(Self.shown(low)) to \(Self.shown(high))", bad)
      return nil
    }
    noteDecimalPlaces(word, of: statement, value)
    return Located(value, word.span)
  }

  /// The keyword's `on` or `off`; true when nothing follows.
  func boolean(_ statement: Statement, bad: BadValue = .ignored) -> Bool? {
    guard let word = statement.arguments.first else { return true }
    guard let row = row(of: statement) else { return nil }
    if let value = Self.truths[word.text] {
      if !value, row.wasFlag { noteOldFlag(statement, row) }
      return value
    }
    let what = "'\(word.text)' is neither on, true, yes nor off, false, no"
    if row.wasFlag {
      reportBadFlag(statement, word, row, what)
    } else {
      reportBad(statement, word, row, what, bad)
    }
    return nil
  }

  static let truths = ["on": true, "true": true, "yes": true, "off": false, "false": false, "no": false]

  /// The value of the keyword's word.
  func choice<Value>(_ statement: Statement, _ values: [String: Value]) -> Located<Value>? {
    guard let word = statement.arguments.first, let row = row(of: statement) else { return nil }
    guard let value = values[word.text] else {
      let names = values.keys.sorted()
      let text = names.dropLast().joined(separator: ", ") + " nor " + names.suffix(1).joined()
      reportBad(statement, word, row, "'\(word.text)' is neither \(text)", .ignored)
      return nil
    }
    return Located(value, word.span)
  }

  /// The keyword's address, without anything after a slash or a hyphen.
  func address(_ statement: Statement) -> Located<IPAddress>? {
    guard let word = statement.arguments.first, let row = row(of: statement) else { return nil }
    guard let address = plainAddress(word) else {
      reportBad(statement, word, row, "'\(word.text)' is not an IP address", .ignored)
      return nil
    }
    return Located(address, word.span)
  }

  /// The command after a keyword, with its user and group.
  func command(_ statement: Statement) -> Located<CommandDefinition>? {
    guard let word = statement.arguments.first else { return nil }
    let split = CommandWords(word.bytes)
    guard !split.words.isEmpty else {
      diagnostics.report(
        .warning, "empty-command", "the command after \(statement.words[0].text) is empty; the line is ignored",
        at: word.span)
      return nil
    }
    guard !split.isUnterminated else {
      diagnostics.report(
        .warning, "unterminated-quote",
        "a quote within the command after \(statement.words[0].text) is not closed; the line is ignored, as by keepalived",
        at: word.span, suggestion: "close the quote")
      return nil
    }
    reportShell(split, word, of: statement)
    var command = CommandDefinition(arguments: split.words, text: word.text, needsShell: split.needsShell)
    command.user = user(statement.arguments.dropFirst())
    return Located(command, word.span)
  }

  /// Records a program for the audit, once for each user that runs it.
  func record(_ keyword: String, _ command: Located<CommandDefinition>?, user: SourceSpan?) {
    guard let command, let program = command.value.arguments.first else { return }
    if firstCommand == nil { firstCommand = command.span }
    let use = ScriptUse(
      keyword: keyword, command: command.value, range: diagnostics.map.range(of: command.span),
      userRange: user.map(diagnostics.map.range))
    if command.value.asksForProcesses { processCommands.append(use) }
    let key = CommandDefinition(arguments: [program], text: "", user: command.value.user)
    if commandKeys.insert(key).inserted { commands.append(use) }
  }

  /// `USER [GROUP]`.
  func user(_ words: ArraySlice<Word>) -> ScriptUser? {
    guard let user = words.first else { return nil }
    for word in words.prefix(2) where !word.bytes.isEmpty && word.bytes.allSatisfy({ (0x30...0x39).contains($0) }) {
      diagnostics.report(
        .warning, "numeric-user",
        "keepalived knows users and groups by name only and would leave out what \(word.text) is to run; martlet takes the number",
        at: word.span, suggestion: "write the name")
    }
    return ScriptUser(user: user.text, group: words.dropFirst().first?.text)
  }

  /// A decimal whole number; blanks (in quotes) and a sign may precede it.
  static func wholeNumber(_ bytes: ArraySlice<UInt8>) -> Int? {
    var rest = bytes.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    let negative = rest.first == UInt8(ascii: "-")
    if negative || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
    guard !rest.isEmpty, rest.count <= 18 else { return nil }
    var value = 0
    for byte in rest {
      guard (0x30...0x39).contains(byte) else { return nil }
      value = value * 10 + Int(byte - 0x30)
    }
    return negative ? -value : value
  }

  /// A number with a fraction, in millionths, rounded half up.
  static func millionths(_ bytes: ArraySlice<UInt8>) -> Int? {
    let parts = bytes.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
    // `-0.5` must not be read as 0 with a fraction.
    guard let first = parts.first, first.count <= 12, !first.contains(UInt8(ascii: "-")) else { return nil }
    let fraction = parts.count > 1 ? parts[1] : []
    guard !(first.isEmpty && fraction.isEmpty), fraction.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    guard let whole = first.isEmpty ? 0 : wholeNumber(first), whole >= 0 else { return nil }
    var value = 0
    for index in 0..<7 {
      let digit = fraction.dropFirst(index).first.map { Int($0 - 0x30) } ?? 0
      value = index < 6 ? value * 10 + digit : value + (digit >= 5 ? 1 : 0)
    }
    return whole * 1_000_000 + value
  }

  /// A number of millionths in decimal notation.
  static func shown(_ millionths: Int) -> String {
    let fraction = String(millionths % 1_000_000 + 1_000_000).dropFirst()
    let digits = fraction.reversed().drop { $0 == "0" }.reversed()
    return "\(millionths / 1_000_000)" + (digits.isEmpty ? "" : "." + String(digits))
  }
}
