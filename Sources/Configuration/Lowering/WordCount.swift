import ConfigurationSyntax

/// Checks of the number of words after a keyword.
extension Lowering {
  /// True when a keyword has the words that it needs; reports words that are missing or too many.
  func checkWords(_ statement: Statement, _ row: Keyword) -> Bool {
    if row.form.needsArgument, statement.arguments.isEmpty {
      reportMissingWord(statement, row)
      return false
    }
    // Words in brackets may follow, as in `weight INT [reverse]`.
    let optional = row.notation?.count { $0 == "[" } ?? 0
    if let most = row.form.greatestArgumentCount.map({ $0 + optional }) ?? row.optionalWordCount,
      statement.arguments.count > most
    {
      reportExtraWords(statement, row, after: most)
    }
    return true
  }

  private func reportMissingWord(_ statement: Statement, _ row: Keyword) {
    let form: String
    switch row.form {
    case .integer(let low, let high): form = "a whole number from \(low) to \(high)"
    case .decimal(let low, let high): form = "a number from \(Self.shown(low)) to \(Self.shown(high))"
    case .command: form = "a command"
    default: form = "a value"
    }
    let isComment = statement.isCutByComment || diagnostics.isFollowedByComment(statement.span)
    let result: String
    switch row.bare {
    case .ends: result = "; keepalived would end here"
    case .ignored: result = "; \(whatHoldsWithout(statement, row))"
    case .unknown: result = ""
    }
    let rest =
      row.bare == .ignored ? "" : row.defaultText.map { "; without the line the default holds (\($0))" } ?? ""
    diagnostics.report(
      row.bare == .ignored ? .warning : .error, "missing-argument", "\(row.name) needs a value after it\(result)",
      at: statement.span,
      suggestion: isComment
        ? "put the value in double quotes: # and ! begin a comment" : "write \(form) after it\(rest)",
      quotesFile: false)
  }

  private func reportExtraWords(_ statement: Statement, _ row: Keyword, after count: Int) {
    let extra = statement.arguments.dropFirst(count)
    // The finding about `priority = 100` is about the value.
    guard let first = extra.first, let value = statement.arguments.first, !(value == "=") else { return }
    if row.form == .flag, ["off", "false", "no"].contains(first.text.lowercased()) {
      diagnostics.report(
        .warning, "extra-words", "\(row.name) takes no value: it is on whatever follows it", at: first.span,
        suggestion: "take the line out to have it off")
      return
    }
    let keywords = keywordsAmong(extra, of: row)
    let isKeyword = keywords.first?.word.span == first.span
    diagnostics.report(
      .warning, "extra-words",
      "'\(first.text)' and what follows it on the line have no meaning after \(row.name); they are ignored",
      at: first.span, suggestion: isKeyword ? "\(first.text) is a keyword; put it on a line of its own" : nil,
      changes: isKeyword && addsNew(keywords, after: row) ? keywords.map { .breakLine(before: $0.word.span) } : [])
  }

  /// True when each of these keywords would be the only one of its name in the block, so that a fix decides nothing.
  private func addsNew(_ keywords: [(word: Word, id: Grammar.ID)], after row: Keyword) -> Bool {
    !row.block.isEmpty && Set(keywords.map(\.id)).count == keywords.count
      && keywords.allSatisfy { count(of: $0.id) == 0 && schema.keyword($0.id)?.name != row.name }
  }

  /// The words that would be keywords of the same block if lines were broken before them.
  private func keywordsAmong(_ words: ArraySlice<Word>, of row: Keyword) -> [(word: Word, id: Grammar.ID)] {
    let block = schema.grammar.find(path: row.block.split(separator: "/").map(String.init))
    var keywords: [(word: Word, id: Grammar.ID)] = []
    var rest = words
    while let word = rest.popFirst(), let id = schema.grammar.find(word.bytes, in: block) {
      keywords.append((word, id))
      // A keyword with any number of words, or with a block, takes the rest of the line.
      guard let count = schema.keyword(id)?.form.greatestArgumentCount else { break }
      rest = rest.dropFirst(count)
    }
    return keywords
  }
}
