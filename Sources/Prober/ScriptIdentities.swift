import Configuration
import LinuxSystem

/// Who a command runs as, and whether it may.
final class ScriptIdentities {
  /// Why a command is not run.
  struct Refusal: Error, Equatable, CustomStringConvertible {
    var description: String
    /// Whether it is only that others could change the program: nothing is known of what it looks at.
    var isUnsafe = false
  }

  private let fallback: ScriptUser?
  private let ownIdentity: (user: UInt32, group: UInt32)
  private var known: [ScriptUser?: Result<Identity, Refusal>] = [:]

  /// What a process is to become; `nil` for what this process is already.
  struct Identity: Equatable {
    var name: String
    var userID: UInt32
    var groupID: UInt32
    var groups: [UInt32]
    var home: String
    /// Whether the process has to change its user or group.
    var changes: Bool
  }

  /// Identities for commands that name no user of their own and so run as `fallback`.
  init(fallback: ScriptUser?, ownUser: UInt32, ownGroup: UInt32) {
    self.fallback = fallback
    ownIdentity = (ownUser, ownGroup)
  }

  /// Who runs a command. Answers are kept, since a look-up may ask a slow network service.
  func identity(for user: ScriptUser?) throws(Refusal) -> Identity {
    let wanted = user ?? fallback
    if let answer = known[wanted] { return try answer.get() }
    let answer = Result { () throws(Refusal) in try look(up: wanted) }
    known[wanted] = answer
    return try answer.get()
  }

  private func look(up user: ScriptUser?) throws(Refusal) -> Identity {
    let found: UserIdentity?
    var group: UInt32?
    do {
      switch user {
      case nil where ownIdentity.user == 0:
        found = try UserDatabase.lookup(ScriptUser.standard) ?? UserDatabase.lookup(userID: 0)
      case nil:
        found = try UserDatabase.lookup(userID: ownIdentity.user)
        group = ownIdentity.group
      case let user?:
        found = try UserDatabase.lookup(user.user)
        group = try user.group.flatMap { try UserDatabase.lookup(group: $0) }
      }
    } catch {
      throw Refusal(description: "\(error)")
    }
    guard let found else { throw Refusal(description: "there is no user \(user?.user ?? "")") }
    if let name = user?.group, group == nil { throw Refusal(description: "there is no group \(name)") }
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
