extension IPAddress: LosslessStringConvertible {
  /// Reads dotted-quad IPv4 (four decimal numbers without zeros before them, which others read as octal) or IPv6 text (RFC 4291
  /// section 2.2); `nil` for anything else.
  public init?(_ text: String) {
    let utf8 = text.utf8
    let address = utf8.contains(UInt8(ascii: ":")) ? Self.parseIPv6(utf8[...]) : Self.parseIPv4(utf8[...])
    guard let address else { return nil }
    self = address
  }

  /// The canonical text (RFC 5952).
  public var description: String {
    switch family {
    case .ipv4: "\(byte(at: 0)).\(byte(at: 1)).\(byte(at: 2)).\(byte(at: 3))"
    case .ipv6: ipv6Text
    }
  }

  private static func parseIPv4(_ text: Substring.UTF8View) -> IPAddress? {
    let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var bits: UInt32 = 0
    for part in parts {
      guard (1...3).contains(part.count), part.count == 1 || part.first != UInt8(ascii: "0"), let value = decimal(part),
        value <= 255
      else { return nil }
      bits = bits << 8 | value
    }
    return IPAddress(v4: bits)
  }

  private static func decimal(_ text: Substring.UTF8View) -> UInt32? {
    text.reduce(0 as UInt32?) { value, byte in
      guard let value, (0x30...0x39).contains(byte) else { return nil }
      return value * 10 + UInt32(byte - 0x30)
    }
  }

  private static func parseIPv6(_ text: Substring.UTF8View) -> IPAddress? {
    guard text.count <= 45 else { return nil }
    guard let gap = firstGap(in: text) else {
      guard let groups = groups(of: text, mayEndInIPv4: true), groups.count == 8 else { return nil }
      return IPAddress(groups: groups)
    }
    let tail = text[text.index(gap, offsetBy: 2)...]
    guard let before = groups(of: text[..<gap], mayEndInIPv4: false), let after = groups(of: tail, mayEndInIPv4: true),
      before.count + after.count <= 7
    else { return nil }
    let zeros = [UInt16](repeating: 0, count: 8 - before.count - after.count)
    return IPAddress(groups: before + zeros + after)
  }

  /// Where `::` starts, if it is there.
  private static func firstGap(in text: Substring.UTF8View) -> Substring.UTF8View.Index? {
    text.indices.first { index in
      text[index] == UInt8(ascii: ":") && text[text.index(after: index)...].first == UInt8(ascii: ":")
    }
  }

  private static func groups(of text: Substring.UTF8View, mayEndInIPv4: Bool) -> [UInt16]? {
    guard !text.isEmpty else { return [] }
    let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    var groups: [UInt16] = []
    for (index, part) in parts.enumerated() {
      if mayEndInIPv4, index == parts.count - 1, part.contains(UInt8(ascii: ".")) {
        guard let v4 = parseIPv4(part) else { return nil }
        groups += [UInt16(truncatingIfNeeded: v4.low >> 16), UInt16(truncatingIfNeeded: v4.low)]
      } else {
        guard (1...4).contains(part.count), let group = hexadecimal(part) else { return nil }
        groups.append(group)
      }
    }
    return groups
  }

  private static func hexadecimal(_ text: Substring.UTF8View) -> UInt16? {
    text.reduce(0 as UInt16?) { value, byte in
      guard let value else { return nil }
      switch byte {
      case 0x30...0x39: return value << 4 | UInt16(byte - 0x30)
      case 0x41...0x46: return value << 4 | UInt16(byte - 0x37)
      case 0x61...0x66: return value << 4 | UInt16(byte - 0x57)
      default: return nil
      }
    }
  }

  private init(groups: [UInt16]) {
    let high = groups.prefix(4).reduce(0 as UInt64) { $0 << 16 | UInt64($1) }
    let low = groups.dropFirst(4).reduce(0 as UInt64) { $0 << 16 | UInt64($1) }
    self.init(v6High: high, low: low)
  }

  private var ipv6Text: String {
    let groups = (0..<8).map { UInt16(byte(at: $0 * 2)) << 8 | UInt16(byte(at: $0 * 2 + 1)) }
    if groups[0..<5].allSatisfy({ $0 == 0 }), groups[5] == 0xFFFF {
      return "::ffff:\(IPAddress(v4: UInt32(truncatingIfNeeded: low)))"
    }
    func text(_ slice: ArraySlice<UInt16>) -> String {
      slice.map { String($0, radix: 16) }.joined(separator: ":")
    }
    guard let gap = Self.longestZeroRun(in: groups) else { return text(groups[...]) }
    return text(groups[..<gap.lowerBound]) + "::" + text(groups[gap.upperBound...])
  }

  /// The first longest run of at least two zero groups, which `::` stands for (RFC 5952 section 4.2).
  private static func longestZeroRun(in groups: [UInt16]) -> Range<Int>? {
    var best = 0..<0
    var start = 0
    for index in 0...groups.count where index == groups.count || groups[index] != 0 {
      if index - start > best.count { best = start..<index }
      start = index + 1
    }
    return best.count >= 2 ? best : nil
  }
}

extension IPPrefix: LosslessStringConvertible {
  /// Reads `ADDRESS/LENGTH`, or `ADDRESS` alone for the prefix of that one address; `nil` for anything else.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let address = parts.first.flatMap({ IPAddress(String($0)) }) else { return nil }
    guard parts.count == 2 else {
      self.init(host: address)
      return
    }
    guard parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let length = UInt8(parts[1]) else { return nil }
    self.init(address, length: length)
  }

  /// `ADDRESS/LENGTH`.
  public var description: String { "\(address)/\(length)" }
}
