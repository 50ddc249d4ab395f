import ConfigurationModel

extension Schema {
  /// Words of an entry of a value block of routes.
  static let routeOptions: [[Keyword]] = [
    rows("static_routes", kind: .option, routeWords + [trackGroup("route")]),
    rows("static_routes/nexthop", kind: .option, nextHopWords),
    rows("static_routes/encap", kind: .option, encapsulationWords),
    rows("vrrp_instance/virtual_routes", kind: .option, routeWords),
    rows("vrrp_instance/virtual_routes/nexthop", kind: .option, nextHopWords),
    rows("vrrp_instance/virtual_routes/encap", kind: .option, encapsulationWords),
  ]

  /// Words that static and virtual routes share.
  private static let routeWords: [Keyword] = [
    Keyword(
      "<destination>", "Sets the network or the address that the route leads to", .words,
      arguments: "IP[/PREFIX] / default / any / all / default6", default: "required", .acts),
    Keyword(
      "to", "Introduces the destination, and may be left out", .flag, arguments: "DESTINATION", .acts),
    Keyword(
      "<type>", "Sets the kind of the route, such as unicast or blackhole", .words,
      arguments:
        "unicast local broadcast anycast multicast blackhole unreachable prohibit throw nat xresolve or number",
      default: "unicast", .acts),
    Keyword("inet", "Makes it an IPv4 route", .flag, default: "from addresses", .acts),
    Keyword("inet6", "Makes it an IPv6 route", .flag, default: "from addresses", .acts),
    Keyword(
      "src", "Sets the source address that this host prefers for packets on the route", .word, arguments: "IP", .acts),
    Keyword("via", "Sets the gateway", .optionalWords, arguments: "[inet/inet6] IP", .acts),
    Keyword("gw", "Means the same as via", .optionalWords, arguments: "[inet/inet6] IP", instead: "via", .acts),
    Keyword(
      "or", "Sets a second gateway, so that the route has two ways", .word, arguments: "IP", instead: "nexthop", .acts),
    Keyword("from", "Limits the route to packets from this IPv6 network", .words, arguments: "IPV6[/PREFIX]", .acts),
    Keyword(
      "as", "Is ignored together with its address, as in keepalived", .optionalWords, arguments: "[to] ADDR", .acts),
    Keyword(
      "tos", "Limits the route to packets with this type of service", .word, arguments: "DSFIELD", default: "0", .acts),
    Keyword("dsfield", "Means the same as tos", .word, arguments: "DSFIELD", default: "0", .acts),
    Keyword("table", "Chooses the routing table", .word, arguments: "TABLE", default: "main", .acts),
    Keyword(
      "protocol", "Sets the name or number of the route's maker, instead of keepalived's; it needs no_track", .word,
      arguments: "PROTO", default: "keepalived (18)", .acts),
    Keyword(
      "scope", "Sets how far away the destination is, such as link or global", .word, arguments: "SCOPE",
      default: "global", .acts),
    Keyword(
      "metric", "Ranks the route among others to the same destination; the lowest number is used",
      .integer(0, 4294967295), default: "0", .acts),
    Keyword("priority", "Means the same as metric", .word, arguments: "INT", default: "0", .acts),
    Keyword("preference", "Is another word for metric", .word, arguments: "INT", default: "0", .acts),
    Keyword("dev", "Names the interface that packets leave by", .interface, .acts),
    Keyword("oif", "Means the same as dev", .interface, .acts),
    Keyword(
      "onlink", "Takes the gateway as directly reachable, even if no address of the interface says so", .flag, .acts),
    Keyword(
      "encap", "Wraps packets, in an IP tunnel (ip, ip6) or MPLS labels (mpls), or changes their address (ila)", .words,
      arguments: "ip/ip6/mpls/ila ...", .acts),
    Keyword("expires", "Sets after how many seconds the kernel removes an IPv6 route", .integer(0, 4294967295), .acts),
    Keyword(
      "mtu", "Sets the greatest size of packets; with lock, path MTU discovery does not lower it", .optionalWords,
      arguments: "[lock] INT", .acts),
    Keyword("hoplimit", "Sets the TTL or hop limit of packets", .integer(0, 255), .acts),
    Keyword(
      "advmss", "Sets the segment size that TCP announces to the other end", .optionalWords, arguments: "[lock] INT",
      .acts),
    Keyword("rtt", "Sets the round-trip time that TCP begins with", .optionalWords, arguments: "[lock] TIME", .acts),
    Keyword(
      "rttvar", "Sets the variance of the round-trip time that TCP begins with", .optionalWords,
      arguments: "[lock] TIME", .acts),
    Keyword(
      "reordering", "Sets by how many places TCP packets may be out of order before one counts as lost", .optionalWords,
      arguments: "[lock] INT", .acts),
    Keyword("window", "Limits the window that TCP announces", .integer(0, 4294967295), .acts),
    Keyword("cwnd", "Limits the congestion window of TCP", .optionalWords, arguments: "[lock] INT", .acts),
    Keyword(
      "ssthresh", "Sets the slow start threshold that TCP begins with", .optionalWords, arguments: "[lock] INT", .acts),
    Keyword(
      "realms", "Puts packets on the route into realms, for statistics and traffic control", .optionalWords,
      arguments: "[FROM/]TO", .acts),
    Keyword(
      "rto_min", "Sets the least time that TCP waits before it sends a packet again", .optionalWords,
      arguments: "[lock] TIME", .acts),
    Keyword("initcwnd", "Sets the congestion window that TCP begins with, in segments", .integer(0, 4294967295), .acts),
    Keyword("initrwnd", "Sets the receive window that TCP begins with, in segments", .integer(0, 4294967295), .acts),
    Keyword("features", "Turns on explicit congestion notification (ecn)", .word, arguments: "ecn", .acts),
    Keyword("quickack", "Turns immediate acknowledgements of TCP on (1) or off (0)", .words, arguments: "0 / 1", .acts),
    Keyword("congctl", "Names the congestion control of TCP", .optionalWords, arguments: "[lock] NAME", .acts),
    Keyword(
      "pref", "Ranks the gateway of an IPv6 route, as router advertisements do", .words,
      arguments: "low / medium / high / 0..255",
      .acts),
    Keyword(
      "ttl-propagate", "Chooses whether packets that lose their MPLS label take over its TTL", .words,
      arguments: "enabled / disabled", .acts),
    Keyword(
      "fastopen_no_cookie", "Turns TCP Fast Open without a cookie on (1) or off (0)", .words, arguments: "0 / 1", .acts),
    Keyword("add", "Adds the route only if there is no other one like it", .flag, default: "prepend", .acts),
    Keyword("append", "Adds the route after others like it", .flag, default: "prepend", .acts),
    Keyword("prepend", "Adds the route before others like it, as is the default", .flag, default: "prepend", .acts),
    Keyword(
      "nexthop", "Adds one of several gateways, with its options; options of the route stand before the first", .words,
      arguments: "via [inet/inet6] IP [dev IF] [weight N] [onlink] [encap ...] [realms R] ...", .acts),
    Keyword(
      "no_track",
      "Stops watching the route: it is not put back when removed, and its interface may be down without FAULT", .flag,
      .acts),
    Keyword("vrf", "Puts the route into the table of a VRF", .interface, .lacks(.routeDomain)),
  ]

