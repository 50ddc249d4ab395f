extension Schema {
  /// Keywords of virtual servers, real servers and their health checkers, which belong to LVS.
  static let loadBalancing: [[Keyword]] =
    ([tlsKeywords, virtualServerKeywords, realServerKeywords, virtualServerGroupOptions] + healthCheckers)
    .map { $0.map { $0.with(.notManaged) } }

  /// Keywords for the times of checks, and for the failures until a server is down.
  static func rhythm(
    leastRetries: Int = 1, retry: String, pause: String, warmup: String, interval: String
  ) -> [Keyword] {
    let longest = 4_294_967_295_000_000
    return [
      Keyword(
        "retry", "Sets how many more times a failed check is made before the server is down",
        .integer(leastRetries, 4_294_967_295), default: retry),
      Keyword(
        "delay_before_retry", "Sets how long to wait before a failed check is made again", .decimal(0, longest),
        default: pause, unit: .seconds),
      Keyword(
        "warmup", "Sets the longest random wait before the first check", .decimal(0, longest), default: warmup,
        unit: .seconds),
      Keyword(
        "delay_loop", "Sets the time between two checks", .decimal(1, longest), default: interval, unit: .seconds),
    ]
  }

  static func connectTimeout(default text: String) -> Keyword {
    Keyword(
      "connect_timeout", "Sets how long a check waits for a connection or an answer", .decimal(1, 4_294_967_295),
      default: text, unit: .seconds)
  }

  /// Keywords for the forwarding of packets to a real server.
  private static func forwarding(
    _ name: String, default text: String,
    _ meaning: String = "Chooses how packets get to a real server: NAT, direct routing (DR) or a tunnel (TUN)"
  ) -> Keyword {
    Keyword(
      name, meaning, .words, arguments: "NAT / DR / TUN [type ipip/gue/gre] [port N] [nocsum/csum/remcsum]",
      default: text)
  }

  private static let scheduler = Keyword(
    "lb_algo", "Chooses how connections are shared among the real servers",
    .choice(["rr", "wrr", "lc", "wlc", "lblc", "sh", "mh", "dh", "fo", "ovf", "lblcr", "sed", "nq", "twos"]),
    default: "wlc (reported when missing)")

  /// Flags of the schedulers that have names, beside those with numbers.
  private static let schedulerFlags: [Keyword] =
    (1...3).map { Keyword("flag-\($0)", "Sets flag \($0) of the scheduler", .flag) }
    + ["sh", "mh"].flatMap { name in
      [
        Keyword("\(name)-port", "Lets the scheduler \(name) look at the source port too", .flag),
        Keyword(
          "\(name)-fallback", "Lets the scheduler \(name) choose another server when the first choice is not available",
          .flag),
      ]
    }

  private static let inhibitionMeaning = "Gives a failed real server weight 0 instead of removing it"
  private static let hostFieldMeaning = "Sets the Host field in the requests of HTTP_GET and SSL_GET"

  private static let tlsKeywords: [Keyword] = rows(
    "SSL",
    [
      Keyword("password", "Sets the password of the private key", .word, arguments: "STRING"),
      Keyword("ca", "Names the file with the certificates of trusted authorities", .word, arguments: "PATH"),
      Keyword("certificate", "Names the file with the certificate that the checkers show", .word, arguments: "PATH"),
      Keyword("key", "Names the file with the private key of the certificate", .word, arguments: "PATH"),
    ])

  private static let virtualServerKeywords: [Keyword] = rows(
    "virtual_server",
    [
      Keyword(
        "ip_family", "Sets the address family of a service that is chosen by firewall mark",
        .choice(["inet", "inet6"]), default: "from address, else inet"),
      Keyword("inhibit_on_failure", inhibitionMeaning, .flag),
      scheduler, scheduler.renamed("lvs_sched", "Means the same as lb_algo").with(default: "wlc"),
      Keyword("hashed", "Has no effect in keepalived", .flag),
      Keyword("ops", "Schedules each UDP packet by itself (one-packet scheduling)", .flag),
      forwarding("lb_kind", default: "NAT (reported when missing)"),
      forwarding("lvs_method", default: "NAT", "Means the same as lb_kind"),
      Keyword(
        "persistence_engine", "Names the kernel's module that tells clients apart, such as sip", .word,
        arguments: "NAME"),
      Keyword(
        "persistence_timeout", "Sets for how long a client stays with the same real server",
        .optionalInteger(1, 2678400), default: "off; bare = 360", unit: .seconds),
      Keyword(
        "persistence_granularity", "Sets how large a network of clients stays together on one real server", .words,
        arguments: "NETMASK (IPv4) / prefix length (IPv6)", default: "255.255.255.255 / 128"),
      Keyword(
        "protocol", "Sets the transport protocol of the service", .caselessChoice(["TCP", "UDP", "SCTP"]),
        default: "UDP (reported when missing)"),
      Keyword("ha_suspend", "Stops the checks while this host does not have the address of the virtual server", .flag),
      Keyword(
        "smtp_alert", "Sends mail when the quorum is gained or lost", .boolean,
        default: "smtp_alert_checker, then smtp_alert, then false"),
      Keyword("virtualhost", hostFieldMeaning, .word, arguments: "STRING"),
      Keyword("snmp_name", "Names the virtual server in SNMP", .word, arguments: "STRING"),
      Keyword("alpha", "Counts all real servers as down until their checks have succeeded", .flag),
      Keyword("omega", "Runs the scripts for down servers and a lost quorum also when the service stops", .flag),
      Keyword("quorum_up", "Runs a script when the quorum is gained", .command),
      Keyword("quorum_down", "Runs a script when the quorum is lost", .command),
      Keyword(
        "quorum", "Sets what the weights of the real servers that are up must add up to at least",
        .integer(1, 4294967295), default: "1"),
      Keyword(
        "hysteresis", "Sets how far the sum of weights must be above or below quorum before quorum is gained or lost",
        .integer(0, 4294967295), default: "0"),
      Keyword(
        "weight", "Sets the weight of real servers that have none of their own", .integer(1, 2147483647), default: "1"),
      Keyword(
        "sorry_server", "Names a server that gets all connections while the quorum is lost", .words,
        arguments: "IP [PORT]"),
      Keyword(
        "sorry_server_inhibit", "Leaves the sorry server in the table with weight 0 while it is not needed", .flag),
      forwarding("sorry_server_lvs_method", default: inherited, "Chooses how packets get to the sorry server"),
      Keyword(
        "real_server", "Defines a server behind the virtual server and the checks on it", .block, arguments: "IP [PORT]"
      ),
    ] + schedulerFlags + [connectTimeout(default: "5")]
      + rhythm(
        retry: "1 (DNS 3, MISC 0)", pause: "1 (HTTP/SSL 3, DNS delay_loop)", warmup: "delay_loop", interval: "60"))

  private static let inherited = "that of the virtual server"

  private static let realServerKeywords: [Keyword] = rows(
    "virtual_server/real_server",
    [
      Keyword(
        "weight", "Sets the server's share of the connections, in proportion to the others", .integer(0, 2147483647),
        default: "virtual server weight, else 1"),
      forwarding("lvs_method", default: inherited),
      Keyword(
        "uthreshold", "Sets how many connections the server may have before it gets no new ones",
        .integer(0, 4294967295)),
      Keyword(
        "lthreshold", "Sets below how many connections an overloaded server gets new ones again",
        .integer(0, 4294967295)),
      Keyword("inhibit_on_failure", inhibitionMeaning, .boolean, default: inherited),
      Keyword("notify_up", "Runs a script when the server comes up", .command),
      Keyword("notify_down", "Runs a script when the server goes down", .command),
      Keyword("alpha", "Counts the server as down until its checks have succeeded", .boolean, default: inherited),
      Keyword(
        "smtp_alert", "Sends mail when the server comes up or goes down", .boolean,
        default: "smtp_alert_checker, then smtp_alert, then true"),
      Keyword("virtualhost", hostFieldMeaning, .word, arguments: "STRING", default: inherited),
      Keyword("snmp_name", "Names the real server in SNMP", .word, arguments: "STRING"),
      Keyword("MISC_CHECK", "Checks the server by a script", .block),
      Keyword("SMTP_CHECK", "Checks that the server greets as a mail server does", .block),
      Keyword("TCP_CHECK", "Checks that the server takes TCP connections", .block),
      Keyword("PING_CHECK", "Checks that the server answers ICMP echo requests", .block),
      Keyword("UDP_CHECK", "Checks that a UDP packet to the server is not refused, or is answered", .block),
      Keyword("HTTP_GET", "Checks the server's answers to HTTP requests", .block),
      Keyword("SSL_GET", "Checks the server's answers to HTTPS requests", .block),
      Keyword("DNS_CHECK", "Checks that the server answers a DNS query", .block),
      Keyword("FILE_CHECK", "Takes the server's weight, or whether it is up, from a tracked file", .block),
      Keyword("BFD_CHECK", "Takes whether the server is up from a BFD session", .block),
    ] + [connectTimeout(default: inherited)]
      + rhythm(retry: inherited, pause: inherited, warmup: inherited, interval: inherited))

  private static let virtualServerGroupOptions: [Keyword] = rows(
    "virtual_server_group", kind: .option,
    [
      Keyword(
        "<address>", "Adds an address or a range of addresses, with a port", .words,
        arguments: "IP[-IP or -LASTOCTET or /MASK] [PORT]"),
      Keyword("fwmark", "Adds the packets with this firewall mark", .words, arguments: "INT [inet/inet6]"),
    ])
}
