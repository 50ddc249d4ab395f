import ConfigurationModel
import ConfigurationSyntax
import NetworkTypes

extension AnnouncementGroup: BlockModel {
  static var unset: Self { Self(interfaces: []) }
}

extension Block<AnnouncementGroup> {
  /// `garp_group`.
  static var announcementGroup: Block {
    Block("garp_group") {
      Setting(
        "garp_interval", "Sets the least time between two gratuitous ARPs on the interfaces of the group",
        .seconds(0...4_294_967_295), \.garpInterval, default: "unset")
      Setting(
        "gna_interval",
        "Sets the least time between two unsolicited neighbour advertisements on the interfaces of the group",
        .seconds(0...4_294_967_295), \.neighborAdvertisementInterval, default: "unset")
      Setting(Keyword("interface", "Adds an interface to the group", .interface, .acts)) {
        $2.add($1.arguments.prefix(1), of: $1, to: &$0)
      }
      Setting(
        Keyword("interfaces", "Adds several interfaces to the group", .values, arguments: "IFNAME", .acts)
      ) { $2.add($1.children.flatMap(\.words)[...], of: $1, to: &$0) }
    }
  }
}

extension Lowering {
  /// Adds interfaces to a group, each of which is in one group only.
  fileprivate func add(
    _ words: ArraySlice<Word>, of statement: Statement, to block: inout BlockReading<AnnouncementGroup>
  ) -> SourceSpan? {
    for word in words where isInterfaceName(word) {
      if pacedInterfaces[word.text] == nil { pacedInterfaces[word.text] = word.span }
      guard announcedInterfaces.insert(word.text).inserted else {
        diagnostics.report(
          .warning, "duplicate-interface", "\(word.text) is in a garp_group already; it is ignored here", at: word.span)
        continue
      }
      block.interfaces.append(word.text)
    }
    return statement.span
  }

  /// Reads a `garp_group`, and keeps one that sets something.
  func readAnnouncementGroup(_ statement: Statement) {
    var block = BlockReading<AnnouncementGroup>(Located("garp_group", statement.span))
    let others = announcedInterfaces
    apply(announcementGroupTable, to: &block, statement.children)
    let hasInterval = block.places["garp_interval"] != nil || block.places["gna_interval"] != nil
    guard hasInterval, !block.interfaces.isEmpty else {
      announcedInterfaces = others
      let what = block.interfaces.isEmpty ? "interface" : "interval"
      diagnostics.report(
        .warning, "empty-block", "a garp_group without an \(what) has no effect", at: statement.span,
        suggestion: block.interfaces.isEmpty ? "write interface NAME" : "write garp_interval SECONDS")
      return
    }
    announcementGroups.append(block.model)
  }
}
