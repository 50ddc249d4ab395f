import Configuration
import ConfigurationModel

/// Effects of a reload from one configuration to another, by what the next engine and the prober take over.
///
/// A virtual router continues if its interface, family and VRID are the same, and its name is too or no other router can be meant; one
/// that does not continue gives up its addresses, and another starts in its place. Other items continue by name, as ``Continuity`` says.
package struct ConfigurationDifference: Sendable {
  /// Effect of a reload on an item.
  package enum Fate: Sendable, Hashable {
    /// The item is only in the new configuration.
    case added
    /// The item is only in the old configuration.
    case removed
    /// The item continues with other properties.
    case changed
    /// The item ends, and another of its name starts.
    case restarted
    /// The item continues unchanged.
    case untouched
  }

  /// A block with a name, or the settings of the whole process.
  package struct Item: Sendable {
    /// The keyword of the block.
    package var keyword: String
    /// The name; empty for an item without one.
    package var name: String
    package var fate: Fate
    /// The properties that differ; empty for an item that was added or removed.
    package var changes: [Change]
    /// A remark for people; `nil` for none.
    package var remark: String?
  }

  /// A property that differs.
  package enum Change: Sendable, Hashable {
    /// A line differs; `nil` where there is none. Both may look the same if a secret differs.
    case line(property: String, from: [ShownWord]?, to: [ShownWord]?)
    /// Lines of a block of values are removed, added or changed; if all are empty, only their order differs.
    case entries(property: String, removed: [[ShownWord]], added: [[ShownWord]], changed: [EntryChange])
  }

  /// An entry of a block of values that differs.
  package struct EntryChange: Sendable, Hashable {
    /// The old entry.
    package var from: [ShownWord]
    /// The new entry.
    package var to: [ShownWord]
  }

  /// Every item of both configurations.
  package let items: [Item]

  /// True when a reload would change nothing.
  package var isEmpty: Bool { items.allSatisfy { $0.fate == .untouched } }

  package func count(of fate: Fate) -> Int { items.count { $0.fate == fate } }

  package init(from old: Configuration, to new: Configuration) {
    var items = [
      Self.settings("", ShownProperty.comparedTop, old, new),
      Self.settings("global_defs", ShownProperty.global, old.global, new.global),
    ]
    items += Self.scripts(old, new)
    items += Self.sessions(old, new)
    items += Self.filesAndProcesses(old, new)
    items += Self.probes(old, new)
    items += Self.groups(old, new)
    items += Self.routers(old, new)
    self.items = items
  }

  private static func settings<Owner>(
    _ keyword: String, _ rows: [ShownProperty<Owner>], _ old: Owner, _ new: Owner
  ) -> Item {
    let changes = changes(rows, old, new)
    var item = Item(keyword: keyword, name: "", fate: changes.isEmpty ? .untouched : .changed, changes: changes)
    if changes.contains(where: { $0.property == "net_namespace" }) {
      item.remark = "net_namespace counts from the next start of the service on"
    }
    return item
  }

  // MARK: Properties

  static func changes<Owner>(_ rows: [ShownProperty<Owner>], _ old: Owner, _ new: Owner) -> [Change] {
    rows.flatMap { row in
      let (before, after) = (row.value(old), row.value(new))
      return before == after ? [] : changes(row.name, before, after)
    }
  }

  private static func changes(_ property: String, _ old: ShownValue, _ new: ShownValue) -> [Change] {
    if case .none = old, case .none = new { return [] }
    let (before, after) = (lists(in: old), lists(in: new))
    let keywords = (before + after).map(\.keyword).reduce(into: [String]()) { known, keyword in
      if !known.contains(keyword) { known.append(keyword) }
    }
    guard keywords.isEmpty else {
      return keywords.compactMap { keyword in
        change(
          keyword, before.filter { $0.keyword == keyword }.flatMap(\.entries),
          after.filter { $0.keyword == keyword }.flatMap(\.entries))
      }
    }
    return [.line(property: property, from: words(of: old), to: words(of: new))]
  }

  private static func lists(in content: ShownValue) -> [ShownList] {
    if case .lists(let lists) = content { lists } else { [] }
  }

  private static func words(of content: ShownValue) -> [ShownWord]? {
    switch content {
    case .line(let words): words
    case .question(let kind, _): [.word(kind)]
    case .lists, .none: nil
    }
  }

  private static func change(_ property: String, _ old: [ShownEntry], _ new: [ShownEntry]) -> Change? {
    guard old != new else { return nil }
    var before = Dictionary(grouping: old, by: \.key)
    for key in before.keys { before[key]?.reverse() }
    var added: [[ShownWord]] = []
    var changed: [EntryChange] = []
    for entry in new {
      guard let known = before[entry.key]?.popLast() else {
        added.append(entry.words)
        continue
      }
      if known.words != entry.words { changed.append(EntryChange(from: known.words, to: entry.words)) }
    }
    let left = before.mapValues(\.count)
    var seen: [String: Int] = [:]
    // Of several entries with one key the last ones remain.
    let removed = old.reversed().filter { entry in
      seen[entry.key, default: 0] += 1
      return seen[entry.key, default: 0] <= left[entry.key, default: 0]
    }.reversed().map(\.words)
    return .entries(property: property, removed: Array(removed), added: added, changed: changed)
  }
}

extension ConfigurationDifference.Change {
  /// Name of the property, which is its keyword.
  package var property: String {
    switch self {
    case .line(let property, _, _), .entries(let property, _, _, _): property
    }
  }
}
