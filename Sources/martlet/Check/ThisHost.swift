import Configuration
import ConfigurationSyntax
import Glibc
import LinuxSystem

/// The host that the program runs on.
struct ThisHost: HostFacts {
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

  func status(of path: String) -> FileStatus? { DiskSourceFiles().status(of: path) }
}
