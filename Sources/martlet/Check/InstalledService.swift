import Configuration
import ConfigurationModel
import ConfigurationSyntax
import LinuxSystem
import ServiceUnit

/// The service as its unit starts it, for `martlet check` and `martlet unit`.
struct InstalledService {
  let unit: ServiceUnit

  init(_ unit: ServiceUnit) { self.unit = unit }

  /// The service whose unit is installed on this host; `nil` if there is none.
  init?() {
    guard let unit = ServiceUnit.installed(files: DiskSourceFiles()) else { return nil }
    self.unit = unit
  }

  /// The service of a unit file that need not be installed, with its drop-ins.
  init(reading path: String) throws(SourceFileError) {
    unit = try ServiceUnit(reading: ConfigurationReading.absolute(path), files: DiskSourceFiles())
  }

  /// This host, as the service's scripts see it.
  var host: ThisHost { ThisHost(serviceUser: ServiceConditions(unit).fixedUser) }

  /// True when the service is started with this file. Another file is checked before it replaces that one, and need not be readable.
  func reads(_ path: String) -> Bool { unit.configurationPath(files: DiskSourceFiles()) == path }

  /// Findings for demands of a configuration that the service cannot meet.
  /// - Parameters:
  ///   - path: The configuration's file.
  ///   - sources: All files that were read.
  func findings(of loaded: LoadedConfiguration, path: String, sources: [String]) -> [Diagnostic] {
    let conditions = ServiceConditions(unit)
    let groups = host.identity(of: ScriptUser(user: conditions.proberName))?.groups ?? []
    let hiding = ProcessVisibility.hidingMode(from: Set(groups)).map { "this host's /proc has hidepid=\($0)" }
    return ServiceAudit.diagnostics(
      of: loaded, under: conditions, on: host, sources: reads(path) ? sources.sorted() : [], hostHiding: hiding)
  }
}
