extension Schema {
  /// Keywords of the health checkers of real servers, which are LVS's and not this program's.
  static let healthCheckers: [[Keyword]] = [
    virtualServerRealServerMISCCHECKKeywords, virtualServerRealServerSMTPCHECKKeywords,
    virtualServerRealServerSMTPCHECKHostKeywords, virtualServerRealServerTCPCHECKKeywords,
    virtualServerRealServerPINGCHECKKeywords, virtualServerRealServerUDPCHECKKeywords,
    virtualServerRealServerHTTPGETKeywords, virtualServerRealServerHTTPGETUrlKeywords,
    virtualServerRealServerSSLGETKeywords, virtualServerRealServerSSLGETUrlKeywords,
    virtualServerRealServerDNSCHECKKeywords, virtualServerRealServerFILECHECKKeywords,
    virtualServerRealServerBFDCHECKKeywords,
  ]

  private static let virtualServerRealServerMISCCHECKKeywords: [Keyword] = rows(
    "virtual_server/real_server/MISC_CHECK",
    [
      Keyword("retry", .integer(0, 4294967295), default: "that of the real server, else 0", .notManaged),
      Keyword(
        "delay_before_retry", .decimal(0, 4294967295000000), default: "that of the real server, else 1",
        unit: .seconds, .notManaged),
      Keyword(
        "warmup", .decimal(0, 4294967295000000), default: "that of the real server, else delay_loop", unit: .seconds,
        .notManaged),
      Keyword(
        "delay_loop", .decimal(1, 4294967295000000), default: "that of the real server", unit: .seconds, .notManaged),
      Keyword("alpha", .boolean, default: "that of the real server", .notManaged),
      Keyword("log_all_failures", .boolean, default: "checker_log_all_failures", .notManaged),
      Keyword("misc_path", .command, arguments: "SCRIPT", .notManaged),
      Keyword("misc_timeout", .integer(0, 4294), default: "delay_loop", unit: .seconds, .notManaged),
      Keyword("misc_dynamic", .flag, .notManaged),
      Keyword("user", .words, arguments: "USER [GROUP]", default: "script_user", .notManaged),
    ])

  private static let virtualServerRealServerSMTPCHECKKeywords: [Keyword] = rows(
    "virtual_server/real_server/SMTP_CHECK",
    [
      Keyword("helo_name", .word, arguments: "STRING", default: "smtpchecker.keepalived.org", .notManaged),
      Keyword("connect_ip", .address, default: "real server address", .notManaged),
      Keyword("connect_port", .integer(1, 65535), default: "real server port", .notManaged),
      Keyword("bindto", .address, .notManaged),
      Keyword("bind_port", .integer(1, 65535), .notManaged),
      Keyword("bind_if", .interface, .notManaged),
      Keyword(
        "connect_timeout", .decimal(1, 4294967295), default: "that of the real server", unit: .seconds, .notManaged),
      Keyword("fwmark", .integer(0, 4294967295), default: "0", .notManaged),
      Keyword("retry", .integer(0, 4294967295), default: "that of the real server, else 1", .notManaged),
      Keyword(
        "delay_before_retry", .decimal(0, 4294967295000000), default: "that of the real server, else 1",
        unit: .seconds, .notManaged),
      Keyword(
        "warmup", .decimal(0, 4294967295000000), default: "that of the real server, else delay_loop", unit: .seconds,
        .notManaged),
      Keyword(
        "delay_loop", .decimal(1, 4294967295000000), default: "that of the real server", unit: .seconds, .notManaged),
      Keyword("alpha", .boolean, default: "that of the real server", .notManaged),
      Keyword("log_all_failures", .boolean, default: "checker_log_all_failures", .notManaged),
      Keyword("host", .block, instead: "add more SMTP_CHECK blocks", .notManaged),
    ])

  private static let virtualServerRealServerSMTPCHECKHostKeywords: [Keyword] = rows(
    "virtual_server/real_server/SMTP_CHECK/host",
    [
      Keyword("connect_ip", .address, default: "real server address", instead: "a host block", .notManaged),
      Keyword("connect_port", .integer(1, 65535), default: "real server port", instead: "a host block", .notManaged),
      Keyword("bindto", .address, instead: "a host block", .notManaged),
      Keyword("bind_port", .integer(1, 65535), instead: "a host block", .notManaged),
      Keyword("bind_if", .interface, instead: "a host block", .notManaged),
      Keyword(
        "connect_timeout", .decimal(1, 4294967295), default: "that of the real server", unit: .seconds,
        instead: "a host block", .notManaged),
      Keyword("fwmark", .integer(0, 4294967295), default: "0", instead: "a host block", .notManaged),
      Keyword(
        "retry", .integer(0, 4294967295), default: "that of the real server, else 1", instead: "a host block",
        .notManaged),
      Keyword(
        "delay_before_retry", .decimal(0, 4294967295000000), default: "that of the real server, else 1",
        unit: .seconds, instead: "a host block", .notManaged),
      Keyword(
        "warmup", .decimal(0, 4294967295000000), default: "that of the real server, else delay_loop", unit: .seconds,
        instead: "a host block", .notManaged),
      Keyword(
        "delay_loop", .decimal(1, 4294967295000000), default: "that of the real server", unit: .seconds,
        instead: "a host block", .notManaged),
      Keyword("alpha", .boolean, default: "that of the real server", instead: "a host block", .notManaged),
      Keyword("log_all_failures", .boolean, default: "checker_log_all_failures", instead: "a host block", .notManaged),
    ])

