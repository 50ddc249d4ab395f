import ConfigurationSyntax

/// Commands that are written for a shell. keepalived has none: it starts the first word and gives it the others as they are.
extension Lowering {
  /// Tells of a command that comes to something else here than for keepalived, and of one of which a shell would make more than
  /// either does.
  func reportShell(_ split: CommandWords, _ word: Word, of statement: Statement) {
    if let literal = split.literalWord {
      diagnostics.report(
        .warning, "shell-word",
        "no shell reads this line, so \(split.words[0]) gets the word '\(literal)' as it stands, from keepalived too",
        at: word.span, suggestion: "write " + Self.shellCommand(word.text) + " if a shell is to read it")
    }
    guard let use = split.shellUse else { return }
    let keyword = statement.words[0].text
    // Of a check that only opens a file both make the same.
    guard !(keyword == "script" && split.words.count == 1 && split.words[0].hasPrefix("</")) else { return }
    let reading =
      switch use {
      case .firstWord: "keepalived finds no program named '\(split.words[0])' and runs nothing"
      case .operatorWord(let sign):
        "keepalived starts \(split.words[0]) and gives it '\(sign)' and what follows as words"
      }
    // The daemon starts all the same: what it does is what the line says to whoever wrote it.
    diagnostics.report(
      looksForImprovements ? .error : .warning, "shell-command",
      "martlet runs this line by /bin/sh; \(reading)", at: word.span,
      suggestion: "write " + Self.shellCommand(word.text) + ", which both read alike")
  }

  /// A command as a value that has a shell read it, for keepalived as for martlet.
  static func shellCommand(_ text: String) -> String {
    guard !text.contains("'"), !text.contains("\n"), text.utf8.count < 300 else {
      return "a script of its own for it, or /bin/sh -c with the line in quotes"
    }
    let escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    return "\"/bin/sh -c '\(escaped)'\""
  }
}
