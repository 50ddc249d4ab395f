import ConfigurationModel
import ConfigurationSyntax

/// A `track_group` block.
struct TrackGroupReading {
  var name: Located<String>
  var members: [Located<String>] = []
}

extension Lowering {
  /// Reads `track_group NAME { group { INSTANCE … } }`.
  func readTrackGroup(_ statement: Statement) {
    checkChildren(of: statement)
    guard let name = name(of: statement) else { return }
    var group = TrackGroupReading(name: name)
    let groups = statement.children.filter { $0.words[0] == "group" }
    for extra in groups.dropFirst() {
      diagnostics.report(
        .warning, "duplicate-block", "\(name.value) has a group block already; this one is ignored", at: extra.span,
        suggestion: "put all names into one group block")
    }
    group.members = groups.first?.children.flatMap(\.words).map { Located($0.text, $0.span) } ?? []
    trackGroups.append(group)
  }

  /// The groups that static entries name.
  var usedTrackGroups: [TrackGroupReading] {
    let used = Set((staticAddresses + staticRoutes + staticRules).compactMap(\.trackGroup))
    return trackGroups.filter { used.contains($0.name.value) }
  }

  /// The first line of a keyword in a block, without lines that lack their value.
  func child(_ keyword: StaticString, of statement: Statement) -> Statement? {
    statement.children.first {
      $0.words[0] == keyword && !($0.arguments.isEmpty && row(of: $0)?.form.needsArgument == true)
    }
  }
}
