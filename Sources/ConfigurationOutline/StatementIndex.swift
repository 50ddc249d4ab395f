import Configuration
import ConfigurationSyntax

/// The statements of one block by keyword, and which of its entries have been shown.
final class StatementIndex {
  /// An entry of a block of values.
  struct Entry {
    var key: String
    var words: [Word]
    var statement: Statement
    /// Whether it stands in the first block of its keyword.
    var isInFirstBlock: Bool
    var isShown = false
  }

  private let schema: Schema
  /// Those of the sync group that the block's subject is in.
  var outer: StatementIndex?
  /// The statements of the block in their order.
  let statements: [Statement]
  private var byKeyword: [Grammar.ID: [Statement]] = [:]
  private var entries: [Grammar.ID: [Entry]] = [:]
  private var firstHidden: [Grammar.ID: [String: Int]] = [:]

  /// Indexes the children of all statements of one block, which may have been written in parts.
  init(_ statements: [Statement], schema: Schema) {
    self.schema = schema
    self.statements = statements
    for statement in statements where !statement.isGuess {
      if let id = statement.keyword { byKeyword[id, default: []].append(statement) }
    }
  }

  /// The statements of a keyword.
  func all(_ id: Grammar.ID?) -> [Statement] { id.flatMap { byKeyword[$0] } ?? [] }

  /// The statement of a keyword that counts if it is written several times.
  func effective(_ id: Grammar.ID?) -> Statement? {
    guard let id, let statements = byKeyword[id], let row = schema.keyword(id) else { return nil }
    let last = statements.last { row.form.accepts($0.arguments) }
    return switch row.repetition {
    case .last: last
    case .first: statements.first { row.form.accepts($0.arguments) }
    case .word(let word): statements.last { $0.arguments.first?.text == word } ?? last
    }
  }

  /// The first entry of a block of values with this key that has not been shown, which then counts as shown.
  func takeEntry(_ id: Grammar.ID?, key: String) -> Entry? {
    guard let id, byKeyword[id] != nil else { return nil }
    makeEntries(id)
    guard var position = firstHidden[id]?[key], let list = entries[id] else { return nil }
    while position < list.count, list[position].isShown || list[position].key != key { position += 1 }
    firstHidden[id]?[key] = position
    guard position < list.count else { return nil }
    entries[id]?[position].isShown = true
    return list[position]
  }

  /// The entries of a block of values that have not been shown.
  func hiddenEntries(_ id: Grammar.ID?) -> [Entry] {
    guard let id, byKeyword[id] != nil else { return [] }
    makeEntries(id)
    return entries[id, default: []].filter { !$0.isShown }
  }

  private func makeEntries(_ id: Grammar.ID) {
    guard entries[id] == nil else { return }
    var list: [Entry] = []
    var first: [String: Int] = [:]
    let keying = EntryKeying(of: schema.keyword(id)?.name ?? "")
    for (block, statement) in all(id).enumerated() {
      for line in statement.children {
        let parts = keying == .eachWord ? line.words.map { ($0.text, [$0]) } : [(keying.key(of: line), line.words)]
        for (key, words) in parts {
          if first[key] == nil { first[key] = list.count }
          list.append(Entry(key: key, words: words, statement: line, isInFirstBlock: block == 0))
        }
      }
    }
    entries[id] = list
    firstHidden[id] = first
  }
}

/// What tells the entries of a block of values apart; ``OutlineEntry`` has keys of the same kind.
enum EntryKeying {
  case firstWord, address, wholeLine
  /// Keys have numbers.
  case numberedKeys
  /// One line may hold several.
  case eachWord

  init(of keyword: String) {
    switch keyword {
    case "virtual_ipaddress", "virtual_ipaddress_excluded", "static_ipaddress", "unicast_peer": self = .address
    case "virtual_routes", "virtual_rules", "static_routes", "static_rules": self = .wholeLine
    case "group", "heartbeat_interface": self = .eachWord
    case "auth_hmac": self = .numberedKeys
    default: self = .firstWord
    }
  }

  func key(of line: Statement) -> String {
    switch self {
    case .firstWord, .eachWord: line.words[0].text
    case .address: Self.address(line.words[0].text)
    case .numberedKeys:
      line.words.prefix(line.words[0] == "key" ? 2 : 1).map(\.text).joined(separator: " ")
    case .wholeLine: line.words.map(\.text).joined(separator: " ")
    }
  }
}
