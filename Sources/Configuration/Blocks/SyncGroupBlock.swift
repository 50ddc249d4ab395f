import ConfigurationModel
import ConfigurationSyntax
import NetworkTypes

typealias SyncGroupReading = BlockReading<SyncGroupDefinition>

extension SyncGroupDefinition: NamedModel {
  struct Notes: ReadingNotes {
    var members: [Located<String>] = []
    var tracked = TrackEntries()
  }

  static var unset: Self { Self(name: "") }
}

extension Block<SyncGroupDefinition> {
  /// `vrrp_sync_group`.
  static var group: Block {
    Block("vrrp_sync_group") {
      members
      Setting.tracking(changing: "all members' priority", in: \.notes.tracked)
      Setting.command("notify_master", "Runs a script when the group becomes master", \.notify.master)
      Setting.command("notify_backup", "Runs a script when the group becomes backup", \.notify.backup)
      Setting.command("notify_fault", "Runs a script when the group goes to FAULT", \.notify.fault)
      Setting.command("notify_stop", "Runs a script for the group when the service stops", \.notify.stop)
      Setting.command(
        "notify", "Runs a script at each change of the group's state, with GROUP, name, new state and 0 as arguments",
        \.notify.any)
      priorityChanges
      Setting.mark(
        Keyword(
          "sync_group_tracking_weight",
          "Lets members have trackers with weights of their own, so that their priorities may differ", .flag, .acts)
      ).also("global_tracking", "Means the same as sync_group_tracking_weight", instead: "track_script in the group")
      Setting(
        Keyword(
          "smtp_alert", "Sends mail when the group changes its state", .boolean,
          default: "global smtp_alert_vrrp, then smtp_alert, then false", .lacks(.mail)))
    }
  }

  private static var members: Setting<Model> {
    let keyword = Keyword(
      "group", "Lists the instances that change state together", .values, arguments: "INSTANCE", .acts)
    return Setting(keyword, shown: ShownProperty("group") { _ in .nothing }) { block, statement, lowering in
      guard block.places["group"] == nil else {
        lowering.diagnostics.report(
          .warning, "duplicate-block", "\(block.name.value) has a group block already; this one is ignored",
          at: statement.span, suggestion: "put all names into one group block")
        return nil
      }
      block.notes.members = statement.children.flatMap(\.words).map { Located($0.text, $0.span) }
      return statement.span
    }
  }

  private static var priorityChanges: Setting<Model> {
    var setting = Setting(
      "notify_priority_changes", "Writes changes of the members' priorities into the notify FIFOs too", .boolean,
      \Model.notify.priorityChanges, default: "vrrp_notify_priority_changes")
    setting.shown?.inherited = ["vrrp_notify_priority_changes"]
    return setting
  }
}

extension ShownProperty where Owner == SyncGroupDefinition {
  /// The properties of `vrrp_sync_group`.
  package static var group: [ShownProperty<Owner>] { Block.group.properties }
}
