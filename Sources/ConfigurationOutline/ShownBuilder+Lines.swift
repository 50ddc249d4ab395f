import Configuration
import ConfigurationModel
import ConfigurationSyntax
import NetworkTypes

extension ShownBuilder {
  /// The statement that puts a block into strict mode; `nil` for none.
  func strictMode<Owner>(_ bound: BoundRows<Owner>, _ index: StatementIndex) -> Statement? {
    guard let id = bound.strictMode else { return nil }
    let statement = index.effective(id) ?? global.effective(schema.grammar.find(path: ["global_defs", "vrrp_strict"]))
    return statement.flatMap { isOn($0) ? $0 : nil }
  }

  private func isOn(_ statement: Statement) -> Bool {
    form(of: statement)?.canonical(statement.arguments.map(\.text)) == ["on"]
  }

  private func form(of statement: Statement) -> Keyword.Form? { statement.keyword.flatMap(schema.keyword)?.form }

  /// A property's line with its origin, and with the written value if that is another one.
  func line<Owner>(
    _ words: [ShownWord], _ row: BoundRows<Owner>.Row, _ index: StatementIndex, strict: Statement?
  ) -> ShownLine {
    var line = ShownLine(words, origin: .byDefault)
    let candidates = row.ids.compactMap(index.effective)
    if let own = candidates.first(where: { $0.words[0].text == words.first?.text }) ?? candidates.first {
      line.origin = origin(own.arguments.first?.span ?? own.span)
      line.remark = difference(own, words)
    } else if row.row.isStrict, let strict {
      line.origin = following(strict)
    } else if let other = index.effective(row.following) ?? index.outer?.effective(row.outer)
      ?? row.inherited.lazy.compactMap(global.effective).first
    {
      line.origin = following(other)
    }
    return line
  }

  private func following(_ statement: Statement) -> ShownOrigin {
    let span = statement.arguments.first?.span ?? statement.span
    return .following(keyword: statement.words[0].text, map.place(of: span))
  }

  /// The difference between the written and the effective value, where a word can name it.
  private func difference(_ statement: Statement, _ words: [ShownWord]) -> String? {
    let written = statement.words.map(\.text)
    guard written.first == words.first?.text else { return "written: \(written.joined(separator: " "))" }
    switch form(of: statement) {
    case .integer, .optionalInteger, .decimal, .boolean, .word:
      guard let form = form(of: statement),
        form.canonical(Array(written.dropFirst())) != form.canonical(words.dropFirst().map(\.text))
      else { return nil }
      return "written: \(written.dropFirst().joined(separator: " "))"
    default: return nil
    }
  }

  /// Blocks of values with the origin of each entry.
  func blocks<Owner>(
    _ lists: [ShownList], _ row: BoundRows<Owner>.Row, _ index: StatementIndex
  ) -> [ShownLine] {
    lists.map { list in
      // A row of several keywords has the keywords of each list first.
      let own = row.ids.filter { schema.keyword($0)?.name == list.keyword }
      let ids = own + row.ids.filter { !row.isByKeyword && !own.contains($0) }
      return ShownLine(
        [.word(list.keyword)],
        children: list.entries.map { line(of: $0, keyword: list.keyword, ids, index) })
    }
  }

  private func line(
    of entry: ShownEntry, keyword: String, _ ids: [Grammar.ID], _ index: StatementIndex
  ) -> ShownLine {
    var line = ShownLine(entry.words, origin: .byDefault)
    var written: StatementIndex.Entry?
    for id in ids where written == nil { written = index.takeEntry(id, key: entry.key) }
    guard let written else { return line }
    line.origin = origin(written.words.first?.span)
    // The model keeps a route as text, in which a word with a blank looks like two words.
    if EntryKeying(of: keyword) == .wholeLine {
      line.words = written.words.map { .word($0.text) } + entry.words.dropFirst(words(in: entry.key))
    }
    return line
  }

  private func words(in key: String) -> Int { key.split(separator: " ").count }

