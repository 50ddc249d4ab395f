extension Schema {
  /// Words of an entry of a value block of addresses, peers or trackers.
  static let addressOptions: [[Keyword]] = [
    rows("static_ipaddress", kind: .option, addressWords + staticAddressWords),
    rows("vrrp_instance/virtual_ipaddress", kind: .option, addressWords + virtualAddressWords),
    rows("vrrp_instance/virtual_ipaddress_excluded", kind: .option, addressWords + virtualAddressWords),
    trackingOptions(in: "vrrp_instance"), vrrpInstanceUnicastPeerOptions,
  ]

  /// Words that static and virtual addresses share.
  private static let addressWords: [Keyword] = [
    Keyword(
      "<address>", "Sets the address and the length of its network's prefix", .words,
      arguments: "IP[/PREFIX] first word", default: "prefix 32 / 128", .acts),
    Keyword(
      "dev", "Names the interface that carries the address", .interface,
      default: "instance interface (static: default_interface)", .acts),
    Keyword(
      "scope", "Sets the scope of an IPv4 address, such as global or link", .word, arguments: "SCOPE",
      default: "global", .acts),
    Keyword(
      "brd", "Sets the broadcast address; + derives it from the prefix by setting the host bits, - by clearing them",
      .words, arguments: "IPV4 / + / -", .acts),
    Keyword("broadcast", "Means the same as brd", .words, arguments: "IPV4 / + / -", .acts),
    Keyword("label", "Sets the label of an IPv4 address, such as eth0:1", .word, arguments: "LABEL", .acts),
    Keyword("peer", "Sets the address at the other end of a point-to-point link", .word, arguments: "IP", .acts),
    Keyword("home", "Marks an IPv6 address as a home address (Mobile IPv6)", .flag, .acts),
    Keyword(
      "-nodad",
      "Lets the kernel make sure first that no other host has the IPv6 address (duplicate address detection)", .flag,
      .acts),
    Keyword("mngtmpaddr", "Lets the kernel derive temporary addresses from an IPv6 address", .flag, .acts),
    Keyword("noprefixroute", "Adds the address without a route to its network", .flag, .acts),
    Keyword("autojoin", "Lets the kernel join the multicast group that this address is", .flag, .acts),
    Keyword(
      "preferred_lft", "Sets for how many seconds new connections may use the address as their source; 0 is never",
      .words, arguments: "INT / forever", default: "0 for IPv6 /128, else forever", .acts),
  ]

  private static let staticAddressWords: [Keyword] = [
    Keyword("no_track", "Leaves the address missing when somebody has removed it", .flag, .accepted(.putBack)),
    trackGroup("address"),
  ]

  private static let virtualAddressWords: [Keyword] = [
    Keyword(
      "no_track", "Keeps the instance out of FAULT while the interface of this address is down or missing", .flag, .acts
    ), Keyword("use_vmac", "Puts this address on a virtual MAC address, even if the instance has none", .flag, .acts),
  ]

  private static let vrrpInstanceUnicastPeerOptions: [Keyword] = rows(
    "vrrp_instance/unicast_peer", kind: .option,
    [
      Keyword("<address>", "Sets the peer's address", .words, arguments: "IP first word", .acts),
      Keyword(
        "min_ttl", "Sets the least TTL or hop limit that an advert of the peer may have", .integer(0, 255),
        default: "0", .acts),
      Keyword(
        "max_ttl", "Sets the greatest TTL or hop limit that an advert of the peer may have", .integer(0, 255),
        default: "255", .acts),
    ])
}
