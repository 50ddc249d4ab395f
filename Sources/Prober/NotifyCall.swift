import Configuration
import VRRPCore

/// What notifications are about: an instance or a sync group.
enum NotifySubject: Hashable {
  case instance(String)
  case group(String)

  /// The first of the words that `notify` appends, and the first of a FIFO's line.
  var kind: String {
    switch self {
    case .instance: "INSTANCE"
    case .group: "GROUP"
    }
  }

  var name: String {
    switch self {
    case .instance(let name), .group(let name): name
    }
  }
}

/// What notifications say: a state by keepalived's words.
enum NotifyState: String {
  case master = "MASTER"
  case backup = "BACKUP"
  case fault = "FAULT"
  case stop = "STOP"
  /// No longer configured, if the instance asks for this word; else that is a fault.
  case deleted = "DELETED"

  /// What a transition is announced as; `nil` for one to the initial state that is no stop.
  init?(_ transition: Transition) {
    if transition.cause == .shutdown {
      self = .stop
      return
    }
    switch transition.to {
    case .initialize: return nil
    case .backup: self = .backup
    case .master: self = .master
    case .fault: self = .fault
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
  /// The state before, by keepalived's word.
  var previous: String

  /// The words that `notify` gets after its own.
  var words: [String] { [subject.kind, subject.name, state.rawValue, "\(priority)"] }

  /// The line for the FIFOs, without its line feed.
  var line: String { "\(subject.kind) \"\(subject.name)\" \(state.rawValue) \(priority)" }

  /// What scripts find in their environment beside the usual.
  var environment: [String] {
    ["MARTLET_CAUSE=" + cause, "MARTLET_PREVIOUS_STATE=" + previous]
  }
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
  var all: [CommandDefinition] {
    [master, backup, fault, stop, deleted, any, masterHeardLowerPriority].compactMap(\.self)
  }
}
