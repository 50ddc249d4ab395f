/// `http` and `https`.
public struct HTTPQuestion: Sendable, Hashable {
  /// Server that the probe connects to.
  public var endpoint: ProbeEndpoint
  /// Path and query, from the first slash.
  public var target: String
  /// Request method, such as GET or HEAD.
  public var method = "GET"
  /// The `Host` field.
  public var host: String
  /// Further fields, in the file's order.
  public var headers: [HeaderField] = []
  /// Status codes of which the answer must have one.
  public var statuses: [ClosedRange<Int>] = [200...299]
  /// Patterns that the body must match.
  public var body: [TextPattern] = []
  /// Encryption of the connection; `nil` for none.
  public var tls: TLSOptions?

  /// One line of a request.
  public struct HeaderField: Sendable, Hashable {
    /// Name of the field.
    public var name: String
    /// Value of the field.
    public var value: String

    /// A field of the given contents.
    public init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  /// A question with the defaults.
  public init(endpoint: ProbeEndpoint, target: String, host: String) {
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
public struct StreamQuestion: Sendable, Hashable {
  /// Server that the probe connects to.
  public var endpoint: ProbeEndpoint
  /// Bytes sent once the connection is open.
  public var send: [UInt8]
  /// Patterns that the answer must match; with none the probe waits for nothing.
  public var expect: [TextPattern]
  /// Encryption of the connection; `nil` for none.
  public var tls: TLSOptions?

  /// A connection that is made and closed again, unless more is given.
  public init(
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
public struct SMTPQuestion: Sendable, Hashable {
  /// Server that the probe connects to.
  public var endpoint: ProbeEndpoint
  /// Name in the greeting (EHLO).
  public var greeting: String
  /// Encryption from the start of the connection; `nil` for none.
  public var tls: TLSOptions?

  /// A question with the defaults.
  public init(endpoint: ProbeEndpoint, greeting: String = "localhost", tls: TLSOptions? = nil) {
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
public enum ServerRole: String, Sendable, Hashable, CaseIterable {
  /// The server takes writes.
  case primary
  /// The server follows another.
  case replica
}

extension ServerRole: ImageChoice {}

/// `redis`.
public struct RedisQuestion: Sendable, Hashable {
  /// Server that the probe connects to.
  public var endpoint: ProbeEndpoint
  /// Role that the server must have; `nil` for any.
  public var role: ServerRole?
  /// Encryption of the connection; `nil` for none.
  public var tls: TLSOptions?

  /// A question with the defaults.
  public init(endpoint: ProbeEndpoint, role: ServerRole? = nil, tls: TLSOptions? = nil) {
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
public struct PostgreSQLQuestion: Sendable, Hashable {
  /// Server that the probe connects to.
  public var endpoint: ProbeEndpoint
  /// User in the start-up message.
  public var user: String
  /// Database in the start-up message.
  public var database: String
  /// Role that the server must have; `nil` for any. The server tells it only to a user that it lets in without a password.
  public var role: ServerRole?

  /// A question with the defaults.
  public init(
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
public struct MySQLQuestion: Sendable, Hashable {
  /// Server that the probe connects to.
  public var endpoint: ProbeEndpoint
  /// User of the log-in, without a password.
  public var user: String

  /// A question with the defaults.
  public init(endpoint: ProbeEndpoint, user: String = "martlet") {
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
public struct HAProxyQuestion: Sendable, Hashable {
  /// HAProxy's stats socket.
  public var endpoint: ProbeEndpoint
  /// The backend, or the `listen` section.
  public var backend: String
  /// Number of its servers that must be up.
  public var servers: Int

  /// A question with the defaults.
  public init(endpoint: ProbeEndpoint, backend: String, servers: Int = 1) {
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
