import ConfigurationSyntax

/// Every keyword that keepalived knows, and the grammar that follows from them.
package struct Schema: Sendable {
  /// The schema of keepalived's language.
  package static let keepalived = Schema(areas.flatMap { $0 }.flatMap { $0 })

  /// The rows by area; a block stands before the keywords in it.
  private static let areas: [[[Keyword]]] = [
    topLevel, [Block.global.keywords], instance, syncGroup, trackers, loadBalancing, addressOptions,
    routeOptions, ruleOptions, [Block.probe.keywords] + ProbeKind.all.map(\.keywords),
  ]

  /// All rows.
  package let keywords: [Keyword]
  package let grammar: Grammar
  private let rowOfID: [Int]

  /// Blocks whose passwords and keys no finding may show.
  private static let blocksWithSecrets: Set<String> = ["authentication", "auth_hmac"]

  init(_ keywords: [Keyword]) {
    var grammar = Grammar()
    var rowOfID: [Int] = []
    for (row, keyword) in keywords.enumerated() where keyword.kind == .keyword {
      let path = keyword.block.split(separator: "/").map(String.init)
      let parent = path.isEmpty ? nil : grammar.find(path: path)
      let id = grammar.add(keyword.name, keyword.form.shape, in: parent)
      if id == rowOfID.count { rowOfID.append(row) }
      if keyword.disposition == .notManaged { grammar.markUnmanaged(id) }
      if Self.blocksWithSecrets.contains(keyword.name) { grammar.markSecret(id) }
    }
    self.keywords = keywords
    self.grammar = grammar
    self.rowOfID = rowOfID
  }

  /// The row of a keyword.
  package func keyword(_ id: Grammar.ID) -> Keyword? {
    rowOfID.indices.contains(id) ? keywords[rowOfID[id]] : nil
  }

  /// The rows, placed in a block.
  static func rows(_ block: String, kind: Keyword.Kind = .keyword, _ keywords: [Keyword]) -> [Keyword] {
    keywords.map { keyword in
      var keyword = keyword
      keyword.block = block
      keyword.kind = kind
      return keyword
    }
  }
}

extension Keyword.Form {
  var shape: Grammar.Shape {
    switch self {
    case .block: .block
    case .values: .values
    case .target: .optionalBlock
    case .command, .optionalCommand: .command
    case .flag, .boolean, .integer, .optionalInteger, .decimal, .word, .choice, .caselessChoice, .address, .interface,
      .words, .optionalWords:
      .line
    }
  }

  /// True when the keyword needs a word after it.
  var needsArgument: Bool {
    switch self {
    case .integer, .decimal, .word, .choice, .caselessChoice, .address, .interface, .words, .command: true
    case .flag, .boolean, .optionalInteger, .optionalWords, .optionalCommand, .block, .values, .target: false
    }
  }

  /// The greatest number of words after the keyword that have a meaning; `nil` for any number.
  var greatestArgumentCount: Int? {
    switch self {
    case .flag: 0
    case .boolean, .integer, .optionalInteger, .decimal, .word, .choice, .caselessChoice, .address, .interface: 1
    case .command, .optionalCommand: 3
    case .words, .optionalWords, .block, .values, .target: nil
    }
  }
}
