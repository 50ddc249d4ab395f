import ConfigurationSyntax
import NetworkTypes

/// A `garp_group` block.
struct AnnouncementGroupDraft {
  var span: SourceSpan
  var garpInterval: Located<Nanoseconds>?
  var neighborInterval: Located<Nanoseconds>?
  var interfaces: [Located<String>] = []
  /// Their names.
  var known: Set<String> = []
}

extension Lowering {
  /// What the keywords of `garp_group` do.
  static var announcementGroupActions: [KeywordAction<AnnouncementGroupDraft>] {
    [
      .duration("garp_interval", \.garpInterval),
      .duration("gna_interval", \.neighborInterval),
      .custom("interface") { draft, statement, lowering in
        lowering.add(statement.arguments.prefix(1), to: &draft)
      },
      .custom("interfaces") { draft, statement, lowering in
        lowering.add(statement.children.flatMap(\.words)[...], to: &draft)
      },
    ]
  }

  /// Adds interfaces to a group, each of which is in one group only.
  private func add(_ words: ArraySlice<Word>, to draft: inout AnnouncementGroupDraft) {
    for word in words where isInterfaceName(word) {
      if pacedInterfaces[word.text] == nil { pacedInterfaces[word.text] = word.span }
      guard !announcedInterfaces.contains(word.text), draft.known.insert(word.text).inserted else {
        diagnostics.report(
          .warning, "duplicate-interface", "\(word.text) is in a garp_group already; it is ignored here", at: word.span)
        continue
      }
      draft.interfaces.append(Located(word.text, word.span))
    }
  }

  /// Keeps a group that says something.
  func finish(_ draft: AnnouncementGroupDraft) {
    guard draft.garpInterval != nil || draft.neighborInterval != nil, !draft.interfaces.isEmpty else {
      let what = draft.interfaces.isEmpty ? "interface" : "interval"
      diagnostics.report(
        .warning, "empty-block", "a garp_group without an \(what) has no effect", at: draft.span,
        suggestion: draft.interfaces.isEmpty ? "write interface NAME" : "write garp_interval SECONDS")
      return
    }
    announcedInterfaces.formUnion(draft.interfaces.map(\.value))
    announcementGroups.append(
      AnnouncementGroup(
        interfaces: draft.interfaces.map(\.value), garpInterval: draft.garpInterval?.value ?? .zero,
        neighborAdvertisementInterval: draft.neighborInterval?.value ?? .zero))
  }
}
