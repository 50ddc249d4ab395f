extension Schema {
  /// Keywords of `vrrp_sync_group` and of the options of its value blocks.
  static let syncGroup: [[Keyword]] = [
    rows("vrrp_sync_group", [members]),
    rows("vrrp_sync_group", trackingKeywords(changing: "all members' priority")),
    rows("vrrp_sync_group", notifications), trackingOptions(in: "vrrp_sync_group"),
  ]

  private static let members = Keyword(
    "group", "Lists the instances that change state together", .values, arguments: "INSTANCE", .acts)

  private static let notifications: [Keyword] = [
    Keyword("notify_backup", "Runs a script when the group becomes backup", .command, .acts),
    Keyword("notify_master", "Runs a script when the group becomes master", .command, .acts),
    Keyword("notify_fault", "Runs a script when the group goes to FAULT", .command, .acts),
    Keyword("notify_stop", "Runs a script for the group when the service stops", .command, .acts),
    Keyword(
      "notify", "Runs a script at each change of the group's state, with GROUP, name, new state and 0 as arguments",
      .command, .acts),
    Keyword(
      "smtp_alert", "Sends mail when the group changes its state", .boolean,
      default: "global smtp_alert_vrrp, then smtp_alert, then false", .lacks(.mail)),
    Keyword(
      "global_tracking", "Means the same as sync_group_tracking_weight", .flag, instead: "track_script in the group",
      .acts),
    Keyword(
      "sync_group_tracking_weight",
      "Lets members have trackers with weights of their own, so that their priorities may differ", .flag, .acts),
    Keyword(
      "notify_priority_changes", "Writes changes of the members' priorities into the notify FIFOs too", .boolean,
      default: "vrrp_notify_priority_changes", .acts),
  ]
}
