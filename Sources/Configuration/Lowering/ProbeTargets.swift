import ConfigurationSyntax
import NetworkTypes

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

  /// `HOST:PORT`, `[IPV6]:PORT`; without a port if there is a usual one; a path if `takesPaths`.
  func endpoint(
    _ statement: Statement, usualPort: UInt16? = nil, takesPaths: Bool = false, example: String
  ) -> ProbeEndpoint? {
    guard let word = target(statement, example) else { return nil }
    if takesPaths, word.text.hasPrefix("/") { return path(word).map(ProbeEndpoint.path) }
    guard let (host, port) = hostAndPort(word, word.text[...], example) else { return nil }
    guard let port = port ?? usualPort else {
      return refuse("bad-target", "'\(word.text)' has no port", at: word, suggestion: "write as \(example)")
    }
    return .host(host, port: port)
  }

  /// The path of a socket, which the kernel's address has 107 bytes for.
  func path(_ word: Word) -> String? {
    guard word.text.hasPrefix("/"), word.bytes.count <= 107, !word.bytes.contains(0) else {
      return refuse("bad-target", "'\(word.text)' is not an absolute path of at most 107 bytes", at: word)
    }
    return word.text
  }

  /// The parts of `HOST[:PORT]` inside a word.
  private func hostAndPort(_ word: Word, _ text: Substring, _ example: String) -> (ProbeHost, UInt16?)? {
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
    var port: UInt16?
    if let portText {
      guard let number = UInt16(portText), number > 0 else {
        return refuse("bad-target", "'\(portText)' is not a port from 1 to 65535", at: word)
      }
      port = number
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

  /// Whether a word is a possible host name; reports it if not.
  func checkHostName(_ word: Word) -> Bool {
    if Self.isHostName(word.text[...]) { return true }
    diagnostics.report(.error, "bad-name", "'\(word.text)' is not a possible host name", at: word.span)
    return false
  }

  /// Letters, digits, hyphens and underscores in labels of at most 63 (RFC 1035 section 2.3.4), the last not a number.
  static func isHostName(_ text: Substring) -> Bool {
    let labels = labels(text)
    guard let labels, let last = labels.last else { return false }
    return !last.utf8.allSatisfy { (0x30...0x39).contains($0) }
  }

  /// The labels of a name that can be asked for; `nil` if it is none. A dot at the end is let through.
  static func labels(_ text: Substring) -> [Substring]? {
    let name = text.hasSuffix(".") ? text.dropLast() : text
    guard !name.isEmpty else { return text == "." ? [] : nil }
    let labels = name.split(separator: ".", omittingEmptySubsequences: false)
    let isGood = labels.allSatisfy { label in
      (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
        && label.utf8.allSatisfy { byte in
          (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || byte == 0x2D || byte == 0x5F
        }
    }
    return isGood && name.utf8.count <= 253 ? labels : nil
  }

  /// The parts of `http://HOST[:PORT][/PATH]`.
  func httpQuestion(_ statement: Statement, _ options: ProbeOptions) -> HTTPQuestion? {
    let scheme = statement.words[0].text
    let example = "\(scheme)://127.0.0.1:8080/healthz"
    guard let word = target(statement, example) else { return nil }
    let prefix = "\(scheme)://"
    guard word.text.hasPrefix(prefix) else {
      return refuse(
        "bad-url", "'\(word.text)' does not begin with \(prefix)", at: word, suggestion: "write as \(example)")
    }
    let rest = word.text.dropFirst(prefix.count)
    guard !rest.contains("#"), rest.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      return refuse("bad-url", "a URL holds visible ASCII without #", at: word)
    }
    let authority = rest.prefix { $0 != "/" && $0 != "?" }
    guard !authority.contains("@") else {
      return refuse("bad-url", "a user in the URL has no meaning", at: word, suggestion: "write header Authorization")
    }
    guard !authority.isEmpty else { return refuse("bad-url", "'\(word.text)' names no host", at: word) }
    guard let (host, port) = hostAndPort(word, authority, "HOST") else { return nil }
    let path = rest.dropFirst(authority.count)
    let usual: UInt16 = scheme == "https" ? 443 : 80
    var question = HTTPQuestion(
      endpoint: .host(host, port: port ?? usual), target: path.hasPrefix("/") ? String(path) : "/" + path,
      host: options.host?.value ?? String(authority))
    question.method = options.method ?? "GET"
    question.headers = options.headers
    if !options.statuses.isEmpty { question.statuses = options.statuses }
    question.body = options.patterns
    if question.method == "HEAD", !question.body.isEmpty {
      return refuse("bad-value", "the answer to HEAD has no body to look at", at: statement.words[0])
    }
    return question
  }

  /// The encryption that options ask for; a name is asked for unless the target is an address.
  func encryption(_ statement: Statement, _ options: ProbeOptions, _ endpoint: ProbeEndpoint, isOn: Bool) -> TLSOptions?
  {
    guard isOn else {
      if let span = options.tlsSpan {
        diagnostics.report(
          .error, "tls-off", "\(statement.words[0].text) is not encrypted, so this has no meaning", at: span,
          suggestion: "write tls in the block")
      }
      return nil
    }
    var tls = options.tls
    if tls.serverName == nil, case .host(.name(let name), _) = endpoint { tls.serverName = name }
    if tls.serverName == nil, let host = options.host, Self.isHostName(host.value[...]) { tls.serverName = host.value }
    if tls.keyFile != nil, tls.certificateFile == nil {
      diagnostics.report(
        .error, "missing-option", "key_file needs cert_file", at: statement.span,
        suggestion: "name the file with the certificate")
    }
    return tls
  }
}
