import ConfigurationSyntax

extension Rule {
  /// What is found in the words of a line.
  static let values: [Rule] = [
    Rule(
      "missing-argument", .meaning, .error, "A keyword that needs a value has none",
      "keepalived ends at once, or goes on without the line: then it is a warning, which says what holds instead. A value that begins with # or ! is a comment unless it stands in double quotes.",
      .instance("priority", "priority 150")),
    Rule(
      "extra-words", .meaning, .warning, "More words follow a keyword than it takes",
      "They are ignored. Often a second keyword stands on the same line, or a flag is followed by off: a flag is on whatever follows it. A block with two names is an error, since keepalived skips it.",
      .instance("priority 150 advert_int 1", "priority 150\nadvert_int 1")),
    Rule(
      "bad-value", .meaning, .error, "A value is of the wrong kind, or outside its range",
      "Most such lines are ignored, so that the default holds; the finding says which value results. It is an error where that decides who is master: virtual_router_id, priority, version, advert_int, preempt_delay, down_timer_adverts, timer_expired_backup, a weight, and the quorum of a tracked process. martlet does not start with such a file, and a reload changes nothing. keepalived goes on with a default, which for a priority is 100 and makes two hosts equal, and stops only for a bad virtual_router_id; keepalived -t ends with 5 for all of them.",
      .instance("priority 256", "priority 254")),
    Rule(
      "keyword-twice", .meaning, .warning, "A keyword stands in a block twice, with different values",
      "The last line counts, as for keepalived, and of vmac_prefix, vmac_addr_prefix and nftables the first. Often a copied line was meant to be changed. Which one is meant only a person can say, so check --fix leaves both.",
      .instance("priority 100\npriority 150", "priority 150")),
    Rule(
      "on-in-keepalived", .meaning, .warning, "A keyword is off here that keepalived 2.2.7 has on",
      "vrrp_strict and vrrp_skip_check_adv_addr take on and off in newer versions of keepalived, and here. keepalived 2.2.7 has them on whatever follows them, be it 0; a word that is neither on nor off is ignored here. Take the line out to have them off everywhere.",
      .global("vrrp_strict off", "# vrrp_strict")),
    Rule(
      "zero-becomes-one", .meaning, .warning, "0 counts as 1",
      "An interval, a timeout or a number of repeats cannot be 0; 1 is used, as by keepalived.",
      .instance("garp_master_repeat 0", "garp_master_repeat 1")),
    Rule(
      "no-effect", .meaning, .note, "A keyword has no effect, and nothing is lost by that",
      "martlet reads it, so that the file may stay as it is. The finding says why there is nothing for it to do.",
      .instance("debug 1", "priority 100")),
    Rule(
      "not-yet", .meaning, .warning, "martlet does not have a keyword yet",
      "The line or block is read and has no effect.",
      .instance("smtp_alert", "priority 100")),
    Rule(
      "not-managed", .meaning, .warning, "The file configures LVS load balancing",
      "martlet leaves virtual_server and what belongs to it alone; keep keepalived or another program for it. It is said once a file.",
      .file("virtual_server 192.0.2.1 80 {\n}", "# virtual_server 192.0.2.1 80")),
    Rule(
      "deprecated", .meaning, .note, "A keyword is deprecated",
      "It still works; the finding says what to write instead.", .instance("native_ipv6", "priority 100")),
    Rule(
      "missing-name", .meaning, .error, "A block that needs a name has none",
      "keepalived skips the block.",
      .file("vrrp_script {\n  script /bin/true\n}", "vrrp_script a {\n  script /bin/true\n}")),
    Rule(
      "duplicate-name", .meaning, .warning, "Two blocks of one kind have the same name",
      "keepalived skips the second one: its addresses are served by nobody.",
      .file(
        "vrrp_script a {\n  script /bin/true\n}\nvrrp_script a {\n  script /bin/false\n}",
        "vrrp_script a {\n  script /bin/true\n}\nvrrp_script b {\n  script /bin/false\n}")),
    Rule(
      "duplicate-block", .meaning, .warning, "A block that may stand once stands twice",
      "The second one is ignored.",
      .file(
        "vrrp_sync_group G {\n  group {\n    A\n  }\n  group {\n    B\n  }\n}",
        "vrrp_sync_group G {\n  group {\n    A\n    B\n  }\n}")),
    Rule(
      "shell-command", .meaning, .error, "A command needs a shell, which keepalived does not have",
      "martlet gives a line to /bin/sh if a word of it begins with an operator of the shell, as |, &&, ;, > or 2>&1, $( or a backtick, or if its first word can be no program's name, as $HOME/check, ! or LANG=C. keepalived starts the first word as a program and gives it the other words as they are; a check whose program it does not find it takes away. So the two come to different results, and martlet check has it as an error. martlet run only warns of it, and runs the line. All other lines are run without a shell: the & in an address of the web stays where it is. /bin/sh -c with the line in quotes, or a script of its own, means the same to both.",
      .instance("notify_master \"/bin/a && /bin/b\"", "notify_master \"/bin/sh -c '/bin/a && /bin/b'\"")),
    Rule(
      "shell-word", .meaning, .warning, "A word would mean more to a shell, and no shell reads it",
      "The program gets $NAME, a substitution within a word, or a ; at a word's end as it is written, from martlet as from keepalived: there is no shell that would put a value in its place, or end the command there.",
      .instance("notify_master \"/bin/a $HOME\"", "notify_master \"/bin/sh -c '/bin/a $HOME'\"")),
    Rule(
      "numeric-user", .meaning, .warning, "A user or a group is a number",
      "keepalived knows names only and leaves out what that user is to run; martlet takes the number.",
      .instance("notify_master /bin/a 65534", "notify_master /bin/a nobody")),
    Rule(
      "fraction-of-second", .meaning, .note, "An interval or a timeout of a script has a decimal point",
      "martlet keeps to it. keepalived 2.2.7 takes the whole seconds before the point, and at least 1.",
      .script("interval 1.5", "interval 2")),
    Rule(
      "overridden-keyword", .meaning, .warning, "A keyword is written twice where the last one counts",
      "The first one has no effect, for keepalived as for martlet.",
      .script("interval 2\ninterval 3", "interval 3")),
    Rule(
      "fifo-script-alone", .meaning, .warning, "A script is to read a FIFO that there is not",
      "keepalived starts it only if the FIFO is named too.",
      .file(
        "global_defs {\n  notify_fifo_script /bin/a\n}",
        "global_defs {\n  notify_fifo /run/martlet/fifo\n  notify_fifo_script /bin/a\n}")),
    Rule(
      "duplicate-command", .meaning, .warning, "A script of one kind is named twice",
      "The first one counts, as for keepalived. Call both from one script.",
      .instance("notify_master /bin/a\nnotify_master /bin/b", "notify_master /bin/a")),
    Rule(
      "empty-block", .meaning, .warning, "A garp_group lacks its interfaces or its intervals",
      "It spaces nothing, and keepalived removes it.",
      .file("garp_group {\n  interface eth0\n}", "garp_group {\n  interface eth0\n  garp_interval 0.1\n}")),
    Rule(
      "no-router", .lint, .warning, "A file has no virtual router",
      "The service starts and serves nothing. It may be an emptied file, or a part of one that is checked by itself."),
    Rule(
      "unquoted-command", .meaning, .warning, "A command is not in quotes",
      "A script is one word, as keepalived reads it: what stands behind the first word is left out, and killall without a name fails always.",
      .script("script killall -0 haproxy", "script \"killall -0 haproxy\"")),
    Rule(
      "empty-command", .meaning, .warning, "A command is empty", "The line is ignored.",
      .instance("notify_master \"\"", "notify_master /bin/true")),
    Rule(
      "duplicate-fifo", .meaning, .warning, "A notification FIFO is named twice, or two of them have one path",
      "The second one is ignored; otherwise its reader would get everything twice.",
      .global(
        "notify_fifo /run/a\nvrrp_notify_fifo /run/a", "notify_fifo /run/a\nvrrp_notify_fifo /run/b")),
    Rule(
      "duplicate-namespace", .meaning, .warning, "net_namespace is given twice", "The first one counts.",
      .file("net_namespace a\nnet_namespace b", "net_namespace a")),
    Rule(
      "duplicate-interface", .meaning, .warning, "An interface has two lines of delays, or is in two groups",
      "The first one counts.",
      .file(
        "interface_up_down_delays {\n  eth0 1\n  eth0 2\n}", "interface_up_down_delays {\n  eth0 1\n}")),
    Rule(
      "interface-name", .meaning, .error, "A word cannot be the name of an interface",
      "The kernel takes 1 to 15 characters and no slash. The name of a virtual interface is made of vmac_prefix and the number, and must fit too.",
      .instance("interface a-very-long-interface", "interface eth0")),
    Rule(
      "loopback-interface", .meaning, .error, "Adverts are to be sent on the loopback interface",
      "Nobody else is on it. Name the interface by which the hosts reach each other; addresses may still go to lo with dev lo.",
      .instance("interface lo", "interface eth0")),
    Rule(
      "bad-address", .meaning, .warning, "A word is no IP address",
      "keepalived drops the address or the peer and runs without. A host name is no address, and neither is one whose numbers have zeros before them, as 192.0.2.010: elsewhere that is octal.",
      .address("192.0.2.300/24", "192.0.2.30/24")),
    Rule(
      "address-suffix", .meaning, .warning, "Something follows an address that stands alone",
      "A peer, a source address and a multicast group have no prefix length, and a range is no address. keepalived cuts off what follows the slash or the hyphen without a word and uses the address; so does martlet.",
      .instance("unicast_peer {\n  192.0.2.2/24\n}", "unicast_peer {\n  192.0.2.2\n}")),
    Rule(
      "option-twice", .meaning, .warning, "An option stands twice on a line",
      "The last one counts, as for keepalived. An address with dev twice is left out.",
      .address("192.0.2.10/24 label eth0:a label eth0:b", "192.0.2.10/24 label eth0:b")),
    Rule(
      "bad-prefix-length", .meaning, .warning, "What follows the slash is no prefix length",
      "The length of a single address is used, /32 or /128, so the network's other hosts are not reached by it. A dotted mask is written as its length: 255.255.255.0 is /24.",
      .address("192.0.2.10/255.255.255.0", "192.0.2.10/24")),
    Rule(
      "two-addresses", .meaning, .warning, "A second address stands on a line",
      "keepalived ignores it, so it would be served by nobody. Each address has a line of its own.",
      .address("192.0.2.10/24 192.0.2.11/24", "192.0.2.10/24\n192.0.2.11/24")),
    Rule(
      "unknown-option", .meaning, .warning,
      "A word behind an address, a peer, a route, a rule or a tracker is no option of it",
      "Behind an address it is ignored; a route, a rule or a tracked name is left out with it.",
      .address("192.0.2.10/24 device eth1", "192.0.2.10/24 dev eth1")),
    Rule(
      "ipv4-only-option", .meaning, .warning, "An IPv6 address, route or rule has an option of IPv4",
      "label and scope are ignored; with a broadcast address keepalived drops the whole address, and a route or a rule with realms.",
      .address("2001:db8::1/64 label eth0:1", "2001:db8::1/64")),
    Rule(
      "label-too-long", .meaning, .warning, "A label has more than 15 characters",
      "keepalived drops the address.", .address("192.0.2.10/24 label eth0:averylonglabel", "192.0.2.10/24 label eth0:a")
    ),
    Rule(
      "broadcast-prefix", .meaning, .warning, "An address has no broadcast address that could be computed",
      "A network of /31 or /32, or an address with a peer, has none; brd + and brd - are ignored.",
      .address("192.0.2.10/32 brd +", "192.0.2.10/24 brd +")),
    Rule(
      "peer-with-prefix", .meaning, .warning, "An address with a peer has a prefix length too",
      "A point-to-point address has none of its own; it is ignored.",
      .address("192.0.2.10/24 peer 192.0.2.11", "192.0.2.10 peer 192.0.2.11")),
    Rule(
      "mixed-families", .meaning, .warning, "IPv4 and IPv6 meet where only one of them can be",
      "The first address of a vrrp_instance decides its family, and addresses of the other are dropped by keepalived. Write an instance for each family, or put the others into virtual_ipaddress_excluded. A route, a rule and a BFD session have one family too.",
      .address("192.0.2.10/24\n2001:db8::1/64", "192.0.2.10/24")),
    Rule(
      "not-multicast", .meaning, .warning, "A multicast group is no multicast address of the link",
      "The line is ignored and the usual group is used: 224.0.0.18 or ff02::12.",
      .instance("mcast_dst_ip 192.0.2.9", "mcast_dst_ip 224.0.0.99")),
  ]
}