  private static let virtualServerRealServerTCPCHECKKeywords: [Keyword] = rows(
    "virtual_server/real_server/TCP_CHECK",
    [
      Keyword("connect_ip", .address, default: "real server address", .notManaged),
      Keyword("connect_port", .integer(1, 65535), default: "real server port", .notManaged),
      Keyword("bindto", .address, .notManaged),
      Keyword("bind_port", .integer(1, 65535), .notManaged),
      Keyword("bind_if", .interface, .notManaged),
      Keyword(
        "connect_timeout", .decimal(1, 4294967295), default: "that of the real server", unit: .seconds, .notManaged),
      Keyword("fwmark", .integer(0, 4294967295), default: "0", .notManaged),
      Keyword("retry", .integer(0, 4294967295), default: "that of the real server, else 1", .notManaged),
      Keyword(
        "delay_before_retry", .decimal(0, 4294967295000000), default: "that of the real server, else 1",
        unit: .seconds, .notManaged),
      Keyword(
        "warmup", .decimal(0, 4294967295000000), default: "that of the real server, else delay_loop", unit: .seconds,
        .notManaged),
      Keyword(
        "delay_loop", .decimal(1, 4294967295000000), default: "that of the real server", unit: .seconds, .notManaged),
      Keyword("alpha", .boolean, default: "that of the real server", .notManaged),
      Keyword("log_all_failures", .boolean, default: "checker_log_all_failures", .notManaged),
    ])

  private static let virtualServerRealServerPINGCHECKKeywords: [Keyword] = rows(
    "virtual_server/real_server/PING_CHECK",
    [
      Keyword("connect_ip", .address, default: "real server address", .notManaged),
      Keyword("connect_port", .integer(1, 65535), default: "real server port", .notManaged),
      Keyword("bindto", .address, .notManaged),
      Keyword("bind_port", .integer(1, 65535), .notManaged),
      Keyword("bind_if", .interface, .notManaged),
      Keyword(
        "connect_timeout", .decimal(1, 4294967295), default: "that of the real server", unit: .seconds, .notManaged),
      Keyword("fwmark", .integer(0, 4294967295), default: "0", .notManaged),
      Keyword("retry", .integer(0, 4294967295), default: "that of the real server, else 1", .notManaged),
      Keyword(
        "delay_before_retry", .decimal(0, 4294967295000000), default: "that of the real server, else 1",
        unit: .seconds, .notManaged),
      Keyword(
        "warmup", .decimal(0, 4294967295000000), default: "that of the real server, else delay_loop", unit: .seconds,
        .notManaged),
      Keyword(
        "delay_loop", .decimal(1, 4294967295000000), default: "that of the real server", unit: .seconds, .notManaged),
      Keyword("alpha", .boolean, default: "that of the real server", .notManaged),
      Keyword("log_all_failures", .boolean, default: "checker_log_all_failures", .notManaged),
    ])

  private static let virtualServerRealServerUDPCHECKKeywords: [Keyword] = rows(
    "virtual_server/real_server/UDP_CHECK",
    [
      Keyword("connect_ip", .address, default: "real server address", .notManaged),
      Keyword("connect_port", .integer(1, 65535), default: "real server port", .notManaged),
      Keyword("bindto", .address, .notManaged),
      Keyword("bind_port", .integer(1, 65535), .notManaged),
      Keyword("bind_if", .interface, .notManaged),
      Keyword(
        "connect_timeout", .decimal(1, 4294967295), default: "that of the real server", unit: .seconds, .notManaged),
      Keyword("fwmark", .integer(0, 4294967295), default: "0", .notManaged),
      Keyword("retry", .integer(0, 4294967295), default: "that of the real server, else 1", .notManaged),
      Keyword(
        "delay_before_retry", .decimal(0, 4294967295000000), default: "that of the real server, else 1",
        unit: .seconds, .notManaged),
      Keyword(
        "warmup", .decimal(0, 4294967295000000), default: "that of the real server, else delay_loop", unit: .seconds,
        .notManaged),
      Keyword(
        "delay_loop", .decimal(1, 4294967295000000), default: "that of the real server", unit: .seconds, .notManaged),
      Keyword("alpha", .boolean, default: "that of the real server", .notManaged),
      Keyword("log_all_failures", .boolean, default: "checker_log_all_failures", .notManaged),
      Keyword("payload", .word, arguments: "HEX", default: "random", .notManaged),
      Keyword("require_reply", .optionalWords, arguments: "[HEX]", default: "off; bare = any reply", .notManaged),
      Keyword("min_reply_length", .integer(0, 65535), default: "0", .notManaged),
      Keyword("max_reply_length", .integer(0, 65535), default: "255", .notManaged),
    ])

