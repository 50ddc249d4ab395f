import ArgumentParser
import ControlModel
import LinuxSystem
import NetworkTypes
import PrintableText

/// The command `martlet` with its subcommands.
struct MartletCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "martlet",
    abstract: "Keeps a floating IP address alive on two or more hosts (VRRP, keepalived.conf).",
    version: Version.line,
    subcommands: [
      RunCommand.self, CheckCommand.self, FormatCommand.self, ConfigCommand.self, StatusCommand.self,
      ReloadCommand.self, SimulateCommand.self, UnitCommand.self, HelpCommand.self,
    ])

  /// Parses and runs a command; returns the exit code.
  static func run(_ arguments: [String]) -> Int32 {
    do {
      var command = try parseAsRoot(arguments)
      try command.run()
      return 0
    } catch let code as ArgumentParser.ExitCode {
      return code.rawValue
    } catch {
      // The message repeats words of the command line.
      let text = fullMessage(for: error).printableLines
      let code = exitCode(for: error)
      if code.isSuccess { printOut(text + "\n") } else { printError(text + "\n") }
      return code.rawValue
    }
  }
}

extension LogFormat: ExpressibleByArgument {}

/// The option for the directory with the control socket.
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
      Ends with 0 when stopped, 2 for an error in the configuration, 3 for a missing interface, 4 for a missing \
      capability, 5 if another process serves an address or the runtime directory, 6 if the engine keeps failing.
      """)

  @Option(name: [.customShort("f"), .customLong("file")], help: "The configuration file.")
  var file: String

  @OptionGroup var runtimeDirectory: RuntimeDirectoryOption

  @Option(name: .customLong("log-format"), help: "Format of log lines: text or json.")
  var logFormat = LogFormat.text

  @Option(
    name: [.customShort("i"), .customLong("config-id")],
    help: "Identifier for lines that begin with @; the host's name if not given.")
  var configurationID: String?

  @Option(help: "The user of the engine and the prober if root starts the service.")
  var user = ServiceUser.usual

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
    commandName: "status", abstract: "Show what the running service is doing.",
    discussion: """
      Problems come first, as WARNING: an engine that does not run, a router in FAULT, a master that does not hold all its \
      addresses, a second master, adverts that are refused, as of a host with another password, and adverts with other \
      addresses than are configured here.
      HELD counts the addresses that this host holds now; ADDRESSES are those that it holds as MASTER.
      Ends with 0 if the service answers, 1 if it does not, and with --strict with 8 if there is a WARNING.
      """)

  @Flag(help: "One JSON object instead of tables.")
  var json = false

  @Flag(help: "Show all addresses of each router.")
  var wide = false

  @Flag(help: "End with 8 if there is a WARNING.")
  var strict = false

  @Option(help: "Seconds to wait for the answer.")
  var timeout = 1

  @OptionGroup var runtimeDirectory: RuntimeDirectoryOption

  func validate() throws {
    guard (1...3600).contains(timeout) else { throw ValidationError("--timeout takes 1 to 3600 seconds.") }
  }

  func run() throws {
    let request: ControlRequest =
      switch (json, wide) {
      case (true, _): strict ? .statusJSONStrict : .statusJSON
      case (false, true): strict ? .statusWideStrict : .statusWide
      case (false, false): strict ? .statusTextStrict : .statusText
      }
    let client = ControlClient(runtimeDirectory: runtimeDirectory.path)
    throw ArgumentParser.ExitCode(client.perform(request, within: .seconds(Int64(timeout))))
  }
}

/// `martlet reload`.
struct ReloadCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reload", abstract: "Have the service read its configuration again.",
    discussion: """
      Waits for the outcome, and prints the findings and the changes. If the configuration has an error, or the new engine \
      cannot take over, the service goes on as before. The same holds if the file has no virtual router where there was one, \
      or braces that do not match: a file that is half written, or empty, takes no address away.
      Ends with 0 if the new configuration is in force, 2 if the file is refused, and otherwise with the exit code of \
      `martlet run`.
      """)

  @Flag(name: .customLong("allow-empty"), help: "Accept a file that has no virtual router, or nothing at all.")
  var allowsEmpty = false

  @OptionGroup var runtimeDirectory: RuntimeDirectoryOption

  func run() throws {
    let request: ControlRequest = allowsEmpty ? .reloadAllowingEmpty : .reload
    let code = ControlClient(runtimeDirectory: runtimeDirectory.path).perform(request)
    if code == 0 { printOut("reloaded: this configuration is in force\n") }
    throw ArgumentParser.ExitCode(code)
  }
}
