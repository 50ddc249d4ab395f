import NetworkTypes

/// What a BFD session means to those who track it: up and down, and for a while what it was before.
///
/// A session takes its time to come up, at a start and after an engine that died without the other end hearing of it in time.
/// So long the verdict stays: without one at a start, as it was after a crash. It ends when the session is up, or when as long has
/// passed as a session may take.
public struct BFDVerdict: Sendable, Hashable {
  /// What is told.
  public private(set) var status: TrackerStatus
  /// Until when the status stays although the session is not up.
  public private(set) var heldUntil: MonotonicInstant?

  /// A verdict that begins with `status`, and keeps it until `heldUntil` if there is one.
  public init(status: TrackerStatus, heldUntil: MonotonicInstant?) {
    self.status = status
    self.heldUntil = heldUntil
  }

  /// Takes a change of the session's state; whether the status is another one now.
  public mutating func take(_ change: BFDChange) -> Bool {
    switch change.to {
    case .up:
      heldUntil = nil
      return set(.up)
    case .initialize:
      return false
    case .adminDown, .down:
      return heldUntil == nil ? set(.down) : false
    }
  }

  /// To call when ``heldUntil`` has come; whether the status is another one now.
  public mutating func timer(at now: MonotonicInstant, state: BFDState) -> Bool {
    guard let end = heldUntil, end <= now else { return false }
    heldUntil = nil
    return state == .up ? set(.up) : set(.down)
  }

  private mutating func set(_ next: TrackerStatus) -> Bool {
    guard status != next else { return false }
    status = next
    return true
  }
}