  private static let virtualServerRealServerHTTPGETKeywords: [Keyword] = rows(
    "virtual_server/real_server/HTTP_GET",
    [
      Keyword("connect_ip", .address, default: "real server address", .notManaged),
      Keyword("connect_port", .integer(1, 65535), default: "real server port", .notManaged),
      Keyword("bindto", .address, .notManaged),
      Keyword("bind_port", .integer(1, 65535), .notManaged),
      Keyword("bind_if", .interface, .notManaged),
      Keyword(
        "connect_timeout", .decimal(1, 4294967295), default: "that of the real server", unit: .seconds, .notManaged),
      Keyword("fwmark", .integer(0, 4294967295), default: "0", .notManaged),
      Keyword("retry", .integer(0, 4294967295), default: "that of the real server, else 1", .notManaged),
      Keyword(
        "delay_before_retry", .decimal(0, 4294967295000000), default: "that of the real server, else 3",
        unit: .seconds, .notManaged),
      Keyword(
        "warmup", .decimal(0, 4294967295000000), default: "that of the real server, else delay_loop", unit: .seconds,
        .notManaged),
      Keyword(
        "delay_loop", .decimal(1, 4294967295000000), default: "that of the real server", unit: .seconds, .notManaged),
      Keyword("alpha", .boolean, default: "that of the real server", .notManaged),
      Keyword("log_all_failures", .boolean, default: "checker_log_all_failures", .notManaged),
      Keyword("nb_get_retry", .integer(0, 4294967295), default: "1", instead: "retry", .notManaged),
      Keyword("virtualhost", .word, arguments: "STRING", default: "that of the real or virtual server", .notManaged),
      Keyword("http_protocol", .choice(["1.0", "1.0C", "1.0c", "1.1"]), default: "1.0", .notManaged),
      Keyword("enable_sni", .boolean, default: "false", .notManaged),
      Keyword(
        "sni_name", .optionalWords, arguments: "[NAME]", default: "virtualhost", since: "after 2.4.3", .notManaged),
      Keyword("fast_recovery", .boolean, default: "false", .notManaged),
      Keyword("url", .block, .notManaged),
    ])

  private static let virtualServerRealServerHTTPGETUrlKeywords: [Keyword] = rows(
    "virtual_server/real_server/HTTP_GET/url",
    [
      Keyword("path", .word, arguments: "PATH", .notManaged),
      Keyword("digest", .word, arguments: "HEX32", .notManaged),
      Keyword("status_code", .words, arguments: "N or N-M ...", default: "200-299", .notManaged),
      Keyword("virtualhost", .word, arguments: "STRING", default: "that of the checker", .notManaged),
      Keyword("regex", .word, arguments: "REGEX", .notManaged),
      Keyword("regex_no_match", .flag, .notManaged),
      Keyword("regex_options", .words, arguments: "NAME ...", .notManaged),
      Keyword("regex_min_offset", .word, arguments: "INT", default: "0", .notManaged),
      Keyword("regex_max_offset", .word, arguments: "INT", .notManaged),
      Keyword("regex_stack", .words, arguments: "START MAX", .notManaged),
    ])

