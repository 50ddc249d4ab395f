import ConfigurationModel

/// A word of a settled configuration.
public enum ShownWord: Sendable, Hashable {
  /// A keyword, a name, a number: one word of an ordinary line.
  case word(String)
  /// The same, in quotes that have a meaning.
  case quoted(String)
  /// A command, in which quotes may stand.
  case command(String)
  /// What nobody may see.
  case secret(Secret)

  /// A password or key. It can be compared, and neither text nor dump shows it.
  public struct Secret: Sendable, Hashable, CustomReflectable, CustomStringConvertible {
    private let bytes: [UInt8]
    /// What is shown instead. It does not tell how long the secret is.
    public let mask: String

    /// A secret of up to eight bytes, or, as the key of `auth_hmac` has to be, of at least 32.
    package init(_ bytes: [UInt8], isLong: Bool = false) {
      self.bytes = bytes
      mask = String(repeating: "*", count: isLong ? 32 : 8)
    }

    /// The mask.
    public var description: String { mask }
    /// Shows nothing.
    public var customMirror: Mirror { Mirror(self, children: []) }
  }

  /// The word for people, without quotes.
  public var text: String {
    switch self {
    case .word(let text), .quoted(let text), .command(let text): text
    case .secret(let secret): secret.mask
    }
  }
}

extension ShownWord: ExpressibleByStringLiteral {
  /// An ordinary word.
  public init(stringLiteral text: String) { self = .word(text) }
}

/// A line of a block of values, with what tells it from the other lines.
package struct ShownEntry: Hashable {
  package var key: String
  package var words: [ShownWord]

  package init(key: String, words: [ShownWord]) {
    self.key = key
    self.words = words
  }

  /// A line that is a name.
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

/// What a property of a configuration comes to.
package enum ShownValue: Hashable {
  /// A keyword and what follows it.
  case line([ShownWord])
  /// Keywords, each with the lines of its block.
  case lists([ShownList])
  /// What a probe asks: its kind, and a value that tells whether it is the same.
  case question(String, ProbeQuestion)
  /// Nothing that could be written; what holds then, in words, if there is anything to say.
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

/// A property of a block: what sets it, and what it comes to.
package struct ShownProperty<Owner>: Sendable {
  /// Keywords of the owner's own block that set it. The first names the property.
  package var keywords: [String]
  /// Keywords of `global_defs` that set it for all who do not say, the strongest first.
  package var inherited: [String] = []
  /// Another keyword of the own block that it follows from where it is not written.
  package var following: String?
  /// Whether strict mode settles it whatever else says.
  package var isStrict = false
  /// Whether each keyword has a list of its own.
  package var isByKeyword = false
  /// Whether a sync group sets it for the members that do not say.
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
