import ConfigurationSyntax

/// Commands written for a shell. keepalived has none: it starts the first word and passes the others as they are.
extension Lowering {
  /// Reports a command that works differently here and in keepalived, and one that a shell would expand and neither does.
  func reportShell(_ split: CommandWords, _ word: Word, of statement: Statement) {
    if let literal = split.literalWord {
      diagnostics.report(
        .warning, "shell-word",
        "no shell reads this line, so \(split.words[0]) gets the word '\(literal)' as it stands, from keepalived too",
        at: word.span, suggestion: "write " + Self.shellCommand(word.text) + " if a shell is to read it")
    }
    guard let use = split.shellUse else { return }
    let keyword = statement.words[0].text
    // Both do the same for a check that only opens a file.
    guard !(keyword == "script" && split.words.count == 1 && split.words[0].hasPrefix("</")) else { return }
    let reading =
      switch use {
      case .firstWord: "keepalived finds no program named '\(split.words[0])' and runs nothing"
      case .operatorWord(let sign):
        "keepalived starts \(split.words[0]) and gives it '\(sign)' and what follows as words"
      }
    // The daemon starts nevertheless, since it does what the line asks for.
    diagnostics.report(
      looksForImprovements ? .error : .warning, "shell-command",
      "martlet runs this line by /bin/sh; \(reading)", at: word.span,
      suggestion: "write " + Self.shellCommand(word.text) + ", which both read alike")
  }

  /// A value that has a shell read the command, for keepalived as for martlet.
  static func shellCommand(_ text: String) -> String {
    guard !text.contains("'"), !text.contains("\n"), text.utf8.count < 300 else {
      return "a script of its own for it, or /bin/sh -c with the line in quotes"
    }
    let escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    return "\"/bin/sh -c '\(escaped)'\""
  }
}