  private static let virtualServerRealServerSSLGETKeywords: [Keyword] = rows(
    "virtual_server/real_server/SSL_GET",
    [
      Keyword("connect_ip", .address, default: "real server address", .notManaged),
      Keyword("connect_port", .integer(1, 65535), default: "real server port", .notManaged),
      Keyword("bindto", .address, .notManaged),
      Keyword("bind_port", .integer(1, 65535), .notManaged),
      Keyword("bind_if", .interface, .notManaged),
      Keyword(
        "connect_timeout", .decimal(1, 4294967295), default: "that of the real server", unit: .seconds, .notManaged),
      Keyword("fwmark", .integer(0, 4294967295), default: "0", .notManaged),
      Keyword("retry", .integer(0, 4294967295), default: "that of the real server, else 1", .notManaged),
      Keyword(
        "delay_before_retry", .decimal(0, 4294967295000000), default: "that of the real server, else 3",
        unit: .seconds, .notManaged),
      Keyword(
        "warmup", .decimal(0, 4294967295000000), default: "that of the real server, else delay_loop", unit: .seconds,
        .notManaged),
      Keyword(
        "delay_loop", .decimal(1, 4294967295000000), default: "that of the real server", unit: .seconds, .notManaged),
      Keyword("alpha", .boolean, default: "that of the real server", .notManaged),
      Keyword("log_all_failures", .boolean, default: "checker_log_all_failures", .notManaged),
      Keyword("nb_get_retry", .integer(0, 4294967295), default: "1", instead: "retry", .notManaged),
      Keyword("virtualhost", .word, arguments: "STRING", default: "that of the real or virtual server", .notManaged),
      Keyword("http_protocol", .choice(["1.0", "1.0C", "1.0c", "1.1"]), default: "1.0", .notManaged),
      Keyword("enable_sni", .boolean, default: "false", .notManaged),
      Keyword(
        "sni_name", .optionalWords, arguments: "[NAME]", default: "virtualhost", since: "after 2.4.3", .notManaged),
      Keyword("fast_recovery", .boolean, default: "false", .notManaged),
      Keyword("tls_compliant", .boolean, default: "false", since: "2.2.8", .notManaged),
      Keyword("url", .block, .notManaged),
    ])

  private static let virtualServerRealServerSSLGETUrlKeywords: [Keyword] = rows(
    "virtual_server/real_server/SSL_GET/url",
    [
      Keyword("path", .word, arguments: "PATH", .notManaged),
      Keyword("digest", .word, arguments: "HEX32", .notManaged),
      Keyword("status_code", .words, arguments: "N or N-M ...", default: "200-299", .notManaged),
      Keyword("virtualhost", .word, arguments: "STRING", default: "that of the checker", .notManaged),
      Keyword("regex", .word, arguments: "REGEX", .notManaged),
      Keyword("regex_no_match", .flag, .notManaged),
      Keyword("regex_options", .words, arguments: "NAME ...", .notManaged),
      Keyword("regex_min_offset", .word, arguments: "INT", default: "0", .notManaged),
      Keyword("regex_max_offset", .word, arguments: "INT", .notManaged),
      Keyword("regex_stack", .words, arguments: "START MAX", .notManaged),
      Keyword("tls_compliant", .boolean, default: "that of the checker", since: "2.2.8", .notManaged),
    ])

  private static let virtualServerRealServerDNSCHECKKeywords: [Keyword] = rows(
    "virtual_server/real_server/DNS_CHECK",
    [
      Keyword("connect_ip", .address, default: "real server address", .notManaged),
      Keyword("connect_port", .integer(1, 65535), default: "real server port", .notManaged),
      Keyword("bindto", .address, .notManaged),
      Keyword("bind_port", .integer(1, 65535), .notManaged),
      Keyword("bind_if", .interface, .notManaged),
      Keyword(
        "connect_timeout", .decimal(1, 4294967295), default: "that of the real server", unit: .seconds, .notManaged),
      Keyword("fwmark", .integer(0, 4294967295), default: "0", .notManaged),
      Keyword("retry", .integer(0, 4294967295), default: "that of the real server, else 3", .notManaged),
      Keyword(
        "delay_before_retry", .decimal(0, 4294967295000000), default: "that of the real server, else delay_loop",
        unit: .seconds, .notManaged),
      Keyword(
        "warmup", .decimal(0, 4294967295000000), default: "that of the real server, else delay_loop", unit: .seconds,
        .notManaged),
      Keyword(
        "delay_loop", .decimal(1, 4294967295000000), default: "that of the real server", unit: .seconds, .notManaged),
      Keyword("alpha", .boolean, default: "that of the real server", .notManaged),
      Keyword("log_all_failures", .boolean, default: "checker_log_all_failures", .notManaged),
      Keyword(
        "type", .caselessChoice(["A", "NS", "CNAME", "SOA", "MX", "TXT", "AAAA", "RRSIG", "DNSKEY"]), default: "SOA",
        .notManaged),
      Keyword("name", .word, arguments: "NAME", default: ". (root)", .notManaged),
    ])

  private static let virtualServerRealServerFILECHECKKeywords: [Keyword] = rows(
    "virtual_server/real_server/FILE_CHECK",
    [
      Keyword("track_file", .word, arguments: "NAME", .notManaged),
      Keyword(
        "weight", .integer(-2147483647, 2147483647), arguments: "INT [reverse/noreverse]",
        default: "that of the track_file", .notManaged),
    ])

  private static let virtualServerRealServerBFDCHECKKeywords: [Keyword] = rows(
    "virtual_server/real_server/BFD_CHECK",
    [
      Keyword("name", .word, arguments: "NAME", .notManaged),
      Keyword("alpha", .boolean, default: "that of the real server", .notManaged),
    ])
}
