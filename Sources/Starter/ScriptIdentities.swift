import ControlModel
import LinuxSystem
import NetworkTypes

/// Users and groups that commands run as.
final class ScriptIdentities {
  /// keepalived's default user of scripts, if the host has one of that name.
  private static let standardUser = "keepalived_script"

  private let fallback: CommandTable.Account?
  private let ownIdentity: (user: UInt32, group: UInt32)
  private var known: [CommandTable.Account?: Identity] = [:]
  /// Look-ups that failed, and the instant until which they are not repeated.
  private var refused: [CommandTable.Account?: (refusal: StartRefusal, until: MonotonicInstant)] = [:]
  /// Time until a failed look-up is repeated. The user may be known again later; each look-up may wait for a network
  /// service.
  static let refusalTime = Nanoseconds.seconds(10)

  /// User and group for a process; `nil` for those that this process has already.
  struct Identity: Equatable {
    var name: String
    var userID: UInt32
    var groupID: UInt32
    var groups: [UInt32]
    var home: String
    /// True if the process has to change its user or group.
    var changes: Bool
  }

  /// Identities for commands that name no user of their own and so run as `fallback`.
  init(fallback: CommandTable.Account?, ownUser: UInt32, ownGroup: UInt32) {
    self.fallback = fallback
    ownIdentity = (ownUser, ownGroup)
  }

  /// User and group of a command. They are kept, since a look-up may ask a slow network service.
  func identity(for user: CommandTable.Account?) throws(StartRefusal) -> Identity {
    let wanted = user ?? fallback
    if let identity = known[wanted] { return identity }
    if let refused = refused[wanted], MonotonicClock.now() < refused.until { throw refused.refusal }
    do {
      let identity = try lookUp(wanted)
      known[wanted] = identity
      return identity
    } catch {
      refused[wanted] = (error, MonotonicClock.now() + Self.refusalTime)
      throw error
    }
  }

  private func lookUp(_ user: CommandTable.Account?) throws(StartRefusal) -> Identity {
    let found: UserIdentity?
    var group: UInt32?
    do {
      switch user {
      case nil where ownIdentity.user == 0:
        found = try UserDatabase.lookup(Self.standardUser) ?? UserDatabase.lookup(userID: 0)
      case nil:
        found = try UserDatabase.lookup(userID: ownIdentity.user)
        group = ownIdentity.group
      case let user?:
        found = try UserDatabase.lookup(user.user)
        group = try user.group.flatMap { try UserDatabase.lookup(group: $0) }
      }
    } catch {
      throw StartRefusal(description: "\(error)")
    }
    guard let found else { throw StartRefusal(description: "there is no user \(user?.user ?? "")") }
    if let name = user?.group, group == nil { throw StartRefusal(description: "there is no group \(name)") }
    return identity(found, group: group)
  }

  private func identity(_ found: UserIdentity, group: UInt32?) -> Identity {
    let groupID = group ?? found.groupID
    return Identity(
      name: found.name, userID: found.userID, groupID: groupID,
      groups: group.map { [$0] } ?? found.groups, home: found.homeDirectory,
      changes: found.userID != ownIdentity.user || groupID != ownIdentity.group)
  }
}
