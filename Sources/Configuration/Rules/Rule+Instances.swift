import ConfigurationSyntax

extension Rule {
  /// What is found in what virtual routers say.
  static let instances: [Rule] = [
    Rule(
      "missing-interface", .meaning, .error, "A vrrp_instance has no interface",
      "keepalived stops with all its instances. The interface is the one by which the hosts reach each other. A router with unicast peers and unicast_src_ip needs none (in keepalived since 2.2.8): it is on the interface with that address.",
      .instance("interface", "interface eth0")),
    Rule(
      "missing-virtual-router-id", .meaning, .error, "A vrrp_instance has no virtual_router_id",
      "keepalived stops with all its instances. The number, 1 to 255, is the same on all hosts of the router and used by no other router on the network.",
      .file("vrrp_instance A {\n  interface eth0\n}", "vrrp_instance A {\n  interface eth0\n  virtual_router_id 51\n}")),
    Rule(
      "duplicate-virtual-router-id", .meaning, .error, "Two routers on one link have the same virtual_router_id",
      "Each would take the other's adverts for those of its own peer. keepalived stops. Routers of different families, on different interfaces or with different multicast groups may share a number.",
      .file(
        "vrrp_instance A {\n  interface eth0\n  virtual_router_id 51\n}\nvrrp_instance B {\n  interface eth0\n  virtual_router_id 51\n}",
        "vrrp_instance A {\n  interface eth0\n  virtual_router_id 51\n}\nvrrp_instance B {\n  interface eth0\n  virtual_router_id 52\n}"
      )),
    Rule(
      "no-addresses", .meaning, .error, "A vrrp_instance has no virtual_ipaddress",
      "It serves nothing. Version 3 and strict mode require an address, and so does keepalived there.",
      .file(
        "vrrp_instance A {\n  interface eth0\n  virtual_router_id 51\n}",
        "vrrp_instance A {\n  interface eth0\n  virtual_router_id 51\n  virtual_ipaddress {\n    192.0.2.10/24\n  }\n}")
    ),
    Rule(
      "duplicate-address", .meaning, .warning, "An address stands twice in one vrrp_instance",
      "The second line is ignored; keepalived 2.2 keeps both without a word.",
      .address("192.0.2.10/24\n192.0.2.10/24", "192.0.2.10/24")),
    Rule(
      "too-many-addresses", .meaning, .warning, "A router has more addresses than an advert carries",
      "The rest counts as virtual_ipaddress_excluded: the addresses move along and are not in the adverts. keepalived does the same without a word."
    ),
    Rule(
      "unknown-state", .meaning, .warning, "state is neither MASTER nor BACKUP",
      "The router starts as BACKUP. The words are written in capitals.", .instance("state master", "state BACKUP")),
    Rule(
      "state-twice", .meaning, .warning, "state is written twice",
      "MASTER counts, whatever stands before or after it.",
      .instance("priority 200\nstate MASTER\nstate BACKUP", "priority 200\nstate MASTER")),
    Rule(
      "master-without-priority", .meaning, .warning, "A router has state MASTER and no priority",
      "It gets 255, the priority of the addresses' owner: it takes over from everybody, and weights have no effect.",
      .instance("state MASTER", "state MASTER\npriority 150")),
    Rule(
      "version-conflict", .meaning, .warning, "A router's version is set twice, to different ones",
      "The first one counts.", .instance("version 3\nversion 2", "version 3")),
    Rule(
      "version-for-ipv6", .meaning, .warning, "An IPv6 router is asked to speak version 2",
      "IPv6 has version 3 only (RFC 9568); it is used. keepalived sends version 2 without a word, which nobody else understands.",
      .instance("native_ipv6\nversion 2", "native_ipv6\nversion 3")),
    Rule(
      "advertisement-interval", .meaning, .warning, "An advert interval is one that the version does not have",
      "Version 2 has whole seconds from 1 to 255, version 3 hundredths from 0.01 to 40.95. The nearest one is used; hosts that do not agree on it drop each other's adverts. The finding says which value results.",
      .instance("advert_int 0.5", "version 3\nadvert_int 0.5")),
    Rule(
      "nopreempt-with-master", .meaning, .warning, "nopreempt stands beside state MASTER or priority 255",
      "It has no effect, as in keepalived: the router does preempt. Write state BACKUP on all hosts; an election decides who begins.",
      .instance("state MASTER\npriority 150\nnopreempt", "state BACKUP\npriority 150\nnopreempt")),
    Rule(
      "timer-expired-with-preemption", .meaning, .warning, "timer_expired_backup stands without nopreempt",
      "It has a master that was held up leave its place to who took it. A router that preempts takes it back anyway, so it has no effect.",
      .instance("timer_expired_backup", "nopreempt\ntimer_expired_backup")),
    Rule(
      "preempt-delay-with-master", .meaning, .warning, "preempt_delay stands beside state MASTER or nopreempt",
      "There is no delay, as in keepalived.",
      .instance("state MASTER\npriority 150\npreempt_delay 9", "state BACKUP\npriority 150\npreempt_delay 9")),
    Rule(
      "unknown-authentication", .meaning, .warning, "auth_type is neither PASS nor AH",
      "keepalived runs without authentication. The words are written in capitals.",
      .instance(
        "authentication {\n  auth_type pass\n  auth_pass x\n}", "authentication {\n  auth_type PASS\n  auth_pass x\n}")),
    Rule(
      "authentication-version", .meaning, .warning, "A router of version 3 has an authentication block",
      "Version 3 has no authentication (RFC 9568 section 8); the router runs without, as with keepalived.",
      .instance("version 3\nauthentication {\n  auth_type PASS\n  auth_pass x\n}", "version 3")),
    Rule(
      "authentication-without-password", .meaning, .warning, "An authentication block has no auth_pass",
      "The router runs without authentication.",
      .instance("authentication {\n  auth_type PASS\n}", "authentication {\n  auth_type PASS\n  auth_pass x\n}")),
    Rule(
      "authentication-without-type", .meaning, .warning, "An authentication block has no auth_type",
      "The router runs without authentication.",
      .instance("authentication {\n  auth_pass x\n}", "authentication {\n  auth_type PASS\n  auth_pass x\n}")),
    Rule(
      "password-too-long", .meaning, .warning, "A password has more than 8 bytes",
      "The protocol has room for 8, and keepalived and martlet use the first 8. Longer ones that begin alike are the same password.",
      .instance(
        "authentication {\n  auth_type PASS\n  auth_pass averylongsecret\n}",
        "authentication {\n  auth_type PASS\n  auth_pass averylon\n}")),
    Rule(
      "comment-in-password", .meaning, .warning, "A comment begins inside a password",
      "The password ends before the # or !, and keepalived says nothing. Put it in double quotes, on all hosts at once.",
      .instance(
        "authentication {\n  auth_type PASS\n  auth_pass ab#cd\n}",
        "authentication {\n  auth_type PASS\n  auth_pass \"ab#cd\"\n}")),
    Rule(
      "header-with-master", .meaning, .warning, "state MASTER stands beside auth_type AH",
      "A host that signs must first hear what number the others have come to, so it starts as BACKUP.",
      .instance(
        "state MASTER\npriority 150\nauthentication {\n  auth_type AH\n  auth_pass x\n}",
        "state BACKUP\npriority 150\nauthentication {\n  auth_type AH\n  auth_pass x\n}")),
    Rule(
      "heartbeat-with-header", .meaning, .error, "heartbeat_interface stands beside auth_type AH",
      "Adverts on further links cannot be signed yet, and unsigned ones are not sent.",
      .instance(
        "heartbeat_interface {\n  eth1\n}\nauthentication {\n  auth_type AH\n  auth_pass x\n}",
        "heartbeat_interface {\n  eth1\n}\nauthentication {\n  auth_type PASS\n  auth_pass x\n}")),
    Rule(
      "unicast-without-peers", .meaning, .warning, "A unicast keyword stands without unicast_peer",
      "Adverts are sent by multicast, as keepalived does; under unicast_fault_no_peer the router stays in FAULT instead.",
      .instance("unicast_src_ip 192.0.2.1", "unicast_src_ip 192.0.2.1\nunicast_peer {\n  192.0.2.2\n}")),
    Rule(
      "old-checksum-use", .meaning, .warning, "old_unicast_checksum stands where there is but one checksum",
      "Up to release 1.3.6 keepalived made the checksum of an advert to a unicast peer otherwise in version 3 over IPv4, and nowhere else. Beside it, v3_checksum_as_v2 has no effect.",
      .instance("version 3\nold_unicast_checksum", "version 3\nunicast_peer {\n  192.0.2.2\n}\nold_unicast_checksum")),
    Rule(
      "duplicate-peer", .meaning, .warning, "A unicast peer stands twice", "The second line is ignored.",
      .instance("unicast_peer {\n  192.0.2.2\n  192.0.2.2\n}", "unicast_peer {\n  192.0.2.2\n}")),
    Rule(
      "ttl-range", .meaning, .warning, "A peer's least TTL is above its greatest",
      "No advert of the peer's is accepted.",
      .instance(
        "unicast_peer {\n  192.0.2.2 min_ttl 9 max_ttl 8\n}", "unicast_peer {\n  192.0.2.2 min_ttl 8 max_ttl 9\n}")),
    Rule(
      "ttl-without-check", .meaning, .warning, "A peer has a TTL limit and sources are not checked",
      "A TTL limit for peers says little while adverts of any other host are accepted, so the limits turn the check on.",
      .instance(
        "unicast_peer {\n  192.0.2.2 min_ttl 255\n}\ncheck_unicast_src off",
        "unicast_peer {\n  192.0.2.2 min_ttl 255\n}")),
    Rule(
      "sources-unchecked", .meaning, .note, "Adverts of hosts that are no peers are accepted",
      "martlet checks the sources of unicast adverts unless told not to; keepalived does not unless told to.",
      .instance("unicast_peer {\n  192.0.2.2\n}\ncheck_unicast_src off", "unicast_peer {\n  192.0.2.2\n}")),
    Rule(
      "skip-check-always-on", .meaning, .warning, "skip_check_adv_addr is followed by off",
      "In a vrrp_instance keepalived turns it on whatever follows it, and so does martlet. Take the line out to have addresses compared.",
      .instance("skip_check_adv_addr off", "priority 100")),
    Rule(
      "strict-mode", .meaning, .warning, "Strict mode takes away what the RFCs do not have",
      "Authentication, a delay before preempting, a state that does not follow from the priority and more have no effect under vrrp_strict or strict_mode, as in keepalived.",
      .instance("strict_mode\npreempt_delay 9", "preempt_delay 9")),
    Rule(
      "unreachable-addresses", .meaning, .warning, "Strict mode makes the addresses unreachable",
      "RFC 9568 lets only the addresses' owner take packets to them, so under vrrp_strict nobody reaches a service there, not even by ping. Version 3 has accept to allow it; with version 2 strict mode has to go.",
      .instance("strict_mode\nversion 3", "strict_mode\nversion 3\naccept")),
    Rule(
      "virtual-mac", .meaning, .warning, "A MAC address cannot be a virtual router's own",
      "It is no MAC address, a multicast one, or one of those that belong to other routers (00:00:5e:00:01:00 and up).",
      .instance("use_vmac vip0 01:00:5e:00:00:01", "use_vmac vip0 02:00:00:00:00:01")),
    Rule(
      "virtual-mac-name", .meaning, .warning, "The interface of a virtual MAC address has a name that is taken",
      "Each needs a name of its own.", .instance("use_vmac eth0", "use_vmac vip0")),
    Rule(
      "own-link-named", .lint, .note, "An interface is named that a virtual MAC address makes",
      "martlet makes the interface before it needs it. keepalived looks for it while it reads the file: it does not start, and ignores the delays of interface_up_down_delays. With dynamic_interfaces it takes the name as it is.",
      .instance("use_vmac vip0\ntrack_interface {\n  vip0\n}", "use_vmac vip0")),
    Rule(
      "without-virtual-mac", .meaning, .warning, "vmac_xmit_base stands without use_vmac", "It has no effect.",
      .instance("vmac_xmit_base", "use_vmac\nvmac_xmit_base")),
    Rule(
      "needless-with-virtual-mac", .meaning, .warning, "promote_secondaries stands beside use_vmac",
      "It is ignored: the interface with the virtual MAC address has no addresses but the router's.",
      .instance("use_vmac\npromote_secondaries", "use_vmac")),
    Rule(
      "unicast-with-virtual-mac", .meaning, .warning, "A router has unicast peers and a virtual MAC address",
      "Its adverts leave by the interface below, from that one's own MAC address. vmac_xmit_base says so.",
      .instance("use_vmac\nunicast_peer {\n  192.0.2.2\n}", "use_vmac\nvmac_xmit_base\nunicast_peer {\n  192.0.2.2\n}")),
  ]
}
