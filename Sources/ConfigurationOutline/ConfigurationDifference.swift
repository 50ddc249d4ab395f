import Configuration

/// What a reload from one configuration to another does, by what the next engine and the prober take over.
///
/// A virtual router goes on if its interface, family and VRID are the same, and its name or nothing else that could be meant; one that
/// does not go on gives up its addresses and another starts in its place. All else goes on by its name, as ``Continuity`` says.
public struct ConfigurationDifference: Sendable {
  /// What becomes of a thing.
  public enum Fate: Sendable, Hashable {
    /// It is new.
    case added
    /// It is no more.
    case removed
    /// It goes on with other properties.
    case changed
    /// It ends, and another of its name starts.
    case restarted
    /// It goes on as it is.
    case untouched
  }

  /// A thing of the configurations: a block with a name, or what holds for the whole process.
  public struct Item: Sendable {
    /// The keyword of its block.
    public var keyword: String
    /// Its name; empty for what has none.
    public var name: String
    /// What becomes of it.
    public var fate: Fate
    /// Its properties that are not the same; for what is new or no more there are none.
    public var changes: [Change]
    /// What there is to say about it.
    public var remark: String?
  }

  /// A property that is not the same.
  public enum Change: Sendable, Hashable {
    /// A line is another one; `nil` where there is none. Both may look the same if what differs is secret.
    case line(property: String, from: [ShownWord]?, to: [ShownWord]?)
    /// The lines of a block of values that go, that come, and that become others; or that only change places.
    case entries(property: String, removed: [[ShownWord]], added: [[ShownWord]], changed: [EntryChange])
  }

  /// An entry of a block of values that is another one.
  public struct EntryChange: Sendable, Hashable {
    /// What it was.
    public var from: [ShownWord]
    /// What it is.
    public var to: [ShownWord]
  }

  /// Every thing of both configurations.
  public let items: [Item]

  /// Whether a reload would change nothing.
  public var isEmpty: Bool { items.allSatisfy { $0.fate == .untouched } }

  /// The number of things with a fate.
  public func count(of fate: Fate) -> Int { items.count { $0.fate == fate } }

  /// Compares two models.
  public init(from old: Configuration, to new: Configuration) {
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
    // Of several with one key the last ones are left.
    let removed = old.reversed().filter { entry in
      seen[entry.key, default: 0] += 1
      return seen[entry.key, default: 0] <= left[entry.key, default: 0]
    }.reversed().map(\.words)
    return .entries(property: property, removed: Array(removed), added: added, changed: changed)
  }
}

extension ConfigurationDifference.Change {
  /// The property's name, which is its keyword.
  public var property: String {
    switch self {
    case .line(let property, _, _), .entries(let property, _, _, _): property
    }
  }
}
