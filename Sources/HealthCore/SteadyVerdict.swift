import NetworkTypes

/// Time after which a verdict without a new result is stale, and its effect (`verdict_expiry`).
public struct VerdictExpiry: Sendable, Hashable {
  /// Time without a result after which the verdict is stale.
  public let time: Nanoseconds
  /// Whether a stale verdict counts as down; otherwise it counts as before.
  public let fails: Bool

  /// An expiry after `time`.
  public init(after time: Nanoseconds, fails: Bool = false) {
    self.time = time
    self.fails = fails
  }
}

/// Relation of a verdict to the last results.
public enum VerdictCondition: UInt8, Sendable, Hashable, CaseIterable {
  /// The verdict is that of the last results.
  case fresh = 0
  /// The verdict is down because it changed too often (`damp`).
  case held = 1
  /// No result has come for longer than `verdict_expiry`.
  case stale = 2

  /// Word for it in status and log lines.
  public var label: String {
    switch self {
    case .fresh: "fresh"
    case .held: "held"
    case .stale: "stale"
    }
  }
}

/// State of a verdict that another process needs to go on with it, besides the verdict in force.
public struct VerdictMemory: Sendable, Hashable {
  /// Verdict of the results, which is not the one in force while that is held or stale.
  public var result: Verdict
  /// Reason for which the two may differ.
  public var condition: VerdictCondition
  /// Instant at which the verdict changes without a result: the end of a hold or of a delay. `nil` if there is none.
  public var until: MonotonicInstant?
  /// Whether no run has finished, and the verdict comes of `init_fail`.
  public var isUntried: Bool

  /// A memory of the given values.
  public init(
    result: Verdict, condition: VerdictCondition = .fresh, until: MonotonicInstant? = nil, isUntried: Bool = false
  ) {
    self.result = result
    self.condition = condition
    self.until = until
    self.isUntried = isUntried
  }
}

/// Verdict in force: that of the results, unless it changed too often or is stale.
///
/// Time is a parameter; ``advance(to:)`` must be called at ``deadline``.
public struct SteadyVerdict: Sendable, Hashable {
  /// Limits of damping; `nil` without damping.
  public var damping: FlapDamping.Limits? { flaps?.limits }
  /// Expiry of the verdict; `nil` if it never becomes stale.
  public private(set) var expiry: VerdictExpiry?
  private var flaps: FlapDamping?
  private var result: Verdict
  private var lastResult: MonotonicInstant
  private var isStale = false
  /// Number of times in a row that the age has started again without a result.
  private var renewals = 0

  /// An earlier verdict, or none. Its age counts from now.
  public init(
    damping: FlapDamping.Limits? = nil, expiry: VerdictExpiry? = nil, verdict: Verdict = .unknown,
    at now: MonotonicInstant
  ) {
    flaps = damping.map(FlapDamping.init)
    self.expiry = expiry
    result = verdict
    lastResult = now
  }

  /// A verdict that goes on from what another process kept of it. The age of a verdict that was not stale counts from
  /// now, since no check can have run in between.
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

  /// State to keep for the process that goes on with the verdict.
  public var memory: VerdictMemory { VerdictMemory(result: result, condition: condition, until: flaps?.heldUntil) }

  /// Sets other limits, as after a reload. Results and counts so far stay.
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

  /// Verdict in force.
  public var verdict: Verdict {
    if flaps?.isHeld == true || isStale && expiry?.fails == true { return .down }
    return result
  }

  /// Reason for which the verdict in force may differ from that of the last results.
  public var condition: VerdictCondition { isStale ? .stale : flaps?.isHeld == true ? .held : .fresh }

  /// Instant at which the verdict may change without a result; `nil` if it cannot.
  public var deadline: MonotonicInstant? {
    let expires = isStale ? nil : expiry.map { lastResult + $0.time }
    return [expires, flaps?.heldUntil].compactMap(\.self).min()
  }

  /// Most times in a row that the age starts again without a result. A prober that is held up again and again does not
  /// check at all.
  public static let mostRenewals = 3

  /// Records that the prober was held up until `end`, so that the silence before is no silence of the checks. The age
  /// counts from then, unless a result has come since or the verdict is already stale.
  public mutating func stoodStill(until end: MonotonicInstant) {
    guard !isStale, end > lastResult, renewals < Self.mostRenewals else { return }
    renewals += 1
    lastResult = end
  }

  /// Records a result and the verdict of the results with it.
  public mutating func record(_ verdict: Verdict, at now: MonotonicInstant) {
    advance(to: now)
    lastResult = now
    renewals = 0
    isStale = false
    guard verdict != result else { return }
    // The first verdict is no change.
    if result != .unknown { _ = flaps?.recordChange(at: now) }
    result = verdict
  }

  /// Changes the verdict by the clock.
  public mutating func advance(to now: MonotonicInstant) {
    _ = flaps?.release(at: now)
    if let expiry, now - lastResult >= expiry.time { isStale = true }
  }
}
