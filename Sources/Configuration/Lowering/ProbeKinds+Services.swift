import ConfigurationSyntax
import NetworkTypes

/// The kinds that ask a service.
extension Lowering {
  static var serviceKinds: [ProbeKind] {
    [
      httpKind("http", "Asks a web server for a page", []),
      httpKind("https", "Asks a web server for a page over TLS", KeywordAction.tls), tcpKind, unixKind, smtpKind,
      redisKind,
      postgresqlKind,
      mysqlKind, haproxyKind,
    ]
  }

  private static func httpKind(
    _ name: String, _ meaning: String, _ tls: [KeywordAction<ProbeOptions>]
  ) -> ProbeKind {
    ProbeKind(
      name: name, meaning: meaning,
      actions: [
        .option("method", \.method) { statement, lowering in
          guard let word = statement.arguments.first else { return nil }
          guard !word.bytes.isEmpty, word.bytes.allSatisfy({ (0x41...0x5A).contains($0) }), !(word == "CONNECT") else {
            return lowering.refuse("bad-value", "'\(word.text)' is not a method", at: word, suggestion: "write GET")
          }
          return word.text
        },
        .option("host", \.host) { statement, lowering in
          lowering.token(statement).map { Located($0, statement.words[1].span) }
        },
        .list("header", \.headers) { $1.headerField($0).map { [$0] } },
        .list("status", \.statuses) { $1.statuses($0) },
        .list("body", \.patterns) { $1.pattern($0) },
      ] + tls
    ) { statement, options, lowering in
      guard var question = lowering.httpQuestion(statement, options) else { return nil }
      question.tls = lowering.encryption(statement, options, question.endpoint, isOn: name == "https")
      return .http(question)
    }
  }

  static var conversationActions: [KeywordAction<ProbeOptions>] {
    [
      .option("send", \.send) { statement, lowering in statement.arguments.first.flatMap(lowering.escaped) },
      .list("expect", \.patterns) { $1.pattern($0) },
    ]
  }

  private static var encryptionActions: [KeywordAction<ProbeOptions>] { [.flag("tls", \.usesTLS)] + KeywordAction.tls }

  private static var tcpKind: ProbeKind {
    ProbeKind(
      name: "tcp", meaning: "Connects to a TCP port, and may send text and look at the answer",
      actions: conversationActions + encryptionActions
    ) { statement, options, lowering in
      guard let endpoint = lowering.endpoint(statement, example: "127.0.0.1:8080") else { return nil }
      return .stream(
        StreamQuestion(
          endpoint: endpoint, send: options.send ?? [], expect: options.patterns,
          tls: lowering.encryption(statement, options, endpoint, isOn: options.usesTLS)))
    }
  }

  private static var unixKind: ProbeKind {
    ProbeKind(
      name: "unix", meaning: "Connects to a Unix socket, and may send text and look at the answer",
      actions: conversationActions
    ) { statement, options, lowering in
      guard let word = lowering.target(statement, "/run/app.sock"), let path = lowering.path(word) else { return nil }
      return .stream(
        StreamQuestion(endpoint: .path(path), send: options.send ?? [], expect: options.patterns))
    }
  }

  private static var smtpKind: ProbeKind {
    ProbeKind(
      name: "smtp", meaning: "Greets a mail server",
      actions: [
        .option("ehlo", \.name) { statement, lowering in
          lowering.token(statement).map { Located($0, statement.words[1].span) }
        }
      ] + encryptionActions
    ) { statement, options, lowering in
      let usual: UInt16 = options.usesTLS ? 465 : 25
      guard let endpoint = lowering.endpoint(statement, usualPort: usual, example: "127.0.0.1:25") else { return nil }
      return .smtp(
        SMTPQuestion(
          endpoint: endpoint, greeting: options.name?.value ?? "localhost",
          tls: lowering.encryption(statement, options, endpoint, isOn: options.usesTLS)))
    }
  }

  private static var role: KeywordAction<ProbeOptions> { .option("role", \.role) { $1.role($0) } }
  private static var user: KeywordAction<ProbeOptions> { .option("user", \.user) { $1.token($0) } }

