extension Schema {
  /// Keywords of the health checkers of real servers.
  static let healthCheckers: [[Keyword]] = [
    checker("MISC_CHECK", result(retry: "0") + script),
    checker("SMTP_CHECK", [greeting] + connection + result() + [host]),
    checker("SMTP_CHECK/host", (connection + result()).map { $0.replaced(by: "a host block") }),
    checker("TCP_CHECK", connection + result()),
    checker("PING_CHECK", connection + result()),
    checker("UDP_CHECK", connection + result() + datagrams),
    checker("HTTP_GET", connection + result(pause: "3") + requests + [page]),
    checker("HTTP_GET/url", answers),
    checker("SSL_GET", connection + result(pause: "3") + requests + [endOfTLS(default: "false"), page]),
    checker("SSL_GET/url", answers + [endOfTLS(default: "that of the checker")]),
    checker("DNS_CHECK", connection + result(retry: "3", pause: "delay_loop") + query),
    checker("FILE_CHECK", file),
    checker("BFD_CHECK", session),
  ]

  private static func checker(_ path: String, _ keywords: [Keyword]) -> [Keyword] {
    rows("virtual_server/real_server/\(path)", keywords)
  }

  private static let ofServer = "that of the real server"

  /// Keywords of checkers with a socket: its source and its destination.
  private static let connection: [Keyword] = [
    Keyword("connect_ip", "Sets the address that the check asks", .address, default: "real server address"),
    Keyword("connect_port", "Sets the port that the check asks", .integer(1, 65535), default: "real server port"),
    Keyword("bindto", "Sets the source address of the check", .address),
    Keyword("bind_port", "Sets the source port of the check", .integer(1, 65535)),
    Keyword("bind_if", "Names the interface of a link-local source address", .interface),
    connectTimeout(default: ofServer),
    Keyword("fwmark", "Sets the firewall mark of the check's packets", .integer(0, 4_294_967_295), default: "0"),
  ]

  /// Keywords for the times of checks, and for the number of results that decide.
  private static func result(retry: String = "1", pause: String = "1") -> [Keyword] {
    rhythm(
      leastRetries: 0, retry: "\(ofServer), else \(retry)", pause: "\(ofServer), else \(pause)",
      warmup: "\(ofServer), else delay_loop", interval: ofServer)
      + [
        alpha,
        Keyword(
          "log_all_failures", "Logs each failure of the check, not only the one that takes the server down", .boolean,
          default: "checker_log_all_failures"),
      ]
  }

  private static let alpha = Keyword(
    "alpha", "Counts the check as failed until it has succeeded", .boolean, default: ofServer)

  private static let script: [Keyword] = [
    Keyword("misc_path", "Names the script; exit code 0 is a success", .command, arguments: "SCRIPT"),
    Keyword(
      "misc_timeout", "Sets how long the script may run", .integer(0, 4294), default: "delay_loop", unit: .seconds),
    Keyword("misc_dynamic", "Takes the server's weight from exit codes: 2 to 255 is a weight of 0 to 253", .flag),
    Keyword(
      "user", "Names the user, and perhaps the group, that runs the script", .words, arguments: "USER [GROUP]",
      default: "script_user"),
  ]

  private static let greeting = Keyword(
    "helo_name", "Sets the name by which the checker greets the server (HELO)", .word, arguments: "STRING",
    default: "smtpchecker.keepalived.org")
  private static let host = Keyword(
    "host", "Adds one more such check with settings of its own", .block, instead: "add more SMTP_CHECK blocks")

  private static let datagrams: [Keyword] = [
    Keyword("payload", "Sets the bytes to send", .word, arguments: "HEX", default: "random"),
    Keyword(
      "require_reply", "Asks for a reply, and with HEX for these bytes in it; X stands for any digit", .optionalWords,
      arguments: "[HEX]", default: "off; bare = any reply"),
    Keyword("min_reply_length", "Sets the least length of a reply", .integer(0, 65535), default: "0"),
    Keyword("max_reply_length", "Sets the greatest length of a reply", .integer(0, 65535), default: "255"),
  ]

  private static let requests: [Keyword] = [
    Keyword("nb_get_retry", "Means the same as retry", .integer(0, 4_294_967_295), default: "1", instead: "retry"),
    Keyword(
      "virtualhost", "Sets the Host field of the requests", .word, arguments: "STRING",
      default: "that of the real or virtual server"),
    Keyword(
      "http_protocol", "Chooses the version of HTTP; 1.0C is 1.0 with Connection: close",
      .choice(["1.0", "1.0C", "1.0c", "1.1"]), default: "1.0"),
    Keyword("enable_sni", "Names the host already while the TLS connection is made (SNI)", .boolean, default: "false"),
    Keyword(
      "sni_name", "Turns SNI on with this name", .optionalWords, arguments: "[NAME]", default: "virtualhost",
      since: "after 2.4.3"),
    Keyword(
      "fast_recovery", "Asks for the pages without a pause between them while the server is coming up", .boolean,
      default: "false"),
  ]
  private static let page = Keyword("url", "Defines a page to ask for, and what the answer must be like", .block)

  private static func endOfTLS(default defaultText: String) -> Keyword {
    Keyword(
      "tls_compliant", "Fails if the server ends the TLS connection without saying so (close_notify)", .boolean,
      default: defaultText, since: "2.2.8")
  }

  private static let answers: [Keyword] = [
    Keyword("path", "Sets the path of the page", .word, arguments: "PATH"),
    Keyword("digest", "Sets the MD5 sum that the body must have", .word, arguments: "HEX32"),
    Keyword(
      "status_code", "Sets the status codes that are a success", .words, arguments: "N or N-M ...", default: "200-299"),
    Keyword(
      "virtualhost", "Sets the Host field of the request", .word, arguments: "STRING", default: "that of the checker"),
    Keyword("regex", "Sets an expression (PCRE2) that the answer must match", .word, arguments: "REGEX"),
    Keyword("regex_no_match", "Turns regex round: a match is a failure", .flag),
    Keyword("regex_options", "Sets options of the expression, such as caseless", .words, arguments: "NAME ..."),
    Keyword(
      "regex_min_offset", "Sets the first byte of the answer at which a match may begin", .word, arguments: "INT",
      default: "0"),
    Keyword(
      "regex_max_offset", "Sets the byte of the answer from which on no match may begin", .word, arguments: "INT"),
    Keyword(
      "regex_stack", "Sets the first and the greatest size of the stack for matching, in bytes", .words,
      arguments: "START MAX"),
  ]

  private static let query: [Keyword] = [
    Keyword(
      "type", "Sets the type of record to ask for",
      .caselessChoice(["A", "NS", "CNAME", "SOA", "MX", "TXT", "AAAA", "RRSIG", "DNSKEY"]), default: "SOA"),
    Keyword("name", "Sets the name to ask for", .word, arguments: "NAME", default: ". (root)"),
  ]

  private static let file: [Keyword] = [
    Keyword("track_file", "Names the track_file", .word, arguments: "NAME"),
    Keyword(
      "weight", "Multiplies the number in the file, and the server's weight changes by that; 0 makes it up or down",
      .integer(-2_147_483_647, 2_147_483_647), arguments: "INT [reverse/noreverse]", default: "that of the track_file"),
  ]

  private static let session: [Keyword] = [
    Keyword("name", "Names the bfd_instance", .word, arguments: "NAME"), alpha,
  ]
}
