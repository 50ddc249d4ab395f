import NetworkTypes

/// Holds down what changes too often: after so many changes within a time it counts as down for another time (`damp`).
///
/// What changes meanwhile is not counted, and afterwards counting begins anew. Time is a parameter.
public struct FlapDamping: Sendable, Hashable {
  /// When something is held down, and for how long.
  public struct Limits: Sendable, Hashable {
    /// So many changes are too many; at least 2.
    public let changes: Int
    /// Within this time.
    public let period: Nanoseconds
    /// How long it is held down then.
    public let hold: Nanoseconds

    /// Limits from their parts. Less than 2 changes count as 2: the first one is how any failure begins.
    public init(changes: Int, period: Nanoseconds, hold: Nanoseconds) {
      self.changes = max(2, changes)
      self.period = period
      self.hold = hold
    }
  }

  /// The limits.
  public private(set) var limits: Limits
  /// When it is held down no longer; `nil` while it is not.
  public private(set) var heldUntil: MonotonicInstant?
  /// The last changes, the oldest first; fewer than it takes.
  private var changes: [MonotonicInstant] = []

  /// Nothing has changed yet.
  public init(_ limits: Limits) { self.limits = limits }

  /// Holds down what was held before, for no longer than it would be from now.
  public mutating func hold(until time: MonotonicInstant, at now: MonotonicInstant) {
    heldUntil = min(time, now + limits.hold)
  }

  /// Takes other limits, as after a reload; what has been counted stays, and what is held stays so, but for no longer than the new
  /// limits would hold it from now.
  public mutating func setLimits(_ limits: Limits, at now: MonotonicInstant) {
    self.limits = limits
    if let heldUntil { hold(until: heldUntil, at: now) }
  }

  /// Whether it is held down.
  public var isHeld: Bool { heldUntil != nil }

  /// Takes note of a change. Returns whether it is held down from now on.
  public mutating func changed(at now: MonotonicInstant) -> Bool {
    guard heldUntil == nil else { return false }
    changes.removeAll { now - $0 > limits.period }
    changes.append(now)
    guard changes.count >= limits.changes else { return false }
    changes = []
    heldUntil = now + limits.hold
    return true
  }

  /// Lets go when the time has come. Returns whether it did.
  public mutating func release(at now: MonotonicInstant) -> Bool {
    guard let heldUntil, heldUntil <= now else { return false }
    self.heldUntil = nil
    return true
  }
}
