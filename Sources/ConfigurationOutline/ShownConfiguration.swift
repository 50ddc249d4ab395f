import Configuration
import ConfigurationModel
import ConfigurationSyntax

/// A configuration as it is in force: everything that it was read from in one text, each default filled in, and for each value where
/// it comes from.
///
/// The text is a configuration itself, which reads as the same model, but for passwords, which it does not show.
public struct ShownConfiguration: Sendable {
  /// The file that was read first.
  public let path: String
  /// What it consists of, in the order in which it is shown.
  public let lines: [ShownLine]
}

/// A line of a shown configuration, with its block if it has one.
public struct ShownLine: Sendable {
  /// The keyword or the first word of an entry, and what follows it.
  public var words: [ShownWord]
  /// The lines of its block; `nil` without a block.
  public var children: [ShownLine]?
  /// Where it comes from; `nil` for a block that several lines make up, each with an origin of its own.
  public var origin: ShownOrigin?
  /// What there is to say about it.
  public var remark: String?
  /// Whether it has an effect here. What has none is shown as it is written, and why stands in ``remark``.
  public var hasEffect = true

  init(_ words: [ShownWord], origin: ShownOrigin? = nil, children: [ShownLine]? = nil) {
    self.words = words
    self.origin = origin
    self.children = children
  }
}

/// Where a value comes from.
public enum ShownOrigin: Sendable {
  /// Nothing says it.
  case byDefault
  /// A place in a file says it.
  case written(SourcePlace)
  /// It follows from another keyword, which stands there.
  case following(keyword: String, SourcePlace)
}

extension ShownConfiguration {
  /// Shows what was loaded.
  ///
  /// - Parameters:
  ///   - configuration: The model.
  ///   - source: The statements that it was made of.
  ///   - path: The file that was read first.
  public init(_ configuration: Configuration, source: ParsedSource, path: String) {
    self.path = path
    lines = ShownBuilder(configuration, source: source).lines()
  }
}
