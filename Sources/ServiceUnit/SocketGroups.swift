import Configuration
import ConfigurationModel
import ConfigurationSyntax
import ControlModel

extension ServiceDemands {
  /// The groups, by number, that give the prober access to sockets of probes that it could not connect to otherwise.
  package func socketGroups(on host: some HostFacts) -> [(group: UInt32, socket: String)] {
    let own = host.identity(of: ScriptUser(user: ServiceUser.usual))
    return sockets.compactMap { path in
      guard let status = host.status(of: path), status.mode & 0o002 == 0, status.mode & 0o020 != 0, status.group != 0,
        own?.groups.contains(status.group) != true
      else { return nil }
      return (status.group, path)
    }
  }
}
