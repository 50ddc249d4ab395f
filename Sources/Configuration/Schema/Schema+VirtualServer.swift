extension Schema {
  /// Keywords of virtual servers and real servers, which are LVS's and not this program's.
  static let virtualServer: [[Keyword]] = [
    tlsKeywords, virtualServerKeywords, virtualServerRealServerKeywords, virtualServerGroupOptions,
  ]

  /// How packets come to a real server.
  private static let forwarding = "NAT / DR / TUN [type ipip/gue/gre] [port N] [nocsum/csum/remcsum]"

  private static let tlsKeywords: [Keyword] = rows(
    "SSL",
    [
      Keyword("password", .word, arguments: "STRING", .notManaged),
      Keyword("ca", .word, arguments: "PATH", .notManaged),
      Keyword("certificate", .word, arguments: "PATH", .notManaged),
      Keyword("key", .word, arguments: "PATH", .notManaged),
    ])

  private static let virtualServerKeywords: [Keyword] = rows(
    "virtual_server",
    [
      Keyword("ip_family", .choice(["inet", "inet6"]), default: "from address, else inet", .notManaged),
      Keyword("retry", .integer(1, 4294967295), default: "1 (DNS 3, MISC 0)", .notManaged),
      Keyword(
        "delay_before_retry", .decimal(0, 4294967295000000), default: "1 (HTTP/SSL 3, DNS delay_loop)", unit: .seconds,
        .notManaged),
      Keyword("warmup", .decimal(0, 4294967295000000), default: "delay_loop", unit: .seconds, .notManaged),
      Keyword("connect_timeout", .decimal(1, 4294967295), default: "5", unit: .seconds, .notManaged),
      Keyword("delay_loop", .decimal(1, 4294967295000000), default: "60", unit: .seconds, .notManaged),
      Keyword("inhibit_on_failure", .flag, .notManaged),
      Keyword(
        "lb_algo",
        .choice(["rr", "wrr", "lc", "wlc", "lblc", "sh", "mh", "dh", "fo", "ovf", "lblcr", "sed", "nq", "twos"]),
        default: "wlc (reported when missing)", .notManaged),
      Keyword(
        "lvs_sched",
        .choice(["rr", "wrr", "lc", "wlc", "lblc", "sh", "mh", "dh", "fo", "ovf", "lblcr", "sed", "nq", "twos"]),
        default: "wlc", .notManaged),
      Keyword("hashed", .flag, .notManaged),
      Keyword("ops", .flag, .notManaged),
      Keyword("flag-1", .flag, .notManaged),
      Keyword("flag-2", .flag, .notManaged),
      Keyword("flag-3", .flag, .notManaged),
      Keyword("sh-port", .flag, .notManaged),
      Keyword("sh-fallback", .flag, .notManaged),
      Keyword("mh-port", .flag, .notManaged),
      Keyword("mh-fallback", .flag, .notManaged),
      Keyword("lb_kind", .words, arguments: forwarding, default: "NAT (reported when missing)", .notManaged),
      Keyword("lvs_method", .words, arguments: forwarding, default: "NAT", .notManaged),
      Keyword("persistence_engine", .word, arguments: "NAME", .notManaged),
      Keyword(
        "persistence_timeout", .optionalInteger(1, 2678400), default: "off; bare = 360", unit: .seconds, .notManaged),
      Keyword(
        "persistence_granularity", .words, arguments: "NETMASK (IPv4) / prefix length (IPv6)",
        default: "255.255.255.255 / 128", .notManaged),
      Keyword(
        "protocol", .caselessChoice(["TCP", "UDP", "SCTP"]), default: "UDP (reported when missing)", .notManaged),
      Keyword("ha_suspend", .flag, .notManaged),
      Keyword("smtp_alert", .boolean, default: "smtp_alert_checker, then smtp_alert, then false", .notManaged),
      Keyword("virtualhost", .word, arguments: "STRING", .notManaged),
      Keyword("snmp_name", .word, arguments: "STRING", .notManaged),
      Keyword("alpha", .flag, .notManaged),
      Keyword("omega", .flag, .notManaged),
      Keyword("quorum_up", .command, .notManaged),
      Keyword("quorum_down", .command, .notManaged),
      Keyword("quorum", .integer(1, 4294967295), default: "1", .notManaged),
      Keyword("hysteresis", .integer(0, 4294967295), default: "0", .notManaged),
      Keyword("weight", .integer(1, 2147483647), default: "1", .notManaged),
      Keyword("sorry_server", .words, arguments: "IP [PORT]", .notManaged),
      Keyword("sorry_server_inhibit", .flag, .notManaged),
      Keyword(
        "sorry_server_lvs_method", .words, arguments: forwarding, default: "that of the virtual server", .notManaged),
      Keyword("real_server", .block, arguments: "IP [PORT]", .notManaged),
    ])

  private static let virtualServerRealServerKeywords: [Keyword] = rows(
    "virtual_server/real_server",
    [
      Keyword("weight", .integer(0, 2147483647), default: "virtual server weight, else 1", .notManaged),
      Keyword("lvs_method", .words, arguments: forwarding, default: "that of the virtual server", .notManaged),
      Keyword("uthreshold", .integer(0, 4294967295), .notManaged),
      Keyword("lthreshold", .integer(0, 4294967295), .notManaged),
      Keyword("inhibit_on_failure", .boolean, default: "that of the virtual server", .notManaged),
      Keyword("notify_up", .command, .notManaged),
      Keyword("notify_down", .command, .notManaged),
      Keyword("alpha", .boolean, default: "that of the virtual server", .notManaged),
      Keyword("retry", .integer(1, 4294967295), default: "that of the virtual server", .notManaged),
      Keyword(
        "delay_before_retry", .decimal(0, 4294967295000000), default: "that of the virtual server", unit: .seconds,
        .notManaged),
      Keyword(
        "warmup", .decimal(0, 4294967295000000), default: "that of the virtual server", unit: .seconds, .notManaged),
      Keyword(
        "connect_timeout", .decimal(1, 4294967295), default: "that of the virtual server", unit: .seconds, .notManaged),
      Keyword(
        "delay_loop", .decimal(1, 4294967295000000), default: "that of the virtual server", unit: .seconds, .notManaged),
      Keyword("smtp_alert", .boolean, default: "smtp_alert_checker, then smtp_alert, then true", .notManaged),
      Keyword("virtualhost", .word, arguments: "STRING", default: "that of the virtual server", .notManaged),
      Keyword("snmp_name", .word, arguments: "STRING", .notManaged),
      Keyword("MISC_CHECK", .block, .notManaged),
      Keyword("SMTP_CHECK", .block, .notManaged),
      Keyword("TCP_CHECK", .block, .notManaged),
      Keyword("PING_CHECK", .block, .notManaged),
      Keyword("UDP_CHECK", .block, .notManaged),
      Keyword("HTTP_GET", .block, .notManaged),
      Keyword("SSL_GET", .block, .notManaged),
      Keyword("DNS_CHECK", .block, .notManaged),
      Keyword("FILE_CHECK", .block, .notManaged),
      Keyword("BFD_CHECK", .block, .notManaged),
    ])

  private static let virtualServerGroupOptions: [Keyword] = rows(
    "virtual_server_group", kind: .option,
    [
      Keyword("<address>", .words, arguments: "IP[-IP or -LASTOCTET or /MASK] [PORT]", .notManaged),
      Keyword("fwmark", .words, arguments: "INT [inet/inet6]", .notManaged),
    ])
}
