import ConfigurationModel
import ControlModel

/// What notifications are about: an instance or a sync group.
enum NotifySubject: Hashable {
  case instance(String)
  case group(String)

  /// The first of the words that `notify` appends, and the first of a FIFO's line.
  var kind: CommandTable.Subject.Kind {
    switch self {
    case .instance: .instance
    case .group: .group
    }
  }

  var name: String {
    switch self {
    case .instance(let name), .group(let name): name
    }
  }
}

/// One thing to notify of.
struct NotifyEvent {
  var subject: NotifySubject
  var state: NotifyState
  /// The effective priority; a group has none and says 0, as keepalived does.
  var priority: Int
  /// Why, as a clause.
  var cause: String
  /// What was said before; `nil` for nothing.
  var previous: NotifyState?

  /// The line for the FIFOs, without its line feed.
  var line: String { "\(subject.kind.rawValue) \"\(subject.name)\" \(state.rawValue) \(priority)" }
}

extension NotifyDefinition {
  /// The commands to run for a state, in order, each with whether it gets the words of `notify`.
  func commands(for state: NotifyState) -> [(command: CommandDefinition, takesWords: Bool)] {
    let own: CommandDefinition? =
      switch state {
      case .master: master
      case .backup: backup
      case .fault: fault
      case .stop: stop
      case .deleted: deleted
      }
    return [(own, false), (any, true)].compactMap { command, takesWords in command.map { ($0, takesWords) } }
  }

  /// Every command in it.
  var uses: [CommandUse] {
    let own = [master, backup, fault, stop, deleted, masterHeardLowerPriority].compactMap(\.self)
    return own.map { CommandUse(command: $0, purpose: .notification(hasWords: false)) }
      + [any].compactMap(\.self).map { CommandUse(command: $0, purpose: .notification(hasWords: true)) }
  }
}
