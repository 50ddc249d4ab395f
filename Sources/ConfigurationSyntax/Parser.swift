/// A configuration's statements, and what they were read from.
public struct ParsedSource {
  /// The statements outside all blocks, in the order in which they were read.
  public var statements: [Statement]
  /// Takes in further findings about the same source.
  public var diagnostics: DiagnosticCollector

  /// A source that was read.
  public init(statements: [Statement], diagnostics: DiagnosticCollector) {
    self.statements = statements
    self.diagnostics = diagnostics
  }
}

/// Reads a configuration's files into statements.
public enum ConfigurationParser {
  /// Reads `path` and what it includes. Never fails: what cannot be read is an error among the findings.
  ///
  /// - Parameters:
  ///   - path: The file to start with; relative includes are looked up beside the file that has them.
  ///   - files: Where files come from.
  ///   - grammar: The keywords.
  ///   - configurationID: What `@ID` lines are compared with.
  ///   - randomSeed: Where `${_RANDOM}` starts.
  ///   - limits: How much is read at most.
  public static func parse(
    path: String, files: any SourceFiles, grammar: Grammar, configurationID: String?, randomSeed: UInt64 = 0,
    limits: SourceLimits = SourceLimits()
  ) -> ParsedSource {
    let diagnostics = DiagnosticCollector(map: SourceMap())
    var statements: [Statement] = []
    parse(
      path: path, files: files, grammar: grammar, configurationID: configurationID, randomSeed: randomSeed,
      limits: limits, diagnostics: diagnostics
    ) { statements.append($0) }
    return ParsedSource(statements: statements, diagnostics: diagnostics)
  }

  /// Parses a configuration and passes on each statement outside all blocks when it is complete. It keeps none, since sequences can make a
  /// million lines of ten.
  public static func parse(
    path: String, files: any SourceFiles, grammar: Grammar, configurationID: String?, randomSeed: UInt64,
    limits: SourceLimits, diagnostics: DiagnosticCollector, receive: @escaping (Statement) -> Void
  ) {
    let reader = SourceReader(
      files: files, grammar: grammar, diagnostics: diagnostics, configurationID: configurationID,
      randomSeed: randomSeed, limits: limits, receive: receive)
    do {
      reader.read(try files.read(path), path: path, includedFrom: nil)
    } catch {
      diagnostics.report(.error, "unreadable-file", "\(path) \(error.reason)")
    }
    reader.builder.finish(isWhole: !reader.isStopped)
  }
}
