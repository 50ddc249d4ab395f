/// `http` and `https`.
package struct HTTPQuestion: Sendable, Hashable {
  /// Server that the probe connects to.
  package var endpoint: ProbeEndpoint
  /// Path and query, from the first slash.
  package var target: String
  /// Request method, such as GET or HEAD.
  package var method = "GET"
  /// The `Host` field.
  package var host: String
  /// Further fields, in the file's order.
  package var headers: [HeaderField] = []
  /// Status codes of which the answer must have one.
  package var statuses: [ClosedRange<Int>] = [200...299]
  /// Patterns that the body must match.
  package var body: [TextPattern] = []
  /// Encryption of the connection; `nil` for none.
  package var tls: TLSOptions?

  /// One line of a request.
  package struct HeaderField: Sendable, Hashable {
    /// Name of the field.
    package var name: String
    /// Value of the field.
    package var value: String

    /// A field of the given contents.
    package init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  /// A question with the defaults.
  package init(endpoint: ProbeEndpoint, target: String, host: String) {
    self.endpoint = endpoint
    self.target = target
    self.host = host
  }
}

extension HTTPQuestion.HeaderField: ImageRecord {
  static var blank: Self { Self(name: "", value: "") }

  mutating func code<Coder: ImageCoder>(_ field: inout Coder) throws(Coder.Failure) {
    try field(&name)
    try field(&value)
  }
}

extension HTTPQuestion: ImageRecord {
  static var blank: Self { Self(endpoint: .blank, target: "", host: "") }

  mutating func code<Coder: ImageCoder>(_ field: inout Coder) throws(Coder.Failure) {
    try field(&endpoint)
    try field(&target)
    try field(&method)
    try field(&host)
    try field(&headers)
    try field(&statuses)
    try field(&body)
    try field(&tls)
  }
}

/// `tcp` and `unix`.
package struct StreamQuestion: Sendable, Hashable {
  /// Server that the probe connects to.
  package var endpoint: ProbeEndpoint
  /// Bytes sent once the connection is open.
  package var send: [UInt8]
  /// Patterns that the answer must match; with none the probe waits for nothing.
  package var expect: [TextPattern]
  /// Encryption of the connection; `nil` for none.
  package var tls: TLSOptions?

  /// A connection that is made and closed again, unless more is given.
  package init(
    endpoint: ProbeEndpoint, send: [UInt8] = [], expect: [TextPattern] = [], tls: TLSOptions? = nil
  ) {
    self.endpoint = endpoint
    self.send = send
    self.expect = expect
    self.tls = tls
  }
}

extension StreamQuestion: ImageRecord {
  static var blank: Self { Self(endpoint: .blank) }

  mutating func code<Coder: ImageCoder>(_ field: inout Coder) throws(Coder.Failure) {
    try field(&endpoint)
    try field(&send)
    try field(&expect)
    try field(&tls)
  }
}

/// `smtp`.
package struct SMTPQuestion: Sendable, Hashable {
  /// Server that the probe connects to.
  package var endpoint: ProbeEndpoint
  /// Name in the greeting (EHLO).
  package var greeting: String
  /// Encryption from the start of the connection; `nil` for none.
  package var tls: TLSOptions?

  /// A question with the defaults.
  package init(endpoint: ProbeEndpoint, greeting: String = "localhost", tls: TLSOptions? = nil) {
    self.endpoint = endpoint
    self.greeting = greeting
    self.tls = tls
  }
}

extension SMTPQuestion: ImageRecord {
  static var blank: Self { Self(endpoint: .blank) }

  mutating func code<Coder: ImageCoder>(_ field: inout Coder) throws(Coder.Failure) {
    try field(&endpoint)
    try field(&greeting)
    try field(&tls)
  }
}

/// Role that a database server must have.
package enum ServerRole: String, Sendable, Hashable, CaseIterable {
  /// The server takes writes.
  case primary
  /// The server follows another.
  case replica
}

extension ServerRole: ImageChoice {}

/// `redis`.
package struct RedisQuestion: Sendable, Hashable {
  /// Server that the probe connects to.
  package var endpoint: ProbeEndpoint
  /// Role that the server must have; `nil` for any.
  package var role: ServerRole?
  /// Encryption of the connection; `nil` for none.
  package var tls: TLSOptions?

  /// A question with the defaults.
  package init(endpoint: ProbeEndpoint, role: ServerRole? = nil, tls: TLSOptions? = nil) {
    self.endpoint = endpoint
    self.role = role
    self.tls = tls
  }
}

extension RedisQuestion: ImageRecord {
  static var blank: Self { Self(endpoint: .blank) }

  mutating func code<Coder: ImageCoder>(_ field: inout Coder) throws(Coder.Failure) {
    try field(&endpoint)
    try field(&role)
    try field(&tls)
  }
}

/// `postgresql`.
package struct PostgreSQLQuestion: Sendable, Hashable {
  /// Server that the probe connects to.
  package var endpoint: ProbeEndpoint
  /// User in the start-up message.
  package var user: String
  /// Database in the start-up message.
  package var database: String
  /// Role that the server must have; `nil` for any. The server tells it only to a user that it lets in without a password.
  package var role: ServerRole?

  /// A question with the defaults.
  package init(
    endpoint: ProbeEndpoint, user: String = "martlet", database: String = "postgres", role: ServerRole? = nil
  ) {
    self.endpoint = endpoint
    self.user = user
    self.database = database
    self.role = role
  }
}

extension PostgreSQLQuestion: ImageRecord {
  static var blank: Self { Self(endpoint: .blank) }

  mutating func code<Coder: ImageCoder>(_ field: inout Coder) throws(Coder.Failure) {
    try field(&endpoint)
    try field(&user)
    try field(&database)
    try field(&role)
  }
}

/// `mysql`.
package struct MySQLQuestion: Sendable, Hashable {
  /// Server that the probe connects to.
  package var endpoint: ProbeEndpoint
  /// User of the log-in, without a password.
  package var user: String

  /// A question with the defaults.
  package init(endpoint: ProbeEndpoint, user: String = "martlet") {
    self.endpoint = endpoint
    self.user = user
  }
}

extension MySQLQuestion: ImageRecord {
  static var blank: Self { Self(endpoint: .blank) }

  mutating func code<Coder: ImageCoder>(_ field: inout Coder) throws(Coder.Failure) {
    try field(&endpoint)
    try field(&user)
  }
}

/// `haproxy`.
package struct HAProxyQuestion: Sendable, Hashable {
  /// HAProxy's stats socket.
  package var endpoint: ProbeEndpoint
  /// The backend, or the `listen` section.
  package var backend: String
  /// Number of its servers that must be up.
  package var servers: Int

  /// A question with the defaults.
  package init(endpoint: ProbeEndpoint, backend: String, servers: Int = 1) {
    self.endpoint = endpoint
    self.backend = backend
    self.servers = servers
  }
}

extension HAProxyQuestion: ImageRecord {
  static var blank: Self { Self(endpoint: .blank, backend: "") }

  mutating func code<Coder: ImageCoder>(_ field: inout Coder) throws(Coder.Failure) {
    try field(&endpoint)
    try field(&backend)
    try field(&servers)
  }
}
