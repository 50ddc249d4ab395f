import VRRPCore

/// State in a notification, in keepalived's words.
public enum NotifyState: String, Sendable, CaseIterable {
  /// The instance or group is master.
  case master = "MASTER"
  /// The instance or group is backup.
  case backup = "BACKUP"
  /// The instance or group is in fault.
  case fault = "FAULT"
  /// martlet stops.
  case stop = "STOP"
  /// The instance is no longer configured, and asks for this word; without that the word is ``fault``.
  case deleted = "DELETED"

  /// State to notify of after a transition; `nil` for one to INITIALIZE that is no stop.
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
