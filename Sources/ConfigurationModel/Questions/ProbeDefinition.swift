import NetworkTypes

/// `vrrp_probe`: a check that this program makes by itself, without a process for each run.
package struct ProbeDefinition: Sendable, Hashable {
  /// Name of the probe.
  package var name: String
  /// Question, with the answer that must come back.
  package var question: ProbeQuestion
  /// When it runs, and what makes a verdict of its results.
  package var schedule = CheckSchedule()
  /// -253 to 253; 0 makes a failure a fault.
  package var weight = 0
  /// Success and failure are exchanged in the weight.
  package var reverse = false

  /// A probe with the defaults.
  package init(name: String, question: ProbeQuestion) {
    self.name = name
    self.question = question
  }
}

extension ProbeDefinition: ImageRecord {
  static var blank: Self { Self(name: "", question: .memory(.blank)) }

  mutating func code<Coder: ImageCoder>(_ field: inout Coder) throws(Coder.Failure) {
    try field(&name)
    try field(&question)
    try field(&schedule)
    try field(&weight)
    try field(&reverse)
  }
}

/// Question of a probe. Each kind is one keyword of `vrrp_probe`.
package enum ProbeQuestion: Sendable, Hashable {
  /// `http` and `https`.
  case http(HTTPQuestion)
  /// `tcp` and `unix`: a connection, then perhaps bytes each way.
  case stream(StreamQuestion)
  /// `udp`.
  case datagram(DatagramQuestion)
  /// `icmp`.
  case echo(EchoQuestion)
  /// `arp`.
  case arp(ARPQuestion)
  /// `dns`.
  case dns(DNSQuestion)
  /// `smtp`.
  case smtp(SMTPQuestion)
  /// `redis`.
  case redis(RedisQuestion)
  /// `postgresql`.
  case postgresql(PostgreSQLQuestion)
  /// `mysql`.
  case mysql(MySQLQuestion)
  /// `haproxy`.
  case haproxy(HAProxyQuestion)
  /// `load`.
  case load(LoadQuestion)
  /// `disk`.
  case disk(DiskQuestion)
  /// `memory`.
  case memory(MemoryQuestion)
  /// `any`, `all` and `at_least`: other checks.
  case combination(CombinedQuestion)

  /// Path of the socket that it asks; `nil` for a port of a host.
  package var socketPath: String? {
    let endpoint: ProbeEndpoint? =
      switch self {
      case .stream(let question): question.endpoint
      case .redis(let question): question.endpoint
      case .postgresql(let question): question.endpoint
      case .mysql(let question): question.endpoint
      case .haproxy(let question): question.endpoint
      case .http(let question): question.endpoint
      case .smtp(let question): question.endpoint
      case .datagram(let question): question.endpoint
      case .dns(let question): question.endpoint
      case .echo, .arp, .load, .disk, .memory, .combination: nil
      }
    return if case .path(let path)? = endpoint { path } else { nil }
  }

  /// True when it opens raw or packet sockets.
  package var needsRawNetwork: Bool {
    switch self {
    case .echo, .arp: true
    case .http, .stream, .datagram, .dns, .smtp, .redis, .postgresql, .mysql, .haproxy, .load, .disk, .memory,
      .combination:
      false
    }
  }
}

extension ProbeQuestion: ImageValue {
  init(from reader: inout ImageReader) throws(ImageError) {
    switch try reader.byte() {
    case 0: self = .http(try HTTPQuestion(from: &reader))
    case 1: self = .stream(try StreamQuestion(from: &reader))
    case 2: self = .datagram(try DatagramQuestion(from: &reader))
    case 3: self = .echo(try EchoQuestion(from: &reader))
    case 4: self = .arp(try ARPQuestion(from: &reader))
    case 5: self = .dns(try DNSQuestion(from: &reader))
    case 6: self = .smtp(try SMTPQuestion(from: &reader))
    case 7: self = .redis(try RedisQuestion(from: &reader))
    case 8: self = .postgresql(try PostgreSQLQuestion(from: &reader))
    case 9: self = .mysql(try MySQLQuestion(from: &reader))
    case 10: self = .haproxy(try HAProxyQuestion(from: &reader))
    case 11: self = .load(try LoadQuestion(from: &reader))
    case 12: self = .disk(try DiskQuestion(from: &reader))
    case 13: self = .memory(try MemoryQuestion(from: &reader))
    case 14: self = .combination(try CombinedQuestion(from: &reader))
    default: throw .damaged
    }
  }

