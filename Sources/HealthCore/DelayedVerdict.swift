import NetworkTypes

/// Verdict on a count that changes only after an observation has lasted: the delays of `vrrp_track_process`.
///
/// As in keepalived, the delay depends on the change of the count and not on the verdict: `fork_delay` for a count that
/// has grown, `terminate_delay` for one that has shrunk. The first observation decides at once, as with any check. Time
/// is a parameter.
public struct DelayedVerdict: Sendable, Hashable {
  /// Time that a change must last after the count has grown (`fork_delay`).
  public private(set) var growthDelay: Nanoseconds
  /// Time that a change must last after the count has shrunk (`terminate_delay`).
  public private(set) var lossDelay: Nanoseconds
  /// Present verdict.
  public private(set) var verdict: Verdict
  /// Instant at which the observation will have lasted long enough; `nil` while it agrees with the verdict.
  public private(set) var deadline: MonotonicInstant?
  private var count: Int?
  /// Whether the delay under way began when the count had grown.
  private var hasGrown: Bool

  /// A verdict without an observation, or an earlier verdict with the deadline of a delay under way.
  public init(
    growthDelay: Nanoseconds, lossDelay: Nanoseconds, verdict: Verdict = .unknown, deadline: MonotonicInstant? = nil
  ) {
    self.growthDelay = growthDelay
    self.lossDelay = lossDelay
    hasGrown = verdict == .down
    self.verdict = verdict
    self.deadline = verdict == .unknown ? nil : deadline
  }

  /// Sets other delays, as after a reload. A delay under way keeps its beginning.
  public mutating func setDelays(growth: Nanoseconds, loss: Nanoseconds) {
    let longer = hasGrown ? growth - growthDelay : loss - lossDelay
    if let deadline { self.deadline = deadline + longer }
    (growthDelay, lossDelay) = (growth, loss)
  }

  /// Handles an observation. Returns the new verdict if it changed.
  /// - Parameters:
  ///   - count: the number observed.
  ///   - isWell: whether that number is within the configured bounds.
  public mutating func observe(count: Int, isWell: Bool, at now: MonotonicInstant) -> Verdict? {
    // After a restart the earlier count is not known: one within the bounds has probably grown, one outside them has
    // shrunk.
    let hasGrown = self.count.flatMap { $0 == count ? nil : $0 < count } ?? isWell
    self.count = count
    let seen = isWell ? Verdict.up : .down
    guard seen != verdict else {
      deadline = nil
      return nil
    }
    guard verdict != .unknown else { return change(to: seen) }
    if deadline == nil { self.hasGrown = hasGrown }
    let due = deadline ?? now + (hasGrown ? growthDelay : lossDelay)
    deadline = due
    return due <= now ? change(to: seen) : nil
  }

  private mutating func change(to seen: Verdict) -> Verdict {
    verdict = seen
    deadline = nil
    return seen
  }
}
