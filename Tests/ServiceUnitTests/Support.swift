import Configuration
import ConfigurationModel
import ConfigurationSyntax

@testable import ServiceUnit

/// A host that has what a test says.
struct FakeHost: HostFacts {
  var files: [String: FileStatus] = [:]
  var users: [String: UInt32] = ["root": 0, "martlet": 990, "haproxy": 188, "nobody": 65534]
  var groups: [String: UInt32] = ["haproxy": 188]

  /// What is kept from whoever looks; its status is then made up, as by the disk.
  var unseen: Set<String> = []

  func maySee(_ path: String) -> Bool { !unseen.contains(path) }

  var interfaceNames: [String]? { nil }
  func hasUser(_ name: String) -> Bool { users[name] != nil }
  func hasGroup(_ name: String) -> Bool { groups[name] != nil }
  func status(of path: String) -> FileStatus? {
    files[path] ?? (files.keys.contains { $0.hasPrefix(path + "/") } ? Self.folder(0o755) : nil)
  }

  func identity(of user: ScriptUser?) -> ScriptIdentity? {
    guard let user else { return .root }
    guard let number = users[user.user] else { return nil }
    return ScriptIdentity(user: number, groups: [user.group.flatMap { groups[$0] ?? UInt32($0) } ?? number])
  }

  static func file(_ mode: UInt32, owner: UInt32 = 0, group: UInt32 = 0) -> FileStatus {
    FileStatus(mode: mode, owner: owner, group: group)
  }

  static func folder(_ mode: UInt32, owner: UInt32 = 0, group: UInt32 = 0) -> FileStatus {
    FileStatus(mode: mode, owner: owner, group: group, isRegular: false, isDirectory: true)
  }
}

/// The units that files are judged by.
enum Units {
  /// As martlet ships it: starts as root, nothing hidden.
  static let open = "Type=notify"
  /// As `martlet unit` makes it for a file without scripts.
  static let closed = """
    User=martlet
    AmbientCapabilities=CAP_NET_ADMIN CAP_NET_RAW
    CapabilityBoundingSet=CAP_NET_ADMIN CAP_NET_RAW
    NoNewPrivileges=yes
    ProtectSystem=strict
    ProtectHome=yes
    PrivateTmp=yes
    ProtectProc=invisible
    RuntimeDirectory=martlet
    """

  static func unit(_ lines: String) -> ServiceUnit { ServiceUnit(path: "/u", Array("[Service]\n\(lines)\n".utf8)) }
}

/// A file with a router, and lines around it.
func load(_ top: String, global: String = "") -> LoadedConfiguration {
  let text = """
    global_defs {
    \(global)
    }
    \(top)
    vrrp_instance V {
     interface eth0
     virtual_router_id 1
     virtual_ipaddress {
      192.0.2.1/24
     }
    }

    """
  return ConfigurationLoader.load(
    path: "/etc/martlet/martlet.conf", files: MemorySourceFiles(texts: ["/etc/martlet/martlet.conf": text]))
}
