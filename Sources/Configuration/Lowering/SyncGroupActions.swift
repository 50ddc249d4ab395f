import ConfigurationSyntax
import NetworkTypes

extension Lowering {
  /// What the keywords of `vrrp_sync_group` do.
  static var groupActions: [KeywordAction<SyncGroupDraft>] {
    [
      .custom("group") { draft, statement, lowering in
        guard !draft.hasMembers else {
          lowering.diagnostics.report(
            .warning, "duplicate-block", "\(draft.name.value) has a group block already; this one is ignored",
            at: statement.span, suggestion: "put all names into one group block")
          return
        }
        draft.hasMembers = true
        draft.members = statement.children.flatMap(\.words).map { Located($0.text, $0.span) }
      },
      .tracking(.script, \.tracked),
      .tracking(.interface, \.tracked),
      .tracking(.bfd, \.tracked),
      .tracking(.file, \.tracked),
      .tracking(.process, \.tracked),
      .tracking(.probe, \.tracked),
      .command("notify", \.notify.any),
      .command("notify_master", \.notify.master),
      .command("notify_backup", \.notify.backup),
      .command("notify_fault", \.notify.fault),
      .command("notify_stop", \.notify.stop),
      .boolean("notify_priority_changes", \.notifiesPriorityChanges),
      .flag("sync_group_tracking_weight", \.allowsWeights),
      .flag("global_tracking", \.allowsWeights),
    ]
  }
}
