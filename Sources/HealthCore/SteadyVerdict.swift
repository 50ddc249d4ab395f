import NetworkTypes

/// What becomes of a verdict when no result comes any more (`verdict_expiry`).
public struct VerdictExpiry: Sendable, Hashable {
  /// Without a result for this time it is stale.
  public let time: Nanoseconds
  /// Whether it counts as down then, or as what it was.
  public let fails: Bool

  /// An expiry from its parts.
  public init(after time: Nanoseconds, fails: Bool = false) {
    self.time = time
    self.fails = fails
  }
}

/// Whether a verdict is what the last results said, or something else.
public enum VerdictCondition: UInt8, Sendable, Hashable, CaseIterable {
  /// It is what the last results said.
  case fresh = 0
  /// It is down because it changed too often (`damp`).
  case held = 1
  /// No result has come for longer than `verdict_expiry`.
  case stale = 2

  /// What status and logs call it.
  public var label: String {
    switch self {
    case .fresh: "fresh"
    case .held: "held"
    case .stale: "stale"
    }
  }
}

/// What somebody who goes on with a verdict must know of it, beyond what counts.
public struct VerdictMemory: Sendable, Hashable {
  /// What the results came to, which is not what counts while it is held down or stale.
  public var result: Verdict
  /// Why that may be.
  public var condition: VerdictCondition
  /// When the verdict changes without a result: it is held down no longer, or what has been seen has lasted long enough.
  public var until: MonotonicInstant?
  /// Whether the result is none of a run's: there has been no run, and the check is initially failed (`init_fail`).
  public var isUntried: Bool

  /// A memory from its parts.
  public init(
    result: Verdict, condition: VerdictCondition = .fresh, until: MonotonicInstant? = nil, isUntried: Bool = false
  ) {
    self.result = result
    self.condition = condition
    self.until = until
    self.isUntried = isUntried
  }
}

/// A verdict as it counts: what the results came to, unless it changed too often or is too old.
///
/// Time is a parameter; ``advance(to:)`` is to be called when ``deadline`` has come.
public struct SteadyVerdict: Sendable, Hashable {
  /// When it is held down; `nil` for never.
  public var damping: FlapDamping.Limits? { flaps?.limits }
  /// When it is stale; `nil` for never.
  public private(set) var expiry: VerdictExpiry?
  private var flaps: FlapDamping?
  private var result: Verdict
  private var lastResult: MonotonicInstant
  private var isStale = false
  /// How often its age has begun anew without a result.
  private var renewals = 0

  /// A verdict from before, or none. Its age counts from now.
  public init(
    damping: FlapDamping.Limits? = nil, expiry: VerdictExpiry? = nil, verdict: Verdict = .unknown,
    at now: MonotonicInstant
  ) {
    flaps = damping.map(FlapDamping.init)
    self.expiry = expiry
    result = verdict
    lastResult = now
  }

  /// A verdict that goes on from what somebody before remembered. The age of one that was not stale counts from now, since nobody can
  /// have asked meanwhile.
  public init(
    damping: FlapDamping.Limits? = nil, expiry: VerdictExpiry? = nil, resuming memory: VerdictMemory,
    at now: MonotonicInstant
  ) {
    self.init(damping: damping, expiry: expiry, verdict: memory.result, at: now)
    if let until = memory.until { flaps?.hold(until: until, at: now) }
    guard let expiry, memory.condition == .stale else { return }
    isStale = true
    lastResult = now - expiry.time
  }

  /// What is to be remembered of it.
  public var memory: VerdictMemory { VerdictMemory(result: result, condition: condition, until: flaps?.heldUntil) }

  /// Takes other limits, as after a reload. What was found and counted stays.
  public mutating func setLimits(damping: FlapDamping.Limits?, expiry: VerdictExpiry?, at now: MonotonicInstant) {
    if let damping, flaps != nil {
      flaps?.setLimits(damping, at: now)
    } else {
      flaps = damping.map(FlapDamping.init)
    }
    guard self.expiry != expiry else { return }
    self.expiry = expiry
    isStale = expiry.map { now - lastResult >= $0.time } ?? false
  }

  /// What counts.
  public var verdict: Verdict {
    if flaps?.isHeld == true || isStale && expiry?.fails == true { return .down }
    return result
  }

  /// Why it may differ from what the last results said.
  public var condition: VerdictCondition { isStale ? .stale : flaps?.isHeld == true ? .held : .fresh }

  /// When it may change without a result.
  public var deadline: MonotonicInstant? {
    let expires = isStale ? nil : expiry.map { lastResult + $0.time }
    return [expires, flaps?.heldUntil].compactMap(\.self).min()
  }

  /// So often its age begins anew at most: who stands still again and again will not look at all.
  public static let mostRenewals = 3

  /// Takes in that whoever makes the verdict has stood still until `end`, so that the silence before that was no silence of
  /// what it looks at: the age counts from then, unless there has been a result since, or it is stale already.
  public mutating func stoodStill(until end: MonotonicInstant) {
    guard !isStale, end > lastResult, renewals < Self.mostRenewals else { return }
    renewals += 1
    lastResult = end
  }

  /// Takes in that a result has come, and what the results come to since.
  public mutating func heard(_ verdict: Verdict, at now: MonotonicInstant) {
    advance(to: now)
    lastResult = now
    renewals = 0
    isStale = false
    guard verdict != result else { return }
    // The first verdict is no change.
    if result != .unknown { _ = flaps?.changed(at: now) }
    result = verdict
  }

  /// Lets time pass.
  public mutating func advance(to now: MonotonicInstant) {
    _ = flaps?.release(at: now)
    if let expiry, now - lastResult >= expiry.time { isStale = true }
  }
}
