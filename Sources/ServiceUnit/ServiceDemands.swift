import Configuration
import ConfigurationModel
import ConfigurationSyntax

/// What a configuration asks of the service that runs it: users, rights, and what it must see and may change of its host.
public struct ServiceDemands: Sendable, Hashable {
  /// Whom its scripts run as, the mightiest of them.
  public enum ScriptRunner: Sendable, Hashable {
    /// There are none.
    case nobody
    /// Ordinary users, named in the file.
    case users([ScriptUser])
    /// Root, for the reason that is given.
    case root(String)
  }

  /// Whom its scripts run as.
  public var runner: ScriptRunner
  /// The processes that it looks for, by the names that it looks for.
  public var processes: [String]
  /// The files and sockets that it must see, scripts left out.
  public var visiblePaths: [String]
  /// The sockets that its probes ask.
  public var sockets: [String]
  /// The folders that it makes files or FIFOs in.
  public var writtenFolders: [String]

  /// What `loaded` asks for.
  /// - Parameter sources: the files that it was read from.
  public init(_ loaded: LoadedConfiguration, sources: [String]) {
    let requirements = loaded.requirements
    runner = Self.runner(loaded)
    processes = requirements.processes.map(\.name)
    sockets = requirements.sockets.map(\.name)
    let fifos = requirements.fifos.map(\.path)
    visiblePaths = sources + loaded.files.map(\.path) + requirements.numberFiles.map(\.path) + sockets + fifos
    let written = fifos + requirements.numberFiles.filter(\.isWritten).map(\.path)
    writtenFolders = Array(Set(written.map(ServicePaths.folder(of:)))).sorted()
  }

  private static func runner(_ loaded: LoadedConfiguration) -> ScriptRunner {
    var users: [ScriptUser] = []
    for use in loaded.scripts {
      guard let user = use.command.user ?? loaded.configuration.global.scriptUser else {
        return .root("\(use.keyword) \(use.command.arguments.first ?? "") names no user, so it runs as root")
      }
      if ["root", "0"].contains(user.user) {
        return .root("\(use.keyword) \(use.command.arguments.first ?? "") runs as root")
      }
      if !users.contains(user) { users.append(user) }
    }
    return users.isEmpty ? .nobody : .users(users)
  }
}
