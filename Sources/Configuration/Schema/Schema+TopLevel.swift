extension Schema {
  /// Keywords outside all blocks.
  static let topLevel: [[Keyword]] = [topLevelKeywords]

  private static let topLevelKeywords: [Keyword] = rows(
    "",
    [
      Keyword("linkbeat_use_polling", .flag, .accepted(.kernelLinks)),
      Keyword("net_namespace", .word, default: "current namespace", .acts),
      Keyword("net_namespace_ipvs", .optionalWords, default: "same as net_namespace", .notManaged),
      Keyword("namespace_with_ipsets", .flag, .accepted(.processes)),
      Keyword("use_pid_dir", .flag, .accepted(.processes)),
      Keyword("instance", .word, .accepted(.processes)),
      Keyword("child_wait_time", .integer(0, 4294967295), default: "5", unit: .seconds, .accepted(.processes)),
      Keyword("global_defs", .block, .acts),
      Keyword("track_group", .block, .accepted(.putBack)),
      Keyword("static_ipaddress", .values, .acts),
      Keyword("static_routes", .values, .acts),
      Keyword("static_rules", .values, .acts),
      Keyword("vrrp_sync_group", .block, .acts),
      Keyword("garp_group", .block, .acts),
      Keyword("linkbeat_interfaces", .values, .accepted(.kernelLinks)),
      Keyword("vrrp_instance", .block, .acts),
      Keyword("vrrp_script", .block, .acts),
      Keyword("vrrp_track_process", .block, .acts),
      Keyword("interface_up_down_delays", .values, .acts),
      Keyword("SSL", .block, default: "auto-generated context", .notManaged),
      Keyword("virtual_server_group", .values, .notManaged),
      Keyword("virtual_server", .block, .notManaged),
      Keyword("bfd_instance", .block, .acts),
      Keyword("track_file", .block, .acts),
      Keyword("vrrp_track_file", .block, instead: "track_file", .acts),
      Keyword("vrrp_probe", .block, since: Keyword.own, .acts),
    ])
}
