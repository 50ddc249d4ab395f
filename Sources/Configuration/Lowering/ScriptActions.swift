import ConfigurationSyntax
import NetworkTypes

extension Lowering {
  /// What the keywords of `vrrp_script` do.
  static var scriptActions: [KeywordAction<ScriptDraft>] {
    [
      .custom("script") { draft, statement, lowering in
        lowering.noteAgain(statement, &draft.written)
        draft.command = lowering.command(statement)
        // A user has a line of its own here.
        draft.command?.value.user = nil
        lowering.reportUnquoted(statement)
      },
      .custom("interval") {
        $2.noteAgain($1, &$0.written)
        $0.interval = $2.checkDuration($1) ?? $0.interval
      },
      .custom("timeout") {
        $2.noteAgain($1, &$0.written)
        $0.timeout = $2.checkDuration($1) ?? $0.timeout
      },
      .custom("weight") { draft, statement, lowering in
        lowering.noteAgain(statement, &draft.written)
        guard let weight = lowering.weight(statement.arguments, of: statement, bounds: -253...253) else { return }
        draft.weight = weight
        draft.reverse = lowering.isReversed(statement)
      },
      .custom("rise") { draft, statement, lowering in
        lowering.noteAgain(statement, &draft.written)
        if let number = lowering.integer(statement, bad: .ignored) { draft.rise = number.value }
      },
      .custom("fall") { draft, statement, lowering in
        lowering.noteAgain(statement, &draft.written)
        if let number = lowering.integer(statement, bad: .ignored) { draft.fall = number.value }
      },
      .custom("user") { draft, statement, lowering in
        lowering.noteAgain(statement, &draft.written)
        guard let user = lowering.user(statement.arguments), let word = statement.arguments.first else { return }
        draft.user = Located(user, word.span)
      },
      .flag("init_fail", \.initiallyFailed),
      .custom("sandbox") { draft, statement, lowering in
        guard let word = statement.arguments.first else { return draft.sandbox = .closed }
        switch word.text {
        case "on": draft.sandbox = .closed
        case "network": draft.sandbox = .withNetwork
        case "off": draft.sandbox = .off
        default:
          // A script that was to be kept from something is not run without.
          lowering.diagnostics.report(
            .error, "bad-value", "'\(word.text)' is neither on nor network nor off", at: word.span,
            suggestion: "write sandbox on, or sandbox network for a script that asks over the network")
        }
      },
    ] + KeywordAction.steadiness(\.steadiness)
  }

  /// Tells of words behind a command that is not in quotes: they are not part of it.
  private func reportUnquoted(_ statement: Statement) {
    let words = statement.arguments
    guard words.count > 1, let first = words.first else { return }
    let quoted = "\"" + words.map(\.text).joined(separator: " ") + "\""
    diagnostics.report(
      .warning, "unquoted-command",
      "only \(first.text) is run, without the words behind it, as by keepalived", at: words[words.startIndex + 1].span,
      suggestion: "put the whole command into quotes: \(quoted)")
  }

  /// A check's interval or timeout; 0 counts as 1 s.
  private func checkDuration(_ statement: Statement) -> Located<Nanoseconds>? {
    guard let number = millionths(statement, bad: .ignored) else { return nil }
    if number.value < 1000 {
      let name = statement.words[0].text
      diagnostics.report(
        .warning, "zero-becomes-one", "\(name) \(Self.shown(number.value)) counts as 1 s", at: number.span,
        suggestion: "write \(name) 1", replacement: "1")
      return Located(.seconds(1), number.span)
    }
    if statement.arguments.first?.bytes.contains(UInt8(ascii: ".")) == true {
      let name = statement.words[0].text
      diagnostics.report(
        .note, "fraction-of-second",
        "keepalived 2.2.7 reads whole seconds only and takes \(max(1, number.value / 1_000_000)) s for \(name); martlet keeps to \(Self.shown(number.value)) s",
        at: number.span)
    }
    return Located(.milliseconds(Int64((number.value + 500) / 1000)), number.span)
  }

  /// Tells of a keyword of which the last one counts, if it has been written before.
  func noteAgain(_ statement: Statement, _ written: inout [String: SourceSpan]) {
    let name = statement.words[0].text
    if let earlier = written.updateValue(statement.span, forKey: name) {
      diagnostics.report(
        .warning, "overridden-keyword", "\(name) is given twice; this one counts", at: statement.span,
        notes: [("this one does not", earlier)], suggestion: "take one of the two lines out")
    }
  }

  /// Whether `reverse` stands behind a weight; tells of another word there.
  func isReversed(_ statement: Statement) -> Bool {
    guard let word = statement.arguments.dropFirst().first else { return false }
    if word == "reverse" { return true }
    diagnostics.report(
      .warning, "unknown-option", "'\(word.text)' has no meaning behind a weight; it is ignored", at: word.span,
      suggestion: "write reverse, or take it out")
    return false
  }

  /// The number after `weight`. A bad one is an error: without a weight a failure would be a fault, which decides who is master.
  func weight(_ words: ArraySlice<Word>, of statement: Statement, bounds: ClosedRange<Int>) -> Located<Int>? {
    guard let word = words.first else {
      diagnostics.report(.warning, "missing-argument", "weight needs a number after it", at: statement.span)
      return nil
    }
    guard let value = Self.wholeNumber(word.bytes), bounds.contains(value) else {
      diagnostics.report(
        .error, "bad-value",
        "weight '\(word.text)' is not a whole number from \(bounds.lowerBound) to \(bounds.upperBound), and without a weight a failure is a fault",
        at: word.span,
        suggestion: "write a weight from \(max(-253, bounds.lowerBound)) to \(min(253, bounds.upperBound))")
      return nil
    }
    return Located(value, word.span)
  }
}
