import NetworkTypes

/// Damping of a verdict that changes too often (`damp`): after a number of changes within a period it counts as down
/// for a while.
///
/// Changes during that hold are not counted, and afterwards the count starts at zero. Time is a parameter.
public struct FlapDamping: Sendable, Hashable {
  /// Number of changes that starts a hold, and its length.
  public struct Limits: Sendable, Hashable {
    /// Number of changes that starts a hold; at least 2.
    public let changes: Int
    /// Period in which they must happen.
    public let period: Nanoseconds
    /// Length of the hold.
    public let hold: Nanoseconds

    /// Limits of the given values. Fewer than 2 changes become 2, since every failure begins with one change.
    public init(changes: Int, period: Nanoseconds, hold: Nanoseconds) {
      self.changes = max(2, changes)
      self.period = period
      self.hold = hold
    }
  }

  /// Limits in force.
  public private(set) var limits: Limits
  /// Instant at which the hold ends; `nil` while there is none.
  public private(set) var heldUntil: MonotonicInstant?
  /// Instants of the last changes, the oldest first; always fewer than the limit.
  private var changes: [MonotonicInstant] = []

  /// A damping without a change so far.
  public init(_ limits: Limits) { self.limits = limits }

  /// Continues an earlier hold until `time`, but for no longer than a hold that began now.
  public mutating func hold(until time: MonotonicInstant, at now: MonotonicInstant) {
    heldUntil = min(time, now + limits.hold)
  }

  /// Sets other limits, as after a reload. Counted changes stay, and so does a hold, but for no longer than one under
  /// the new limits that began now.
  public mutating func setLimits(_ limits: Limits, at now: MonotonicInstant) {
    self.limits = limits
    if let heldUntil { hold(until: heldUntil, at: now) }
  }

  /// Whether a hold is under way.
  public var isHeld: Bool { heldUntil != nil }

  /// Records a change. Returns whether a hold begins with it.
  public mutating func recordChange(at now: MonotonicInstant) -> Bool {
    guard heldUntil == nil else { return false }
    changes.removeAll { now - $0 > limits.period }
    changes.append(now)
    guard changes.count >= limits.changes else { return false }
    changes = []
    heldUntil = now + limits.hold
    return true
  }

  /// Ends the hold if it is due. Returns whether it ended.
  public mutating func release(at now: MonotonicInstant) -> Bool {
    guard let heldUntil, heldUntil <= now else { return false }
    self.heldUntil = nil
    return true
  }
}
