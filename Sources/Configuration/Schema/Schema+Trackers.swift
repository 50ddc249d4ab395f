extension Schema {
  /// Keywords of scripts and other things that are tracked.
  static let trackers: [[Keyword]] = [
    trackGroupKeywords, garpGroupKeywords, vrrpScriptKeywords, vrrpTrackProcessKeywords, bfdInstanceKeywords,
    rows("track_file", fileKeywords), rows("vrrp_track_file", fileKeywords), linkbeatInterfacesOptions,
    interfaceUpDownDelaysOptions,
  ]

  private static let trackGroupKeywords: [Keyword] = rows(
    "track_group",
    [
      Keyword("group", "Lists the instances", .values, arguments: "INSTANCE", .acts)
    ])

  private static let garpGroupKeywords: [Keyword] = rows(
    "garp_group",
    [
      Keyword(
        "garp_interval", "Sets the least time between two gratuitous ARPs on the interfaces of the group",
        .decimal(0, 4294967295), default: "unset", unit: .seconds, .acts),
      Keyword(
        "gna_interval",
        "Sets the least time between two unsolicited neighbour advertisements on the interfaces of the group",
        .decimal(0, 4294967295), default: "unset", unit: .seconds, .acts),
      Keyword("interface", "Adds an interface to the group", .interface, .acts),
      Keyword("interfaces", "Adds several interfaces to the group", .values, arguments: "IFNAME", .acts),
    ])

  private static let vrrpScriptKeywords: [Keyword] = rows(
    "vrrp_script",
    [
      Keyword("script", "Names the command to run; exit code 0 is a success", .command, arguments: "SCRIPT", .acts),
      Keyword(
        "interval", "Sets the time from one start of the script to the next", .decimal(0, 4294000000), default: "1",
        unit: .seconds, .acts),
      Keyword(
        "timeout", "Sets how long a run may take before it is ended and counts as a failure", .decimal(0, 4294000000),
        default: "interval", unit: .seconds, .acts),
      Keyword(
        "weight", Shared.weight(of: "track_script"), .integer(-253, 253), arguments: "INT [reverse]", default: "0",
        .acts),
      Keyword("rise", Shared.rise, .integer(1, 2147483647), default: "1", .acts),
      Keyword("fall", Shared.fall, .integer(1, 2147483647), default: "1", .acts),
      Keyword(
        "user", "Names the user, and perhaps the group, that runs the script", .words, arguments: "USER [GROUP]",
        default: "script_user", .acts),
      Keyword("init_fail", Shared.initFail, .flag, .acts),
      Keyword(
        "sandbox",
        "Keeps the script from gaining rights and changing files or processes, and (except network) from the network",
        .optionalWords, arguments: "[on / network / off]", default: "off", since: Keyword.own, .acts),
    ] + steadinessKeywords)

  /// Of every check, and martlet's own.
  static let steadinessKeywords: [Keyword] = [
    Keyword(
      "damp", "Holds the check down for a while after too many changes: how many, within how long, down for how long",
      .words, arguments: "CHANGES SECONDS SECONDS", default: "off", unit: .seconds, since: Keyword.own, .acts),
    Keyword(
      "verdict_expiry", "Sets how old a result may become; then the verdict is stale and holds, or with fail is down",
      .words, arguments: "SECONDS [hold / fail]", default: "never", unit: .seconds, since: Keyword.own, .acts),
  ]

  private static let vrrpTrackProcessKeywords: [Keyword] = rows(
    "vrrp_track_process",
    [
      Keyword(
        "process", "Names the program whose processes are counted, and perhaps arguments that they must have", .words,
        arguments: "COMMAND [PARAM ...]", repetition: .first, .acts),
      Keyword(
        "param_match",
        "Says how far arguments must match: all, the first ones (partial), or up to the start of one (initial)",
        .optionalWords, arguments: "[initial / partial]", default: "none; bare = exact", .acts),
      Keyword(
        "weight", Shared.weight(of: "track_process"), .integer(-254, 254), arguments: "INT [reverse]", default: "0",
        .acts),
      Keyword("quorum", "Sets the least number of processes that must run", .integer(1, 65535), default: "1", .acts),
      Keyword(
        "quorum_max", "Sets the greatest number of processes that may run; 0 means that none may", .integer(0, 65535),
        default: "unlimited", .acts),
      Keyword(
        "delay", "Sets terminate_delay and fork_delay together", .decimal(1, 3600000000), default: "0", unit: .seconds,
        .acts),
      Keyword(
        "terminate_delay",
        "Waits so long after the end of a process before a lost quorum, or a kept quorum_max, counts",
        .decimal(1, 3600000000), default: "0", unit: .seconds, .acts),
      Keyword(
        "fork_delay",
        "Waits so long after the start of a process before a gained quorum, or an exceeded quorum_max, counts",
        .decimal(1, 3600000000), default: "0", unit: .seconds, .acts),
      Keyword(
        "full_command",
        "Compares the first word of the command line, not the name of 15 characters that the kernel keeps", .flag, .acts
      ),
    ])

  private static let bfdInstanceKeywords: [Keyword] = rows(
    "bfd_instance",
    [
      Keyword(
        "source_ip", "Sets the source address of the session's packets", .address, default: "kernel choice", .acts),
      Keyword("neighbor_ip", "Sets the address of the other end", .address, .acts),
      Keyword("neighbour_ip", "Means the same as neighbor_ip", .address, .acts),
      Keyword(
        "min_rx", "Sets the shortest interval at which this host can receive packets", .decimal(1000000, 4294967000000),
        default: "10", unit: .milliseconds, .acts),
      Keyword(
        "min_tx", "Sets the shortest interval at which this host sends packets while the session is up",
        .decimal(1000000, 4294967000000), default: "10", unit: .milliseconds, .acts),
      Keyword(
        "idle_tx", "Sets the interval at which this host sends packets while the session is not up",
        .decimal(1000000000, 4294967000000), default: "1000", unit: .milliseconds, .acts),
      Keyword(
        "multiplier", "Sets how many packets in a row must be missing before the other end calls the session down",
        .integer(1, 255), default: "5", .acts),
      Keyword("passive", "Sends nothing until a packet of the other end has come", .flag, .acts),
      Keyword(
        "ttl", "Sets the TTL of sent packets; received ones need at least this TTL less max_hops", .integer(1, 255),
        default: "255", .acts),
      Keyword(
        "hoplimit", "Sets the hop limit of IPv6 packets, as ttl does for IPv4", .integer(1, 255), default: "255", .acts),
      Keyword(
        "max_hops", "Sets how many hops received packets may have taken; -1 means any number", .integer(-1, 255),
        default: "0", .acts),
      Keyword(
        "multihop", "Allows routers between the two ends, and uses UDP port 4784 instead of 3784", .boolean,
        default: "false", since: "2.2.8", .acts),
      Keyword(
        "weight", Shared.weight(of: "track_bfd"), .integer(-253, 253), arguments: "INT [reverse]", default: "0", .acts),
      Keyword(
        "vrrp", "Reserves the session for track_bfd, so that BFD_CHECK cannot use it", .flag, default: "both processes",
        .acts),
      Keyword(
        "checker", "Reserves the session for BFD_CHECK; martlet lets track_bfd follow it all the same", .flag,
        default: "both processes", .acts),
    ])

  private static let fileKeywords: [Keyword] = [
    Keyword(
      "file", "Names the file that holds the number; one that does not exist counts as 0", .word, arguments: "PATH",
      repetition: .first, .acts),
    Keyword(
      "weight", "Sets track_file's default weight, which multiplies the number; 0 means FAULT if the number is not 0",
      .integer(-254, 254), arguments: "INT [reverse]", default: "1", repetition: .first, .acts),
    Keyword(
      "init_file", "Writes this number into the file at the start, if there is no file or overwrite is written",
      .optionalWords, arguments: "[INT] [overwrite]", default: "off; bare = 0", .acts),
  ]

  private static let linkbeatInterfacesOptions: [Keyword] = rows(
    "linkbeat_interfaces", kind: .option,
    [
      Keyword("<name>", "Names the interface", .words, arguments: "IFNAME first word", .accepted(.kernelLinks)),
      Keyword("MII", "Polls the MII registers of the network card", .flag, default: "auto", .accepted(.kernelLinks)),
      Keyword(
        "ETHTOOL", "Polls by the ethtool interface of the kernel", .flag, default: "auto", .accepted(.kernelLinks)),
      Keyword("IOCTL", "Polls the flags of the interface by ioctl", .flag, default: "auto", .accepted(.kernelLinks)),
    ])

  private static let interfaceUpDownDelaysOptions: [Keyword] = rows(
    "interface_up_down_delays", kind: .option,
    [
      Keyword("<name>", "Names the interface", .words, arguments: "IFNAME first word", .acts),
      Keyword(
        "<down>", "Sets how long the link must be down before that counts", .decimal(0, 255000000), default: "required",
        unit: .seconds, .acts),
      Keyword(
        "<up>", "Sets how long the link must be up again before that counts", .decimal(0, 255000000), default: "0",
        unit: .seconds, .acts),
    ])
}