  func write(to writer: inout ImageWriter) {
    switch self {
    case .http(let value): writer.put(case: 0, value)
    case .stream(let value): writer.put(case: 1, value)
    case .datagram(let value): writer.put(case: 2, value)
    case .echo(let value): writer.put(case: 3, value)
    case .arp(let value): writer.put(case: 4, value)
    case .dns(let value): writer.put(case: 5, value)
    case .smtp(let value): writer.put(case: 6, value)
    case .redis(let value): writer.put(case: 7, value)
    case .postgresql(let value): writer.put(case: 8, value)
    case .mysql(let value): writer.put(case: 9, value)
    case .haproxy(let value): writer.put(case: 10, value)
    case .load(let value): writer.put(case: 11, value)
    case .disk(let value): writer.put(case: 12, value)
    case .memory(let value): writer.put(case: 13, value)
    case .combination(let value): writer.put(case: 14, value)
    }
  }
}

/// A host of a probe's target.
package enum ProbeHost: Sendable, Hashable, CustomStringConvertible {
  /// An address.
  case address(IPAddress)
  /// A name that the host's resolver is asked about before each run.
  case name(String)

  /// Notation of a URL.
  package var description: String {
    switch self {
    case .address(let address): address.family == .ipv6 ? "[\(address)]" : "\(address)"
    case .name(let name): name
    }
  }
}

extension ProbeHost: ImageValue {
  init(from reader: inout ImageReader) throws(ImageError) {
    switch try reader.byte() {
    case 0: self = .address(try IPAddress(from: &reader))
    case 1: self = .name(try String(from: &reader))
    default: throw .damaged
    }
  }

  func write(to writer: inout ImageWriter) {
    switch self {
    case .address(let value): writer.put(case: 0, value)
    case .name(let value): writer.put(case: 1, value)
    }
  }
}

/// Endpoint of a probe's connection.
package enum ProbeEndpoint: Sendable, Hashable, CustomStringConvertible {
  /// A port of a host.
  case host(ProbeHost, port: UInt16)
  /// A socket of the AF_UNIX family.
  case path(String)

  /// Notation of the configuration.
  package var description: String {
    switch self {
    case .host(let host, let port): "\(host):\(port)"
    case .path(let path): path
    }
  }
}

extension ProbeEndpoint: ImageValue {
  static var blank: Self { .path("") }

  init(from reader: inout ImageReader) throws(ImageError) {
    switch try reader.byte() {
    case 0: self = .host(try ProbeHost(from: &reader), port: try UInt16(from: &reader))
    case 1: self = .path(try reader.text())
    default: throw .damaged
    }
  }

  func write(to writer: inout ImageWriter) {
    switch self {
    case .host(let host, let port):
      writer.put(case: 0, host)
      port.write(to: &writer)
    case .path(let path): writer.put(case: 1, path)
    }
  }
}

/// Options of an encrypted connection.
package struct TLSOptions: Sendable, Hashable {
  /// True when the certificate must be trusted and made out to the name (`verify`).
  package var verifies = true
  /// File with trusted certificates (`ca_file`); the system's when `nil`.
  package var authorityFile: String?
  /// Name that is asked for and that the certificate must have (`server_name`); none for an address.
  package var serverName: String?
  /// File with the client's certificates (`cert_file`).
  package var certificateFile: String?
  /// File with their key (`key_file`); the certificate's file when `nil`.
  package var keyFile: String?
  /// Days for which the server's certificate must still be valid (`min_days`).
  package var leastDays = 0

  /// The defaults.
  package init() {}
}

extension TLSOptions: ImageRecord {
  static var blank: Self { Self() }

  mutating func code<Coder: ImageCoder>(_ field: inout Coder) throws(Coder.Failure) {
    try field(&verifies)
    try field(&authorityFile)
    try field(&serverName)
    try field(&certificateFile)
    try field(&keyFile)
    try field(&leastDays)
  }
}
