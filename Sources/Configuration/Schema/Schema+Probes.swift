extension Schema {
  /// Keywords of `vrrp_probe` and of its kinds. All are martlet's own.
  static let probes: [[Keyword]] = [
    probeKeywords, httpKeywords("http"), httpKeywords("https") + tlsKeywords("https"),
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
    _ name: String, _ form: Keyword.Form, default defaultText: String? = nil, unit: Keyword.Unit? = nil
  ) -> Keyword {
    Keyword(name, form, default: defaultText, unit: unit, since: Keyword.own, .acts)
  }

  private static let probeKeywords: [Keyword] = rows(
    "vrrp_probe",
    [
      own("http", .target), own("https", .target), own("tcp", .target), own("unix", .target), own("udp", .target),
      own("icmp", .target), own("arp", .target), own("dns", .target), own("smtp", .target), own("redis", .target),
      own("postgresql", .target), own("mysql", .target), own("haproxy", .target), own("load", .target),
      own("disk", .target), own("memory", .target), own("any", .target), own("all", .target), own("at_least", .target),
      own("interval", .decimal(10_000, 4_294_000_000), default: "1", unit: .seconds),
      own("timeout", .decimal(1_000, 4_294_000_000), default: "interval", unit: .seconds),
      own("weight", .words, default: "0"),
      own("rise", .integer(1, 2_147_483_647), default: "1"),
      own("fall", .integer(1, 2_147_483_647), default: "1"),
      Keyword("init_fail", .flag, since: Keyword.own, meaning: initFailMeaning, .acts),
    ] + steadinessKeywords)

  private static func httpKeywords(_ kind: String) -> [Keyword] {
    options(
      kind,
      [
        own("method", .word, default: "GET"),
        own("host", .word, default: "that of the URL"),
        own("header", .words),
        own("status", .words, default: "200-299"),
        own("body", .words, default: "anything"),
      ])
  }

  private static func tlsKeywords(_ kind: String) -> [Keyword] {
    options(
      kind,
      [
        own("verify", .boolean, default: "on"),
        own("ca_file", .word, default: "the system's"),
        own("server_name", .word, default: "the target's name"),
        own("cert_file", .word, default: "none"),
        own("key_file", .word, default: "cert_file"),
        own("min_days", .integer(0, 36_500), default: "0"),
      ])
  }

  private static func encryptionKeywords(_ kind: String) -> [Keyword] {
    options(kind, [own("tls", .flag, default: "off")]) + tlsKeywords(kind)
  }

  private static func conversationKeywords(_ kind: String) -> [Keyword] {
    options(
      kind,
      [
        own("send", .word, default: "nothing"),
        own("expect", .words, default: kind == "udp" ? "any answer" : "a connection"),
      ])
  }

  private static func memberKeywords(_ kind: String) -> [Keyword] {
    options(kind, CombinedQuestion.kinds.map { own($0.label, .words) })
  }

  private static let icmpKeywords = options("icmp", [own("quorum", .integer(1, 64), default: "all targets")])
  private static let arpKeywords = options("arp", [own("interface", .word)])
  private static let dnsKeywords = options(
    "dns",
    [
      own("name", .word), own("type", .word, default: "A"),
      own("expected", .words, default: "any record of the type"),
    ])
  private static let smtpKeywords = options("smtp", [own("ehlo", .word, default: "localhost")])
  private static let redisKeywords = options("redis", [own("role", .word, default: "any")])
  private static let postgresqlKeywords = options(
    "postgresql",
    [
      own("user", .word, default: "martlet"), own("database", .word, default: "postgres"),
      own("role", .word, default: "any"),
    ])
  private static let mysqlKeywords = options("mysql", [own("user", .word, default: "martlet")])
  private static let haproxyKeywords = options(
    "haproxy", [own("backend", .word), own("servers", .integer(1, 65_535), default: "1")])
  private static let loadKeywords = options("load", [own("most", .decimal(0, 1_000_000_000_000))])
  private static let diskKeywords = options(
    "disk", [own("free", .word, default: "0"), own("inodes", .word, default: "0"), own("writable", .flag)])
  private static let memoryKeywords = options(
    "memory",
    [
      own("some", .decimal(0, 100_000_000), default: "100", unit: .percent),
      own("full", .decimal(0, 100_000_000), default: "100", unit: .percent),
      own("window", .word, default: "10", unit: .seconds),
      own("available", .word, default: "0"),
    ])
}
