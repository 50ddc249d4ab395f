extension Schema {
  /// Keywords of scripts and other things that are tracked.
  static let trackers: [[Keyword]] = [
    trackGroupKeywords, garpGroupKeywords, vrrpScriptKeywords, vrrpTrackProcessKeywords, bfdInstanceKeywords,
    trackFileKeywords, vrrpTrackFileKeywords, linkbeatInterfacesOptions, interfaceUpDownDelaysOptions,
  ]

  private static let trackGroupKeywords: [Keyword] = rows(
    "track_group",
    [
      Keyword("group", .values, arguments: "INSTANCE", .acts)
    ])

  private static let garpGroupKeywords: [Keyword] = rows(
    "garp_group",
    [
      Keyword("garp_interval", .decimal(0, 4294967295), default: "unset", unit: .seconds, .acts),
      Keyword("gna_interval", .decimal(0, 4294967295), default: "unset", unit: .seconds, .acts),
      Keyword("interface", .interface, .acts),
      Keyword("interfaces", .values, arguments: "IFNAME", .acts),
    ])

  private static let vrrpScriptKeywords: [Keyword] = rows(
    "vrrp_script",
    [
      Keyword("script", .command, arguments: "SCRIPT", .acts),
      Keyword("interval", .decimal(0, 4294000000), default: "1", unit: .seconds, .acts),
      Keyword("timeout", .decimal(0, 4294000000), default: "interval", unit: .seconds, .acts),
      Keyword("weight", .integer(-253, 253), arguments: "INT [reverse]", default: "0", .acts),
      Keyword("rise", .integer(1, 2147483647), default: "1", .acts),
      Keyword("fall", .integer(1, 2147483647), default: "1", .acts),
      Keyword("user", .words, arguments: "USER [GROUP]", default: "script_user", .acts),
      Keyword("init_fail", .flag, meaning: initFailMeaning, .acts),
      Keyword("sandbox", .optionalWords, arguments: "[on / network / off]", default: "off", since: Keyword.own, .acts),
    ] + steadinessKeywords)

  static let initFailMeaning = "down until the first run has ended, which decides at once, whatever rise and fall are"

  /// Of every check, and martlet's own.
  static let steadinessKeywords: [Keyword] = [
    Keyword(
      "damp", .words, arguments: "CHANGES SECONDS SECONDS", default: "off", unit: .seconds, since: Keyword.own, .acts),
    Keyword(
      "verdict_expiry", .words, arguments: "SECONDS [hold / fail]", default: "never", unit: .seconds,
      since: Keyword.own, .acts),
  ]

  private static let vrrpTrackProcessKeywords: [Keyword] = rows(
    "vrrp_track_process",
    [
      Keyword("process", .words, arguments: "COMMAND [PARAM ...]", repetition: .first, .acts),
      Keyword("param_match", .optionalWords, arguments: "[initial / partial]", default: "none; bare = exact", .acts),
      Keyword("weight", .integer(-254, 254), arguments: "INT [reverse]", default: "0", .acts),
      Keyword("quorum", .integer(1, 65535), default: "1", .acts),
      Keyword("quorum_max", .integer(0, 65535), default: "unlimited", .acts),
      Keyword("delay", .decimal(1, 3600000000), default: "0", unit: .seconds, .acts),
      Keyword(
        "terminate_delay", .decimal(1, 3600000000), default: "0", unit: .seconds,
        meaning: "waits so long after an end, be the quorum lost by it or quorum_max no longer exceeded", .acts),
      Keyword(
        "fork_delay", .decimal(1, 3600000000), default: "0", unit: .seconds,
        meaning: "waits so long after a start, be the quorum gained by it or quorum_max exceeded", .acts),
      Keyword("full_command", .flag, .acts),
    ])

  private static let bfdInstanceKeywords: [Keyword] = rows(
    "bfd_instance",
    [
      Keyword("source_ip", .address, default: "kernel choice", .acts),
      Keyword("neighbor_ip", .address, .acts),
      Keyword("neighbour_ip", .address, .acts),
      Keyword("min_rx", .decimal(1000000, 4294967000000), default: "10", unit: .milliseconds, .acts),
      Keyword("min_tx", .decimal(1000000, 4294967000000), default: "10", unit: .milliseconds, .acts),
      Keyword("idle_tx", .decimal(1000000000, 4294967000000), default: "1000", unit: .milliseconds, .acts),
      Keyword("multiplier", .integer(1, 255), default: "5", .acts),
      Keyword("passive", .flag, .acts),
      Keyword("ttl", .integer(1, 255), default: "255", .acts),
      Keyword("hoplimit", .integer(1, 255), default: "255", .acts),
      Keyword("max_hops", .integer(-1, 255), default: "0", .acts),
      Keyword("multihop", .boolean, default: "false", since: "2.2.8", .acts),
      Keyword("weight", .integer(-253, 253), arguments: "INT [reverse]", default: "0", .acts),
      Keyword("vrrp", .flag, default: "both processes", .acts),
      Keyword("checker", .flag, default: "both processes", .acts),
    ])

  private static let trackFileKeywords: [Keyword] = rows(
    "track_file",
    [
      Keyword("file", .word, arguments: "PATH", repetition: .first, .acts),
      Keyword("weight", .integer(-254, 254), arguments: "INT [reverse]", default: "1", repetition: .first, .acts),
      Keyword("init_file", .optionalWords, arguments: "[INT] [overwrite]", default: "off; bare = 0", .acts),
    ])

  private static let vrrpTrackFileKeywords: [Keyword] = rows(
    "vrrp_track_file",
    [
      Keyword("file", .word, arguments: "PATH", repetition: .first, .acts),
      Keyword("weight", .integer(-254, 254), arguments: "INT [reverse]", default: "1", repetition: .first, .acts),
      Keyword("init_file", .optionalWords, arguments: "[INT] [overwrite]", default: "off; bare = 0", .acts),
    ])

  private static let linkbeatInterfacesOptions: [Keyword] = rows(
    "linkbeat_interfaces", kind: .option,
    [
      Keyword("<name>", .words, arguments: "IFNAME first word", .accepted(.kernelLinks)),
      Keyword("MII", .flag, default: "auto", .accepted(.kernelLinks)),
      Keyword("ETHTOOL", .flag, default: "auto", .accepted(.kernelLinks)),
      Keyword("IOCTL", .flag, default: "auto", .accepted(.kernelLinks)),
    ])

  private static let interfaceUpDownDelaysOptions: [Keyword] = rows(
    "interface_up_down_delays", kind: .option,
    [
      Keyword("<name>", .words, arguments: "IFNAME first word", .acts),
      Keyword("<down>", .decimal(0, 255000000), default: "required", unit: .seconds, .acts),
      Keyword("<up>", .decimal(0, 255000000), default: "0", unit: .seconds, .acts),
    ])
}
