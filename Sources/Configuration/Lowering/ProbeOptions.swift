import ConfigurationSyntax
import NetworkTypes

/// The options of every kind of probe, as far as the file says.
struct ProbeOptions {
  var method: String?
  var host: Located<String>?
  var headers: [HTTPQuestion.HeaderField] = []
  var statuses: [ClosedRange<Int>] = []
  var patterns: [TextPattern] = []
  var usesTLS = false
  var tls = TLSOptions()
  /// Where the first option stands that only an encrypted connection has.
  var tlsSpan: SourceSpan?
  var send: [UInt8]?
  var quorum: Located<Int>?
  var interface: Located<String>?
  var name: Located<String>?
  var type = DNSQuestion.RecordType.a
  var expected: [Located<String>] = []
  var user: String?
  var database: String?
  var role: ServerRole?
  var backend: Located<String>?
  var servers: Located<Int>?
  var most: Int?
  var free: Amount?
  var inodes: Amount?
  var writable = false
  var some: Int?
  var full: Int?
  var window: Int?
  var available: Amount?
  /// The checks of a combination.
  var members: [Located<CombinedQuestion.Member>] = []
  /// Whether an option could not be read, which has been reported.
  var isBroken = false
}

extension KeywordAction where Draft == ProbeOptions {
  /// An option whose value is settled by `read`; `nil` means that it has been reported.
  static func option<Value>(
    _ name: String, _ path: WritableKeyPath<ProbeOptions, Value?>, _ read: @escaping (Statement, Lowering) -> Value?
  ) -> Self {
    Self(name: name) { options, statement, lowering in
      guard let value = read(statement, lowering) else { return options.isBroken = true }
      options[keyPath: path] = value
    }
  }

  /// An option of which each line adds to the ones before.
  static func list<Value>(
    _ name: String, _ path: WritableKeyPath<ProbeOptions, [Value]>, _ read: @escaping (Statement, Lowering) -> [Value]?
  ) -> Self {
    Self(name: name) { options, statement, lowering in
      guard let values = read(statement, lowering) else { return options.isBroken = true }
      options[keyPath: path] += values
    }
  }

  /// The options of encrypted connections.
  static var tls: [Self] {
    func file(_ name: String, _ path: WritableKeyPath<TLSOptions, String?>) -> Self {
      Self(name: name) { options, statement, lowering in
        options.tlsSpan = options.tlsSpan ?? statement.span
        guard let file = lowering.file(statement) else { return options.isBroken = true }
        options.tls[keyPath: path] = file
      }
    }
    return [
      Self(name: "verify") { options, statement, lowering in
        options.tlsSpan = options.tlsSpan ?? statement.span
        guard let value = lowering.boolean(statement) else { return options.isBroken = true }
        options.tls.verifies = value
      },
      Self(name: "server_name") { options, statement, lowering in
        options.tlsSpan = options.tlsSpan ?? statement.span
        guard let word = statement.arguments.first, lowering.checkHostName(word) else { return options.isBroken = true }
        options.tls.serverName = word.text
      },
      Self(name: "min_days") { options, statement, lowering in
        options.tlsSpan = options.tlsSpan ?? statement.span
        guard let days = lowering.integer(statement, bad: .error) else { return options.isBroken = true }
        options.tls.leastDays = days.value
      },
      file("ca_file", \.authorityFile), file("cert_file", \.certificateFile), file("key_file", \.keyFile),
    ]
  }
}

extension Lowering {
  /// Reports an error at a word; always `nil`, to be returned.
  func refuse<Value>(_ id: String, _ message: String, at word: Word, suggestion: String? = nil) -> Value? {
    diagnostics.report(.error, id, message, at: word.span, suggestion: suggestion)
    return nil
  }

  /// The path of a file, kept so that it is looked for.
  func file(_ statement: Statement) -> String? {
    guard let word = statement.arguments.first else { return nil }
    guard word.text.hasPrefix("/") else {
      return refuse(
        "bad-path", "'\(word.text)' is not an absolute path", at: word, suggestion: "write the path from / on")
    }
    fileUses.append(
      FileUse(keyword: statement.words[0].text, path: word.text, range: diagnostics.map.range(of: word.span)))
    return word.text
  }

