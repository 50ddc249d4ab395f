import Configuration

/// A word of a settled configuration.
public enum OutlineWord: Sendable, Hashable {
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
    init(_ bytes: [UInt8], isLong: Bool = false) {
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

extension OutlineWord: ExpressibleByStringLiteral {
  /// An ordinary word.
  public init(stringLiteral text: String) { self = .word(text) }
}

/// A line of a block of values, with what tells it from the other lines.
struct OutlineEntry: Hashable {
  var key: String
  var words: [OutlineWord]
}

/// What a property of a configuration comes to.
enum OutlineContent: Hashable {
  /// A keyword and what follows it.
  case line([OutlineWord])
  /// Keywords, each with the lines of its block.
  case lists([OutlineList])
  /// What a probe asks: its kind, and a value that tells whether it is the same.
  case question(String, ProbeQuestion)
  /// Nothing that could be written; what holds then, in words, if there is anything to say.
  case none(String?)

  static let nothing = OutlineContent.none(nil)

  static func word(_ keyword: String, _ value: some CustomStringConvertible) -> OutlineContent {
    .line([.word(keyword), .word("\(value)")])
  }

  static func flag(_ keyword: String, _ isOn: Bool) -> OutlineContent { isOn ? .line([.word(keyword)]) : .nothing }

  static func boolean(_ keyword: String, _ isOn: Bool) -> OutlineContent { .word(keyword, isOn ? "on" : "off") }

  static func entries(_ keyword: String, _ entries: [OutlineEntry]) -> OutlineContent {
    entries.isEmpty ? .nothing : .lists([OutlineList(keyword: keyword, entries: entries)])
  }
}

/// A block of values.
struct OutlineList: Hashable {
  var keyword: String
  var entries: [OutlineEntry]
}

/// A property of a `Subject`: what sets it, and what it comes to.
struct OutlineRow<Subject>: Sendable {
  /// The keywords of the subject's own block that set it. The first names the property.
  var keywords: [String]
  /// The keywords of `global_defs` that set it for all who do not say, the strongest first.
  var inherited: [String] = []
  /// Another keyword of the own block that it follows from where it is not written.
  var following: String?
  /// Whether strict mode settles it whatever else says.
  var isStrict = false
  /// Whether each keyword has a list of its own.
  var isByKeyword = false
  /// Whether a sync group sets it for the members that do not say.
  var isSetByGroup = false
  let content: @Sendable (Subject) -> OutlineContent

  init(
    _ keywords: String..., inherited: [String] = [], following: String? = nil, isStrict: Bool = false,
    isByKeyword: Bool = false, isSetByGroup: Bool = false, content: @escaping @Sendable (Subject) -> OutlineContent
  ) {
    self.keywords = keywords
    self.inherited = inherited
    self.following = following
    self.isStrict = isStrict
    self.isByKeyword = isByKeyword
    self.isSetByGroup = isSetByGroup
    self.content = content
  }

  var name: String { keywords.first ?? "" }
}
