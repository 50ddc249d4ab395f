import Configuration
import ConfigurationModel
import ConfigurationSyntax

/// The effective configuration: everything that was read in one text, with each default filled in and the origin of each value.
///
/// The text is a configuration itself. It reads as the same model, except for passwords, which are not shown.
package struct ShownConfiguration: Sendable {
  /// The file that was read first.
  package let path: String
  /// The lines in the order in which they are shown.
  package let lines: [ShownLine]
}

/// A line of a shown configuration, with its block if it has one.
package struct ShownLine: Sendable {
  /// The keyword, or the first word of an entry, and the words after it.
  package var words: [ShownWord]
  /// The lines of the block; `nil` without a block.
  package var children: [ShownLine]?
  /// Origin of the line; `nil` for a block of several lines, each with an origin of its own.
  package var origin: ShownOrigin?
  /// A remark for people; `nil` for none.
  package var remark: String?
  /// True when the line has an effect here. A line without one is shown as written, with the reason in ``remark``.
  package var hasEffect = true

  init(_ words: [ShownWord], origin: ShownOrigin? = nil, children: [ShownLine]? = nil) {
    self.words = words
    self.origin = origin
    self.children = children
  }
}

/// Origin of a value.
package enum ShownOrigin: Sendable {
  /// The default.
  case byDefault
  /// A line at a place in a file.
  case written(SourcePlace)
  /// Another keyword at a place in a file, from which the value follows.
  case following(keyword: String, SourcePlace)
}

extension ShownConfiguration {
  ///
  /// - Parameters:
  ///   - configuration: The model.
  ///   - source: The statements of the configuration.
  ///   - path: The file that was read first.
  package init(_ configuration: Configuration, source: ParsedSource, path: String) {
    self.path = path
    lines = ShownBuilder(configuration, source: source).lines()
  }
}
