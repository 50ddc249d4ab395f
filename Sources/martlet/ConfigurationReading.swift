import Configuration
import ConfigurationModel
import ConfigurationSyntax
import ControlModel
import Glibc
import Probes

/// Reads a configuration from the disk in the same way for every command.
struct ConfigurationReading {
  let path: String
  let configurationID: String?
  /// True when an include that finds no file is an error, whatever its keyword says.
  var requiresIncludes = false

  /// A reading of `path`. Without an identifier, `@` lines are compared with the host's name up to its first dot.
  init(path: String, configurationID: String?) {
    self.path = path
    self.configurationID = configurationID ?? Self.hostName
  }

  /// The configuration with its findings, and everything that it was read from.
  func perform() -> (loaded: LoadedConfiguration, bundle: SourceBundle) {
    var generator = SystemRandomNumberGenerator()
    let seed: UInt64 = generator.next()
    let files = RecordingSourceFiles(DiskSourceFiles())
    let absolute = Self.absolute(path)
    var loaded = ConfigurationLoader.load(
      path: absolute, files: files, configurationID: configurationID, randomSeed: seed)
    if requiresIncludes { Self.requireIncludes(of: &loaded) }
    let audit = Self.impossible(loaded)
    loaded.diagnostics += audit
    loaded.hasErrors = loaded.hasErrors || !audit.isEmpty
    let bundle = SourceBundle(
      recording: files, rootPath: absolute, configurationID: configurationID, randomSeed: seed)
    return (loaded, bundle)
  }

  private static func requireIncludes(of loaded: inout LoadedConfiguration) {
    for index in loaded.diagnostics.indices where loaded.diagnostics[index].id == "include-missing" {
      loaded.diagnostics[index].severity = .error
      loaded.hasErrors = true
    }
  }

  /// Findings for checks that can never pass on this host: files that are missing or of the wrong kind, and users that do not exist.
  private static func impossible(_ loaded: LoadedConfiguration) -> [Diagnostic] {
    fileFindings(of: loaded) + HostAudit.impossibleChecks(of: loaded, on: ThisHost())
  }

  /// Findings for the files that probes read.
  static func fileFindings(of loaded: LoadedConfiguration) -> [Diagnostic] {
    FileAudit.diagnostics(of: loaded, files: DiskSourceFiles())
      + FileAudit.diagnostics(of: loaded, faults: CertificateAudit.faults(of: loaded.configuration))
  }

  /// The configuration with its findings, including those for the programs that it names.
  func performWithAudit() -> LoadedConfiguration {
    let host = ThisHost()
    return ScriptAudit.audited(perform().loaded, files: host, identities: host.identity)
  }

  /// The configuration with its findings, and its statements.
  /// - Parameter randomSeed: Seed of `${_RANDOM}`; readings with the same seed draw the same numbers.
  func performWithSource(randomSeed: UInt64 = 0) -> (loaded: LoadedConfiguration, source: ParsedSource) {
    ConfigurationLoader.loadWithSource(
      ConfigurationSource(path: Self.absolute(path), configurationID: configurationID, randomSeed: randomSeed),
      files: DiskSourceFiles())
  }

  /// The absolute path, so that relative includes mean the same from any directory.
  static func absolute(_ path: String) -> String {
    guard !path.hasPrefix("/"), let directory = getcwd(nil, 0) else { return path }
    defer { free(directory) }
    let base = String(cString: directory)
    return base == "/" ? "/" + path : base + "/" + path
  }

  /// The host's name up to its first dot.
  static var hostName: String? {
    var names = utsname()
    guard uname(&names) == 0 else { return nil }
    let name = withUnsafeBytes(of: &names.nodename) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    return name.split(separator: ".").first.map(String.init)
  }
}
