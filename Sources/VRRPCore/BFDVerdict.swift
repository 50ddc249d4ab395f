import NetworkTypes

/// Verdict of a `track_bfd` tracker on its session. It follows the session's state, except for a while at a start and
/// after a crash.
///
/// A session takes time to come up, at a start and after an engine died. Until it is up, or that time has passed, the
/// verdict stays: unknown at a start, the last one after a crash.
public struct BFDVerdict: Sendable, Hashable {
  /// Verdict as the routers see it.
  public private(set) var status: TrackerStatus
  /// Instant until which ``status`` stays although the session is not up; `nil` if it follows the session.
  public private(set) var heldUntil: MonotonicInstant?

  /// A verdict that begins with `status` and keeps it until `heldUntil`, unless that is `nil`.
  public init(status: TrackerStatus, heldUntil: MonotonicInstant?) {
    self.status = status
    self.heldUntil = heldUntil
  }

  /// Applies a change of the session's state. Returns whether ``status`` has changed.
  public mutating func apply(_ change: BFDChange) -> Bool {
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

  /// Ends the hold if it is due. Must be called at ``heldUntil``. Returns whether ``status`` has changed.
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
