import NetworkTypes

/// A verdict on a count that changes only after what is seen has lasted: the delays of `vrrp_track_process`.
///
/// Which delay that is depends on what has happened and not on what it means, as in keepalived: one for a count that has
/// grown, be it to a quorum or beyond the most that may be, and one for a count that has shrunk. The first look decides at
/// once, as with any check. Time is a parameter, so every case is a test.
public struct DelayedVerdict: Sendable, Hashable {
  /// How long a change must last that a greater count has brought (`fork_delay`).
  public private(set) var growthDelay: Nanoseconds
  /// How long one must last that a smaller count has brought (`terminate_delay`).
  public private(set) var lossDelay: Nanoseconds
  /// The verdict that holds now.
  public private(set) var verdict: Verdict
  /// When what is seen will have lasted long enough; `nil` while it agrees with the verdict.
  public private(set) var deadline: MonotonicInstant?
  private var count: Int?
  /// Whether the delay under way is that of a greater count.
  private var hasGrown: Bool

  /// A verdict that nothing has been seen for, or the one that held before with the deadline of a delay under way.
  public init(
    growthDelay: Nanoseconds, lossDelay: Nanoseconds, verdict: Verdict = .unknown, deadline: MonotonicInstant? = nil
  ) {
    self.growthDelay = growthDelay
    self.lossDelay = lossDelay
    hasGrown = verdict == .down
    self.verdict = verdict
    self.deadline = verdict == .unknown ? nil : deadline
  }

  /// Takes other delays, as after a reload. One that is under way began when it did.
  public mutating func setDelays(growth: Nanoseconds, loss: Nanoseconds) {
    let longer = hasGrown ? growth - growthDelay : loss - lossDelay
    if let deadline { self.deadline = deadline + longer }
    (growthDelay, lossDelay) = (growth, loss)
  }

  /// Takes a look in. Returns the new verdict if it changed.
  /// - Parameters:
  ///   - count: how many there are.
  ///   - isWell: whether that is a number that may be.
  public mutating func observe(count: Int, isWell: Bool, at now: MonotonicInstant) -> Verdict? {
    // After a restart nobody knows how many there were: what is well now was too few, as a rule, and what is not has ended.
    let hasGrown = self.count.flatMap { $0 == count ? nil : $0 < count } ?? isWell
    self.count = count
    let seen = isWell ? Verdict.up : .down
    guard seen != verdict else {
      deadline = nil
      return nil
    }
    guard verdict != .unknown else { return settle(on: seen) }
    if deadline == nil { self.hasGrown = hasGrown }
    let due = deadline ?? now + (hasGrown ? growthDelay : lossDelay)
    deadline = due
    return due <= now ? settle(on: seen) : nil
  }

  private mutating func settle(on seen: Verdict) -> Verdict {
    verdict = seen
    deadline = nil
    return seen
  }
}
