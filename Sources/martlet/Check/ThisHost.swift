import Configuration
import ConfigurationSyntax
import Glibc
import LinuxSystem

/// The host that the program runs on.
struct ThisHost: HostFacts {
  /// Whom scripts without a user run as, where a service says so.
  var serviceUser: String?

  var interfaceNames: [String]? {
    guard let table = if_nameindex() else { return nil }
    defer { if_freenameindex(table) }
    var names: [String] = []
    var entry = table
    while entry.pointee.if_index != 0, let name = entry.pointee.if_name {
      names.append(String(cString: name))
      entry += 1
    }
    return names
  }

  // Where the database cannot be asked, nobody is said to be unknown.
  func hasUser(_ name: String) -> Bool {
    do { return try UserDatabase.lookup(name) != nil } catch { return true }
  }

  func hasGroup(_ name: String) -> Bool {
    do { return try UserDatabase.lookup(group: name) != nil } catch { return true }
  }

  /// Under no user a script runs as keepalived's own default, if that is there, else as root.
  func identity(of user: ScriptUser?) -> ScriptIdentity? {
    let user = user ?? serviceUser.map { ScriptUser(user: $0) }
    guard let found = try? UserDatabase.lookup(user?.user ?? ScriptUser.standard) else {
      return user == nil ? .root : nil
    }
    guard let name = user?.group else { return ScriptIdentity(user: found.userID, groups: found.groups) }
    guard let group = try? UserDatabase.lookup(group: name) else { return nil }
    return ScriptIdentity(user: found.userID, groups: [group])
  }

  func maySee(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 || errno != EACCES
  }

  func status(of path: String) -> FileStatus? { DiskSourceFiles().status(of: path) }
  func interpreter(of path: String) -> [String]? { DiskSourceFiles().interpreter(of: path) }
}
