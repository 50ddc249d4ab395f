import VRRPCore

/// What notifications say: a state by keepalived's words.
public enum NotifyState: String, Sendable, CaseIterable {
  /// It holds its addresses.
  case master = "MASTER"
  /// Another host does.
  case backup = "BACKUP"
  /// It takes no part.
  case fault = "FAULT"
  /// martlet stops.
  case stop = "STOP"
  /// No longer configured, if the instance asks for this word; else that is a fault.
  case deleted = "DELETED"

  /// What a transition is announced as; `nil` for one to the initial state that is no stop.
  public init?(_ transition: Transition) {
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
