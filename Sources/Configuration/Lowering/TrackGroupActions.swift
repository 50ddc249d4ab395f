import ConfigurationModel
import ConfigurationSyntax

/// A `track_group` block.
struct TrackGroupDraft {
  var name: Located<String>
  var members: [Located<String>] = []
}

extension Lowering {
  /// Reads `track_group NAME { group { INSTANCE … } }`.
  func readTrackGroup(_ statement: Statement) {
    checkChildren(of: statement)
    guard let name = name(of: statement) else { return }
    var draft = TrackGroupDraft(name: name)
    let groups = statement.children.filter { $0.words[0] == "group" }
    for extra in groups.dropFirst() {
      diagnostics.report(
        .warning, "duplicate-block", "\(name.value) has a group block already; this one is ignored", at: extra.span,
        suggestion: "put all names into one group block")
    }
    draft.members = groups.first?.children.flatMap(\.words).map { Located($0.text, $0.span) } ?? []
    trackGroups.append(draft)
  }

  /// The groups that a static entry is in.
  var usedTrackGroups: [TrackGroupDraft] {
    let used = Set((staticAddresses + staticRoutes + staticRules).compactMap(\.trackGroup))
    return trackGroups.filter { used.contains($0.name.value) }
  }

  /// The first line of a keyword in a block that says something.
  func child(_ keyword: StaticString, of statement: Statement) -> Statement? {
    statement.children.first {
      $0.words[0] == keyword && !($0.arguments.isEmpty && row(of: $0)?.form.needsArgument == true)
    }
  }
}