  private static var redisKind: ProbeKind {
    ProbeKind(name: "redis", meaning: "Sends PING to a Redis server", actions: [role] + encryptionActions) {
      statement, options, lowering in
      let endpoint = lowering.endpoint(statement, usualPort: 6379, takesPaths: true, example: "127.0.0.1:6379")
      guard let endpoint else { return nil }
      return .redis(
        RedisQuestion(
          endpoint: endpoint, role: options.role,
          tls: lowering.encryption(statement, options, endpoint, isOn: options.usesTLS)))
    }
  }

  private static var postgresqlKind: ProbeKind {
    ProbeKind(
      name: "postgresql", meaning: "Asks whether a PostgreSQL server takes connections",
      actions: [user, .option("database", \.database) { $1.token($0) }, role]
    ) { statement, options, lowering in
      let endpoint = lowering.endpoint(statement, usualPort: 5432, takesPaths: true, example: "127.0.0.1:5432")
      guard let endpoint else { return nil }
      return .postgresql(
        PostgreSQLQuestion(
          endpoint: endpoint, user: options.user ?? "martlet", database: options.database ?? "postgres",
          role: options.role))
    }
  }

  private static var mysqlKind: ProbeKind {
    ProbeKind(name: "mysql", meaning: "Asks whether a MySQL or MariaDB server takes connections", actions: [user]) {
      statement, options, lowering in
      let endpoint = lowering.endpoint(statement, usualPort: 3306, takesPaths: true, example: "127.0.0.1:3306")
      return endpoint.map { .mysql(MySQLQuestion(endpoint: $0, user: options.user ?? "martlet")) }
    }
  }

  private static var haproxyKind: ProbeKind {
    ProbeKind(
      name: "haproxy", meaning: "Asks HAProxy's stats socket how many servers of a backend are up",
      actions: [
        .option("backend", \.backend) { $1.backendName($0) },
        .option("servers", \.servers) { $1.integer($0, bad: .error) },
      ]
    ) { statement, options, lowering in
      let endpoint = lowering.endpoint(statement, takesPaths: true, example: "/run/haproxy/admin.sock")
      guard let endpoint else { return nil }
      guard let backend = options.backend else {
        return lowering.refuse(
          "missing-option", "haproxy needs the name of a backend", at: statement.words[0],
          suggestion: "write backend NAME in the block")
      }
      return .haproxy(
        HAProxyQuestion(endpoint: endpoint, backend: backend.value, servers: options.servers?.value ?? 1))
    }
  }

  /// `NAME VALUE`, or `NAME: VALUE` as people copy it from a request.
  private func headerField(_ statement: Statement) -> HTTPQuestion.HeaderField? {
    guard let first = statement.arguments.first else { return nil }
    let name = first.bytes.last == UInt8(ascii: ":") ? first.bytes.dropLast() : first.bytes
    let isToken = { (byte: UInt8) in
      (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || byte == 0x2D || byte == 0x5F
    }
    guard !name.isEmpty, name.allSatisfy(isToken) else {
      return refuse("bad-value", "'\(first.text)' is not the name of a header field", at: first)
    }
    let text = String(decoding: name, as: UTF8.self)
    guard !["host", "content-length", "transfer-encoding", "connection"].contains(text.lowercased()) else {
      return refuse(
        "bad-value", "the field \(text) is set by the probe", at: first,
        suggestion: text.lowercased() == "host" ? "write host NAME" : nil)
    }
    let value = statement.arguments.dropFirst().map(\.text).joined(separator: " ")
    guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
      return refuse("bad-value", "the value of \(text) holds signs that cannot be sent", at: first)
    }
    return HTTPQuestion.HeaderField(name: text, value: value)
  }

  /// HAProxy's own rule for names of sections.
  private func backendName(_ statement: Statement) -> Located<String>? {
    guard let word = statement.arguments.first else { return nil }
    let isGood = word.bytes.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || [0x2D, 0x2E, 0x3A, 0x5F].contains(byte)
    }
    guard isGood, (1...127).contains(word.bytes.count) else {
      return refuse("bad-name", "'\(word.text)' cannot be the name of a backend", at: word)
    }
    return Located(word.text, word.span)
  }
}
