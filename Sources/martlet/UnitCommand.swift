import ArgumentParser
import Configuration
import ConfigurationModel
import ConfigurationSyntax
import ControlModel
import LinuxSystem
import ServiceUnit

/// `martlet unit`.
struct UnitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unit", abstract: "Print the tightest settings for systemd under which a configuration works.",
    discussion: """
      Prints a drop-in for martlet.service, as tight as this file allows: the user of the service, its capabilities, and what it \
      sees and may change of the host. With scripts, only rights that no script can need are removed.
        martlet unit FILE > /etc/systemd/system/martlet.service.d/hardening.conf && systemctl daemon-reload

      Standard error shows what does not work under it either, such as a file that the user martlet may not read.
      Ends with 0, or with 2 for errors in the configuration or anything that does not work.
      """)

  @Option(
    name: [.customShort("i"), .customLong("config-id")],
    help: "Identifier for lines that begin with @; the host's name if not given.")
  var configurationID: String?

  @Argument(help: "The configuration file.")
  var file: String

  func run() throws {
    let (loaded, bundle) = ConfigurationReading(path: file, configurationID: configurationID).perform()
    guard !loaded.hasErrors else {
      report(loaded.diagnostics.filter { $0.severity == .error })
      throw ArgumentParser.ExitCode(ControlModel.ExitCode.configuration.rawValue)
    }
    let path = ConfigurationReading.absolute(file)
    let installed = InstalledService() ?? InstalledService(ServiceUnit(path: "the drop-in", []))
    let sources = installed.reads(path) ? bundle.files.keys.sorted() : []
    let demands = ServiceDemands(loaded, sources: sources)
    let text = UnitHardening(demands, groups: demands.socketGroups(on: ThisHost())).text(for: path)
    printOut(text)
    let hardened = InstalledService(installed.unit.adding("the drop-in", Array(text.utf8)))
    let left = hardened.findings(of: loaded, path: path, sources: sources)
    report(left)
    if left.contains(where: { $0.severity == .error }) {
      throw ArgumentParser.ExitCode(ControlModel.ExitCode.configuration.rawValue)
    }
  }

  private func report(_ findings: [Diagnostic]) {
    printError(DiagnosticRenderer(color: false).render(findings))
  }
}
