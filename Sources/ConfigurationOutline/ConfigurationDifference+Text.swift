import Configuration
import ConfigurationModel
import PrintableText

extension ConfigurationDifference {
  /// Most untouched items of a kind that are listed by name; beyond that only their number is shown.
  private static let mostNames = 8

  /// The difference as text: items that change first, untouched ones last, then the totals.
  package var text: String {
    var text = ""
    for item in items where item.fate != .untouched {
      text += "\(Self.title(item).printable()): \(Self.words(for: item.fate))\n"
      if let remark = item.remark { text += "    (\(remark.printable()))\n" }
      for change in item.changes { text += Self.text(of: change) }
    }
    text += untouched
    let fates: [Fate] = [.added, .removed, .changed, .restarted, .untouched]
    let counts = fates.map { fate in
      let number = items.count { $0.fate == fate && !$0.name.isEmpty }
      return "\(number) \(Self.word(for: fate))"
    }
    return text + counts.joined(separator: ", ") + "\n"
  }

  /// One line for each item that changes, for a log.
  package var lines: [String] {
    items.filter { $0.fate != .untouched }.map { item in
      let changes = item.changes.map { change in
        Self.text(of: change).split(separator: "\n").map { $0.drop { $0 == " " } }.joined(separator: " ")
      }
      let line = "\(Self.title(item).printable()) \(Self.words(for: item.fate))"
      return changes.isEmpty ? line : line + ": " + changes.joined(separator: ", ")
    }
  }

  private var untouched: String {
    let untouched = Dictionary(grouping: items.filter { $0.fate == .untouched && !$0.name.isEmpty }, by: \.keyword)
    return untouched.sorted { $0.key < $1.key }.map { keyword, items in
      let names = items.prefix(Self.mostNames).map(\.name).joined(separator: ", ")
      let more = items.count - Self.mostNames
      return "untouched: \(keyword) \(names.printable())\(more > 0 ? " and \(more) more" : "")\n"
    }.joined()
  }

  private static func title(_ item: Item) -> String {
    if item.name.isEmpty { return item.keyword.isEmpty ? "outside all blocks" : item.keyword }
    return "\(item.keyword) \(item.name)"
  }

  private static func words(for fate: Fate) -> String {
    switch fate {
    case .added: "is added"
    case .removed: "is removed"
    case .changed: "goes on, changed"
    case .restarted: "ends, and starts anew"
    case .untouched: "goes on as it is"
    }
  }

  private static func word(for fate: Fate) -> String {
    switch fate {
    case .added: "added"
    case .removed: "removed"
    case .changed: "changed"
    case .restarted: "restarted"
    case .untouched: "untouched"
    }
  }

  private static func text(of change: Change) -> String {
    switch change {
    case .line(let property, let from?, let to?):
      let (old, new) = (shown(from), shown(to))
      if old == new { return "    \(old) → another one\n" }
      // The keywords differ only for two that mean the opposite of each other.
      let isSameKeyword = from.first == to.first && from.first == .word(property)
      return isSameKeyword
        ? "    \(property) \(shown(from.dropFirst())) → \(shown(to.dropFirst()))\n" : "    \(old) → \(new)\n"
    case .line(_, let from?, nil): return "    - \(shown(from))\n"
    case .line(_, nil, let to?): return "    + \(shown(to))\n"
    case .line(_, nil, nil): return ""
    case .entries(let property, let removed, let added, let changed):
      if removed.isEmpty, added.isEmpty, changed.isEmpty { return "    \(property) in another order\n" }
      return "    \(property)\n" + removed.map { "        - \(shown($0))\n" }.joined()
        + added.map { "        + \(shown($0))\n" }.joined()
        + changed.map { change in
          let (old, new) = (shown(change.from), shown(change.to))
          return "        \(old) → \(old == new ? "another one" : new)\n"
        }.joined()
    }
  }

  /// Words with one blank between them, without anything that a terminal would act on.
  private static func shown(_ words: some Sequence<ShownWord>) -> String {
    words.map(\.text).joined(separator: " ").printable()
  }
}
