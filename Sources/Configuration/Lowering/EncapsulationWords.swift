import ConfigurationSyntax
import NetworkTypes

/// Reads the words after `encap`: `ip` or `ip6` with options, `mpls LABEL[/LABEL]`, or `ila LOCATOR`.
extension EntryLine {
  mutating func encapsulation(of option: Word) throws(LineRefused) -> Route.Encapsulation {
    let kind = try value(of: option)
    switch kind.text {
    case "ip": return .tunnel(try tunnel(.ipv4))
    case "ip6": return .tunnel(try tunnel(.ipv6))
    case "mpls": return .labels(try labels(of: kind))
    case "ila": return .locator(try locator(of: kind))
    default: throw bad(kind, "not an encapsulation; there are ip, ip6, mpls and ila")
    }
  }

  /// Reads options up to the first word that is no option of a tunnel.
  private mutating func tunnel(_ family: AddressFamily) throws(LineRefused) -> Route.Tunnel {
    var tunnel = Route.Tunnel(family)
    while let word = peek, let option = TunnelOption(rawValue: word.text), option.family ?? family == family {
      _ = next()
      switch option {
      case .id: tunnel.id = try number(of: word, in: 0...UInt64.max)
      case .dst: tunnel.destination = try end(of: word, family)
      case .src: tunnel.source = try end(of: word, family)
      case .tos: tunnel.trafficClass = UInt8(try named(.services, of: word, through: 255))
      case .tc: tunnel.trafficClass = UInt8(try named(.services, of: word, through: 255))
      case .ttl, .hoplimit: tunnel.hopLimit = try number(of: word, in: 0...255)
      case .flags: tunnel.flags = try number(of: word, in: 0...UInt16.max)
      }
    }
    return tunnel
  }

  /// Reads the address of a tunnel's end; it does not decide the family of the route.
  private mutating func end(of option: Word, _ family: AddressFamily) throws(LineRefused) -> IPAddress {
    let word = try value(of: option)
    guard let address = IPAddress(word.text), address.family == family else {
      throw badAddress(word, "not an \(family.name) address")
    }
    return address
  }

  private mutating func labels(of option: Word) throws(LineRefused) -> [UInt32] {
    let word = try value(of: option)
    let labels = word.bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map { part in
      KernelNames.number(part).flatMap { $0 < 1 << 20 ? UInt32($0) : nil }
    }
    guard (1...2).contains(labels.count), let all = labels as? [UInt32] else {
      throw bad(word, "neither one nor two labels of 0 to 1048575 with a slash between them")
    }
    return all
  }

  private mutating func locator(of option: Word) throws(LineRefused) -> UInt64 {
    let word = try value(of: option)
    let groups = word.text.split(separator: ":", omittingEmptySubsequences: false).map { UInt16($0, radix: 16) }
    guard groups.count == 4, let all = groups as? [UInt16] else {
      throw bad(word, "not a locator of four hexadecimal groups, as 2001:db8:0:1")
    }
    return all.reduce(0) { $0 << 16 | UInt64($1) }
  }
}

private enum TunnelOption: String {
  case id, dst, src, tos, tc, ttl, hoplimit, flags

  /// The family of the option; `nil` for both.
  var family: AddressFamily? {
    switch self {
    case .tos, .ttl: .ipv4
    case .tc, .hoplimit: .ipv6
    case .id, .dst, .src, .flags: nil
    }
  }
}
