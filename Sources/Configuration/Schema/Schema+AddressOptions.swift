extension Schema {
  /// Words of an entry of a value block of addresses, peers or trackers.
  static let addressOptions: [[Keyword]] = [
    rows(
      "static_ipaddress", kind: .option,
      addressWords + [
        Keyword("no_track", .flag, .accepted(.putBack)), Keyword("track_group", .word, arguments: "NAME", .acts),
      ]),
    rows("vrrp_instance/virtual_ipaddress", kind: .option, addressWords + virtualAddressWords),
    rows("vrrp_instance/virtual_ipaddress_excluded", kind: .option, addressWords + virtualAddressWords),
    vrrpInstanceTrackInterfaceOptions, vrrpInstanceTrackScriptOptions, vrrpInstanceTrackFileOptions,
    vrrpInstanceTrackProcessOptions, vrrpInstanceTrackBfdOptions, vrrpInstanceUnicastPeerOptions,
  ]

  /// What static and virtual addresses have in common.
  private static let addressWords: [Keyword] = [
    Keyword("<address>", .words, arguments: "IP[/PREFIX] first word", default: "prefix 32 / 128", .acts),
    Keyword("dev", .interface, default: "instance interface (static: default_interface)", .acts),
    Keyword("scope", .word, arguments: "SCOPE", default: "global", .acts),
    Keyword("brd", .words, arguments: "IPV4 / + / -", .acts),
    Keyword("broadcast", .words, arguments: "IPV4 / + / -", .acts),
    Keyword("label", .word, arguments: "LABEL", .acts),
    Keyword("peer", .word, arguments: "IP", .acts),
    Keyword("home", .flag, .acts),
    Keyword("-nodad", .flag, .acts),
    Keyword("mngtmpaddr", .flag, .acts),
    Keyword("noprefixroute", .flag, .acts),
    Keyword("autojoin", .flag, .acts),
    Keyword("preferred_lft", .words, arguments: "INT / forever", default: "0 for IPv6 /128, else forever", .acts),
  ]

  private static let virtualAddressWords: [Keyword] = [
    Keyword("no_track", .flag, .acts), Keyword("use_vmac", .flag, .acts),
  ]

  private static let vrrpInstanceTrackInterfaceOptions: [Keyword] = rows(
    "vrrp_instance/track_interface", kind: .option,
    [
      Keyword("<name>", .words, arguments: "IFNAME first word", .acts),
      Keyword("weight", .words, arguments: "INT [reverse]", default: "0", .acts),
    ])

  private static let vrrpInstanceTrackScriptOptions: [Keyword] = rows(
    "vrrp_instance/track_script", kind: .option,
    [
      Keyword("<name>", .words, arguments: "NAME first word", .acts),
      Keyword("weight", .words, arguments: "INT [reverse/noreverse]", default: "that of the vrrp_script", .acts),
    ])

  private static let vrrpInstanceTrackFileOptions: [Keyword] = rows(
    "vrrp_instance/track_file", kind: .option,
    [
      Keyword("<name>", .words, arguments: "NAME first word", .acts),
      Keyword("weight", .words, arguments: "INT [reverse/noreverse]", default: "that of the track_file", .acts),
    ])

  private static let vrrpInstanceTrackProcessOptions: [Keyword] = rows(
    "vrrp_instance/track_process", kind: .option,
    [
      Keyword("<name>", .words, arguments: "NAME first word", .acts),
      Keyword("weight", .words, arguments: "INT [reverse/noreverse]", default: "that of the vrrp_track_process", .acts),
    ])

  private static let vrrpInstanceTrackBfdOptions: [Keyword] = rows(
    "vrrp_instance/track_bfd", kind: .option,
    [
      Keyword("<name>", .words, arguments: "NAME first word", .acts),
      Keyword("weight", .words, arguments: "INT [reverse/noreverse]", default: "that of the bfd_instance", .acts),
    ])

  private static let vrrpInstanceUnicastPeerOptions: [Keyword] = rows(
    "vrrp_instance/unicast_peer", kind: .option,
    [
      Keyword("<address>", .words, arguments: "IP first word", .acts),
      Keyword("min_ttl", .integer(0, 255), default: "0", .acts),
      Keyword("max_ttl", .integer(0, 255), default: "255", .acts),
    ])
}
