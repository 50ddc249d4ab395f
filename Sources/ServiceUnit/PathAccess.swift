import Configuration
import ConfigurationModel
import ConfigurationSyntax

/// A user's access to files, by the modes of every folder on the way.
struct PathAccess<Host: HostFacts> {
  let identity: ScriptIdentity
  /// True when modes do not matter: root with its capabilities passes them all.
  let passesModes: Bool
  /// The source of modes.
  let host: Host

  /// The access wanted at the end of the path.
  enum Use: UInt32 {
    case read = 4
    case write = 2
    case execute = 1
  }

  /// The first part of a path that bars the way, with its mode; `nil` if none does or the file does not exist.
  func bar(to path: String, _ use: Use) -> String? {
    guard !passesModes else { return nil }
    var part = ""
    let names = path.split(separator: "/")
    for (index, name) in names.enumerated() {
      part += "/" + name
      guard host.maySee(part), let status = host.status(of: part) else { return nil }
      let wanted = index == names.count - 1 ? use.rawValue : Use.execute.rawValue
      if status.mode >> shift(status) & wanted == 0 {
        let owner = status.owner == 0 ? "root" : "user \(status.owner)"
        return "\(part) (mode 0\(String(status.mode, radix: 8)), of \(owner))"
      }
    }
    return nil
  }

  private func shift(_ status: FileStatus) -> UInt32 {
    status.owner == identity.user ? 6 : identity.groups.contains(status.group) ? 3 : 0
  }
}
