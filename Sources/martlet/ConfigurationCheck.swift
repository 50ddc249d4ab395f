import Configuration
import ConfigurationSyntax
import ControlModel
import Glibc

/// Reads a configuration from the disk as every command does.
struct ConfigurationReading {
  let path: String
  let configurationID: String?

  /// A reading of `path`. Without an identifier, `@` lines are compared with the host's name up to its first dot.
  init(path: String, configurationID: String?) {
    self.path = path
    self.configurationID = configurationID ?? Self.hostName()
  }

  /// The configuration with what was found, and everything that it was read from.
  func perform() -> (loaded: LoadedConfiguration, bundle: SourceBundle) {
    var generator = SystemRandomNumberGenerator()
    let seed: UInt64 = generator.next()
    let files = RecordingSourceFiles(DiskSourceFiles())
    let absolute = Self.absolute(path)
    var loaded = ConfigurationLoader.load(
      path: absolute, files: files, configurationID: configurationID, randomSeed: seed)
    let audit = FileAudit.diagnostics(of: loaded, files: DiskSourceFiles())
    loaded.diagnostics += audit
    loaded.hasErrors = loaded.hasErrors || !audit.isEmpty
    let bundle = SourceBundle(
      recording: files, rootPath: absolute, configurationID: configurationID, randomSeed: seed)
    return (loaded, bundle)
  }

  /// The configuration with what was found, the state of the programs that it names included.
  func performWithAudit() -> LoadedConfiguration {
    ScriptAudit.audited(perform().loaded, files: DiskSourceFiles())
  }

  /// The path from the root, so that relative includes mean the same from any directory.
  static func absolute(_ path: String) -> String {
    guard !path.hasPrefix("/"), let directory = getcwd(nil, 0) else { return path }
    defer { free(directory) }
    let base = String(cString: directory)
    return base == "/" ? "/" + path : base + "/" + path
  }

  private static func hostName() -> String? {
    var names = utsname()
    guard uname(&names) == 0 else { return nil }
    let name = withUnsafeBytes(of: &names.nodename) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    return name.split(separator: ".").first.map(String.init)
  }
}

/// `martlet check`: reads each file for itself and prints what is found, as a compiler does.
struct ConfigurationCheck {
  let files: [String]
  let configurationID: String?

  func run(strict: Bool) -> ControlModel.ExitCode {
    let renderer = DiagnosticRenderer(color: isatty(STDERR_FILENO) != 0 && getenv("NO_COLOR") == nil)
    var errors = 0
    var warnings = 0
    for file in files {
      let loaded = ConfigurationReading(path: file, configurationID: configurationID).performWithAudit()
      printError(renderer.render(loaded.diagnostics))
      errors += loaded.count(of: .error)
      warnings += loaded.count(of: .warning)
    }
    printOut("\(Self.counted(files.count, "file")) checked: \(Self.summary(errors: errors, warnings: warnings))\n")
    if errors > 0 { return .configuration }
    return strict && warnings > 0 ? .failure : .success
  }

  static func summary(errors: Int, warnings: Int) -> String {
    switch (errors, warnings) {
    case (0, 0): "no errors, no warnings"
    case (0, _): "no errors, \(counted(warnings, "warning"))"
    case (_, 0): counted(errors, "error")
    default: "\(counted(errors, "error")), \(counted(warnings, "warning"))"
    }
  }

  private static func counted(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}