  /// `[not] TEXT` or `[not] ~ EXPRESSION`.
  func pattern(_ statement: Statement) -> [TextPattern]? {
    var words = statement.arguments
    var pattern = TextPattern("")
    if let first = words.first, first == "not", !first.quoted, words.count > 1 {
      pattern.isNegated = true
      words = words.dropFirst()
    }
    if let first = words.first, first == "~", !first.quoted, words.count > 1 {
      pattern.isExpression = true
      words = words.dropFirst()
    }
    guard let word = words.first else { return nil }
    guard words.count == 1 else {
      return refuse(
        "bad-pattern", "one text is expected here", at: words[words.startIndex + 1],
        suggestion: "put a text with blanks in double quotes")
    }
    pattern.text = word.text
    if !pattern.isExpression {
      guard let bytes = escaped(word) else { return nil }
      pattern.text = String(decoding: bytes, as: UTF8.self)
    }
    do {
      _ = try CompiledPattern(pattern)
    } catch {
      return refuse(
        "bad-pattern", "'\(word.text)' is not a regular expression: \(error.reason)", at: word,
        suggestion: "write a POSIX extended expression, as for grep -E")
    }
    return [pattern]
  }

  /// A text with `\r`, `\n`, `\t`, `\0`, `\\` and `\xHH` in it.
  func escaped(_ word: Word) -> [UInt8]? {
    var bytes: [UInt8] = []
    var rest = word.bytes
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\\") else {
        bytes.append(byte)
        continue
      }
      switch rest.popFirst() {
      case UInt8(ascii: "r"): bytes.append(0x0D)
      case UInt8(ascii: "n"): bytes.append(0x0A)
      case UInt8(ascii: "t"): bytes.append(0x09)
      case UInt8(ascii: "0"): bytes.append(0)
      case UInt8(ascii: "\\"): bytes.append(UInt8(ascii: "\\"))
      case UInt8(ascii: "x"):
        let digits = String(decoding: rest.prefix(2), as: UTF8.self)
        guard digits.utf8.count == 2, let value = UInt8(digits, radix: 16) else { fallthrough }
        rest = rest.dropFirst(2)
        bytes.append(value)
      default:
        return refuse(
          "bad-escape", "a backslash stands for itself only when doubled", at: word,
          suggestion: #"write \r, \n, \t, \0, \xHH or \\"#)
      }
    }
    return bytes
  }

  /// Codes and ranges of codes, as `200-299 301`.
  func statuses(_ statement: Statement) -> [ClosedRange<Int>]? {
    var ranges: [ClosedRange<Int>] = []
    for word in statement.arguments {
      let bounds = word.text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
      guard bounds.count <= 2, let low = bounds[0], let high = bounds[bounds.count - 1], low <= high,
        (100...599).contains(low), (100...599).contains(high)
      else {
        return refuse(
          "bad-status", "'\(word.text)' is neither an HTTP status nor a range of them", at: word,
          suggestion: "write as status 200-299 301")
      }
      ranges.append(low...high)
    }
    return ranges
  }

  /// A word that is sent as it is: visible ASCII without blanks.
  func token(_ statement: Statement) -> String? {
    guard let word = statement.arguments.first else { return nil }
    let isSign = { (byte: UInt8) in (0x21...0x7E).contains(byte) }
    guard !word.bytes.isEmpty, word.bytes.count <= 255, word.bytes.allSatisfy(isSign) else {
      return refuse("bad-value", "'\(word.text)' holds signs that cannot be sent", at: word)
    }
    return word.text
  }

  /// `SIZE`, with K, M, G or T after the number, or `SHARE%`.
  func amount(_ statement: Statement) -> Amount? {
    guard let word = statement.arguments.first else { return nil }
    let units: [UInt8: Int] = [0x4B: 10, 0x4D: 20, 0x47: 30, 0x54: 40]
    if word.bytes.last == UInt8(ascii: "%"), let share = Self.millionths(word.bytes.dropLast()),
      share <= 100_000_000
    {
      return .perMille(UInt64(share / 100_000))
    }
    let shift = word.bytes.last.flatMap { units[$0 & 0xDF] }
    let digits = shift == nil ? word.bytes : word.bytes.dropLast()
    if let number = Self.wholeNumber(digits), number >= 0 {
      let (product, overflow) = UInt64(number).multipliedReportingOverflow(by: 1 << UInt64(shift ?? 0))
      if !overflow { return .count(product) }
    }
    return refuse(
      "bad-amount", "'\(word.text)' is neither a size nor a share", at: word,
      suggestion: "write as 500M, 20G or 10%")
  }

  func role(_ statement: Statement) -> ServerRole? {
    guard let word = statement.arguments.first else { return nil }
    switch word.text {
    case "primary", "master": return .primary
    case "replica", "slave": return .replica
    default:
      return refuse(
        "bad-role", "'\(word.text)' is neither primary nor replica", at: word, suggestion: "write primary or replica")
    }
  }

  /// A decimal in thousandths.
  func thousandths(_ statement: Statement) -> Int? { millionths(statement, bad: .error).map { $0.value / 1000 } }
}
