import ConfigurationSyntax

/// A small language for the tests: a block of keywords, a block of values, a line and a command.
let testGrammar: Grammar = {
  var grammar = Grammar()
  grammar.add("line", .line)
  grammar.add("run", .command)
  let block = grammar.add("block", .block)
  grammar.add("line", .line, in: block)
  grammar.add("include_check", .line, in: block)
  grammar.add("inner", .block, in: block)
  grammar.add("values", .values, in: block)
  grammar.add("values", .values)
  return grammar
}()

/// Reads a text, with other files beside it, in the small language.
func parse(
  _ text: String, others: [String: String] = [:], id: String? = "me", variables: [String: String] = [:]
) -> ParsedSource {
  parse(Array(text.utf8), others: others, id: id, variables: variables)
}

func parse(
  _ bytes: [UInt8], others: [String: String] = [:], id: String? = "me", variables: [String: String] = [:]
) -> ParsedSource {
  var files = MemorySourceFiles(texts: others, variables: variables)
  files.files["/etc/m/main.conf"] = bytes
  // Small bounds, so that what runs into them is soon done.
  var limits = SourceLimits()
  limits.fileCount = 100
  limits.expandedLines = 10_000
  limits.expandedBytes = 1_048_576
  return ConfigurationParser.parse(
    path: "/etc/m/main.conf", files: files, grammar: testGrammar, configurationID: id, limits: limits)
}

/// Statements as text: words joined by blanks, a word with a blank in it in quotes, blocks in braces, lines by bars.
func shown(_ statements: [Statement]) -> String {
  statements.map { statement in
    let words = statement.words.map { word in
      word.bytes.isEmpty || word.text.contains(" ") ? "'\(word.text)'" : word.text
    }.joined(separator: " ")
    let hasBlock = statement.closingBrace != nil || !statement.children.isEmpty
    return words + (hasBlock ? " {\(shown(statement.children))}" : "")
  }.joined(separator: "|")
}

extension ParsedSource {
  /// The ids of the findings, in order.
  var ids: [String] { diagnostics.diagnostics.map(\.id) }
}