  /// Adds the entries that are written but not in the model to their blocks.
  func addHiddenEntries<Owner>(
    of bound: BoundRows<Owner>, _ index: StatementIndex, to lines: inout [ShownLine]
  ) {
    var seen: Set<Grammar.ID> = []
    for id in bound.rows.filter(\.isList).flatMap(\.ids) where seen.insert(id).inserted {
      guard let keyword = schema.keyword(id)?.name, let first = index.all(id).first else { continue }
      let hidden = index.hiddenEntries(id)
      // Only the first block of members of a group counts.
      let ownBlock = keyword == "group" ? hidden.filter { !$0.isInFirstBlock } : []
      let rest = keyword == "group" ? hidden.filter(\.isInFirstBlock) : hidden
      if let block = lines.lastIndex(where: { $0.words == [.word(keyword)] && $0.children != nil }) {
        lines[block].children? += rest.map(leftOut)
      } else {
        lines.append(ShownLine([.word(keyword)], origin: origin(first.span), children: rest.map(leftOut)))
      }
      if !ownBlock.isEmpty { lines.append(ShownLine([.word(keyword)], children: ownBlock.map(leftOut))) }
    }
  }

  private func leftOut(_ entry: StatementIndex.Entry) -> ShownLine {
    let isWholeLine = entry.words.count == entry.statement.words.count
    var line = ShownLine(
      isWholeLine ? words(of: entry.statement) : entry.words.map { Self.word($0) },
      origin: origin(entry.words.first?.span))
    line.remark = Self.leftOut
    line.hasEffect = false
    return line
  }

  /// The statements of a block that belong to no property.
  func others<Owner>(_ bound: BoundRows<Owner>, _ index: StatementIndex, isInside: Bool) -> [ShownLine] {
    index.statements.compactMap { statement in
      guard !statement.isGuess, let id = statement.keyword, !bound.ids.contains(id), let keyword = schema.keyword(id)
      else { return nil }
      if !isInside, Self.kindsOfBlocks.contains(keyword.name) || isUnmanaged(keyword) { return nil }
      guard keyword.disposition == .acts else { return asWritten(statement, remark: keyword.disposition.remark) }
      let counts = keyword.form == .block || index.effective(id)?.span == statement.span
      return counts ? asWritten(statement, remark: nil) : nil
    }
  }

  /// The blocks that are shown separately.
  private static let kindsOfBlocks: Set<String> = [
    "global_defs", "vrrp_script", "bfd_instance", "track_file", "vrrp_track_file", "vrrp_track_process", "vrrp_probe",
    "vrrp_sync_group", "vrrp_instance",
  ]

  private func isUnmanaged(_ keyword: Keyword) -> Bool { keyword.disposition == .notManaged }

  /// The blocks outside all others that martlet does not manage.
  func unmanaged() -> [ShownLine] {
    top.statements.compactMap { statement in
      guard !statement.isGuess, let keyword = statement.keyword.flatMap(schema.keyword), isUnmanaged(keyword) else {
        return nil
      }
      return asWritten(statement, remark: keyword.disposition.remark)
    }
  }

  /// A statement as written, expanded.
  func asWritten(_ statement: Statement, remark: String?) -> ShownLine {
    var line = ShownLine(
      words(of: statement), origin: origin(statement.arguments.first?.span ?? statement.span))
    line.remark = remark
    line.hasEffect = remark == nil
    let form = form(of: statement)
    if form == .block || form == .values || !statement.children.isEmpty {
      line.children = statement.children.map { asWritten($0, remark: nil) }
    }
    return line
  }

  private func words(of statement: Statement) -> [ShownWord] {
    let keyword = statement.keyword.flatMap(schema.keyword)
    let words = statement.words.enumerated().map { position, word -> ShownWord in
      let isCommand = keyword?.form == .command || keyword?.form == .optionalCommand
      return isCommand && position > 0 ? .command(word.text) : Self.word(word)
    }
    guard let keyword, let shown = Secrets.shownWords(of: statement, keyword), shown < words.count else { return words }
    let secret = ShownWord.Secret(
      Array(statement.words.dropFirst(shown).flatMap(\.bytes)), isLong: keyword.block.hasSuffix("auth_hmac"))
    return words.prefix(shown) + [.secret(secret)]
  }

  private static func word(_ word: Word) -> ShownWord { word.quoted ? .quoted(word.text) : .word(word.text) }
}

extension Keyword.Disposition {
  /// The reason why a line of the keyword has no effect here; `nil` if it has one.
  fileprivate var remark: String? {
    switch self {
    case .acts: nil
    case .accepted(let reason): reason.text
    case .lacks(let advice): "has no effect here; \(advice.text)"
    case .notManaged: "is left to other programs"
    }
  }
}

extension EntryKeying {
  /// An address in canonical notation.
  static func address(_ text: String) -> String {
    let host = text.split(maxSplits: 1) { $0 == "/" || $0 == "-" }.first.map(String.init) ?? text
    return IPAddress(host).map { "\($0)" } ?? text
  }
}
