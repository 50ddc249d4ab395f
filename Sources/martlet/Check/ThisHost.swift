import Configuration
import ConfigurationModel
import ConfigurationSyntax
import Glibc
import LinuxSystem
import NetworkTypes

/// The host that the program runs on.
struct ThisHost: HostFacts {
  /// The user of scripts that name none, where a service sets it.
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

  func addresses(on interface: String) -> [IPAddress]? {
    guard if_nametoindex(interface) > 0 else { return nil }
    var list: UnsafeMutablePointer<ifaddrs>?
    guard getifaddrs(&list) == 0 else { return nil }
    defer { freeifaddrs(list) }
    return sequence(first: list, next: { $0?.pointee.ifa_next }).compactMap { entry in
      guard let entry, String(cString: entry.pointee.ifa_name) == interface else { return nil }
      return entry.pointee.ifa_addr.flatMap(Self.address)
    }
  }

  private static func address(_ address: UnsafeMutablePointer<sockaddr>) -> IPAddress? {
    let bytes = UnsafeRawBufferPointer(start: address, count: MemoryLayout<sockaddr_in>.size)
    switch Int32(address.pointee.sa_family) {
    case AF_INET: return IPAddress(bytes: bytes[4..<8])
    case AF_INET6: return IPAddress(bytes: UnsafeRawBufferPointer(start: address, count: 24)[8..<24])
    default: return nil
    }
  }

  func kernelSetting(_ parts: [String]) -> Int? { KernelSetting(parts: parts).value }

  // If the user database cannot be read, every user counts as known.
  func hasUser(_ name: String) -> Bool {
    do { return try UserDatabase.lookup(name) != nil } catch { return true }
  }

  func hasGroup(_ name: String) -> Bool {
    do { return try UserDatabase.lookup(group: name) != nil } catch { return true }
  }

  /// A script without a user runs as keepalived's default user, if there is one, otherwise as root.
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
  func firstLineFault(of path: String) -> FirstLineFault? { DiskSourceFiles().firstLineFault(of: path) }
}
