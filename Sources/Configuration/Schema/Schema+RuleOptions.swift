extension Schema {
  /// Words of an entry of a value block of rules.
  static let ruleOptions: [[Keyword]] = [
    rows("static_rules", kind: .option, ruleWords + [trackGroup("rule")]),
    rows("vrrp_instance/virtual_rules", kind: .option, ruleWords),
  ]

  /// Words that static and virtual rules share.
  private static let ruleWords: [Keyword] = [
    Keyword("inet", "Makes it an IPv4 rule", .flag, default: "from addresses", .acts),
    Keyword("inet6", "Makes it an IPv6 rule", .flag, default: "from addresses", .acts),
    Keyword(
      "from", "Selects packets from this network", .words, arguments: "IP[/PREFIX] / all / any / default",
      default: "any", .acts),
    Keyword(
      "to", "Selects packets to this network", .words, arguments: "IP[/PREFIX] / all / any / default", default: "any",
      .acts),
    Keyword("not", "Selects the packets that do not fit the rest of the line", .flag, .acts),
    Keyword("table", "Looks up the route of selected packets in this table", .word, arguments: "TABLE", .acts),
    Keyword("lookup", "Means the same as table", .word, arguments: "TABLE", .acts),
    Keyword(
      "preference", "Places the rule among others: the lowest number comes first", .integer(0, 4294967295),
      default: "assigned downwards and reported", .acts),
    Keyword("order", "Means the same as preference", .word, arguments: "INT", .acts),
    Keyword("priority", "Is another word for preference", .word, arguments: "INT", .acts),
    Keyword("tos", "Selects packets with this type of service", .word, arguments: "DSFIELD", default: "0", .acts),
    Keyword("dsfield", "Means the same as tos", .word, arguments: "DSFIELD", default: "0", .acts),
    Keyword("fwmark", "Selects packets with this firewall mark", .words, arguments: "N[/MASK]", .acts),
    Keyword(
      "realms", "Puts packets whose route this rule has found into realms", .optionalWords, arguments: "[FROM/]TO",
      .acts),
    Keyword(
      "suppress_prefixlength", "Rejects routes in the table whose prefix is this long or shorter",
      .integer(0, 2147483647), .acts),
    Keyword("sup_pl", "Means the same as suppress_prefixlength", .word, arguments: "INT", .acts),
    Keyword(
      "suppress_ifgroup", "Rejects routes in the table that leave by an interface of this group", .word,
      arguments: "GROUP", .acts),
    Keyword("sup_group", "Means the same as suppress_ifgroup", .word, arguments: "GROUP", .acts),
    Keyword("iif", "Selects packets that came in by this interface", .interface, .acts),
    Keyword("dev", "Means the same as iif", .interface, .acts),
    Keyword("oif", "Selects packets of local sockets that are bound to this interface", .interface, .acts),
    Keyword("tunnel-id", "Selects packets that came by the tunnel with this number", .word, arguments: "INT", .acts),
    Keyword("uidrange", "Selects packets of sockets that belong to these user numbers", .word, arguments: "N-N", .acts),
    Keyword("l3mdev", "Looks up the route in the table of the VRF that the packet belongs to", .flag, .acts),
    Keyword(
      "protocol", "Sets the number of the rule's maker, instead of keepalived's; it needs no_track", .integer(0, 255),
      default: "keepalived (18)", .acts),
    Keyword("ipproto", "Selects packets of this protocol, such as tcp", .words, arguments: "NAME or INT", .acts),
    Keyword("sport", "Selects packets with these source ports", .word, arguments: "N-N", .acts),
    Keyword("dport", "Selects packets with these destination ports", .word, arguments: "N-N", .acts),
    Keyword(
      "no_track",
      "Stops watching the rule: it is not put back when removed, and its interface may be down without FAULT", .flag,
      .acts),
    Keyword(
      "type", "Introduces blackhole, unreachable or prohibit, and may be left out", .word,
      arguments: "ACTION", .acts),
    Keyword("goto", "Goes on with the rule of this preference", .word, arguments: "INT", .acts),
    Keyword("nop", "Goes on with the next rule", .flag, .acts),
    Keyword("blackhole", "Drops selected packets in silence", .flag, .acts),
    Keyword("unreachable", "Refuses selected packets: network unreachable", .flag, .acts),
    Keyword("prohibit", "Refuses selected packets: not allowed", .flag, .acts),
  ]
}
