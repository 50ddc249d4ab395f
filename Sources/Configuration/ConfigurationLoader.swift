import ConfigurationModel
import ConfigurationSyntax

/// A configuration with everything found out about it.
public struct LoadedConfiguration: Sendable {
  /// The model. With errors it holds what could be understood, and must not be run.
  public var configuration: Configuration
  /// The findings in the order of the files.
  public var diagnostics: [Diagnostic]
  /// Whether one of them is an error, and the configuration is not to be run.
  public var hasErrors: Bool
  /// What it asks of the host that it runs on, for ``HostAudit``.
  public var requirements: HostRequirements
  /// The programs that it would run, for ``ScriptAudit``.
  public var scripts: [ScriptUse] { requirements.scripts }
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
  ///   - lints: Whether to look also for what can be improved in a configuration that means what it says.
  public static func load(
    path: String, files: some SourceFiles, configurationID: String? = nil, randomSeed: UInt64 = 0,
    limits: SourceLimits = SourceLimits(), lints: Bool = false
  ) -> LoadedConfiguration {
    finish(
      read(
        ConfigurationSource(path: path, configurationID: configurationID, randomSeed: randomSeed), files: files,
        limits: limits, lints: lints))
  }

  /// Reads a configuration, and keeps the statements that it was made of.
  public static func loadWithSource(
    _ source: ConfigurationSource, files: some SourceFiles, limits: SourceLimits = SourceLimits()
  ) -> (loaded: LoadedConfiguration, source: ParsedSource) {
    var statements: [Statement] = []
    let lowering = read(source, files: files, limits: limits, lints: false) { statements.append($0) }
    return (finish(lowering), ParsedSource(statements: statements, diagnostics: lowering.diagnostics))
  }

  /// Reads the configuration that a bundle was made of; gives what the first reading gave.
  public static func load(bundle: SourceBundle) -> LoadedConfiguration {
    load(
      path: bundle.rootPath, files: bundle, configurationID: bundle.configurationID, randomSeed: bundle.randomSeed)
  }

  /// Reads the configurations of several hosts, with lints, and compares the routers that they have in common.
  public static func load(hosts: [ConfigurationSource], files: some SourceFiles) -> LoadedHosts {
    let lowerings = hosts.map { read($0, files: files, limits: SourceLimits(), lints: true) }
    let comparison = HostComparison(zip(hosts, lowerings).map { ComparedHost(path: $0.path, lowering: $1) })
    let findings = comparison.check()
    return LoadedHosts(
      hosts: lowerings.map(finish), hasCommonRouters: comparison.hasCommonRouters, comparison: findings)
  }

  private static func read(
    _ source: ConfigurationSource, files: some SourceFiles, limits: SourceLimits, lints: Bool,
    keep: @escaping (Statement) -> Void = { _ in }
  ) -> Lowering {
    let schema = Schema.keepalived
    let lowering = Lowering(
      schema: schema, files: files, diagnostics: DiagnosticCollector(map: SourceMap()), looksForImprovements: lints)
    ConfigurationParser.parse(
      path: source.path, files: files, grammar: schema.grammar, configurationID: source.configurationID,
      randomSeed: source.randomSeed, limits: limits, diagnostics: lowering.diagnostics
    ) { statement in
      lowering.read([statement])
      keep(statement)
    }
    lowering.applyRules()
    if lints { lowering.applyLints() }
    return lowering
  }

  private static func finish(_ lowering: Lowering) -> LoadedConfiguration {
    let model = lowering.model()
    return LoadedConfiguration(
      configuration: model, diagnostics: lowering.diagnostics.finish().map(\.withRemedy),
      hasErrors: lowering.diagnostics.hasErrors, requirements: lowering.requirements, files: lowering.shownFileUses)
  }
}

/// A file to start reading with, and what it is read as.
public struct ConfigurationSource: Sendable, Hashable {
  /// The file; make it absolute, so that relative includes are found from any directory.
  public var path: String
  /// What `@ID` lines are compared with; `nil` for none.
  public var configurationID: String?
  /// Where `${_RANDOM}` starts.
  public var randomSeed: UInt64

  /// A source of the given contents.
  public init(path: String, configurationID: String? = nil, randomSeed: UInt64 = 0) {
    self.path = path
    self.configurationID = configurationID
    self.randomSeed = randomSeed
  }
}

/// The configurations of several hosts.
public struct LoadedHosts: Sendable {
  /// Each for itself, in the order in which they were asked for.
  public var hosts: [LoadedConfiguration]
  /// Whether two of them have a router in common.
  public var hasCommonRouters: Bool
  /// What is wrong between them.
  public var comparison: [Diagnostic]
}
