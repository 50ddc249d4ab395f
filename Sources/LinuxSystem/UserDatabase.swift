import Glibc

/// User, with the groups of the user's processes.
public struct UserIdentity: Sendable, Hashable {
  /// Name of the user; the number in decimal if the database does not know the user.
  public let name: String
  /// The user's number.
  public let userID: UInt32
  /// The primary group's number.
  public let groupID: UInt32
  /// All groups, the primary one included.
  public let groups: [UInt32]
  /// The home directory, `/` when unknown.
  public let homeDirectory: String

  /// An identity from its parts.
  public init(name: String, userID: UInt32, groupID: UInt32, groups: [UInt32], homeDirectory: String = "/") {
    self.name = name
    self.userID = userID
    self.groupID = groupID
    self.groups = groups
    self.homeDirectory = homeDirectory
  }
}

/// Users and groups of the host (getpwnam(3)). A look-up may read files or ask a network service, so the engine must
/// not make one.
public enum UserDatabase {
  /// User with a name or, for decimal digits that are no name, with a number; `nil` if there is none.
  public static func lookup(_ nameOrNumber: String) throws(SystemError) -> UserIdentity? {
    if let found = try entry(nameOrNumber, { getpwnam_r(nameOrNumber, $0, $1, $2, $3) }) { return found }
    guard let number = UInt32(nameOrNumber), nameOrNumber.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      return nil
    }
    return try lookup(userID: number)
  }

  /// User with a number. One that the database does not know gets the group of the same number.
  public static func lookup(userID: UInt32) throws(SystemError) -> UserIdentity {
    try entry("\(userID)") { getpwuid_r(userID, $0, $1, $2, $3) }
      ?? UserIdentity(name: "\(userID)", userID: userID, groupID: userID, groups: [userID])
  }

  /// Number of the group with a name or with these decimal digits; `nil` if there is none.
  public static func lookup(group nameOrNumber: String) throws(SystemError) -> UInt32? {
    var size = 1_024
    while size <= 1 << 20 {
      var record = group()
      var found: UnsafeMutablePointer<group>?
      var buffer = [CChar](repeating: 0, count: size)
      let result = getgrnam_r(nameOrNumber, &record, &buffer, buffer.count, &found)
      if result == 0 { return found == nil ? UInt32(nameOrNumber) : record.gr_gid }
      guard result == ERANGE else {
        if result == ENOENT || result == ESRCH { return UInt32(nameOrNumber) }
        throw SystemError(operation: "look up group", errno: result, object: nameOrNumber)
      }
      size *= 2
    }
    throw SystemError(operation: "look up group", errno: ERANGE, object: nameOrNumber)
  }

  private typealias Search = (
    UnsafeMutablePointer<passwd>, UnsafeMutablePointer<CChar>, Int, UnsafeMutablePointer<UnsafeMutablePointer<passwd>?>
  ) -> Int32

  private static func entry(_ object: String, _ search: Search) throws(SystemError) -> UserIdentity? {
    var size = 1_024
    while size <= 1 << 20 {
      var record = passwd()
      var found: UnsafeMutablePointer<passwd>?
      var buffer = [CChar](repeating: 0, count: size)
      var identity: UserIdentity?
      let result = buffer.withUnsafeMutableBufferPointer { space in
        guard let base = space.baseAddress else { return ERANGE }
        let result = search(&record, base, space.count, &found)
        // The record points into the buffer, so it is read before the buffer may move.
        if result == 0, found != nil { identity = Self.identity(record) }
        return result
      }
      switch result {
      case 0, ENOENT, ESRCH: return identity
      case ERANGE: size *= 2
      default: throw SystemError(operation: "look up user", errno: result, object: object)
      }
    }
    throw SystemError(operation: "look up user", errno: ERANGE, object: object)
  }

  private static func identity(_ record: passwd) -> UserIdentity {
    var count: Int32 = 64
    var groups = [UInt32](repeating: 0, count: Int(count))
    if getgrouplist(record.pw_name, record.pw_gid, &groups, &count) < 0 {
      groups = [UInt32](repeating: 0, count: max(1, Int(count)))
      if getgrouplist(record.pw_name, record.pw_gid, &groups, &count) < 0 { count = 0 }
    }
    let home = record.pw_dir.map { String(cString: $0) } ?? "/"
    return UserIdentity(
      name: record.pw_name.map { String(cString: $0) } ?? "\(record.pw_uid)", userID: record.pw_uid,
      groupID: record.pw_gid, groups: count > 0 ? Array(groups.prefix(Int(count))) : [record.pw_gid],
      homeDirectory: home.isEmpty ? "/" : home)
  }
}
