import Configuration
import ConfigurationModel
import ConfigurationSyntax
import LinuxSystem
import ServiceUnit

/// The service as its unit starts it, for `martlet check` and `martlet unit`.
struct InstalledService {
  let unit: ServiceUnit

  /// The service of a unit that is known.
  init(_ unit: ServiceUnit) { self.unit = unit }

  /// The service whose unit is installed on this host; `nil` if none is.
  init?() {
    guard let unit = ServiceUnit.installed(files: DiskSourceFiles()) else { return nil }
    self.unit = unit
  }

  /// The service of a unit file that need not be installed, with its drop-ins.
  init(reading path: String) throws(SourceFileError) {
    unit = try ServiceUnit(reading: ConfigurationReading.absolute(path), files: DiskSourceFiles())
  }

  /// This host, as scripts of the service find it.
  var host: ThisHost { ThisHost(serviceUser: ServiceConditions(unit).fixedUser) }

  /// Whether it is started with this file. Another one is looked at before it is put in that one's place, and need not be readable.
  func reads(_ path: String) -> Bool { unit.configurationPath(files: DiskSourceFiles()) == path }

  /// What a configuration asks of the service that it cannot do.
  /// - Parameters:
  ///   - path: the configuration's file.
  ///   - sources: all files that it was read from.
  func findings(of loaded: LoadedConfiguration, path: String, sources: [String]) -> [Diagnostic] {
    let conditions = ServiceConditions(unit)
    let groups = host.identity(of: ScriptUser(user: conditions.proberName))?.groups ?? []
    let hiding = ProcessVisibility.hidingMode(from: Set(groups)).map { "this host's /proc has hidepid=\($0)" }
    return ServiceAudit.diagnostics(
      of: loaded, under: conditions, on: host, sources: reads(path) ? sources.sorted() : [], hostHiding: hiding)
  }
}
