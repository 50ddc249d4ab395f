import Configuration
import ConfigurationModel
import ConfigurationSyntax
import ControlModel

extension ServiceDemands {
  /// The groups that let a user in who is in no other way let in by the sockets that are asked, by number.
  public func socketGroups(on host: some HostFacts) -> [(group: UInt32, socket: String)] {
    let own = host.identity(of: ScriptUser(user: ServiceUser.usual))
    return sockets.compactMap { path in
      guard let status = host.status(of: path), status.mode & 0o002 == 0, status.mode & 0o020 != 0, status.group != 0,
        own?.groups.contains(status.group) != true
      else { return nil }
      return (status.group, path)
    }
  }
}
