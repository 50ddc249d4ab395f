extension Schema {
  /// Words of an entry of a value block of rules.
  static let ruleOptions: [[Keyword]] = [
    rows("static_rules", kind: .option, ruleWords + [Keyword("track_group", .word, arguments: "NAME", .acts)]),
    rows("vrrp_instance/virtual_rules", kind: .option, ruleWords),
  ]

  /// What static and virtual rules have in common.
  private static let ruleWords: [Keyword] = [
    Keyword("inet", .flag, default: "from addresses", .acts),
    Keyword("inet6", .flag, default: "from addresses", .acts),
    Keyword("from", .words, arguments: "IP[/PREFIX] / all / any / default", default: "any", .acts),
    Keyword("to", .words, arguments: "IP[/PREFIX] / all / any / default", default: "any", .acts),
    Keyword("not", .flag, .acts),
    Keyword("table", .word, arguments: "TABLE", .acts),
    Keyword("lookup", .word, arguments: "TABLE", .acts),
    Keyword("preference", .integer(0, 4294967295), default: "assigned downwards and reported", .acts),
    Keyword("order", .word, arguments: "INT", .acts),
    Keyword("priority", .word, arguments: "INT", .acts),
    Keyword("tos", .word, arguments: "DSFIELD", default: "0", .acts),
    Keyword("dsfield", .word, arguments: "DSFIELD", default: "0", .acts),
    Keyword("fwmark", .words, arguments: "N[/MASK]", .acts),
    Keyword("realms", .optionalWords, arguments: "[FROM/]TO", .acts),
    Keyword("suppress_prefixlength", .integer(0, 2147483647), .acts),
    Keyword("sup_pl", .word, arguments: "INT", .acts),
    Keyword("suppress_ifgroup", .word, arguments: "GROUP", .acts),
    Keyword("sup_group", .word, arguments: "GROUP", .acts),
    Keyword("iif", .interface, .acts),
    Keyword("dev", .interface, .acts),
    Keyword("oif", .interface, .acts),
    Keyword("tunnel-id", .word, arguments: "INT", .acts),
    Keyword("uidrange", .word, arguments: "N-N", .acts),
    Keyword("l3mdev", .flag, .acts),
    Keyword("protocol", .integer(0, 255), default: "keepalived (18)", .acts),
    Keyword("ipproto", .words, arguments: "NAME or INT", .acts),
    Keyword("sport", .word, arguments: "N-N", .acts),
    Keyword("dport", .word, arguments: "N-N", .acts),
    Keyword("no_track", .flag, .acts),
    Keyword("type", .word, arguments: "ACTION", .acts),
    Keyword("goto", .word, arguments: "INT", .acts),
    Keyword("nop", .flag, .acts),
    Keyword("blackhole", .flag, .acts),
    Keyword("unreachable", .flag, .acts),
    Keyword("prohibit", .flag, .acts),
  ]
}
