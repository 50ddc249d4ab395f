import NetworkTypes

/// `udp`.
package struct DatagramQuestion: Sendable, Hashable {
  /// Destination of the datagram.
  package var endpoint: ProbeEndpoint
  /// The datagram.
  package var send: [UInt8]
  /// Patterns that the answer must match; empty for any answer.
  package var expect: [TextPattern]

  /// A datagram that is answered.
  package init(endpoint: ProbeEndpoint, send: [UInt8], expect: [TextPattern] = []) {
    self.endpoint = endpoint
    self.send = send
    self.expect = expect
  }
}

extension DatagramQuestion: ImageRecord {
  static var blank: Self { Self(endpoint: .blank, send: []) }

  mutating func code<Coder: ImageCoder>(_ field: inout Coder) throws(Coder.Failure) {
    try field(&endpoint)
    try field(&send)
    try field(&expect)
  }
}

/// `icmp`.
package struct EchoQuestion: Sendable, Hashable {
  /// Addresses that are asked, all at once.
  package var targets: [IPAddress]
  /// Number of targets that must answer.
  package var quorum: Int

  /// Targets of which so many must answer.
  package init(targets: [IPAddress], quorum: Int) {
    self.targets = targets
    self.quorum = quorum
  }
}

extension EchoQuestion: ImageRecord {
  static var blank: Self { Self(targets: [], quorum: 0) }

  mutating func code<Coder: ImageCoder>(_ field: inout Coder) throws(Coder.Failure) {
    try field(&targets)
    try field(&quorum)
  }
}

/// `arp`.
package struct ARPQuestion: Sendable, Hashable {
  /// IPv4 address that must answer.
  package var target: IPAddress
  /// Interface of the request.
  package var interface: String

  /// A request for `target` on a link.
  package init(target: IPAddress, interface: String) {
    self.target = target
    self.interface = interface
  }
}

extension ARPQuestion: ImageRecord {
  static var blank: Self { Self(target: .blank, interface: "") }

  mutating func code<Coder: ImageCoder>(_ field: inout Coder) throws(Coder.Failure) {
    try field(&target)
    try field(&interface)
  }
}

/// `dns`.
package struct DNSQuestion: Sendable, Hashable {
  /// Types of records that can be asked for, by their numbers (RFC 1035 section 3.2.2, RFC 3596, RFC 2782).
  package enum RecordType: UInt16, Sendable, Hashable, CaseIterable {
    case a = 1
    case ns = 2
    case cname = 5
    case soa = 6
    case ptr = 12
    case mx = 15
    case txt = 16
    case aaaa = 28
    case srv = 33

    /// Name in capitals.
    package var name: String { "\(self)".uppercased() }
  }

  /// Server that is asked.
  package var endpoint: ProbeEndpoint
  /// Domain name without a dot at its end; empty for the root.
  package var name: String
  /// Type of the records.
  package var type: RecordType
  /// Values that the answer must all hold.
  package var expected: [String]

  /// A question with the defaults.
  package init(endpoint: ProbeEndpoint, name: String, type: RecordType = .a, expected: [String] = []) {
    self.endpoint = endpoint
    self.name = name
    self.type = type
    self.expected = expected
  }
}

extension DNSQuestion.RecordType: ImageChoice {}

extension DNSQuestion: ImageRecord {
  static var blank: Self { Self(endpoint: .blank, name: "") }

  mutating func code<Coder: ImageCoder>(_ field: inout Coder) throws(Coder.Failure) {
    try field(&endpoint)
    try field(&name)
    try field(&type)
    try field(&expected)
  }
}
