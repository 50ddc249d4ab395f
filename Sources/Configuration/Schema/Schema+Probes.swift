extension Schema {
  /// Keywords of `vrrp_probe` and of its kinds. All are martlet's own.
  static let probes: [[Keyword]] = [
    Block.probe.keywords, httpKeywords("http"), httpKeywords("https") + tlsKeywords("https"),
    conversationKeywords("tcp") + encryptionKeywords("tcp"), conversationKeywords("unix"), conversationKeywords("udp"),
    icmpKeywords, arpKeywords, dnsKeywords, smtpKeywords + encryptionKeywords("smtp"),
    redisKeywords + encryptionKeywords("redis"), postgresqlKeywords, mysqlKeywords, haproxyKeywords, loadKeywords,
    diskKeywords, memoryKeywords, memberKeywords("any"), memberKeywords("all"), memberKeywords("at_least"),
  ]

  /// Rows inside `vrrp_probe/KIND`.
  private static func options(_ kind: String, _ keywords: [Keyword]) -> [Keyword] {
    rows("vrrp_probe/\(kind)", keywords)
  }

  private static func own(
    _ name: String, _ meaning: String, _ form: Keyword.Form, default defaultText: String? = nil,
    unit: Keyword.Unit? = nil
  ) -> Keyword {
    Keyword(name, meaning, form, default: defaultText, unit: unit, since: Keyword.own, .acts)
  }

  private static func httpKeywords(_ kind: String) -> [Keyword] {
    options(
      kind,
      [
        own("method", "Sets the method of the request, such as HEAD", .word, default: "GET"),
        own("host", "Sets the Host field of the request", .word, default: "that of the URL"),
        own("header", "Adds a field to the request: its name, then its value", .words),
        own("status", "Sets the status codes that are a success, such as 200-299 401", .words, default: "200-299"),
        own(
          "body", "Sets a text, or ~ and an expression, that must be in the body; not turns it round", .words,
          default: "anything"),
      ])
  }

  private static func tlsKeywords(_ kind: String) -> [Keyword] {
    options(
      kind,
      [
        own(
          "verify", "Checks that the certificate is trusted and made out to the server's name", .boolean, default: "on"),
        own("ca_file", "Names the file with the certificates of trusted authorities", .word, default: "the system's"),
        own(
          "server_name", "Sets the name that is asked for by SNI and that the certificate must have", .word,
          default: "the target's name"),
        own(
          "cert_file", "Names the file with a certificate that the probe shows to the server", .word, default: "none"),
        own("key_file", "Names the file with the private key of cert_file", .word, default: "cert_file"),
        own(
          "min_days", "Fails when the server's certificate lasts fewer days than this", .integer(0, 36_500),
          default: "0"),
      ])
  }

  private static func encryptionKeywords(_ kind: String) -> [Keyword] {
    options(kind, [own("tls", "Encrypts the connection from its start by TLS", .flag, default: "off")])
      + tlsKeywords(kind)
  }

  private static func conversationKeywords(_ kind: String) -> [Keyword] {
    options(
      kind,
      [
        own("send", "Sets the text to send; \\r, \\n and \\xHH stand for bytes", .word, default: "nothing"),
        own(
          "expect", "Sets a text, or ~ and an expression, that must be in the answer; not turns it round", .words,
          default: kind == "udp" ? "any answer" : "a connection"),
      ])
  }

  private static func memberKeywords(_ kind: String) -> [Keyword] {
    options(kind, CombinedQuestion.kinds.map { own($0.label, "Names \(membership(of: $0)) to be counted", .words) })
  }

  /// Rows for the lines of a combination, each of which names what it combines.
  private static func membership(of kind: TrackerKind) -> String {
    switch kind {
    case .script: "vrrp_script checks"
    case .interface: "interfaces"
    case .bfd: "bfd_instance sessions"
    case .file: "track_file files, each up while its number is 0,"
    case .process: "vrrp_track_process blocks"
    case .probe: "vrrp_probe checks"
    case .group: "track_group blocks"
    }
  }

  private static let icmpKeywords = options(
    "icmp", [own("quorum", "Sets how many of the addresses must answer", .integer(1, 64), default: "all targets")])
  private static let arpKeywords = options("arp", [own("interface", "Names the interface of the link", .word)])
  private static let dnsKeywords = options(
    "dns",
    [
      own("name", "Sets the name to ask for", .word),
      own("type", "Sets the type of record to ask for", .word, default: "A"),
      own("expected", "Sets a value that the answer must hold", .words, default: "any record of the type"),
    ])
  private static let smtpKeywords = options(
    "smtp", [own("ehlo", "Sets the name by which the probe greets the server", .word, default: "localhost")])
  private static let redisKeywords = options(
    "redis", [own("role", roleMeaning, .word, default: "any")])
  private static let postgresqlKeywords = options(
    "postgresql",
    [
      own("user", "Sets the user to connect as, without a password", .word, default: "martlet"),
      own("database", "Sets the database to connect to", .word, default: "postgres"),
      own("role", roleMeaning, .word, default: "any"),
    ])
  private static let roleMeaning = "Sets what the server must be: primary, which takes writes, or replica"
  private static let mysqlKeywords = options(
    "mysql", [own("user", "Sets the user to connect as, without a password", .word, default: "martlet")])
  private static let haproxyKeywords = options(
    "haproxy",
    [
      own("backend", "Names the backend, or the listen section", .word),
      own("servers", "Sets how many servers of the backend must be up", .integer(1, 65_535), default: "1"),
    ])
  private static let loadKeywords = options(
    "load", [own("most", "Sets the greatest load average that is a success", .decimal(0, 1_000_000_000_000))])
  private static let diskKeywords = options(
    "disk",
    [
      own("free", "Sets how much must be free for ordinary users, as 5% or 2G", .word, default: "0"),
      own("inodes", "Sets how many inodes must be free, as 5% or a number", .word, default: "0"),
      own("writable", "Fails when the file system is read-only", .flag),
    ])
  private static let memoryKeywords = options(
    "memory",
    [
      own(
        "some", "Sets for how much of the time some programs may wait for memory", .decimal(0, 100_000_000),
        default: "100", unit: .percent),
      own(
        "full", "Sets for how much of the time all programs may wait for memory", .decimal(0, 100_000_000),
        default: "100", unit: .percent),
      own(
        "window", "Sets over how many seconds some and full are averaged: 10, 60 or 300", .word, default: "10",
        unit: .seconds),
      own("available", "Sets how much memory must be available, as 5% or 2G", .word, default: "0"),
    ])
}
