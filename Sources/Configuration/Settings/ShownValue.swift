import ConfigurationModel

/// A word of a shown configuration.
package enum ShownWord: Sendable, Hashable {
  /// A keyword, a name, a number: one word of an ordinary line.
  case word(String)
  /// One word, in quotes that have a meaning.
  case quoted(String)
  /// A command, in which quotes may stand.
  case command(String)
  /// A password or key, which is never shown.
  case secret(Secret)

  /// A password or key, which can be compared and never read.
  package struct Secret: Sendable, Hashable, CustomReflectable, CustomStringConvertible {
    private let bytes: [UInt8]
    /// The text shown instead. It does not reveal the secret's length.
    package let mask: String

    /// A secret of up to eight bytes, or, as the key of `auth_hmac` has to be, of at least 32.
    package init(_ bytes: [UInt8], isLong: Bool = false) {
      self.bytes = bytes
      mask = String(repeating: "*", count: isLong ? 32 : 8)
    }

    package var description: String { mask }
    /// An empty mirror, so that a dump shows nothing.
    package var customMirror: Mirror { Mirror(self, children: []) }
  }

  /// The word as text, without quotes.
  package var text: String {
    switch self {
    case .word(let text), .quoted(let text), .command(let text): text
    case .secret(let secret): secret.mask
    }
  }
}

extension ShownWord: ExpressibleByStringLiteral {
  package init(stringLiteral text: String) { self = .word(text) }
}

/// A line of a block of values, with the key that identifies it.
package struct ShownEntry: Hashable {
  package var key: String
  package var words: [ShownWord]

  package init(key: String, words: [ShownWord]) {
    self.key = key
    self.words = words
  }

  package init(name: String) { self.init(key: name, words: [.word(name)]) }
}

/// A block of values.
package struct ShownList: Hashable {
  package var keyword: String
  package var entries: [ShownEntry]

  package init(keyword: String, entries: [ShownEntry]) {
    self.keyword = keyword
    self.entries = entries
  }
}

/// The value of a shown property.
package enum ShownValue: Hashable {
  /// A keyword and what follows it.
  case line([ShownWord])
  /// Keywords, each with the lines of its block.
  case lists([ShownList])
  /// The question of a probe: its kind, and the question for comparison.
  case question(String, ProbeQuestion)
  /// No line; the text says what holds then.
  case none(String?)

  package static let nothing = ShownValue.none(nil)

  package static func word(_ keyword: String, _ value: some CustomStringConvertible) -> ShownValue {
    .line([.word(keyword), .word("\(value)")])
  }

  package static func flag(_ keyword: String, _ isOn: Bool) -> ShownValue { isOn ? .line([.word(keyword)]) : .nothing }

  package static func boolean(_ keyword: String, _ isOn: Bool) -> ShownValue { .word(keyword, isOn ? "on" : "off") }

  package static func entries(_ keyword: String, _ entries: [ShownEntry]) -> ShownValue {
    entries.isEmpty ? .nothing : .lists([ShownList(keyword: keyword, entries: entries)])
  }

  package static func command(_ keyword: String, _ command: CommandDefinition?) -> ShownValue {
    guard let command else { return .nothing }
    return .line([.word(keyword), .command(command.text)] + words(of: command.user))
  }

  package static func words(of user: ScriptUser?) -> [ShownWord] {
    [user?.user, user?.group].compactMap(\.self).map(ShownWord.word)
  }
}

/// A property of a block: the keywords that set it, and its value.
package struct ShownProperty<Owner>: Sendable {
  /// Keywords of the block that set the property. The first one names it.
  package var keywords: [String]
  /// Keywords of `global_defs` that set it for all, strongest first.
  package var inherited: [String] = []
  /// Another keyword of the block from which it follows where it is not written.
  package var following: String?
  /// True when strict mode overrides it.
  package var isStrict = false
  /// True when each keyword has a list of its own.
  package var isByKeyword = false
  /// True when members inherit it from a sync group.
  package var isSetByGroup = false
  package let value: @Sendable (Owner) -> ShownValue

  package init(
    _ keywords: String..., inherited: [String] = [], following: String? = nil, isStrict: Bool = false,
    isByKeyword: Bool = false, isSetByGroup: Bool = false, value: @escaping @Sendable (Owner) -> ShownValue
  ) {
    self.keywords = keywords
    self.inherited = inherited
    self.following = following
    self.isStrict = isStrict
    self.isByKeyword = isByKeyword
    self.isSetByGroup = isSetByGroup
    self.value = value
  }

  package var name: String { keywords.first ?? "" }
}
