import ConfigurationSyntax

extension Lowering {
  /// What the keywords of `auth_hmac` do.
  static var trailerActions: [KeywordAction<TrailerDraft>] {
    [
      .custom("key") { $2.readKey($1, into: &$0) },
      .integer("active_key", \.activeKey, bad: .error),
      .integer("time_window", \.window),
      .custom("anti_replay") { draft, statement, lowering in
        let isMonotonic = lowering.choice(statement, ["time": false, "monotonic": true])
        draft.isMonotonic = isMonotonic?.value ?? draft.isMonotonic
      },
      .custom("mode") { draft, statement, lowering in
        let modes: [String: TrailerDefinition.Mode] = [
          "enforce": .enforce, "permissive": .permissive, "receive-only": .receiveOnly,
        ]
        draft.mode = lowering.choice(statement, modes) ?? draft.mode
      },
    ]
  }

  private func readKey(_ statement: Statement, into draft: inout TrailerDraft) {
    let words = Array(statement.arguments)
    guard words.count >= 2 else {
      return diagnostics.report(
        .error, "key-without-value", "a key needs its number and its value", at: statement.span,
        suggestion: "write key NUMBER hex:DIGITS, the same on all hosts")
    }
    if statement.isCutByComment {
      diagnostics.report(
        .warning, "comment-in-key", "a comment begins inside the key, which ends there", at: words[1].span,
        suggestion: "put it in double quotes if # or ! belongs to it")
    } else if words.count > 2 {
      diagnostics.report(
        .warning, "extra-words", "what follows a key on its line has no meaning; it is ignored", at: words[2].span,
        suggestion: "put a key with blanks in it in double quotes")
    }
    guard let id = Self.wholeNumber(words[0].bytes), (1...255).contains(id) else {
      return diagnostics.report(
        .error, "key-number", "a key has a number from 1 to 255, which its adverts name it by", at: words[0].span,
        suggestion: "write key NUMBER hex:DIGITS, the same on all hosts")
    }
    draft.keys.append(TrailerDraft.Key(id: Located(id, words[0].span), value: words[1]))
  }
}
