import ConfigurationModel
import ConfigurationSyntax
import NetworkTypes

extension HTTPQuestion: EncryptedModel { static var unset: Self { Self(endpoint: .unset, target: "", host: "") } }

extension ProbeKind {
  /// The kinds that probe a web server.
  static var web: [ProbeKind] {
    [
      web("http", "Asks a web server for a page"),
      web("https", "Asks a web server for a page over TLS", Setting.ofEncrypted),
    ]
  }

  private static func web(
    _ name: String, _ meaning: String, _ encryption: [Setting<HTTPQuestion>] = []
  ) -> ProbeKind {
    ProbeKind(name, meaning, ProbeQuestion.http) {
      Setting.option("method", "Sets the method of the request, such as HEAD", .method, \.method)
      Setting.option("host", "Sets the Host field of the request", .token, \.host, default: "that of the URL")
      Setting.list("header", "Adds a field to the request: its name, then its value", .headerField, \.headers)
      Setting.list(
        "status", "Sets the status codes that are a success, such as 200-299 401", .statuses, \.statuses,
        default: "200-299")
      Setting.list(
        "body", "Sets a text, or ~ and an expression, that must be in the body; not turns it round", .pattern, \.body,
        default: "anything")
      encryption
    } target: {
      $2.page($0, &$1)
    }
  }
}

extension ValueForm<String> {
  fileprivate static var method: Self {
    word("is not a method", suggestion: "write GET") { word in
      !word.bytes.isEmpty && word.bytes.allSatisfy { (0x41...0x5A).contains($0) } && !(word == "CONNECT")
        ? word.text : nil
    }
  }
}

extension ValueForm<[HTTPQuestion.HeaderField]> {
  /// `NAME VALUE`, or `NAME: VALUE` as people copy it from a request.
  fileprivate static var headerField: Self { read(.words) { $1.headerField($0).map { [$0] } } }
}

extension ValueForm<[ClosedRange<Int>]> {
  /// Codes and ranges of codes, as `200-299 301`.
  fileprivate static var statuses: Self {
    read(.words) { statement, lowering in
      var ranges: [ClosedRange<Int>] = []
      for word in statement.arguments {
        let bounds = word.text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        guard bounds.count <= 2, let low = bounds[0], let high = bounds[bounds.count - 1], low <= high,
          (100...599).contains(low), (100...599).contains(high)
        else {
          return lowering.refuse(
            "bad-status", "'\(word.text)' is neither an HTTP status nor a range of them", at: word,
            suggestion: "write as status 200-299 301")
        }
        ranges.append(low...high)
      }
      return ranges
    }
  }
}

extension Lowering {
  fileprivate func headerField(_ statement: Statement) -> HTTPQuestion.HeaderField? {
    guard let first = statement.arguments.first else { return nil }
    let name = first.bytes.last == UInt8(ascii: ":") ? first.bytes.dropLast() : first.bytes
    guard !name.isEmpty, name.allSatisfy(Self.isNameSign) else {
      return refuse("bad-value", "'\(first.text)' is not the name of a header field", at: first)
    }
    let text = String(decoding: name, as: UTF8.self)
    guard !["host", "content-length", "transfer-encoding", "connection"].contains(text.lowercased()) else {
      return refuse(
        "bad-value", "the field \(text) is set by the probe", at: first,
        suggestion: text.lowercased() == "host" ? "write host NAME" : nil)
    }
    let value = statement.arguments.dropFirst().map(\.text).joined(separator: " ")
    guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
      return refuse("bad-value", "the value of \(text) holds signs that cannot be sent", at: first)
    }
    return HTTPQuestion.HeaderField(name: text, value: value)
  }

  /// Reads the target as `http://HOST[:PORT][/PATH]`.
  fileprivate func page(_ statement: Statement, _ block: inout BlockReading<HTTPQuestion>) -> HTTPQuestion? {
    let scheme = statement.words[0].text
    guard let word = target(statement, "\(scheme)://127.0.0.1:8080/healthz"),
      let rest = afterScheme(word, "\(scheme)://")
    else { return nil }
    let authority = rest.prefix { $0 != "/" && $0 != "?" }
    guard !authority.contains("@") else {
      return refuse("bad-url", "a user in the URL has no meaning", at: word, suggestion: "write header Authorization")
    }
    guard !authority.isEmpty else { return refuse("bad-url", "'\(word.text)' names no host", at: word) }
    guard let (host, port) = hostAndPort(word, authority, "HOST") else { return nil }
    let path = rest.dropFirst(authority.count)
    block.endpoint = .host(host, port: port ?? (scheme == "https" ? 443 : 80))
    block.target = path.hasPrefix("/") ? String(path) : "/" + path
    let name = block.places["host"] == nil ? nil : block.host
    block.host = name ?? String(authority)
    if block.method == "HEAD", !block.body.isEmpty {
      return refuse("bad-value", "the answer to HEAD has no body to look at", at: statement.words[0])
    }
    return encrypted(statement, &block, isAlways: scheme == "https", host: name)
  }

  private func afterScheme(_ word: Word, _ prefix: String) -> Substring? {
    guard word.text.hasPrefix(prefix) else {
      return refuse(
        "bad-url", "'\(word.text)' does not begin with \(prefix)", at: word,
        suggestion: "write as \(prefix)127.0.0.1:8080/healthz")
    }
    let rest = word.text.dropFirst(prefix.count)
    guard !rest.contains("#"), rest.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      return refuse("bad-url", "a URL holds visible ASCII without #", at: word)
    }
    return rest
  }
}
