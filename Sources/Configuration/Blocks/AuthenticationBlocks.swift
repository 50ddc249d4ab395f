import ConfigurationModel
import ConfigurationSyntax
import NetworkTypes
import VRRPCore

extension Setting<VirtualRouterDefinition> {
  static var authentication: Setting {
    Setting(
      Keyword(
        "authentication", "Authenticates adverts of version 2 by a password or key that the hosts share", .block,
        .acts),
      shown: ShownProperty("authentication") { .entries("authentication", passwordEntries($0.authentication)) }
    ) { block, statement, lowering in
      let saysPassword = statement.children.contains { $0.words[0] == "auth_pass" }
      block.notes.authentication.saysPassword = block.notes.authentication.saysPassword || saysPassword
      lowering.apply(lowering.authenticationTable, to: &block, statement.children)
      return statement.span
    }
  }

  private static func passwordEntries(_ definition: AuthenticationDefinition?) -> [ShownEntry] {
    func entries(_ type: String, _ secret: [UInt8]) -> [ShownEntry] {
      [
        ShownEntry(key: "auth_type", words: ["auth_type", .word(type)]),
        ShownEntry(key: "auth_pass", words: ["auth_pass", .secret(ShownWord.Secret(secret))]),
      ]
    }
    return switch definition {
    case .password(let password): entries("PASS", password)
    case .header(let key): entries("AH", key)
    case .trailer, nil: []
    }
  }

  /// A second block adds to the first, as in keepalived.
  static var trailer: Setting {
    Setting(
      Keyword(
        "auth_hmac", "Signs adverts with HMAC-SHA256 and refuses those without a valid signature", .block,
        since: "2.4.0", .acts),
      shown: ShownProperty("auth_hmac") { .entries("auth_hmac", trailerEntries($0.authentication)) }
    ) { block, statement, lowering in
      var trailer = block.notes.trailer ?? BlockReading(Located(block.name.value, statement.span))
      block.notes.trailer = nil
      lowering.apply(lowering.trailerTable, to: &trailer, statement.children)
      block.notes.trailer = trailer
      return statement.span
    }
  }

  private static func trailerEntries(_ definition: AuthenticationDefinition?) -> [ShownEntry] {
    guard case .trailer(let trailer) = definition else { return [] }
    func line(_ keyword: String, _ value: some CustomStringConvertible) -> ShownEntry {
      ShownEntry(key: keyword, words: [.word(keyword), .word("\(value)")])
    }
    let keys = ([trailer.activeKey] + trailer.otherKeys).map { key in
      ShownEntry(
        key: "key \(key.id)",
        words: ["key", .word("\(key.id)"), .secret(ShownWord.Secret(key.bytes, isLong: true))])
    }
    let window = trailer.window.map { [line("anti_replay", "time"), line("time_window", $0)] }
    return keys + [line("active_key", trailer.activeKey.id)] + (window ?? [line("anti_replay", "monotonic")])
      + [line("mode", trailer.mode.rawValue)]
  }
}

extension Block<VirtualRouterDefinition> {
  /// `authentication`.
  static var authentication: Block {
    Block("vrrp_instance", "authentication") {
      Setting(
        Keyword(
          "auth_type", "Chooses the way: PASS puts the password into each advert, AH signs each advert with it",
          .choice(["PASS", "AH"]), .acts)
      ) { $2.readAuthenticationType($1, into: &$0) }
      Setting(
        Keyword(
          "auth_pass", "Sets the password or key, the same on all hosts; only its first 8 bytes count", .word,
          arguments: "STRING", .acts)
      ) { $2.readPassword($1, into: &$0) }
    }
  }
}

/// The settings of `auth_hmac`, before the rules have chosen a key.
struct TrailerSettings: BlockModel {
  /// A `key` line.
  struct Key {
    var id: Located<Int>
    var value: Word
  }

  var keys: [Key] = []
  var activeKey: Int?
  var window: Int?
  var isMonotonic = false
  var mode = TrailerDefinition.Mode.enforce

  // Filled in by the rules.
  var usableKeys: [TrailerDefinition.Key] = []
  var definition: TrailerDefinition?

  static var unset: Self { Self() }
}

