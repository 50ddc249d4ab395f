import ConfigurationModel
import ConfigurationSyntax

/// A configuration with its findings and what it asks of the host.
package struct LoadedConfiguration: Sendable {
  /// The model. With errors it holds what could be understood, and must not be run.
  package var configuration: Configuration
  /// The findings in the order of the files.
  package var diagnostics: [Diagnostic]
  /// True when one of the findings is an error; the configuration must not be run.
  package var hasErrors: Bool
  /// Requirements of the host that runs it, for ``HostAudit``.
  package var requirements: HostRequirements
  /// The programs that would be run, for ``ScriptAudit``.
  package var scripts: [ScriptUse] { requirements.scripts }
  /// The files that would be read, for ``FileAudit``.
  package var files: [FileUse]

  package func count(of severity: Severity) -> Int { diagnostics.count { $0.severity == severity } }
}

package enum ConfigurationLoader {
  /// Reads `path` and what it includes, checks it and fills every default in.
  ///
  /// Never fails: a file that cannot be read is an error among the findings.
  ///
  /// - Parameters:
  ///   - path: The file; make it absolute, so that relative includes are found from any directory.
  ///   - files: Where files come from.
  ///   - configurationID: The value for `@ID` lines: keepalived's `-i`, else the node name up to its first dot.
  ///   - randomSeed: The seed of `${_RANDOM}`.
  ///   - limits: Limits on files, lines and bytes.
  ///   - lints: Also report what can be improved in a configuration that means what it says.
  package static func load(
    path: String, files: some SourceFiles, configurationID: String? = nil, randomSeed: UInt64 = 0,
    limits: SourceLimits = SourceLimits(), lints: Bool = false
  ) -> LoadedConfiguration {
    finish(
      read(
        ConfigurationSource(path: path, configurationID: configurationID, randomSeed: randomSeed), files: files,
        limits: limits, lints: lints))
  }

  /// Reads a configuration, and keeps its statements.
  package static func loadWithSource(
    _ source: ConfigurationSource, files: some SourceFiles, limits: SourceLimits = SourceLimits()
  ) -> (loaded: LoadedConfiguration, source: ParsedSource) {
    var statements: [Statement] = []
    let lowering = read(source, files: files, limits: limits, lints: false) { statements.append($0) }
    return (finish(lowering), ParsedSource(statements: statements, diagnostics: lowering.diagnostics))
  }

  /// Reads a configuration from a bundle, with the result of the first reading.
  package static func load(bundle: SourceBundle) -> LoadedConfiguration {
    load(
      path: bundle.rootPath, files: bundle, configurationID: bundle.configurationID, randomSeed: bundle.randomSeed)
  }

  /// Reads the configurations of several hosts, with lints, and compares the routers that they have in common.
  package static func load(hosts: [ConfigurationSource], files: some SourceFiles) -> LoadedHosts {
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

/// A file to start reading with, and the values that the reading depends on.
package struct ConfigurationSource: Sendable, Hashable {
  /// The file; make it absolute, so that relative includes are found from any directory.
  package var path: String
  /// Value for `@ID` lines; `nil` for none.
  package var configurationID: String?
  /// Seed of `${_RANDOM}`.
  package var randomSeed: UInt64

  package init(path: String, configurationID: String? = nil, randomSeed: UInt64 = 0) {
    self.path = path
    self.configurationID = configurationID
    self.randomSeed = randomSeed
  }
}

/// The configurations of several hosts.
package struct LoadedHosts: Sendable {
  /// One configuration for each host, in the order asked for.
  package var hosts: [LoadedConfiguration]
  /// True when two hosts have a router in common.
  package var hasCommonRouters: Bool
  /// Findings that compare the hosts.
  package var comparison: [Diagnostic]
}
