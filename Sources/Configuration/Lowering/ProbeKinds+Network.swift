import ConfigurationSyntax
import NetworkTypes

/// The kinds that ask the network.
extension Lowering {
  static var networkKinds: [ProbeKind] { [udpKind, icmpKind, arpKind, dnsKind] }

  private static var udpKind: ProbeKind {
    ProbeKind(name: "udp", meaning: "Sends a UDP packet that must be answered", actions: conversationActions) {
      statement, options, lowering in
      guard let endpoint = lowering.endpoint(statement, example: "127.0.0.1:514") else { return nil }
      guard let send = options.send, send.count <= 1400 else {
        return lowering.refuse(
          "missing-option", "udp needs a datagram of at most 1400 bytes to send, one that is answered",
          at: statement.words[0], suggestion: "write send \"TEXT\" in the block")
      }
      return .datagram(DatagramQuestion(endpoint: endpoint, send: send, expect: options.patterns))
    }
  }

  private static var icmpKind: ProbeKind {
    ProbeKind(
      name: "icmp", meaning: "Sends ICMP echo requests (ping) to 1 to 64 addresses",
      actions: [.option("quorum", \.quorum) { $1.integer($0, bad: .error) }]
    ) { statement, options, lowering in
      var targets: [IPAddress] = []
      for word in statement.arguments {
        guard let address = IPAddress(word.text), !address.isMulticast, !address.isUnspecified else {
          return lowering.refuse("bad-target", "'\(word.text)' is not the address of a host", at: word)
        }
        if !targets.contains(address) { targets.append(address) }
      }
      guard (1...64).contains(targets.count) else {
        return lowering.refuse(
          "missing-target", "icmp needs 1 to 64 addresses", at: statement.words[0], suggestion: "write icmp 192.0.2.1")
      }
      if let quorum = options.quorum, quorum.value > targets.count {
        lowering.diagnostics.report(
          .error, "quorum", "quorum \(quorum.value) can never be reached by \(targets.count) targets", at: quorum.span,
          suggestion: "name more addresses, or write a lower quorum")
        return nil
      }
      return .echo(EchoQuestion(targets: targets, quorum: options.quorum?.value ?? targets.count))
    }
  }

  private static var arpKind: ProbeKind {
    ProbeKind(
      name: "arp", meaning: "Asks a host on the link for its MAC address by ARP",
      actions: [
        .option("interface", \.interface) { statement, lowering in
          guard let word = statement.arguments.first else { return nil }
          guard (1...15).contains(word.bytes.count), !word.bytes.contains(UInt8(ascii: "/")) else {
            return lowering.refuse("bad-value", "'\(word.text)' cannot be the name of an interface", at: word)
          }
          return Located(word.text, word.span)
        }
      ]
    ) { statement, options, lowering in
      guard let word = lowering.target(statement, "192.0.2.1") else { return nil }
      guard let address = IPAddress(word.text), address.family == .ipv4, !address.isMulticast, !address.isUnspecified
      else { return lowering.refuse("bad-target", "'\(word.text)' is not the IPv4 address of a host", at: word) }
      guard let interface = options.interface else {
        return lowering.refuse(
          "missing-option", "arp needs to be told on which link to ask", at: statement.words[0],
          suggestion: "write interface NAME in the block")
      }
      return .arp(ARPQuestion(target: address, interface: interface.value))
    }
  }

  private static var dnsKind: ProbeKind {
    ProbeKind(
      name: "dns", meaning: "Asks a DNS server for a name",
      actions: [
        .option("name", \.name) { statement, lowering in
          guard let word = statement.arguments.first else { return nil }
          guard labels(word.text[...]) != nil else {
            return lowering.refuse(
              "bad-name", "'\(word.text)' cannot be a name in the DNS", at: word,
              suggestion: "labels of 1 to 63 letters, digits, hyphens, joined by dots, 253 in all")
          }
          return Located(word.text, word.span)
        },
        .custom("type") { options, statement, lowering in
          guard let word = statement.arguments.first else { return }
          guard let type = DNSQuestion.RecordType.allCases.first(where: { $0.name == word.text.uppercased() }) else {
            options.isBroken = true
            lowering.diagnostics.report(
              .error, "bad-value", "'\(word.text)' is not a type of record that can be asked for", at: word.span,
              suggestion: DNSQuestion.RecordType.allCases.map(\.name).joined(separator: ", "))
            return
          }
          options.type = type
        },
        .custom("expected") { options, statement, _ in
          options.expected.append(
            Located(statement.arguments.map(\.text).joined(separator: " "), statement.words[1].span))
        },
      ]
    ) { statement, options, lowering in
      guard let endpoint = lowering.endpoint(statement, usualPort: 53, example: "127.0.0.1:53") else { return nil }
      guard let name = options.name?.value else {
        return lowering.refuse(
          "missing-option", "dns needs a name to ask for", at: statement.words[0],
          suggestion: "write name www.example.org in the block")
      }
      for value in options.expected where !lowering.isPossible(value, options.type) { return nil }
      return .dns(
        DNSQuestion(
          endpoint: endpoint, name: name.hasSuffix(".") ? String(name.dropLast()) : name, type: options.type,
          expected: options.expected.map(\.value)))
    }
  }

  /// Whether a record of the type can have the value.
  private func isPossible(_ value: Located<String>, _ type: DNSQuestion.RecordType) -> Bool {
    let family: AddressFamily
    switch type {
    case .a: family = .ipv4
    case .aaaa: family = .ipv6
    default: return true
    }
    if IPAddress(value.value)?.family == family { return true }
    diagnostics.report(
      .error, "bad-value", "'\(value.value)' is not the value of \(type == .a ? "an A" : "an AAAA") record",
      at: value.span)
    return false
  }
}
