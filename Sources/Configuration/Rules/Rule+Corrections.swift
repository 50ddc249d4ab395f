import ConfigurationSyntax

extension Rule {
  /// What keepalived puts right by itself, and what it passes over.
  static let corrections: [Rule] = [
    Rule(
      "include-on-condition", .syntax, .note, "An include stands on a line for some hosts",
      "keepalived carries such an include out twice, and then complains of names that stand there twice. martlet reads the file once."
    ),
    Rule(
      "comment-before-backslash", .syntax, .warning,
      "A comment stands before the backslash that continues a definition",
      "keepalived 2.2 drops the comment and goes on with the definition; 2.4 ends the definition at that line. martlet goes on.",
      .file("$A=a \\\nb # second \\\nc", "$A=a \\\nb \\\nc")),
    Rule(
      "multicast-group-of-unicast", .meaning, .warning, "mcast_dst_ip stands beside unicast peers",
      "Adverts to peers go to no group, so the line is ignored.",
      .instance("unicast_peer {\n192.0.2.2\n}\nmcast_dst_ip 224.0.0.99", "unicast_peer {\n192.0.2.2\n}")),
    Rule(
      "owner-ignore-adverts", .meaning, .warning, "owner_ignore_adverts does not go with the priority",
      "Only a router of priority 255 can ignore the adverts of others. keepalived since 2.3.3 lets every such router ignore them; martlet does so only if it is told to, since of two owners one has to yield.",
      .instance("owner_ignore_adverts", "priority 255\nowner_ignore_adverts")),
    Rule(
      "vrf-with-interface", .meaning, .warning, "vrf stands beside interface",
      "Sockets are bound to the interface, and with it to its VRF. The line is ignored.",
      .instance("vrf blue", "")),
    Rule(
      "vrf-twice", .meaning, .warning, "vrf is written twice", "The second line is ignored.",
      .instance("vrf blue\nvrf red", "")),
    Rule(
      "ipvlan", .meaning, .warning, "A word after use_ipvlan has no meaning or stands there twice",
      "keepalived ignores the word.", .instance("use_ipvlan bridge vepa", "use_ipvlan bridge")),
    Rule(
      "first-address-link-local", .meaning, .note, "The first address of an IPv6 router is not link-local",
      "RFC 9568 wants it so, and strict mode insists on it. keepalived and martlet do without; other vendors' routers may not.",
      .address("2001:db8::1/64", "fe80::1/64\n2001:db8::1/64")),
    Rule(
      "virtual-mac-twice", .meaning, .warning, "An address asks for a virtual MAC address that its router has already",
      "All addresses of a router with use_vmac are on its virtual MAC address.",
      .instance("use_vmac\nvirtual_ipaddress_excluded {\n192.0.2.9/24 use_vmac\n}", "use_vmac")),
    Rule(
      "virtual-mac-shared", .meaning, .warning, "Two routers would have one virtual MAC address on one interface",
      "The address follows from virtual_router_id, and an interface can carry it once. The address of the virtual router goes on the interface itself."
    ),
    Rule(
      "foreign-virtual-mac", .meaning, .warning, "An address is to go on another router's virtual MAC address",
      "The two routers need not be master on the same host. keepalived keeps the router with such an address in FAULT unless both are in one sync group."
    ),
    Rule(
      "link-delay", .meaning, .warning,
      "A link's fault would be noticed after the other hosts have given the master up",
      "A delay in interface_up_down_delays is at most the time of all but one of the adverts that a backup waits for. It is cut to that.",
      .file(
        "interface_up_down_delays {\neth0 9\n}\nvrrp_instance A {\ninterface eth0\nvirtual_router_id 5\n}",
        "interface_up_down_delays {\neth0 1\n}\nvrrp_instance A {\ninterface eth0\nvirtual_router_id 5\n}")),
    Rule(
      "route-time", .meaning, .warning, "A time of a route is outside 200 ms to 120 s",
      "rtt, rttvar and rto_min are held at the nearer bound, as newer releases of keepalived do.",
      .route("198.51.100.0/24 dev eth0 rtt 1ms", "198.51.100.0/24 dev eth0 rtt 200ms")),
    Rule(
      "sync-group-state", .meaning, .warning, "Members of a sync group have different states",
      "The group moves as one and starts as BACKUP, as with keepalived, which says nothing."),
    Rule(
      "sync-group-owner", .meaning, .warning, "A sync group has members with priority 255 and others without",
      "An owner of addresses is master whenever it runs, and the others need not be."),
    Rule(
      "tracked-by-group-too", .meaning, .warning, "A router and its sync group track the same",
      "For an interface the group's weight counts. Anything else counts at both."),
    Rule(
      "unused-script", .meaning, .warning, "Nothing tracks a vrrp_script",
      "martlet runs it and shows its result, which changes no priority and no state; keepalived does not run it. Name it in a track_script, or take it out.",
      .file(
        "vrrp_script a {\nscript /bin/true\n}",
        "vrrp_script a {\nscript /bin/true\n}\nvrrp_instance A {\ninterface eth0\nvirtual_router_id 5\ntrack_script {\na\n}\n}"
      )),
    Rule(
      "track-group-size", .meaning, .warning, "A track_group has no members", "It is left out.",
      .file("track_group t {\n}", "")),
    Rule(
      "unknown-track-group", .meaning, .warning, "A static entry names a track_group that there is not",
      "The name is ignored.",
      .file("static_ipaddress {\n192.0.2.1/24 track_group t\n}", "static_ipaddress {\n192.0.2.1/24\n}")),
  ]

  /// What is found in the blocks of LVS load balancing, which martlet checks and leaves alone.
  static let servers: [Rule] = [
    Rule(
      "no-real-servers", .meaning, .warning, "A virtual server or a group of them is empty", "keepalived ignores it.",
      .file("virtual_server 192.0.2.1 80 {\n}", "")),
    Rule(
      "virtual-server-defaults", .meaning, .warning, "A virtual server does not say protocol, lb_algo or lb_kind",
      "keepalived takes UDP, wlc and NAT. UDP is seldom what was meant."),
    Rule(
      "quorum-range", .meaning, .warning, "A quorum cannot be reached",
      "quorum is cut to the sum of the real servers' weights, and hysteresis must be below it."),
    Rule(
      "incomplete-checker", .meaning, .warning, "A health checker lacks what it cannot be without",
      "keepalived leaves the checker out, so the real server counts as up."),
    Rule(
      "offset-range", .meaning, .warning, "regex_max_offset is not above regex_min_offset",
      "There is no place left for a match."),
    Rule(
      "reply-length", .meaning, .warning, "min_reply_length is above max_reply_length", "The check always fails."),
    Rule(
      "address-range", .meaning, .warning, "The end of a range of addresses is not above its start",
      "keepalived skips the line.",
      .file("virtual_server_group g {\n192.0.2.9-1 80\n}", "virtual_server_group g {\n192.0.2.1-9 80\n}")),
  ]
}
