import Configuration
import ConfigurationModel
import ConfigurationSyntax

/// Demands of a configuration to its service: users, rights, and the parts of the host that it must see and may change.
package struct ServiceDemands: Sendable, Hashable {
  /// The most powerful user of its scripts.
  package enum ScriptRunner: Sendable, Hashable {
    /// No scripts.
    case nobody
    /// Ordinary users, named in the file.
    case users([ScriptUser])
    /// Root, with the reason.
    case root(String)
  }

  package var runner: ScriptRunner
  /// Names of the processes that it looks for.
  package var processes: [String]
  /// The files and sockets that it must see, without scripts.
  package var visiblePaths: [String]
  /// The sockets that its probes connect to.
  package var sockets: [String]
  /// The folders in which it makes files or FIFOs.
  package var writtenFolders: [String]

  /// Collects the demands of `loaded`.
  /// - Parameter sources: The files of the configuration.
  package init(_ loaded: LoadedConfiguration, sources: [String]) {
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
