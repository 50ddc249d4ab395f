import ConfigurationModel
import ConfigurationSyntax
import NetworkTypes

extension DatagramQuestion: EndpointModel { static var unset: Self { Self(endpoint: .unset, send: []) } }
extension EchoQuestion: ProbeModel { static var unset: Self { Self(targets: [], quorum: 0) } }
extension ARPQuestion: ProbeModel { static var unset: Self { Self(target: IPAddress(v4: 0), interface: "") } }
extension DNSQuestion: EndpointModel { static var unset: Self { Self(endpoint: .unset, name: "") } }

extension ProbeKind {
  /// The kinds that probe the network.
  static var network: [ProbeKind] { [udp, icmp, arp, dns] }

  private static var udp: ProbeKind {
    ProbeKind("udp", "Sends a UDP packet that must be answered", ProbeQuestion.datagram) {
      Setting.conversation(\.send, \.expect, default: "any answer")
    } target: { statement, block, lowering in
      let asked = lowering.endpoint(statement, &block, example: "127.0.0.1:514")
      guard asked == nil || block.places["send"] != nil && block.send.count <= 1400 else {
        return lowering.lacks(
          statement, "a datagram of at most 1400 bytes to send, one that is answered", write: "send \"TEXT\"")
      }
      return asked
    }
  }

  private static var icmp: ProbeKind {
    ProbeKind("icmp", "Sends ICMP echo requests (ping) to 1 to 64 addresses", ProbeQuestion.echo) {
      Setting.option(
        "quorum", "Sets how many of the addresses must answer", .integer(1...64), \.quorum, default: "all targets")
    } target: { statement, block, lowering in
      for word in statement.arguments {
        guard let address = IPAddress(host: word.text) else {
          return lowering.refuse("bad-target", "'\(word.text)' is not the address of a host", at: word)
        }
        if !block.targets.contains(address) { block.targets.append(address) }
      }
      let count = block.targets.count
      guard (1...64).contains(count) else {
        return lowering.refuse(
          "missing-target", "icmp needs 1 to 64 addresses", at: statement.words[0], suggestion: "write icmp 192.0.2.1")
      }
      if block.places["quorum"] == nil { block.quorum = count }
      guard block.quorum <= count else {
        lowering.diagnostics.report(
          .error, "quorum", "quorum \(block.quorum) can never be reached by \(count) targets",
          at: block.places["quorum"], suggestion: "name more addresses, or write a lower quorum")
        return nil
      }
      return block.model
    }
  }

  private static var arp: ProbeKind {
    ProbeKind("arp", "Asks a host on the link for its MAC address by ARP", ProbeQuestion.arp) {
      Setting.option("interface", "Names the interface of the link", .link, \.interface).required
    } target: { statement, block, lowering in
      let address = lowering.target(statement, "192.0.2.1", "is not the IPv4 address of a host") {
        IPAddress(host: $0.text).flatMap { $0.family == .ipv4 ? $0 : nil }
      }
      guard let address else { return nil }
      guard block.places["interface"] != nil else {
        return lowering.lacks(statement, "to be told on which link to ask", write: "interface NAME")
      }
      block.target = address
      return block.model
    }
  }

  private static var dns: ProbeKind {
    ProbeKind("dns", "Asks a DNS server for a name", ProbeQuestion.dns) {
      Setting.option("name", "Sets the name to ask for", .recordName, \.name).required
      Setting.option("type", "Sets the type of record to ask for", .recordType, \.type, default: "A")
      Setting.list(
        "expected", "Sets a value that the answer must hold", .recordValue, \.expected,
        default: "any record of the type")
    } target: { statement, block, lowering in
      guard lowering.endpoint(statement, &block, usualPort: 53) != nil else { return nil }
      guard block.places["name"] != nil else {
        return lowering.lacks(statement, "a name to ask for", write: "name www.example.org")
      }
      return lowering.mayAnswer(statement, block.type) ? block.model : nil
    }
  }
}

extension IPAddress {
  /// The address of one host.
  fileprivate init?(host text: String) {
    self.init(text)
    if isMulticast || isUnspecified { return nil }
  }
}

extension ValueForm<String> {
  fileprivate static var link: Self {
    word("cannot be the name of an interface") {
      (1...15).contains($0.bytes.count) && !$0.bytes.contains(UInt8(ascii: "/")) ? $0.text : nil
    }
  }

  /// A domain name, kept without a dot at its end; empty for the root.
  fileprivate static var recordName: Self {
    word(
      "cannot be a name in the DNS", "bad-name",
      suggestion: "labels of 1 to 63 letters, digits, hyphens, joined by dots, 253 in all"
    ) { word in
      Lowering.labels(word.text[...]).map { _ in word.text.hasSuffix(".") ? String(word.text.dropLast()) : word.text }
    }
  }
}

extension ValueForm<DNSQuestion.RecordType> {
  fileprivate static var recordType: Self {
    let types = DNSQuestion.RecordType.allCases
    let names = types.map(\.name).joined(separator: ", ")
    return word("is not a type of record that can be asked for", suggestion: names) { word in
      types.first { $0.name == word.text.uppercased() }
    }
  }
}

extension ValueForm<[String]> {
  /// The words of a record, with one blank between two of them.
  fileprivate static var recordValue: Self {
    read(.words) { statement, _ in [statement.arguments.map(\.text).joined(separator: " ")] }
  }
}

extension Lowering {
  /// True when a record of the type can have each of the expected values.
  fileprivate func mayAnswer(_ statement: Statement, _ type: DNSQuestion.RecordType) -> Bool {
    guard type == .a || type == .aaaa else { return true }
    for line in statement.children where line.words[0] == "expected" {
      guard let word = line.arguments.first else { continue }
      let value = line.arguments.map(\.text).joined(separator: " ")
      guard IPAddress(value)?.family != (type == .a ? .ipv4 : .ipv6) else { continue }
      diagnostics.report(
        .error, "bad-value", "'\(value)' is not the value of \(type == .a ? "an A" : "an AAAA") record", at: word.span)
      return false
    }
    return true
  }
}
