import NetworkTypes

/// A verdict that changes only after what is seen has lasted: the delays of `vrrp_track_process`.
///
/// The first look decides at once, as with any check. Time is a parameter, so every case is a test.
public struct DelayedVerdict: Sendable, Hashable {
  /// How long it must be well before it is up.
  public private(set) var upDelay: Nanoseconds
  /// How long it must be unwell before it is down.
  public private(set) var downDelay: Nanoseconds
  /// The verdict that holds now.
  public private(set) var verdict: Verdict
  /// When what is seen will have lasted long enough; `nil` while it agrees with the verdict.
  public private(set) var deadline: MonotonicInstant?

  /// A verdict that nothing has been seen for, or the one that held before with the deadline of a delay under way.
  public init(
    upDelay: Nanoseconds, downDelay: Nanoseconds, verdict: Verdict = .unknown, deadline: MonotonicInstant? = nil
  ) {
    self.upDelay = upDelay
    self.downDelay = downDelay
    self.verdict = verdict
    self.deadline = verdict == .unknown ? nil : deadline
  }

  /// Takes other delays, as after a reload. One that is under way began when it did.
  public mutating func setDelays(up: Nanoseconds, down: Nanoseconds) {
    let longer = verdict == .up ? down - downDelay : up - upDelay
    if let deadline { self.deadline = deadline + longer }
    (upDelay, downDelay) = (up, down)
  }

  /// Takes a look in. Returns the new verdict if it changed.
  public mutating func observe(isWell: Bool, at now: MonotonicInstant) -> Verdict? {
    let seen = isWell ? Verdict.up : .down
    guard seen != verdict else {
      deadline = nil
      return nil
    }
    guard verdict != .unknown else { return settle(on: seen) }
    let due = deadline ?? now + (isWell ? upDelay : downDelay)
    deadline = due
    return due <= now ? settle(on: seen) : nil
  }

  private mutating func settle(on seen: Verdict) -> Verdict {
    verdict = seen
    deadline = nil
    return seen
  }
}
