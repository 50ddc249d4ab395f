import Configuration
import ConfigurationModel
import ConfigurationSyntax

/// Whether somebody may use a file by the modes of all that is on the way to it.
struct PathAccess<Host: HostFacts> {
  /// Who.
  let identity: ScriptIdentity
  /// Whether modes stop it: root with its capabilities passes them all.
  let passesModes: Bool
  /// Where modes come from.
  let host: Host

  /// What is wanted of the file at the end.
  enum Use: UInt32 {
    case read = 4
    case write = 2
    case execute = 1
  }

  /// The first part of a path that keeps it from the file, with its mode; `nil` if nothing does, or the file is not there.
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