extension Block<TrailerSettings> {
  /// `auth_hmac`.
  static var trailer: Block {
    Block("vrrp_instance", "auth_hmac") {
      Setting(
        Keyword(
          "key", "Defines a key of 32 to 64 bytes by its number and its text, hex:DIGITS or file:PATH", .words,
          arguments: "ID VALUE", since: "2.4.0", .acts)
      ) { $2.readKey($1, into: &$0.model) }
      Setting(
        "active_key", "Chooses by its number the key that this host signs with", .integer(1...255), \.activeKey,
        bad: .error, since: "2.4.0")
      Setting(
        "time_window", "Sets by how much the time in an advert may differ from this host's clock",
        .integer(1...300, unit: .seconds), \.window, default: "max(3 x advert_int, 5), at most 300", since: "2.4.0")
      Setting(
        "anti_replay",
        "Chooses what makes an advert too old: its time, or only a number below the last one heard (monotonic)",
        .choice([("time", false), ("monotonic", true)]), \.isMonotonic, since: "2.4.0")
      Setting(
        "mode", "Chooses whether own adverts are signed and unsigned ones refused, to turn signing on step by step",
        .choice(TrailerDefinition.Mode.allCases.map { ($0.rawValue, $0) }), \.mode, since: "2.4.0")
    }
  }
}

extension Lowering {
  /// Authentication types of other programs: a line that names one of them does not have its password in the wrong place.
  private static let otherAuthentications: Set<String> = [
    "CRAM", "HMAC", "HMAC-SHA256", "KEYED-MD5", "MD5", "NONE", "PLAIN", "SHA", "SHA1", "SHA256", "SHA512", "SIMPLE",
    "TEXT",
  ]

  fileprivate func readAuthenticationType(_ statement: Statement, into block: inout InstanceReading) -> SourceSpan? {
    guard let word = statement.arguments.first else { return nil }
    block.notes.authentication.isUnknown = false
    switch word.text {
    case "PASS": block.notes.authentication.usesHeader = false
    case "AH": block.notes.authentication.usesHeader = true
    default:
      let upper = word.text.uppercased()
      let known = upper == "PASS" || upper == "AH"
      block.notes.authentication.isUnknown = true
      diagnostics.report(
        .warning, "unknown-authentication",
        "'\(word.text)' is not a way of authentication; \(block.name.value) runs without any", at: word.span,
        suggestion: known ? "write \(upper), in capitals" : "write PASS or AH", replacement: known ? upper : nil,
        quotesFile: !known && !Self.otherAuthentications.contains(upper))
    }
    return word.span
  }

  fileprivate func readPassword(_ statement: Statement, into block: inout InstanceReading) -> SourceSpan? {
    guard let word = statement.arguments.first else { return nil }
    if statement.isCutByComment {
      diagnostics.report(
        .warning, "comment-in-password", "a comment begins inside the password, which ends there", at: word.span,
        suggestion: "put it in double quotes if # or ! belongs to it; then the peers need the whole password too",
        quotesFile: false)
    }
    if word.bytes.count > 8 {
      diagnostics.report(
        .warning, "password-too-long", "a password has at most 8 bytes; the first 8 of this one are used",
        at: word.span, suggestion: "write the first 8 alone, on all hosts: every host sends and compares just those")
    }
    block.notes.authentication.password = Array(word.bytes.prefix(8))
    if secrets[word.span.file] == nil { secrets[word.span.file] = word.span }
    return word.span
  }

  fileprivate func readKey(_ statement: Statement, into trailer: inout TrailerSettings) -> SourceSpan? {
    let words = Array(statement.arguments)
    guard words.count >= 2 else {
      diagnostics.report(
        .error, "key-without-value", "a key needs its number and its value", at: statement.span,
        suggestion: "write key NUMBER hex:DIGITS, the same on all hosts")
      return nil
    }
    if statement.isCutByComment {
      diagnostics.report(
        .warning, "comment-in-key", "a comment begins inside the key, which ends there", at: words[1].span,
        suggestion: "put it in double quotes if # or ! belongs to it")
    } else if words.count > 2 {
      diagnostics.report(
        .warning, "extra-words", "what follows a key on its line has no meaning; it is ignored", at: words[2].span,
        suggestion: "put a key with blanks in it in double quotes")
    }
    guard let id = Self.wholeNumber(words[0].bytes), (1...255).contains(id) else {
      diagnostics.report(
        .error, "key-number", "a key has a number from 1 to 255, which its adverts name it by", at: words[0].span,
        suggestion: "write key NUMBER hex:DIGITS, the same on all hosts")
      return nil
    }
    trailer.keys.append(TrailerSettings.Key(id: Located(id, words[0].span), value: words[1]))
    return words[0].span
  }
}
