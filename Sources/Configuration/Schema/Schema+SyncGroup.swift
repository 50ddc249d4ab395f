extension Schema {
  /// Keywords of `vrrp_sync_group` and of the options of its value blocks.
  static let syncGroup: [[Keyword]] = [
    vrrpSyncGroupKeywords, vrrpSyncGroupTrackInterfaceOptions, vrrpSyncGroupTrackScriptOptions,
    vrrpSyncGroupTrackFileOptions, vrrpSyncGroupTrackProcessOptions, vrrpSyncGroupTrackBfdOptions,
  ]

  private static let vrrpSyncGroupKeywords: [Keyword] = rows(
    "vrrp_sync_group",
    [
      Keyword("group", .values, arguments: "INSTANCE", .acts),
      Keyword("track_interface", .values, arguments: "IFNAME [weight N [reverse]]", .acts),
      Keyword("track_script", .values, arguments: "NAME [weight N [reverse/noreverse]]", .acts),
      Keyword("track_file", .values, arguments: "NAME [weight N [reverse/noreverse]]", .acts),
      Keyword("track_process", .values, arguments: "NAME [weight N [reverse/noreverse]]", .acts),
      Keyword("track_bfd", .values, arguments: "NAME [weight N [reverse/noreverse]]", .acts),
      Keyword("track_probe", .values, arguments: "NAME [weight N [reverse/noreverse]]", since: Keyword.own, .acts),
      Keyword("notify_backup", .command, .acts),
      Keyword("notify_master", .command, .acts),
      Keyword("notify_fault", .command, .acts),
      Keyword("notify_stop", .command, .acts),
      Keyword("notify", .command, .acts),
      Keyword("smtp_alert", .boolean, default: "global smtp_alert_vrrp, then smtp_alert, then false", .lacks(.mail)),
      Keyword("global_tracking", .flag, instead: "track_script in the group", .acts),
      Keyword("sync_group_tracking_weight", .flag, .acts),
      Keyword("notify_priority_changes", .boolean, default: "vrrp_notify_priority_changes", .acts),
    ])

  private static let vrrpSyncGroupTrackInterfaceOptions: [Keyword] = rows(
    "vrrp_sync_group/track_interface", kind: .option,
    [
      Keyword("<name>", .words, arguments: "IFNAME first word", .acts),
      Keyword("weight", .words, arguments: "INT [reverse]", default: "0", .acts),
    ])

  private static let vrrpSyncGroupTrackScriptOptions: [Keyword] = rows(
    "vrrp_sync_group/track_script", kind: .option,
    [
      Keyword("<name>", .words, arguments: "NAME first word", .acts),
      Keyword("weight", .words, arguments: "INT [reverse/noreverse]", default: "that of the vrrp_script", .acts),
    ])

  private static let vrrpSyncGroupTrackFileOptions: [Keyword] = rows(
    "vrrp_sync_group/track_file", kind: .option,
    [
      Keyword("<name>", .words, arguments: "NAME first word", .acts),
      Keyword("weight", .words, arguments: "INT [reverse/noreverse]", default: "that of the track_file", .acts),
    ])

  private static let vrrpSyncGroupTrackProcessOptions: [Keyword] = rows(
    "vrrp_sync_group/track_process", kind: .option,
    [
      Keyword("<name>", .words, arguments: "NAME first word", .acts),
      Keyword("weight", .words, arguments: "INT [reverse/noreverse]", default: "that of the vrrp_track_process", .acts),
    ])

  private static let vrrpSyncGroupTrackBfdOptions: [Keyword] = rows(
    "vrrp_sync_group/track_bfd", kind: .option,
    [
      Keyword("<name>", .words, arguments: "NAME first word", .acts),
      Keyword("weight", .words, arguments: "INT [reverse/noreverse]", default: "that of the bfd_instance", .acts),
    ])
}
