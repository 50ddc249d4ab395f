import Glibc
import LinuxSystem

/// Check whether users other than root could change a program that root runs.
enum ScriptSecurity {
  /// Most symbolic links that the kernel follows in one path.
  private static let mostLinks = 40

  /// First file or directory on the way to `path` that users other than root could change or replace, and how; `nil` if
  /// there is none or the path does not exist. Symbolic links are followed, and the way to each is checked too.
  static func weakness(of path: String) -> String? {
    var path = path
    for _ in 0...mostLinks {
      switch walk(path) {
      case .weak(let weakness): return weakness
      case .link(let target): path = target
      case .end: return nil
      }
    }
    return "\(path) is behind too many symbolic links"
  }

  private enum Step {
    case weak(String)
    /// The path continues at the target of a link.
    case link(String)
    case end
  }

  /// Checks each component from the root on, up to the first symbolic link.
  private static func walk(_ path: String) -> Step {
    let components = path.split(separator: "/").map(String.init)
    var walked = ""
    for position in 0...components.count {
      let object = walked.isEmpty ? "/" : walked
      var status = stat()
      guard lstat(object, &status) == 0 else { return .end }
      if let weakness = weakness(of: object, status) { return .weak(weakness) }
      if status.st_mode & S_IFMT == S_IFLNK {
        guard let target = target(of: object) else { return .end }
        let rest = components[position...].map { "/" + $0 }.joined()
        let start =
          target.hasPrefix("/") ? target : components[..<(position - 1)].map { "/" + $0 }.joined() + "/" + target
        return .link(start + rest)
      }
      if position < components.count { walked += "/" + components[position] }
    }
    return .end
  }

  private static func weakness(of object: String, _ status: stat) -> String? {
    let isLink = status.st_mode & S_IFMT == S_IFLNK
    // In a user namespace files of the host's root have the overflow user. Its root could not become the host's root by
    // them.
    if status.st_uid != 0, status.st_uid != UserNamespace.foreignUser {
      return "\(object) belongs to user \(owner(status.st_uid)) and root would run it"
    }
    // The mode of a link has no meaning, and in a sticky directory others cannot replace a file of root's.
    let isSticky = status.st_mode & S_IFMT == S_IFDIR && status.st_mode & S_ISVTX != 0
    guard !isLink, !isSticky else { return nil }
    let mode = "mode 0" + String(status.st_mode & 0o7777, radix: 8)
    if status.st_mode & 0o002 != 0 { return "everybody can write to \(object) (\(mode)) and root would run it" }
    guard status.st_mode & 0o020 != 0 else { return nil }
    if status.st_gid != 0 { return "group \(status.st_gid) can write to \(object) (\(mode)) and root would run it" }
    // With an access list the group bits are its mask: the most that it grants to anybody.
    if AccessList.exists(at: object) {
      return "an access list lets others write to \(object) (\(mode)) and root would run it"
    }
    return nil
  }

  private static func owner(_ userID: UInt32) -> String {
    (try? UserDatabase.lookup(userID: userID))?.name ?? "\(userID)"
  }

  private static func target(of link: String) -> String? {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink(link, &buffer, buffer.count)
    return count > 0 ? String(decoding: buffer.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self) : nil
  }
}
