/// `http` and `https`.
public struct HTTPQuestion: Sendable, Hashable {
  /// Where it connects to.
  public var endpoint: ProbeEndpoint
  /// What is asked for: path and query, from the first slash.
  public var target: String
  /// GET, HEAD or another.
  public var method = "GET"
  /// The `Host` field.
  public var host: String
  /// Further fields, in the file's order.
  public var headers: [HeaderField] = []
  /// Codes of which the answer must have one.
  public var statuses: [ClosedRange<Int>] = [200...299]
  /// What the body must be like.
  public var body: [TextPattern] = []
  /// How the connection is encrypted; `nil` if it is not.
  public var tls: TLSOptions?

  /// One line of a request.
  public struct HeaderField: Sendable, Hashable {
    /// Its name.
    public var name: String
    /// Its value.
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
  /// Where it connects to.
  public var endpoint: ProbeEndpoint
  /// What is sent once the connection stands.
  public var send: [UInt8]
  /// What the answer must be like; nothing is waited for when empty.
  public var expect: [TextPattern]
  /// How the connection is encrypted; `nil` if it is not.
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
  /// Where it connects to.
  public var endpoint: ProbeEndpoint
  /// The name this end gives itself.
  public var greeting: String
  /// How the connection is encrypted from its start; `nil` if it is not.
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

/// Whether a database server must be the one that is written to.
public enum ServerRole: String, Sendable, Hashable, CaseIterable {
  /// It takes writes.
  case primary
  /// It follows another.
  case replica
}

extension ServerRole: ImageChoice {}

/// `redis`.
public struct RedisQuestion: Sendable, Hashable {
  /// Where it connects to.
  public var endpoint: ProbeEndpoint
  /// What the server must be; anything when `nil`.
  public var role: ServerRole?
  /// How the connection is encrypted; `nil` if it is not.
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
  /// Where it connects to.
  public var endpoint: ProbeEndpoint
  /// The user that the start-up message names.
  public var user: String
  /// The database that it names.
  public var database: String
  /// What the server must be; anything when `nil`. It only tells a user that it lets in without a password.
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
  /// Where it connects to.
  public var endpoint: ProbeEndpoint
  /// The user that is named, without a password.
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
  /// Its stats socket.
  public var endpoint: ProbeEndpoint
  /// The backend, or the `listen` section.
  public var backend: String
  /// How many of its servers must be up.
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
