import ArgumentParser
import Configuration
import ConfigurationModel
import ConfigurationSyntax
import ControlModel
import Glibc
import LinuxSystem
import NetworkTypes
import Simulation

/// `martlet simulate`.
struct SimulateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate", abstract: "Rehearse a failover: configurations as hosts, in virtual time.",
    discussion: """
      Each file is a host, called by the file's name or by A, B, … in order. Interfaces of one name are one LAN. All hosts start \
      at 0 s, except one that the script starts first. Commands of the script, each 'at TIME COMMAND', ended by ';':
        crash HOST | stop HOST | start HOST | restart HOST | freeze HOST | thaw HOST | reload HOST
        link HOST INTERFACE down | link HOST INTERFACE up | cut HOST HOST [one way] | heal | loss N%
        script [HOST] NAME fail | script [HOST] NAME ok
      Ends with 0, with --strict 1 if an address had two holders or none for longer than the protocol lets it be, with 2 for an \
      error in a file or the script.
      """)

  @Argument(help: "Configuration files, one for each host.")
  var files: [String]

  @Option(help: "What happens, as 'at 5s crash A; at 9s restart A'.")
  var script = ""

  @Option(help: "What the network's delays and losses are drawn from; the same seed gives the same run.")
  var seed: UInt64 = 1

  @Option(name: .customLong("for"), help: "How long, as 60s; a minute, or half a minute beyond the script.")
  var duration: RehearsalLength?

  @Flag(help: "One JSON object instead of a timeline.")
  var json = false

  @Flag(help: "End with 1 if two holders or none lasted beyond the protocol's bound.")
  var strict = false

  func validate() throws {
    if files.isEmpty { throw ValidationError("Name a configuration file for each host.") }
  }

  func run() throws {
    let configurations = try read()
    let performance: Performance
    do throws(RehearsalError) {
      let rehearsal = try Rehearsal(configurations, script: script, seed: seed, duration: duration?.length)
      performance = try rehearsal.run()
    } catch {
      throw report(error)
    }
    printOut(json ? performance.json + "\n" : performance.text)
    if strict, performance.isOverrun { throw ArgumentParser.ExitCode(ControlModel.ExitCode.failure.rawValue) }
  }

  /// Reads all files; throws after the last one if any has an error.
  private func read() throws -> [(path: String, configuration: Configuration)] {
    let loaded = files.map { ($0, ConfigurationReading(path: $0, configurationID: nil).perform().loaded) }
    for (_, configuration) in loaded { printError(Self.renderer.render(configuration.diagnostics)) }
    guard !loaded.contains(where: { $0.1.hasErrors }) else { throw Self.failure }
    return loaded.map { (path: $0.0, configuration: $0.1.configuration) }
  }

  private func report(_ error: RehearsalError) -> ArgumentParser.ExitCode {
    switch error {
    case .script(let findings): printError(Self.renderer.render(findings))
    case .advert(let error): printError("no advert can be made of a configuration: \(error)\n")
    }
    return Self.failure
  }

  private static let failure = ArgumentParser.ExitCode(ControlModel.ExitCode.configuration.rawValue)

  private static var renderer: DiagnosticRenderer {
    DiagnosticRenderer(color: Terminal.showsColor(STDERR_FILENO))
  }
}

/// A length of time on the command line.
struct RehearsalLength: ExpressibleByArgument {
  let length: Nanoseconds

  init?(argument: String) {
    guard let length = LengthOfTime.length(argument) else { return nil }
    self.length = length
  }
}
