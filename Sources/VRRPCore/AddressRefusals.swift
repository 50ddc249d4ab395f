import NetworkTypes

/// How often the kernel has refused all of a router's addresses, and when they are tried again.
///
/// The pauses grow, so that a host which cannot hold its addresses does not come and go. They begin anew only once the kernel has
/// taken the addresses and no more refused them for a while.
struct AddressRefusals: Sendable, Equatable {
  /// The pause after the first refusal.
  static let firstPause = Nanoseconds.seconds(1)
  /// The pause that growing ends at, and how long addresses must not have been refused for pauses to begin anew.
  static let longestPause = Nanoseconds.seconds(60)

  /// Refusals in a row.
  private(set) var count: UInt8 = 0
  /// When the addresses are tried next.
  private(set) var retryAt: MonotonicInstant?
  /// When the kernel last took them after it had refused them.
  private(set) var takenAt: MonotonicInstant?

  init() {}

  /// Those that another engine left on its board.
  /// - Parameters:
  ///   - isInFault: whether the addresses are refused still. What that engine was refused this one may be granted, so it tries soon.
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

  /// The pause after the last of so many refusals in a row.
  static func pause(after count: UInt8) -> Nanoseconds {
    count > 6 ? longestPause : min(firstPause * (1 << Int64(max(1, count) - 1)), longestPause)
  }

  /// Takes down a refusal.
  mutating func refuse(at now: MonotonicInstant) {
    if let takenAt, now - takenAt >= Self.longestPause { count = 0 }
    takenAt = nil
    count = min(count, .max - 1) + 1
    retryAt = now + Self.pause(after: count)
  }

  /// Takes down that they are tried now; until there is an answer the next try waits for as long as after another refusal.
  mutating func beginTrial(at now: MonotonicInstant) { retryAt = now + Self.longestPause }

  /// Takes down that the kernel takes them again.
  mutating func take(at now: MonotonicInstant) {
    retryAt = nil
    takenAt = now
  }
}
