import ConfigurationModel
import ConfigurationSyntax
import NetworkTypes

/// A question to a port of a host, or to a socket in the file system.
protocol EndpointModel: ProbeModel {
  var endpoint: ProbeEndpoint { get set }
}

extension ProbeEndpoint {
  /// A placeholder for an endpoint that has not been read yet.
  static var unset: Self { .path("") }
}

extension Lowering {
  /// The one word after a kind's keyword.
  func target(_ statement: Statement, _ example: String) -> Word? {
    guard let word = statement.arguments.first else {
      diagnostics.report(
        .error, "missing-target", "\(statement.words[0].text) needs to be told what to ask", at: statement.span,
        suggestion: "write \(statement.words[0].text) \(example)")
      return nil
    }
    if let extra = statement.arguments.dropFirst().first {
      return refuse("bad-target", "\(statement.words[0].text) takes one target", at: extra)
    }
    return word
  }

  /// The value of a kind without a target; refused if a word follows the keyword.
  func withoutTarget<Value>(_ statement: Statement, _ value: Value) -> Value? {
    guard let word = statement.arguments.first else { return value }
    return refuse("bad-target", "\(statement.words[0].text) takes no target", at: word)
  }

  /// The value of the one word after a kind's keyword.
  ///
  /// - Parameter what: The fault of a word for which `value` gives nothing, to follow that word in a sentence.
  func target<Value>(
    _ statement: Statement, _ example: String, _ what: String, suggestion: String? = nil, value: (Word) -> Value?
  ) -> Value? {
    guard let word = target(statement, example) else { return nil }
    return value(word) ?? refuse("bad-target", "'\(word.text)' \(what)", at: word, suggestion: suggestion)
  }

  /// Reads the target as `HOST:PORT` or `[IPV6]:PORT`; without a port if there is a usual one; as a path if `takesPaths`.
  ///
  /// - Parameter example: A target for the suggestion; by default the usual port of this host.
  func endpoint<Model: EndpointModel>(
    _ statement: Statement, _ block: inout BlockReading<Model>, usualPort: UInt16? = nil, takesPaths: Bool = false,
    example: String? = nil
  ) -> Model? {
    let example = example ?? "127.0.0.1:\(usualPort ?? 0)"
    guard let word = target(statement, example) else { return nil }
    if takesPaths, word.text.hasPrefix("/") {
      guard let path = path(word) else { return nil }
      block.endpoint = .path(path)
      return block.model
    }
    guard let (host, port) = hostAndPort(word, word.text[...], example) else { return nil }
    guard let port = port ?? usualPort else {
      return refuse("bad-target", "'\(word.text)' has no port", at: word, suggestion: "write as \(example)")
    }
    block.endpoint = .host(host, port: port)
    return block.model
  }

  /// The path of a socket, of at most 107 bytes (`sun_path` of unix(7)).
  func path(_ word: Word) -> String? {
    guard word.text.hasPrefix("/"), word.bytes.count <= 107, !word.bytes.contains(0) else {
      return refuse("bad-target", "'\(word.text)' is not an absolute path of at most 107 bytes", at: word)
    }
    return word.text
  }

  /// The parts of `HOST[:PORT]` inside a word.
  func hostAndPort(_ word: Word, _ text: Substring, _ example: String) -> (ProbeHost, UInt16?)? {
    var hostText = text
    var portText: Substring?
    if text.hasPrefix("[") {
      guard let end = text.firstIndex(of: "]") else {
        return refuse("bad-target", "'\(word.text)' lacks a ]", at: word, suggestion: "write as [2001:db8::1]:80")
      }
      hostText = text[text.index(after: text.startIndex)..<end]
      let rest = text[text.index(after: end)...]
      if rest.hasPrefix(":") {
        portText = rest.dropFirst()
      } else if !rest.isEmpty {
        return refuse("bad-target", "'\(rest)' has no meaning after ]", at: word)
      }
    } else if text.count(where: { $0 == ":" }) == 1, let colon = text.firstIndex(of: ":") {
      hostText = text[..<colon]
      portText = text[text.index(after: colon)...]
    } else if text.contains(":"), example.contains(":") {
      return refuse(
        "bad-target", "'\(word.text)' does not show where an IPv6 address ends", at: word,
        suggestion: "write as [\(text)]:PORT")
    }
    guard let portText else { return host(word, hostText).map { ($0, nil) } }
    guard let port = UInt16(portText), port > 0 else {
      return refuse("bad-target", "'\(portText)' is not a port from 1 to 65535", at: word)
    }
    return host(word, hostText).map { ($0, port) }
  }

  private func host(_ word: Word, _ text: Substring) -> ProbeHost? {
    if let address = IPAddress(String(text)) { return .address(address) }
    guard Self.isHostName(text) else {
      return refuse("bad-target", "'\(text)' is neither an address nor a possible host name", at: word)
    }
    return .name(String(text))
  }

  /// True for letters, digits, hyphens and underscores in labels of at most 63 (RFC 1035 section 2.3.4), the last not a number.
  static func isHostName(_ text: Substring) -> Bool {
    let labels = labels(text)
    guard let labels, let last = labels.last else { return false }
    return !last.utf8.allSatisfy { (0x30...0x39).contains($0) }
  }

  /// The labels of a name that can be looked up; `nil` for any other text. A dot at the end is allowed.
  static func labels(_ text: Substring) -> [Substring]? {
    let name = text.hasSuffix(".") ? text.dropLast() : text
    guard !name.isEmpty else { return text == "." ? [] : nil }
    let labels = name.split(separator: ".", omittingEmptySubsequences: false)
    let isGood = labels.allSatisfy { label in
      (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
        && label.utf8.allSatisfy(isNameSign)
    }
    return isGood && name.utf8.count <= 253 ? labels : nil
  }

  /// True for letters, digits, hyphens and underscores.
  static func isNameSign(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || byte == 0x2D || byte == 0x5F
  }
}
