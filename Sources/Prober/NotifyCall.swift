import ConfigurationModel
import ControlModel

/// Subject of notifications: an instance or a sync group.
enum NotifySubject: Hashable {
  case instance(String)
  case group(String)

  /// Kind of the subject: first argument that is appended to a `notify` script, and first word of a FIFO's line.
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

/// Event to notify of.
struct NotifyEvent {
  var subject: NotifySubject
  var state: NotifyState
  /// Effective priority. It is 0 for a group, which has none, as in keepalived.
  var priority: Int
  /// Cause of the event, as a clause.
  var cause: String
  /// State that was notified of before; `nil` for none.
  var previous: NotifyState?

  /// Line for the FIFOs, without its line feed.
  var line: String { "\(subject.kind.rawValue) \"\(subject.name)\" \(state.rawValue) \(priority)" }
}

extension NotifyDefinition {
  /// Commands to run for a state, in order. `takesWords`: the command gets the arguments of a `notify` script.
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

  /// All commands of the definition, with their purposes.
  var uses: [CommandUse] {
    let own = [master, backup, fault, stop, deleted, masterHeardLowerPriority].compactMap(\.self)
    return own.map { CommandUse(command: $0, purpose: .notification(hasWords: false)) }
      + [any].compactMap(\.self).map { CommandUse(command: $0, purpose: .notification(hasWords: true)) }
  }
}
