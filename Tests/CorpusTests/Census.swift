import Glibc

/// Counts what a configuration has, by its text alone: a second opinion that shares nothing with the parser.
///
/// It knows comments, double quotes, braces, `@` conditions and definitions of one line. A file that includes others, or makes lines
/// of definitions and sequences, is not for it.
struct Census {
  /// Names by the kind of thing: keywords of blocks, `address`, `member`, and each kind of `track_…` entry with its block.
  private(set) var found: [String: Set<String>] = [:]

  private static let named: Set<String> = [
    "vrrp_instance", "vrrp_sync_group", "vrrp_script", "vrrp_track_process", "track_file", "vrrp_track_file",
    "bfd_instance",
  ]
  private static let trackers: Set<String> = [
    "track_script", "track_interface", "track_bfd", "track_process", "track_file",
  ]

  /// A word, or a brace, and whether it is the first of its line.
  private struct Token {
    var text: String
    var isFirst: Bool
    var isQuoted = false
  }

  init?(_ bytes: [UInt8], id: String) {
    var tokens: [Token] = []
    var definitions: [(name: String, value: String)] = []
    for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline) {
      guard var text = Self.kept(Self.withoutComment(line), id: id) else { continue }
      if text.hasPrefix("~") || text.hasPrefix("include") || text.hasSuffix("\\") { return nil }
      for (name, value) in definitions.reversed() where text.contains("$") {
        text = Self.replacing("${\(name)}", in: text, by: value)
        text = text.split(separator: " ", omittingEmptySubsequences: false).map {
          $0 == "$\(name)" ? value : String($0)
        }
        .joined(separator: " ")
      }
      if text.hasPrefix("$"), let equals = text.firstIndex(of: "=") {
        definitions.append((String(text[..<equals].dropFirst()), Self.trimmed(text[text.index(after: equals)...])))
        continue
      }
      if text.contains("$") || text.contains("@") { return nil }
      tokens += Self.tokens(of: text)
    }
    count(tokens)
  }

  private static func trimmed(_ text: some StringProtocol) -> String {
    String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
  }

  private static func withoutComment(_ line: Substring) -> String {
    var isQuoted = false
    for index in line.indices {
      if line[index] == "\"" { isQuoted.toggle() }
      if !isQuoted, line[index] == "#" || line[index] == "!" { return trimmed(line[..<index]) }
    }
    return trimmed(line)
  }

  /// The line without its condition; `nil` if it is for another host.
  private static func kept(_ text: String, id: String) -> String? {
    guard text.hasPrefix("@") else { return text.isEmpty ? nil : text }
    let word = text.prefix { !$0.isWhitespace }.dropFirst()
    let isFor = word.hasPrefix("^") ? word.dropFirst() != id : word == id
    return isFor ? trimmed(text.drop { !$0.isWhitespace }) : nil
  }

  private static func replacing(_ name: String, in text: String, by value: String) -> String {
    var result = ""
    var rest = text[...]
    while !rest.isEmpty {
      if rest.hasPrefix(name) {
        result += value
        rest = rest.dropFirst(name.count)
      } else {
        result.append(rest.removeFirst())
      }
    }
    return result
  }

  private static func tokens(of text: String) -> [Token] {
    var tokens: [Token] = []
    var isFirst = true
    var rest = text[...]
    while let first = rest.first {
      if first.isWhitespace {
        rest.removeFirst()
      } else if first == "\"" {
        rest.removeFirst()
        tokens.append(Token(text: String(rest.prefix { $0 != "\"" }), isFirst: isFirst, isQuoted: true))
        rest = rest.drop { $0 != "\"" }.dropFirst()
        isFirst = false
      } else if first == "{" || first == "}" {
        tokens.append(Token(text: String(rest.removeFirst()), isFirst: true))
        isFirst = true
      } else {
        let word = rest.prefix { !$0.isWhitespace && $0 != "{" && $0 != "}" && $0 != "\"" }
        tokens.append(Token(text: String(word), isFirst: isFirst))
        rest = rest.dropFirst(word.count)
        isFirst = false
      }
    }
    return tokens
  }

  private mutating func count(_ tokens: [Token]) {
    var blocks: [[String]] = []
    var line: [String] = []
    for token in tokens {
      if token.isFirst, !line.isEmpty, token.isQuoted || token.text != "{" {
        note(line, in: blocks)
        line = []
      }
      if !token.isQuoted, token.text == "{" {
        if blocks.isEmpty, line.count > 1, Self.named.contains(line[0]) { add(line[0], line[1]) }
        blocks.append(line)
        line = []
      } else if !token.isQuoted, token.text == "}" {
        _ = blocks.popLast()
      } else {
        line.append(token.text)
      }
    }
  }

  /// Takes a line down that opens no block.
  private mutating func note(_ line: [String], in blocks: [[String]]) {
    guard let block = blocks.last?.first, let outer = blocks.first, outer.count > 1 || blocks.count == 1 else { return }
    let owner = outer.dropFirst().first ?? ""
    switch block {
    case "virtual_ipaddress", "virtual_ipaddress_excluded": add("address", "\(owner) \(Self.address(line[0]))")
    case "static_ipaddress": add("address", " \(Self.address(line[0]))")
    case "group" where outer.first == "vrrp_sync_group":
      for member in line { add("member", "\(owner) \(member)") }
    case _ where Self.trackers.contains(block) && blocks.count == 2 && outer.first?.hasPrefix("vrrp_") == true:
      add("\(block) entry", "\(owner) \(line[0])")
    default: break
    }
  }

  private mutating func add(_ kind: String, _ name: String) { found[kind, default: []].insert(name) }

  /// An address in one way of writing, by the C library.
  private static func address(_ text: String) -> String {
    let host = String(text.prefix { $0 != "/" })
    for family in [AF_INET, AF_INET6] {
      var bytes = [UInt8](repeating: 0, count: 16)
      if inet_pton(family, host, &bytes) == 1 { return bytes.map { String($0, radix: 16) }.joined(separator: ":") }
    }
    return host
  }
}