  /// Words after `nexthop`.
  private static let nextHopWords: [Keyword] = [
    Keyword("via", "Sets the gateway", .optionalWords, arguments: "[inet/inet6] IP", .acts),
    Keyword("dev", "Names the interface that packets leave by", .interface, .acts),
    Keyword(
      "weight", "Sets this gateway's share of the packets, in proportion to the others", .integer(1, 256), default: "1",
      .acts),
    Keyword(
      "onlink", "Takes the gateway as directly reachable, even if no address of the interface says so", .flag, .acts),
    Keyword(
      "encap", "Wraps packets, in an IP tunnel (ip, ip6) or MPLS labels (mpls), or changes their address (ila)", .words,
      arguments: "ip/ip6/mpls/ila ...", .acts),
    Keyword(
      "realms", "Puts packets on the route into realms, for statistics and traffic control", .optionalWords,
      arguments: "[FROM/]TO", .acts),
    Keyword(
      "as", "Ends the next hop: it is not an option here, and the rest of the line is ignored", .optionalWords,
      arguments: "[to] ADDR", .acts),
  ]

  /// Words after `encap`.
  private static let encapsulationWords: [Keyword] = [
    Keyword(
      "ip", "Wraps packets in IPv4, with the tunnel's number, ends and header fields", .words,
      arguments: "id N dst IPV4 src IPV4 tos D ttl N flags N", .acts),
    Keyword(
      "ip6", "Wraps packets in IPv6, with the tunnel's number, ends and header fields", .words,
      arguments: "id N dst IPV6 src IPV6 tc D hoplimit N flags N", .acts),
    Keyword("mpls", "Puts one or two MPLS labels before packets", .words, arguments: "LABEL[/LABEL]", .acts),
    Keyword(
      "ila", "Replaces the first half of the IPv6 destination (identifier-locator addressing)", .word,
      arguments: "LOCATOR", .acts),
  ]
}
