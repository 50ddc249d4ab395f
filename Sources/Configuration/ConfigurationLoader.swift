import ConfigurationSyntax

/// A configuration with everything found out about it.
public struct LoadedConfiguration: Sendable {
  /// The model. With errors it holds what could be understood, and must not be run.
  public var configuration: Configuration
  /// The findings in the order of the files.
  public var diagnostics: [Diagnostic]
  /// Whether one of them is an error.
  public var hasErrors: Bool
  /// The programs that it would run, for ``ScriptAudit``.
  public var scripts: [ScriptUse]
  /// The files that it would read, for ``FileAudit``.
  public var files: [FileUse]

  /// The number of findings of a severity.
  public func count(of severity: Severity) -> Int { diagnostics.count { $0.severity == severity } }
}

/// Reads configurations.
public enum ConfigurationLoader {
  /// Reads `path` and what it includes, checks it and fills every default in.
  ///
  /// Never fails: a file that cannot be read is an error among the findings.
  ///
  /// - Parameters:
  ///   - path: The file; make it absolute, so that relative includes are found from any directory.
  ///   - files: Where files come from.
  ///   - configurationID: What `@ID` lines are compared with: keepalived's `-i`, else the node name up to its first dot.
  ///   - randomSeed: Where `${_RANDOM}` starts.
  ///   - limits: How much is read at most.
  public static func load(
    path: String, files: some SourceFiles, configurationID: String? = nil, randomSeed: UInt64 = 0,
    limits: SourceLimits = SourceLimits()
  ) -> LoadedConfiguration {
    let schema = Schema.keepalived
    let source = ConfigurationParser.parse(
      path: path, files: files, grammar: schema.grammar, configurationID: configurationID, randomSeed: randomSeed,
      limits: limits)
    let lowering = Lowering(schema: schema, files: files, diagnostics: source.diagnostics)
    lowering.read(source.statements)
    lowering.applyRules()
    return LoadedConfiguration(
      configuration: lowering.model(), diagnostics: source.diagnostics.finish(),
      hasErrors: source.diagnostics.hasErrors, scripts: lowering.commands, files: lowering.files)
  }

  /// Reads the configuration that a bundle was made of; gives what the first reading gave.
  public static func load(bundle: SourceBundle) -> LoadedConfiguration {
    load(
      path: bundle.rootPath, files: bundle, configurationID: bundle.configurationID, randomSeed: bundle.randomSeed)
  }
}
