import HealthCore
import NetworkTypes

/// When a check runs, and what makes a verdict of its results.
package struct CheckSchedule: Sendable, Hashable {
  /// From one start to the next.
  package var interval = Nanoseconds.seconds(1)
  /// From a start until the run counts as failed and is ended; the interval when the file does not say.
  package var timeout = Nanoseconds.seconds(1)
  /// Successes in a row that make it up.
  package var rise = 1
  /// Failures in a row that make it down.
  package var fall = 1
  /// The check counts as failed until its first success.
  package var initiallyFailed = false
  /// When its verdict is held down (`damp`); `nil` for never.
  package var damping: FlapDamping.Limits?
  /// When its verdict is stale (`verdict_expiry`); `nil` for never.
  package var expiry: VerdictExpiry?

  /// The schedule of a check of which the file says nothing.
  package init() {}
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
