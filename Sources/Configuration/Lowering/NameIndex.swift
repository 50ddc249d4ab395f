import ConfigurationSyntax

/// A block's draft, which its name finds.
protocol NamedDraft {
  var name: Located<String> { get }
}

/// The positions of drafts by name, the first of each name; grows with their list when it is asked.
struct NameIndex {
  private var positions: [String: Int] = [:]
  private var count = 0

  /// The draft of a name.
  mutating func find<Draft: NamedDraft>(_ name: String, in drafts: [Draft]) -> Draft? {
    if drafts.count < count { self = NameIndex() }
    for index in drafts.indices.dropFirst(count) {
      let name = drafts[index].name.value
      if positions[name] == nil { positions[name] = index }
    }
    count = drafts.count
    return positions[name].map { drafts[$0] }
  }
}
