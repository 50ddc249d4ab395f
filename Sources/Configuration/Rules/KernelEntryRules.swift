import ConfigurationSyntax

extension Rule {
  /// Rules for routes, routing rules and static entries.
  static let kernelEntries: [Rule] = [
    Rule(
      "no-destination", .meaning, .warning, "A route has no destination", "It is left out.",
      .route("via 192.0.2.1", "default via 192.0.2.1"), remedy: "write a network, an address or default first"),
    Rule(
      "gateway-and-nexthop", .meaning, .warning, "A route has a gateway and a list of next hops", "It is left out.",
      .route("default via 192.0.2.1 nexthop via 192.0.2.2", "default nexthop via 192.0.2.1 nexthop via 192.0.2.2"),
      remedy: "write each gateway after nexthop"),
    Rule(
      "ipv6-only-option", .meaning, .warning, "An IPv4 route has an option of IPv6",
      "A route with pref, expires or from is left out, as by keepalived.",
      .route("default via 192.0.2.1 pref high", "default via 192.0.2.1"), remedy: "take the option out"),
    Rule(
      "protocol-needs-no-track", .meaning, .warning,
      "A route or rule that is watched has another protocol than keepalived's",
      "What a failover daemon made is told from the rest by that number, so it is used. Write no_track to have the entry left alone.",
      .route("default via 192.0.2.1 protocol static", "default via 192.0.2.1 protocol static no_track")),
    Rule(
      "unknown-name", .meaning, .warning, "A table, protocol or scope has no such name",
      "Names stand in files in /etc/iproute2; a number needs none. The entry is left out.",
      .route("default via 192.0.2.1 table no-such-table", "default via 192.0.2.1 table 100"),
      remedy: "write the number, or add the name to the file"),
    Rule(
      "octal-number", .meaning, .warning, "A number with a 0 before it is octal",
      "Tables, marks, preferences of rules, scopes and the like may be hexadecimal or octal, as for keepalived: 010 is 8.",
      .route("default via 192.0.2.1 table 0100", "default via 192.0.2.1 table 100")),
    Rule(
      "word-order", .meaning, .warning, "keepalived reads a word otherwise in this place",
      "It ignores the word after inet and inet6, and takes default after an address for IPv6; either way it refuses the line. martlet reads it as it is meant.",
      .route("inet6 default via 2001:db8::1", "::/0 via 2001:db8::1")),
    Rule(
      "no-action", .meaning, .warning, "A rule has nothing to do", "It is left out.",
      .rule("from 192.0.2.0/24 preference 9", "from 192.0.2.0/24 table 100 preference 9")),
    Rule(
      "two-actions", .meaning, .warning, "A rule has two things to do", "It is left out.",
      .rule("from 192.0.2.0/24 table 100 blackhole preference 9", "from 192.0.2.0/24 table 100 preference 9"),
      remedy: "write a rule for each"),
    Rule(
      "needs-table", .meaning, .warning, "An option of a rule has a meaning only with table", "The rule is left out.",
      .rule("from 192.0.2.0/24 blackhole realms 5 preference 9", "from 192.0.2.0/24 table 100 realms 5 preference 9"),
      remedy: "write table NAME, or take the option out"),
    Rule(
      "goto-backwards", .meaning, .warning, "goto does not lead to a later rule", "The rule is left out.",
      .rule("from 192.0.2.0/24 goto 5 preference 9", "from 192.0.2.0/24 goto 50 preference 9"),
      remedy: "name the preference of a later rule"),
    Rule(
      "no-preference", .meaning, .warning, "A rule has no preference",
      "It gets 16384, the next one 16383 and so on, as with keepalived. The rule with the lowest number comes first.",
      .rule("from 192.0.2.0/24 table 100", "from 192.0.2.0/24 table 100 preference 9")),
    Rule(
      "route-time", .meaning, .warning, "A time of a route is outside 200 ms to 120 s",
      "rtt, rttvar and rto_min are held at the nearer bound, as newer releases of keepalived do.",
      .route("198.51.100.0/24 dev eth0 rtt 1ms", "198.51.100.0/24 dev eth0 rtt 200ms"),
      remedy: "write a time from 200ms to 120s"),
    Rule(
      "track-group-size", .meaning, .warning, "A track_group has no members", "It is left out.",
      .file("track_group t {\n}", ""), remedy: "name vrrp_instances in group { }"),
    Rule(
      "unknown-track-group", .meaning, .warning, "A static entry names a track_group that there is not",
      "The name is ignored.",
      .file("static_ipaddress {\n192.0.2.1/24 track_group t\n}", "static_ipaddress {\n192.0.2.1/24\n}"),
      remedy: "define the track_group, or take the name out"),
  ]
}

extension Lowering {
  /// Reports members of a `track_group` that do not exist, and static entries that name a group that does not exist.
  func checkTrackGroups() {
    let names = Set(instances.map(\.name.value))
    for group in trackGroups {
      for member in group.members where !names.contains(member.value) {
        reportUnknown(
          .warning, "unknown-member", "there is no vrrp_instance \(member.value); \(group.name.value) does without it",
          member, among: names.sorted())
      }
      if group.members.isEmpty {
        diagnostics.report(
          .warning, "track-group-size", "\(group.name.value) has no members; it is left out", at: group.name.span)
      }
    }
    let groups = Set(trackGroups.map(\.name.value))
    for use in trackGroupUses where !groups.contains(use.value) {
      reportUnknown(
        .warning, "unknown-track-group", "there is no track_group \(use.value); it is ignored", use,
        among: groups.sorted())
    }
  }
}
