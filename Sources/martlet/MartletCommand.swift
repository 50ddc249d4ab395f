import ArgumentParser
import ControlModel
import LinuxSystem
import Supervisor

/// The command line.
struct MartletCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "martlet",
    abstract: "Keeps a floating IP address alive on two or more hosts (VRRP, keepalived.conf).",
    version: Version.line,
    subcommands: [
      RunCommand.self, CheckCommand.self, FormatCommand.self, ConfigCommand.self, StatusCommand.self,
      ReloadCommand.self, SimulateCommand.self, UnitCommand.self, HelpCommand.self,
    ])

  /// Parses and runs; the code to exit with.
  static func run(_ arguments: [String]) -> Int32 {
    do {
      var command = try parseAsRoot(arguments)
      try command.run()
      return 0
    } catch let code as ArgumentParser.ExitCode {
      return code.rawValue
    } catch {
      let text = fullMessage(for: error)
      let code = exitCode(for: error)
      if code.isSuccess { printOut(text + "\n") } else { printError(text + "\n") }
      return code.rawValue
    }
  }
}

/// What this program calls itself.
enum Version {
  static let number = "0.1.0"
  static let line = "martlet \(number)"
}

extension LogFormat: ExpressibleByArgument {}

/// Where a service keeps its control socket.
struct RuntimeDirectoryOption: ParsableArguments {
  @Option(name: .customLong("runtime-directory"), help: "The directory for locks and the control socket.")
  var path = SupervisorOptions.usualRuntimeDirectory
}

/// `martlet run`.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Run the service in the foreground.",
    discussion: """
      Logs to standard error. SIGHUP reads the configuration again, SIGTERM gives the addresses to a peer and ends.
      Ends with 0 when stopped, 2 for an error in the configuration, 3 for a missing interface, 4 for a missing
      capability, 5 if another process serves an address or the runtime directory, 6 if the engine keeps failing.
      """)

  @Option(name: [.customShort("f"), .customLong("file")], help: "The configuration file.")
  var file: String

  @OptionGroup var runtimeDirectory: RuntimeDirectoryOption

  @Option(name: .customLong("log-format"), help: "How log lines are written: text or json.")
  var logFormat = LogFormat.text

  @Option(
    name: [.customShort("i"), .customLong("config-id")],
    help: "What lines that begin with @ are compared with; the host's name if not given.")
  var configurationID: String?

  @Option(help: "Whom the engine and the prober become if root starts the service.")
  var user = SupervisorOptions.usualUser

  func run() throws {
    var options = SupervisorOptions(
      configurationPath: file, configurationID: configurationID, runtimeDirectory: runtimeDirectory.path,
      logFormat: logFormat)
    options.user = user
    throw ArgumentParser.ExitCode(Service(options).run())
  }
}

/// `martlet status`.
struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Show what the service that runs is doing.")

  @Flag(help: "One JSON object instead of a table.")
  var json = false

  @OptionGroup var runtimeDirectory: RuntimeDirectoryOption

  func run() throws {
    let request: ControlRequest = json ? .statusJSON : .statusText
    throw ArgumentParser.ExitCode(ControlClient(runtimeDirectory: runtimeDirectory.path).perform(request))
  }
}

/// `martlet reload`.
struct ReloadCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reload", abstract: "Have the service read its configuration again.",
    discussion: "Waits for the outcome. If the configuration has an error, the service goes on as before.")

  @OptionGroup var runtimeDirectory: RuntimeDirectoryOption

  func run() throws {
    throw ArgumentParser.ExitCode(ControlClient(runtimeDirectory: runtimeDirectory.path).perform(.reload))
  }
}
