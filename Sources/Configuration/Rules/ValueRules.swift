import ConfigurationSyntax

extension Rule {
  /// Rules for the words of any line.
  static let values: [Rule] = [
    Rule(
      "missing-argument", .meaning, .error, "A keyword that needs a value has none",
      "keepalived ends at once, or goes on without the line: then it is a warning, which says what holds instead. A value that begins with # or ! is a comment unless it stands in double quotes.",
      .instance("priority", "priority 150"), remedy: "write a value after it, or take it out"),
    Rule(
      "extra-words", .meaning, .warning, "More words follow a keyword than it takes",
      "They are ignored. Often a second keyword stands on the same line, or a flag is followed by off: a flag is on whatever follows it. A block with two names is an error, since keepalived skips it.",
      .instance("priority 150 advert_int 1", "priority 150\nadvert_int 1"),
      remedy: "put them on a line of their own, or take them out"),
    Rule(
      "bad-value", .meaning, .error, "A value is of the wrong kind, or outside its range",
      "Most such lines are ignored, so that the default holds; the finding says which value results. It is an error where that decides who is master: virtual_router_id, priority, version, advert_int, preempt_delay, down_timer_adverts, timer_expired_backup, a weight, and the quorum of a tracked process. martlet does not start with such a file, and a reload changes nothing. keepalived goes on with a default, which for a priority is 100 and makes two hosts equal, and stops only for a bad virtual_router_id; keepalived -t ends with 5 for all of them.",
      .instance("priority 256", "priority 254"), remedy: "write a value of the kind that is named, or take it out"),
    Rule(
      "zero-becomes-one", .meaning, .warning, "0 counts as 1",
      "An interval, a timeout or a number of repeats cannot be 0; 1 is used, as by keepalived.",
      .instance("garp_master_repeat 0", "garp_master_repeat 1"), remedy: "write 1"),
    Rule(
      "keyword-twice", .meaning, .warning, "A keyword stands in a block twice, with different values",
      "The last line counts, as for keepalived, and of vmac_prefix, vmac_addr_prefix and nftables the first. Often a copied line was meant to be changed. Which one is meant only a person can say, so check --fix leaves both.",
      .instance("priority 100\npriority 150", "priority 150")),
    Rule(
      "overridden-keyword", .meaning, .warning, "A keyword is written twice where the last one counts",
      "The first one has no effect, for keepalived as for martlet.", .script("interval 2\ninterval 3", "interval 3")),
    Rule(
      "duplicate-keyword", .meaning, .warning, "A keyword is written twice where one counts",
      "The first one counts, as in keepalived.",
      .file("track_file a {\n  file /run/a\n  file /run/b\n}", "track_file a {\n  file /run/a\n}")),
    Rule(
      "on-in-keepalived", .meaning, .warning, "A keyword is off here that keepalived 2.2.7 has on",
      "vrrp_strict and vrrp_skip_check_adv_addr take on and off in newer versions of keepalived, and here. keepalived 2.2.7 has them on whatever follows them, be it 0; a word that is neither on nor off is ignored here. Take the line out to have them off everywhere.",
      .global("vrrp_strict off", "# vrrp_strict")),
    Rule(
      "no-effect", .meaning, .note, "A keyword has no effect, and nothing is lost by that",
      "martlet reads it, so that the file may stay as it is. The finding says why there is nothing for it to do.",
      .instance("debug 1", "priority 100")),
    Rule(
      "not-yet", .meaning, .warning, "martlet does not have a keyword yet",
      "The line or block is read and has no effect.", .instance("smtp_alert", "priority 100"),
      remedy: "take it out, or leave this part to another program for now"),
    Rule(
      "deprecated", .meaning, .note, "A keyword is deprecated",
      "It still works; the finding says what to write instead.", .instance("native_ipv6", "priority 100")),
    Rule(
      "missing-name", .meaning, .error, "A block that needs a name has none", "keepalived skips the block.",
      .file("vrrp_script {\n  script /bin/true\n}", "vrrp_script a {\n  script /bin/true\n}")),
    Rule(
      "duplicate-name", .meaning, .warning, "Two blocks of one kind have the same name",
      "keepalived skips the second one: its addresses are served by nobody.",
      .file(
        "vrrp_script a {\n  script /bin/true\n}\nvrrp_script a {\n  script /bin/false\n}",
        "vrrp_script a {\n  script /bin/true\n}\nvrrp_script b {\n  script /bin/false\n}")),
    Rule(
      "duplicate-block", .meaning, .warning, "A block that may stand once stands twice", "The second one is ignored.",
      .file(
        "vrrp_sync_group G {\n  group {\n    A\n  }\n  group {\n    B\n  }\n}",
        "vrrp_sync_group G {\n  group {\n    A\n    B\n  }\n}"), remedy: "put both into one block"),
    Rule(
      "option-twice", .meaning, .warning, "An option stands twice on a line",
      "The last one counts, as for keepalived. An address with dev twice is left out.",
      .address("192.0.2.10/24 label eth0:a label eth0:b", "192.0.2.10/24 label eth0:b")),
    Rule(
      "unknown-option", .meaning, .warning,
      "A word after an address, a peer, a route, a rule or a tracker is not one of its options",
      "After an address it is ignored; a route, a rule or a tracked name is left out with it.",
      .address("192.0.2.10/24 device eth1", "192.0.2.10/24 dev eth1"), remedy: "take it out"),
    Rule(
      "ipv4-only-option", .meaning, .warning, "An IPv6 address, route or rule has an option of IPv4",
      "label and scope are ignored; with a broadcast address keepalived drops the whole address, and a route or a rule with realms.",
      .address("2001:db8::1/64 label eth0:1", "2001:db8::1/64"), remedy: "take the option out"),
  ]
}
