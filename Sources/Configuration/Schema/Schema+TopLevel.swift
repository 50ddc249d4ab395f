extension Schema {
  /// Keywords outside all blocks.
  static let topLevel: [[Keyword]] = [topLevelKeywords]

  private static let topLevelKeywords: [Keyword] = rows(
    "",
    [
      Keyword("linkbeat_use_polling", .flag, .accepted(.kernelLinks)),
      Keyword("net_namespace", .word, arguments: "NAME", default: "current namespace", .acts),
      Keyword("net_namespace_ipvs", .optionalWords, arguments: "[NAME]", default: "same as net_namespace", .notManaged),
      Keyword("namespace_with_ipsets", .flag, .accepted(.processes)),
      Keyword("use_pid_dir", .flag, .accepted(.processes)),
      Keyword("instance", .word, arguments: "NAME", .accepted(.processes)),
      Keyword("child_wait_time", .integer(0, 4294967295), default: "5", unit: .seconds, .accepted(.processes)),
      Keyword("global_defs", .block, .acts),
      Keyword("track_group", .block, arguments: "NAME", .acts),
      Keyword("static_ipaddress", .values, arguments: "ADDRESS-LINE", .acts),
      Keyword("static_routes", .values, arguments: "ROUTE-LINE", .acts),
      Keyword("static_rules", .values, arguments: "RULE-LINE", .acts),
      Keyword("vrrp_sync_group", .block, arguments: "NAME", .acts),
      Keyword("garp_group", .block, .acts),
      Keyword("linkbeat_interfaces", .values, arguments: "IFNAME [MII/ETHTOOL/IOCTL]", .accepted(.kernelLinks)),
      Keyword("vrrp_instance", .block, arguments: "NAME", .acts),
      Keyword("vrrp_script", .block, arguments: "NAME", .acts),
      Keyword("vrrp_track_process", .block, arguments: "NAME", .acts),
      Keyword("interface_up_down_delays", .values, arguments: "IFNAME DOWN [UP]", .acts),
      Keyword("SSL", .block, default: "auto-generated context", .notManaged),
      Keyword("virtual_server_group", .values, arguments: "ENTRY", isNamed: true, .notManaged),
      Keyword("virtual_server", .block, arguments: "IP [PORT] / fwmark N / group NAME", .notManaged),
      Keyword("bfd_instance", .block, arguments: "NAME", .acts),
      Keyword("track_file", .block, arguments: "NAME", .acts),
      Keyword("vrrp_track_file", .block, arguments: "NAME", instead: "track_file", .acts),
      Keyword("vrrp_probe", .block, arguments: "NAME", since: Keyword.own, .acts),
    ])
}
