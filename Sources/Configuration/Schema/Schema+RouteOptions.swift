extension Schema {
  /// Words of an entry of a value block of routes.
  static let routeOptions: [[Keyword]] = [
    rows("static_routes", kind: .option, routeWords + [Keyword("track_group", .word, arguments: "NAME", .acts)]),
    rows("static_routes/nexthop", kind: .option, nextHopWords),
    rows("static_routes/encap", kind: .option, encapsulationWords),
    rows("vrrp_instance/virtual_routes", kind: .option, routeWords),
    rows("vrrp_instance/virtual_routes/nexthop", kind: .option, nextHopWords),
    rows("vrrp_instance/virtual_routes/encap", kind: .option, encapsulationWords),
  ]

  /// What static and virtual routes have in common.
  private static let routeWords: [Keyword] = [
    Keyword(
      "<destination>", .words, arguments: "IP[/PREFIX] / default / any / all / default6", default: "required", .acts),
    Keyword("to", .flag, arguments: "DESTINATION", .acts),
    Keyword(
      "<type>", .words,
      arguments:
        "unicast local broadcast anycast multicast blackhole unreachable prohibit throw nat xresolve or number",
      default: "unicast", .acts),
    Keyword("inet", .flag, default: "from addresses", .acts),
    Keyword("inet6", .flag, default: "from addresses", .acts),
    Keyword("src", .word, arguments: "IP", .acts),
    Keyword("via", .optionalWords, arguments: "[inet/inet6] IP", .acts),
    Keyword("gw", .optionalWords, arguments: "[inet/inet6] IP", instead: "via", .acts),
    Keyword("or", .word, arguments: "IP", instead: "nexthop", .acts),
    Keyword("from", .words, arguments: "IPV6[/PREFIX]", .acts),
    Keyword("as", .optionalWords, arguments: "[to] ADDR", .acts),
    Keyword("tos", .word, arguments: "DSFIELD", default: "0", .acts),
    Keyword("dsfield", .word, arguments: "DSFIELD", default: "0", .acts),
    Keyword("table", .word, arguments: "TABLE", default: "main", .acts),
    Keyword("protocol", .word, arguments: "PROTO", default: "keepalived (18)", .acts),
    Keyword("scope", .word, arguments: "SCOPE", default: "global", .acts),
    Keyword("metric", .integer(0, 4294967295), default: "0", .acts),
    Keyword("priority", .word, arguments: "INT", default: "0", .acts),
    Keyword("preference", .word, arguments: "INT", default: "0", .acts),
    Keyword("dev", .interface, .acts),
    Keyword("oif", .interface, .acts),
    Keyword("onlink", .flag, .acts),
    Keyword("encap", .words, arguments: "ip/ip6/mpls/ila ...", .acts),
    Keyword("expires", .integer(0, 4294967295), .acts),
    Keyword("mtu", .optionalWords, arguments: "[lock] INT", .acts),
    Keyword("hoplimit", .integer(0, 255), .acts),
    Keyword("advmss", .optionalWords, arguments: "[lock] INT", .acts),
    Keyword("rtt", .optionalWords, arguments: "[lock] TIME", .acts),
    Keyword("rttvar", .optionalWords, arguments: "[lock] TIME", .acts),
    Keyword("reordering", .optionalWords, arguments: "[lock] INT", .acts),
    Keyword("window", .integer(0, 4294967295), .acts),
    Keyword("cwnd", .optionalWords, arguments: "[lock] INT", .acts),
    Keyword("ssthresh", .optionalWords, arguments: "[lock] INT", .acts),
    Keyword("realms", .optionalWords, arguments: "[FROM/]TO", .acts),
    Keyword("rto_min", .optionalWords, arguments: "[lock] TIME", .acts),
    Keyword("initcwnd", .integer(0, 4294967295), .acts),
    Keyword("initrwnd", .integer(0, 4294967295), .acts),
    Keyword("features", .word, arguments: "ecn", .acts),
    Keyword("quickack", .words, arguments: "0 / 1", .acts),
    Keyword("congctl", .optionalWords, arguments: "[lock] NAME", .acts),
    Keyword("pref", .words, arguments: "low / medium / high / 0..255", .acts),
    Keyword("ttl-propagate", .words, arguments: "enabled / disabled", .acts),
    Keyword("fastopen_no_cookie", .words, arguments: "0 / 1", .acts),
    Keyword("add", .flag, default: "prepend", .acts),
    Keyword("append", .flag, default: "prepend", .acts),
    Keyword("prepend", .flag, default: "prepend", .acts),
    Keyword(
      "nexthop", .words, arguments: "via [inet/inet6] IP [dev IF] [weight N] [onlink] [encap ...] [realms R] ...",
      .acts),
    Keyword("no_track", .flag, .acts),
    Keyword("vrf", .interface, .lacks(.routeDomain)),
  ]

  /// Behind `nexthop`.
  private static let nextHopWords: [Keyword] = [
    Keyword("via", .optionalWords, arguments: "[inet/inet6] IP", .acts),
    Keyword("dev", .interface, .acts),
    Keyword("weight", .integer(1, 256), default: "1", .acts),
    Keyword("onlink", .flag, .acts),
    Keyword("encap", .words, arguments: "ip/ip6/mpls/ila ...", .acts),
    Keyword("realms", .optionalWords, arguments: "[FROM/]TO", .acts),
    Keyword("as", .optionalWords, arguments: "[to] ADDR", .acts),
  ]

  /// Behind `encap`.
  private static let encapsulationWords: [Keyword] = [
    Keyword("ip", .words, arguments: "id N dst IPV4 src IPV4 tos D ttl N flags N", .acts),
    Keyword("ip6", .words, arguments: "id N dst IPV6 src IPV6 tc D hoplimit N flags N", .acts),
    Keyword("mpls", .words, arguments: "LABEL[/LABEL]", .acts),
    Keyword("ila", .word, arguments: "LOCATOR", .acts),
  ]
}
