import NetworkTypes

/// Refusals in a row of all of a router's addresses by the kernel, and the instant of the next try.
///
/// The pauses between tries grow, so that a host which cannot hold its addresses does not alternate between master and
/// fault. They start again from the first pause only after the kernel has accepted the addresses and has not refused
/// them for ``longestPause``.
struct AddressRefusals: Sendable, Equatable {
  /// Pause after the first refusal.
  static let firstPause = Nanoseconds.seconds(1)
  /// Longest pause between two tries, and the time without a refusal after which pauses start again from
  /// ``firstPause``.
  static let longestPause = Nanoseconds.seconds(60)

  /// Refusals in a row.
  private(set) var count: UInt8 = 0
  /// Instant of the next try; `nil` while the addresses are not refused.
  private(set) var retryAt: MonotonicInstant?
  /// Instant at which the kernel last accepted the addresses after a refusal.
  private(set) var takenAt: MonotonicInstant?

  init() {}

  /// Refusals that another engine left on its board.
  /// - Parameters:
  ///   - isInFault: whether the addresses are still refused. The kernel may grant this engine what it refused that one, so the
  ///     next try comes after ``firstPause`` at the latest.
  ///   - retryAt: when that engine would have tried next.
  init(count: UInt8, isInFault: Bool, retryAt: MonotonicInstant?, adoptedAt now: MonotonicInstant) {
    self.count = count
    if isInFault {
      let soon = now + Self.firstPause
      self.retryAt = min(retryAt ?? soon, soon)
    } else if count > 0 {
      takenAt = now
    }
  }

  /// Pause after the last of `count` refusals in a row.
  static func pause(after count: UInt8) -> Nanoseconds {
    count > 6 ? longestPause : min(firstPause * (1 << Int64(max(1, count) - 1)), longestPause)
  }

  /// Records a refusal.
  mutating func recordRefusal(at now: MonotonicInstant) {
    if let takenAt, now - takenAt >= Self.longestPause { count = 0 }
    takenAt = nil
    count = min(count, .max - 1) + 1
    retryAt = now + Self.pause(after: count)
  }

  /// Records that a try begins. Until its answer comes, the next try waits for the longest pause.
  mutating func beginTrial(at now: MonotonicInstant) { retryAt = now + Self.longestPause }

  /// Records that the kernel accepts the addresses again.
  mutating func recordAcceptance(at now: MonotonicInstant) {
    retryAt = nil
    takenAt = now
  }
}
