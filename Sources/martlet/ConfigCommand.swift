import ArgumentParser
import Configuration
import ConfigurationModel
import ConfigurationOutline
import ConfigurationSyntax
import ControlModel
import Glibc
import LinuxSystem
import PrintableText

/// `martlet config`.
struct ConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: "Show the effective configuration, or what a reload would change.",
    subcommands: [ConfigShowCommand.self, ConfigDiffCommand.self])
}

/// `martlet config show`.
struct ConfigShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show a configuration expanded, with every default and the origin of each value.",
    discussion: """
      The text is a configuration itself, in one file: includes, definitions and sequences are expanded, and defaults are \
      filled in. Each line is followed by its origin. Passwords are masked.
      Ends with 0, or with 2 if the configuration has an error; then the part that could be understood is shown.
      """)

  @Flag(help: "One JSON object instead of a configuration.")
  var json = false

  @Option(
    name: [.customShort("i"), .customLong("config-id")],
    help: "Identifier for lines that begin with @; the host's name if not given.")
  var configurationID: String?

  @Argument(help: "The configuration file.")
  var file: String

  func run() throws {
    let reading = ConfigurationReading(path: file, configurationID: configurationID)
    let (loaded, source) = reading.performWithSource()
    let shown = ShownConfiguration(loaded.configuration, source: source, path: ConfigurationReading.absolute(file))
    if json {
      printOut(shown.json + "\n")
    } else {
      printOut(source: shown.text)
    }
    guard loaded.hasErrors else { return }
    Findings.printErrors(of: loaded)
    throw ArgumentParser.ExitCode(ControlModel.ExitCode.configuration.rawValue)
  }
}

/// `martlet config diff`.
struct ConfigDiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff", abstract: "Show what a reload from one configuration to another would do.",
    discussion: """
      One file is compared with the configuration that the running service was started with or last reloaded. A virtual router \
      that goes on keeps its state and its addresses; one that ends and starts anew gives its addresses up.
      Ends with 0 if a reload changes nothing, 1 if it does, 2 if a configuration has an error or cannot be read.
      """)

  @Option(
    name: [.customShort("i"), .customLong("config-id")],
    help: "Identifier for lines that begin with @; the host's name if not given.")
  var configurationID: String?

  @OptionGroup var runtimeDirectory: RuntimeDirectoryOption

  @Argument(help: "The configuration before and the one after, or only the one after.")
  var files: [String]

  func validate() throws {
    guard (1...2).contains(files.count) else { throw ValidationError("Name one configuration file or two.") }
  }

  func run() throws {
    let old: LoadedConfiguration
    let new: LoadedConfiguration
    if files.count == 2 {
      old = read(files[0], configurationID, randomSeed: 0)
      new = read(files[1], configurationID, randomSeed: 0)
    } else {
      // Random numbers and the environment of the service apply to both sides.
      let served = try served()
      old = ConfigurationLoader.load(bundle: served)
      new = read(files[0], configurationID ?? served.configurationID, randomSeed: served.randomSeed)
    }
    for loaded in [old, new] where loaded.hasErrors { Findings.printErrors(of: loaded) }
    guard !old.hasErrors, !new.hasErrors else { throw Self.failure }
    let difference = ConfigurationDifference(from: old.configuration, to: new.configuration)
    printOut(difference.text)
    if !difference.isEmpty { throw ArgumentParser.ExitCode(ControlModel.ExitCode.failure.rawValue) }
  }

  private static let failure = ArgumentParser.ExitCode(ControlModel.ExitCode.configuration.rawValue)

  private func read(_ path: String, _ configurationID: String?, randomSeed: UInt64) -> LoadedConfiguration {
    ConfigurationReading(path: path, configurationID: configurationID).performWithSource(randomSeed: randomSeed).loaded
  }

  /// The sources that the running service has read.
  private func served() throws -> SourceBundle {
    do {
      return try SourceBundle(decoding: Array(try ControlClient(runtimeDirectory: runtimeDirectory.path).ask(.sources)))
    } catch let refusal as ControlClient.Refusal {
      printError("martlet: \(refusal.message.printable())\n")
    } catch {
      printError("martlet: what the service sent cannot be read: \("\(error)".printable())\n")
    }
    throw Self.failure
  }
}

/// Prints findings to standard error.
enum Findings {
  /// Prints the errors of a configuration that is useless with them.
  static func printErrors(of loaded: LoadedConfiguration) {
    let renderer = DiagnosticRenderer(color: isatty(STDERR_FILENO) != 0 && getenv("NO_COLOR") == nil)
    printError(renderer.render(loaded.diagnostics.filter { $0.severity == .error }))
  }
}
