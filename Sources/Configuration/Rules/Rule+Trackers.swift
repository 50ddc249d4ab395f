import ConfigurationSyntax

extension Rule {
  /// What is found in scripts, sync groups, tracked things and BFD sessions.
  static let trackers: [Rule] = [
    Rule(
      "missing-script", .meaning, .warning, "A vrrp_script has no script",
      "keepalived removes it, and nothing is checked.",
      .file("vrrp_script a {\n  interval 2\n}", "vrrp_script a {\n  script /bin/true\n  interval 2\n}")),
    Rule(
      "unknown-script", .meaning, .warning, "track_script names a script that does not exist",
      "keepalived leaves the line out, so that nothing is checked and a sick service keeps its address.",
      .instance("track_script {\n  check_web\n}", "priority 100")),
    Rule(
      "script-after-use", .meaning, .warning, "A vrrp_script stands behind the vrrp_instance that tracks it",
      "keepalived would not find it; martlet does. Move the block to the front while keepalived may still read the file.",
      .file(
        "vrrp_instance A {\n  interface eth0\n  virtual_router_id 51\n  track_script {\n    c\n  }\n}\nvrrp_script c {\n  script /bin/true\n}",
        "vrrp_script c {\n  script /bin/true\n}\nvrrp_instance A {\n  interface eth0\n  virtual_router_id 51\n  track_script {\n    c\n  }\n}"
      )),
    Rule(
      "script-security", .meaning, .warning, "Scripts are run without enable_script_security",
      "Without it, a script that others can change is run all the same, by keepalived as root. Write enable_script_security, and script_user for who runs scripts, in global_defs.",
      .file(
        "vrrp_script a {\n  script /bin/true\n}",
        "global_defs {\n  enable_script_security\n}\nvrrp_script a {\n  script /bin/true\n}")),
    Rule(
      "tracked-own-interface", .meaning, .warning, "A router tracks its own interface",
      "That is tracked anyway; the line is ignored.",
      .instance("track_interface {\n  eth0\n}", "track_interface {\n  eth1\n}")),
    Rule(
      "tracked-twice", .meaning, .warning, "One thing is tracked twice", "The second line is ignored.",
      .instance("track_interface {\n  eth1\n  eth1\n}", "track_interface {\n  eth1\n}")),
    Rule(
      "owner-weight", .meaning, .warning, "A tracker with a weight stands beside priority 255",
      "The priority of the addresses' owner never changes (RFC 9568 section 5.2.4), so the tracker is left out.",
      .instance(
        "priority 255\ntrack_interface {\n  eth1 weight -5\n}", "priority 254\ntrack_interface {\n  eth1 weight -5\n}")),
    Rule(
      "unknown-member", .meaning, .warning, "A sync group names a vrrp_instance that does not exist",
      "The group does without it.",
      .file("vrrp_sync_group G {\n  group {\n    A\n  }\n}", "# vrrp_sync_group G")),
    Rule(
      "sync-group-size", .meaning, .warning, "A sync group has fewer than two members",
      "An empty one is left out, and a single member moves alone.",
      .file("vrrp_sync_group G {\n  group {\n  }\n}", "# vrrp_sync_group G")),
    Rule(
      "member-of-two-groups", .meaning, .warning, "A vrrp_instance is in two sync groups",
      "The first one counts.",
      .file(
        "vrrp_instance A {\n}\nvrrp_sync_group G {\n  group {\n    A\n  }\n}\nvrrp_sync_group H {\n  group {\n    A\n  }\n}",
        "vrrp_instance A {\n}\nvrrp_sync_group G {\n  group {\n    A\n  }\n}")),
    Rule(
      "sync-group-weight", .meaning, .warning, "A member of a sync group has a tracker with a weight",
      "Members move together, so keepalived takes weights of single members away, and so does martlet. Track it in the group, or write sync_group_tracking_weight there.",
      .file(
        "vrrp_instance A {\n  interface eth0\n  virtual_router_id 51\n  track_interface {\n    eth1 weight 5\n  }\n}\nvrrp_sync_group G {\n  group {\n    A\n  }\n}",
        "vrrp_instance A {\n  interface eth0\n  virtual_router_id 51\n  track_interface {\n    eth1 weight 5\n  }\n}\nvrrp_sync_group G {\n  sync_group_tracking_weight\n  group {\n    A\n  }\n}"
      )),
    Rule(
      "missing-neighbor", .meaning, .warning, "A bfd_instance has no neighbor_ip", "keepalived removes it.",
      .session("min_tx 100", "neighbor_ip 192.0.2.2")),
    Rule(
      "bad-neighbor", .meaning, .warning, "A BFD neighbour is no address of one host that can be reached",
      "A multicast or unspecified address is nobody's, and of a link-local one nothing says on which interface.",
      .session("neighbor_ip 224.0.0.1", "neighbor_ip 192.0.2.2")),
    Rule(
      "duplicate-neighbor", .meaning, .warning, "Two BFD sessions have the same neighbour",
      "There is one session between two addresses; track it twice instead.",
      .file(
        "bfd_instance a {\n  neighbor_ip 192.0.2.2\n}\nbfd_instance b {\n  neighbor_ip 192.0.2.2\n}",
        "bfd_instance a {\n  neighbor_ip 192.0.2.2\n}\nbfd_instance b {\n  neighbor_ip 192.0.2.3\n}")),
    Rule(
      "name-too-long", .meaning, .warning, "The name of a bfd_instance has more than 31 characters",
      "keepalived skips the block.",
      .file(
        "bfd_instance an-inconveniently-long-name-of-a-session {\n  neighbor_ip 192.0.2.2\n}",
        "bfd_instance a {\n  neighbor_ip 192.0.2.2\n}")),
    Rule(
      "long-interval", .meaning, .warning, "A BFD interval is longer than 10 seconds",
      "The unit is milliseconds.", .session("neighbor_ip 192.0.2.2\nmin_tx 60000", "neighbor_ip 192.0.2.2\nmin_tx 60")),
    Rule(
      "hops-beyond-ttl", .meaning, .warning, "max_hops is more than the TTL", "It counts as the TTL.",
      .session("neighbor_ip 192.0.2.2\nttl 9\nmax_hops 20", "neighbor_ip 192.0.2.2\nttl 9\nmax_hops 5")),
    Rule(
      "multihop-without-hops", .meaning, .warning, "A multihop session takes packets from the own link only",
      "Without max_hops a packet that has passed a router is dropped.",
      .session("neighbor_ip 192.0.2.2\nmultihop", "neighbor_ip 192.0.2.2\nmultihop\nmax_hops 3")),
    Rule(
      "hop-limit-default", .meaning, .note, "An IPv6 session has another hop limit than keepalived's",
      "RFC 5881 asks for 255, which martlet sends and expects; keepalived sends 64 unless hoplimit is written.",
      .session("neighbor_ip 2001:db8::2", "neighbor_ip 2001:db8::2\nhoplimit 255")),
    Rule(
      "unknown-session", .meaning, .warning, "track_bfd names a session that does not exist",
      "Nothing would be tracked.",
      .instance("track_bfd {\n  left\n}", "priority 100")),
    Rule(
      "session-after-use", .meaning, .warning, "A bfd_instance stands behind the vrrp_instance that tracks it",
      "keepalived would not find it; martlet does.",
      .file(
        "vrrp_instance A {\n  interface eth0\n  virtual_router_id 51\n  track_bfd {\n    b\n  }\n}\nbfd_instance b {\n  neighbor_ip 192.0.2.2\n}",
        "bfd_instance b {\n  neighbor_ip 192.0.2.2\n}\nvrrp_instance A {\n  interface eth0\n  virtual_router_id 51\n  track_bfd {\n    b\n  }\n}"
      )),
    Rule(
      "session-of-checkers", .meaning, .warning, "A tracked bfd_instance is for checkers only",
      "keepalived would not track it; martlet does.",
      .file(
        "bfd_instance b {\n  neighbor_ip 192.0.2.2\n  checker\n}\nvrrp_instance A {\n  interface eth0\n  virtual_router_id 51\n  track_bfd {\n    b\n  }\n}",
        "bfd_instance b {\n  neighbor_ip 192.0.2.2\n  vrrp\n}\nvrrp_instance A {\n  interface eth0\n  virtual_router_id 51\n  track_bfd {\n    b\n  }\n}"
      )),
    Rule(
      "nopreempt-with-weight", .lint, .warning, "A router with nopreempt has trackers with weights",
      "A weight lowers the priority of a master whose check fails, and under nopreempt no backup takes over from a master because of its priority. So the weight never moves anything. Without a weight the failure is a fault: the master gives its addresses up at once.",
      .instance(
        "nopreempt\ntrack_interface {\n  eth1 weight -50\n}", "nopreempt\ntrack_interface {\n  eth1\n}")),
    Rule(
      "weight-without-effect", .lint, .warning, "A weight changes no priority",
      "A priority stays within 1 to 254, whatever is added to it or taken from it.",
      .instance(
        "priority 254\ntrack_interface {\n  eth1 weight 10\n}", "priority 244\ntrack_interface {\n  eth1 weight 10\n}")),
    Rule(
      "weight-clamped", .lint, .warning, "Weights take a priority beyond 254",
      "What is above 254 is lost, and hosts that all come to 254 rank by address only.",
      .instance(
        "priority 250\ntrack_interface {\n  eth1 weight 10\n}", "priority 240\ntrack_interface {\n  eth1 weight 10\n}")),
    Rule(
      "timeout-beyond-interval", .lint, .warning, "A check's timeout is longer than its interval",
      "There is never a second run of a check while one goes on, so a run that hangs keeps the next ones from starting, and the failure is noticed late.",
      .script("interval 2\ntimeout 5", "interval 5\ntimeout 2")),
    Rule(
      "unicast-unauthenticated", .lint, .warning, "Unicast adverts are neither authenticated nor bound to the link",
      "Multicast adverts cannot come from beyond the link: their TTL of 255 proves it. Unicast adverts can, and whoever sends one in a peer's name takes the addresses over. min_ttl 255 behind a peer on the same link keeps others out; auth_hmac signs adverts, and with version 2 auth_type AH does. With version 3, which keepalived before 2.4.0 cannot sign, it is a note.",
      .instance("unicast_peer {\n  192.0.2.2\n}", "unicast_peer {\n  192.0.2.2 min_ttl 255\n}")),
  ]
}
