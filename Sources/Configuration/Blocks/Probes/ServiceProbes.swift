import ConfigurationModel
import ConfigurationSyntax

extension StreamQuestion: EncryptedModel { static var unset: Self { Self(endpoint: .unset) } }
extension SMTPQuestion: EncryptedModel { static var unset: Self { Self(endpoint: .unset) } }
extension RedisQuestion: EncryptedModel { static var unset: Self { Self(endpoint: .unset) } }
extension PostgreSQLQuestion: EndpointModel { static var unset: Self { Self(endpoint: .unset) } }
extension MySQLQuestion: EndpointModel { static var unset: Self { Self(endpoint: .unset) } }
extension HAProxyQuestion: EndpointModel { static var unset: Self { Self(endpoint: .unset, backend: "") } }

extension ProbeKind {
  /// The kinds that probe a service.
  static var services: [ProbeKind] { [tcp, unix, smtp, redis, postgresql, mysql, haproxy] }

  private static var tcp: ProbeKind {
    ProbeKind("tcp", "Connects to a TCP port, and may send text and look at the answer", ProbeQuestion.stream) {
      Setting.conversation(\.send, \.expect, default: "a connection")
      Setting.encryption
    } target: { statement, block, lowering in
      lowering.endpoint(statement, &block, example: "127.0.0.1:8080").map { _ in lowering.encrypted(statement, &block) }
    }
  }

  private static var unix: ProbeKind {
    ProbeKind("unix", "Connects to a Unix socket, and may send text and look at the answer", ProbeQuestion.stream) {
      Setting.conversation(\.send, \.expect, default: "a connection")
    } target: { statement, block, lowering in
      guard let word = lowering.target(statement, "/run/app.sock"), let path = lowering.path(word) else { return nil }
      block.endpoint = .path(path)
      return block.model
    }
  }

  private static var smtp: ProbeKind {
    ProbeKind("smtp", "Greets a mail server", ProbeQuestion.smtp) {
      Setting.option("ehlo", "Sets the name by which the probe greets the server", .token, \.greeting)
      Setting.encryption
    } target: { statement, block, lowering in
      lowering.endpoint(statement, &block, usualPort: block.places["tls"] == nil ? 25 : 465, example: "127.0.0.1:25")
        .map { _ in lowering.encrypted(statement, &block) }
    }
  }

  private static var redis: ProbeKind {
    ProbeKind("redis", "Sends PING to a Redis server", ProbeQuestion.redis) {
      Setting.role(\.role)
      Setting.encryption
    } target: { statement, block, lowering in
      lowering.endpoint(statement, &block, usualPort: 6379, takesPaths: true)
        .map { _ in lowering.encrypted(statement, &block) }
    }
  }

  private static var postgresql: ProbeKind {
    ProbeKind("postgresql", "Asks whether a PostgreSQL server takes connections", ProbeQuestion.postgresql) {
      Setting.user(\.user)
      Setting.option("database", "Sets the database to connect to", .token, \.database)
      Setting.role(\.role)
    } target: {
      $2.endpoint($0, &$1, usualPort: 5432, takesPaths: true)
    }
  }

  private static var mysql: ProbeKind {
    ProbeKind("mysql", "Asks whether a MySQL or MariaDB server takes connections", ProbeQuestion.mysql) {
      Setting.user(\.user)
    } target: {
      $2.endpoint($0, &$1, usualPort: 3306, takesPaths: true)
    }
  }

  private static var haproxy: ProbeKind {
    ProbeKind(
      "haproxy", "Asks HAProxy's stats socket how many servers of a backend are up", ProbeQuestion.haproxy
    ) {
      Setting.option("backend", "Names the backend, or the listen section", .backend, \.backend).required
      Setting.option("servers", "Sets how many servers of the backend must be up", .integer(1...65_535), \.servers)
    } target: { statement, block, lowering in
      let asked = lowering.endpoint(statement, &block, takesPaths: true, example: "/run/haproxy/admin.sock")
      guard asked == nil || block.places["backend"] != nil else {
        return lowering.lacks(statement, "the name of a backend", write: "backend NAME")
      }
      return asked
    }
  }
}

extension Setting where Model: ProbeModel {
  /// The options for a text that is sent and one that must come back.
  static func conversation(
    _ send: WritableKeyPath<Model, [UInt8]> & Sendable, _ expect: WritableKeyPath<Model, [TextPattern]> & Sendable,
    default defaultText: String
  ) -> [Setting] {
    [
      .option(
        "send", "Sets the text to send; \\r, \\n and \\xHH stand for bytes", .escapedText, send, default: "nothing"),
      .list(
        "expect", "Sets a text, or ~ and an expression, that must be in the answer; not turns it round", .pattern,
        expect, default: defaultText),
    ]
  }

  fileprivate static func user(_ path: WritableKeyPath<Model, String> & Sendable) -> Setting {
    option("user", "Sets the user to connect as, without a password", .token, path)
  }

  fileprivate static func role(_ path: WritableKeyPath<Model, ServerRole?> & Sendable) -> Setting {
    option("role", "Sets what the server must be: primary, which takes writes, or replica", .role, path, default: "any")
  }
}

extension ValueForm<ServerRole> {
  fileprivate static var role: Self {
    word("is neither primary nor replica", "bad-role", suggestion: "write primary or replica") {
      ["primary": .primary, "master": .primary, "replica": .replica, "slave": .replica][$0.text]
    }
  }
}

extension ValueForm<String> {
  /// The name of a backend, by HAProxy's own rule for names of sections.
  fileprivate static var backend: Self {
    word("cannot be the name of a backend", "bad-name") { word in
      let isGood = word.bytes.allSatisfy { Lowering.isNameSign($0) || $0 == 0x2E || $0 == 0x3A }
      return isGood && (1...127).contains(word.bytes.count) ? word.text : nil
    }
  }
}
