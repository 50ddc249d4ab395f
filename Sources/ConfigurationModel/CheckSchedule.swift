import HealthCore
import NetworkTypes

/// When a check runs, and what makes a verdict of its results.
public struct CheckSchedule: Sendable, Hashable {
  /// From one start to the next.
  public var interval = Nanoseconds.seconds(1)
  /// From a start until the run counts as failed and is ended; the interval when the file does not say.
  public var timeout = Nanoseconds.seconds(1)
  /// Successes in a row that make it up.
  public var rise = 1
  /// Failures in a row that make it down.
  public var fall = 1
  /// Whether it counts as failed until the first success.
  public var initiallyFailed = false
  /// When its verdict is held down (`damp`); `nil` for never.
  public var damping: FlapDamping.Limits?
  /// When its verdict is stale (`verdict_expiry`); `nil` for never.
  public var expiry: VerdictExpiry?

  /// The schedule of a check of which the file says nothing.
  public init() {}
}

extension CheckSchedule: ImageRecord {
  static var blank: Self { Self() }

  mutating func code<Coder: ImageCoder>(_ field: inout Coder) throws(Coder.Failure) {
    try field(&interval)
    try field(&timeout)
    try field(&rise)
    try field(&fall)
    try field(&initiallyFailed)
    try field(&damping)
    try field(&expiry)
  }
}
