import Configuration
import ConfigurationModel
import ConfigurationSyntax

/// The statements of one block by keyword, and the entries that have been shown.
final class StatementIndex {
  /// An entry of a block of values.
  struct Entry {
    var key: String
    var words: [Word]
    var statement: Statement
    /// True for an entry in the first block of its keyword.
    var isInFirstBlock: Bool
    var isShown = false
  }

  /// The entries of all blocks of one keyword. An object, so that marking one of them copies none.
  private final class EntryList {
    var entries: [Entry] = []
    /// The first entry of each key that has not been shown.
    var hidden: [String: Int] = [:]
    /// The next entry of the same key, by position.
    private var next: [Int?] = []
    private var last: [String: Int] = [:]

    func append(_ entry: Entry) {
      if let last = last.updateValue(entries.count, forKey: entry.key) {
        next[last] = entries.count
      } else {
        hidden[entry.key] = entries.count
      }
      entries.append(entry)
      next.append(nil)
    }

    /// Drops what is needed only while entries are added.
    func finish() { last = [:] }

    /// Takes the first entry of a key that has not been shown.
    func take(_ key: String) -> Entry? {
      guard let position = hidden[key] else { return nil }
      hidden[key] = next[position]
      entries[position].isShown = true
      return entries[position]
    }
  }

  private let schema: Schema
  /// The statements of the router's sync group.
  var outer: StatementIndex?
  /// The statements of the block in their order.
  let statements: [Statement]
  private var byKeyword: [Grammar.ID: [Statement]] = [:]
  private var lists: [Grammar.ID: EntryList] = [:]
  /// The statement that counts, by keyword, for keywords that are written often; found on first use.
  private var found: [Grammar.ID: Statement?] = [:]

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
    if let known = found[id] { return known }
    let statement = Self.effective(statements, row)
    if statements.count > Self.few { found[id] = .some(statement) }
    return statement
  }

  /// The greatest number of statements that are searched each time.
  private static let few = 8

  private static func effective(_ statements: [Statement], _ row: Keyword) -> Statement? {
    let last = statements.last { row.form.accepts($0.arguments) }
    return switch row.repetition {
    case .last: last
    case .first: statements.first { row.form.accepts($0.arguments) }
    case .word(let word): statements.last { $0.arguments.first?.text == word } ?? last
    }
  }

  /// Takes the first entry of a block of values with this key that has not been shown.
  func takeEntry(_ id: Grammar.ID?, key: String) -> Entry? { list(id)?.take(key) }

  /// The entries of a block of values that have not been shown.
  func hiddenEntries(_ id: Grammar.ID?) -> [Entry] { list(id)?.entries.filter { !$0.isShown } ?? [] }

  private func list(_ id: Grammar.ID?) -> EntryList? {
    guard let id, byKeyword[id] != nil else { return nil }
    if let list = lists[id] { return list }
    let list = EntryList()
    let keying = EntryKeying(of: schema.keyword(id)?.name ?? "")
    for (block, statement) in all(id).enumerated() {
      for line in statement.children {
        let parts = keying == .eachWord ? line.words.map { ($0.text, [$0]) } : [(keying.key(of: line), line.words)]
        for (key, words) in parts {
          list.append(Entry(key: key, words: words, statement: line, isInFirstBlock: block == 0))
        }
      }
    }
    list.finish()
    lists[id] = list
    return list
  }
}

/// Identity of the entries of a block of values; ``ShownEntry`` has keys of the same kind.
enum EntryKeying {
  case firstWord, address, wholeLine
  /// The key is a word and a number.
  case numberedKeys
  /// Each word of a line is an entry.
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
