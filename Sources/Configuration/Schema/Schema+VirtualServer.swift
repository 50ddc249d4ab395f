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
      Keyword("password", "Sets the password of the private key", .word, arguments: "STRING", .notManaged),
      Keyword(
        "ca", "Names the file with the certificates of trusted authorities", .word, arguments: "PATH", .notManaged),
      Keyword(
        "certificate", "Names the file with the certificate that the checkers show", .word, arguments: "PATH",
        .notManaged),
      Keyword("key", "Names the file with the private key of the certificate", .word, arguments: "PATH", .notManaged),
    ])

  private static let virtualServerKeywords: [Keyword] = rows(
    "virtual_server",
    [
      Keyword(
        "ip_family", "Sets the address family of a service that is chosen by firewall mark",
        .choice(["inet", "inet6"]), default: "from address, else inet", .notManaged),
      Keyword("retry", Shared.retry, .integer(1, 4294967295), default: "1 (DNS 3, MISC 0)", .notManaged),
      Keyword(
        "delay_before_retry", Shared.delayBeforeRetry, .decimal(0, 4294967295000000),
        default: "1 (HTTP/SSL 3, DNS delay_loop)", unit: .seconds, .notManaged),
      Keyword(
        "warmup", Shared.warmup, .decimal(0, 4294967295000000), default: "delay_loop", unit: .seconds, .notManaged),
      Keyword(
        "connect_timeout", Shared.connectTimeout, .decimal(1, 4294967295), default: "5", unit: .seconds, .notManaged),
      Keyword(
        "delay_loop", Shared.delayLoop, .decimal(1, 4294967295000000), default: "60", unit: .seconds, .notManaged),
      Keyword("inhibit_on_failure", Shared.inhibit, .flag, .notManaged),
      Keyword(
        "lb_algo", "Chooses how connections are shared among the real servers",
        .choice(["rr", "wrr", "lc", "wlc", "lblc", "sh", "mh", "dh", "fo", "ovf", "lblcr", "sed", "nq", "twos"]),
        default: "wlc (reported when missing)", .notManaged),
      Keyword(
        "lvs_sched", "Means the same as lb_algo",
        .choice(["rr", "wrr", "lc", "wlc", "lblc", "sh", "mh", "dh", "fo", "ovf", "lblcr", "sed", "nq", "twos"]),
        default: "wlc", .notManaged),
      Keyword("hashed", "Has no effect in keepalived", .flag, .notManaged),
      Keyword("ops", "Schedules each UDP packet by itself (one-packet scheduling)", .flag, .notManaged),
      Keyword("flag-1", "Sets flag 1 of the scheduler", .flag, .notManaged),
      Keyword("flag-2", "Sets flag 2 of the scheduler", .flag, .notManaged),
      Keyword("flag-3", "Sets flag 3 of the scheduler", .flag, .notManaged),
      Keyword("sh-port", "Lets the scheduler sh look at the source port too", .flag, .notManaged),
      Keyword(
        "sh-fallback", "Lets the scheduler sh choose another server when the first choice is not available", .flag,
        .notManaged),
      Keyword("mh-port", "Lets the scheduler mh look at the source port too", .flag, .notManaged),
      Keyword(
        "mh-fallback", "Lets the scheduler mh choose another server when the first choice is not available", .flag,
        .notManaged),
      Keyword(
        "lb_kind", Shared.forwarding, .words, arguments: forwarding, default: "NAT (reported when missing)", .notManaged
      ),
      Keyword("lvs_method", "Means the same as lb_kind", .words, arguments: forwarding, default: "NAT", .notManaged),
      Keyword(
        "persistence_engine", "Names the kernel's module that tells clients apart, such as sip", .word,
        arguments: "NAME", .notManaged),
      Keyword(
        "persistence_timeout", "Sets for how long a client stays with the same real server",
        .optionalInteger(1, 2678400), default: "off; bare = 360", unit: .seconds, .notManaged),
      Keyword(
        "persistence_granularity", "Sets how large a network of clients stays together on one real server", .words,
        arguments: "NETMASK (IPv4) / prefix length (IPv6)", default: "255.255.255.255 / 128", .notManaged),
      Keyword(
        "protocol", "Sets the transport protocol of the service", .caselessChoice(["TCP", "UDP", "SCTP"]),
        default: "UDP (reported when missing)", .notManaged),
      Keyword(
        "ha_suspend", "Stops the checks while this host does not have the address of the virtual server", .flag,
        .notManaged),
      Keyword(
        "smtp_alert", "Sends mail when the quorum is gained or lost", .boolean,
        default: "smtp_alert_checker, then smtp_alert, then false", .notManaged),
      Keyword("virtualhost", Shared.hostField, .word, arguments: "STRING", .notManaged),
      Keyword("snmp_name", "Names the virtual server in SNMP", .word, arguments: "STRING", .notManaged),
      Keyword("alpha", "Counts all real servers as down until their checks have succeeded", .flag, .notManaged),
      Keyword(
        "omega", "Runs the scripts for down servers and a lost quorum also when the service stops", .flag, .notManaged),
      Keyword("quorum_up", "Runs a script when the quorum is gained", .command, .notManaged),
      Keyword("quorum_down", "Runs a script when the quorum is lost", .command, .notManaged),
      Keyword(
        "quorum", "Sets what the weights of the real servers that are up must add up to at least",
        .integer(1, 4294967295),
        default: "1", .notManaged),
      Keyword(
        "hysteresis", "Sets how far the sum of weights must be above or below quorum before quorum is gained or lost",
        .integer(0, 4294967295), default: "0", .notManaged),
      Keyword(
        "weight", "Sets the weight of real servers that have none of their own", .integer(1, 2147483647), default: "1",
        .notManaged),
      Keyword(
        "sorry_server", "Names a server that gets all connections while the quorum is lost", .words,
        arguments: "IP [PORT]", .notManaged),
      Keyword(
        "sorry_server_inhibit", "Leaves the sorry server in the table with weight 0 while it is not needed", .flag,
        .notManaged),
      Keyword(
        "sorry_server_lvs_method", "Chooses how packets get to the sorry server", .words, arguments: forwarding,
        default: "that of the virtual server", .notManaged),
      Keyword(
        "real_server", "Defines a server behind the virtual server and the checks on it", .block,
        arguments: "IP [PORT]", .notManaged),
    ])

  private static let virtualServerRealServerKeywords: [Keyword] = rows(
    "virtual_server/real_server",
    [
      Keyword(
        "weight", "Sets the server's share of the connections, in proportion to the others", .integer(0, 2147483647),
        default: "virtual server weight, else 1", .notManaged),
      Keyword(
        "lvs_method", Shared.forwarding, .words, arguments: forwarding, default: "that of the virtual server",
        .notManaged),
      Keyword(
        "uthreshold", "Sets how many connections the server may have before it gets no new ones",
        .integer(0, 4294967295), .notManaged),
      Keyword(
        "lthreshold", "Sets below how many connections an overloaded server gets new ones again",
        .integer(0, 4294967295), .notManaged),
      Keyword("inhibit_on_failure", Shared.inhibit, .boolean, default: "that of the virtual server", .notManaged),
      Keyword("notify_up", "Runs a script when the server comes up", .command, .notManaged),
      Keyword("notify_down", "Runs a script when the server goes down", .command, .notManaged),
      Keyword(
        "alpha", "Counts the server as down until its checks have succeeded", .boolean,
        default: "that of the virtual server", .notManaged),
      Keyword("retry", Shared.retry, .integer(1, 4294967295), default: "that of the virtual server", .notManaged),
      Keyword(
        "delay_before_retry", Shared.delayBeforeRetry, .decimal(0, 4294967295000000),
        default: "that of the virtual server", unit: .seconds, .notManaged),
      Keyword(
        "warmup", Shared.warmup, .decimal(0, 4294967295000000), default: "that of the virtual server", unit: .seconds,
        .notManaged),
      Keyword(
        "connect_timeout", Shared.connectTimeout, .decimal(1, 4294967295), default: "that of the virtual server",
        unit: .seconds, .notManaged),
      Keyword(
        "delay_loop", Shared.delayLoop, .decimal(1, 4294967295000000), default: "that of the virtual server",
        unit: .seconds, .notManaged),
      Keyword(
        "smtp_alert", "Sends mail when the server comes up or goes down", .boolean,
        default: "smtp_alert_checker, then smtp_alert, then true", .notManaged),
      Keyword(
        "virtualhost", Shared.hostField, .word, arguments: "STRING", default: "that of the virtual server", .notManaged),
      Keyword("snmp_name", "Names the real server in SNMP", .word, arguments: "STRING", .notManaged),
      Keyword("MISC_CHECK", "Checks the server by a script", .block, .notManaged),
      Keyword("SMTP_CHECK", "Checks that the server greets as a mail server does", .block, .notManaged),
      Keyword("TCP_CHECK", "Checks that the server takes TCP connections", .block, .notManaged),
      Keyword("PING_CHECK", "Checks that the server answers ICMP echo requests", .block, .notManaged),
      Keyword(
        "UDP_CHECK", "Checks that a UDP packet to the server is not refused, or is answered", .block, .notManaged),
      Keyword("HTTP_GET", "Checks the server's answers to HTTP requests", .block, .notManaged),
      Keyword("SSL_GET", "Checks the server's answers to HTTPS requests", .block, .notManaged),
      Keyword("DNS_CHECK", "Checks that the server answers a DNS query", .block, .notManaged),
      Keyword("FILE_CHECK", "Takes the server's weight, or whether it is up, from a tracked file", .block, .notManaged),
      Keyword("BFD_CHECK", "Takes whether the server is up from a BFD session", .block, .notManaged),
    ])

  private static let virtualServerGroupOptions: [Keyword] = rows(
    "virtual_server_group", kind: .option,
    [
      Keyword(
        "<address>", "Adds an address or a range of addresses, with a port", .words,
        arguments: "IP[-IP or -LASTOCTET or /MASK] [PORT]", .notManaged),
      Keyword("fwmark", "Adds the packets with this firewall mark", .words, arguments: "INT [inet/inet6]", .notManaged),
    ])
}
