extension Schema {
  /// Keywords of scripts and other things that are tracked.
  static let trackers: [[Keyword]] = [
    trackGroupKeywords, Block.announcementGroup.keywords, Block.script.keywords, Block.process.keywords,
    Block.session.keywords,
    Block.file("track_file").keywords, Block.file("vrrp_track_file").keywords, linkbeatInterfacesOptions,
    interfaceUpDownDelaysOptions,
  ]

  private static let trackGroupKeywords: [Keyword] = rows(
    "track_group",
    [
      Keyword("group", "Lists the instances", .values, arguments: "INSTANCE", .acts)
    ])

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
