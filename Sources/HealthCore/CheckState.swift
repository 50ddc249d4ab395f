/// What a check says of the thing it checks.
public enum Verdict: UInt8, Sendable, Hashable, CaseIterable {
  /// No run has finished yet.
  case unknown = 0
  /// The thing works.
  case up = 1
  /// The thing has failed.
  case down = 2
}

/// A check's verdict and how far it is from changing.
///
/// The first finished run decides at once: a success makes the check up and a failure makes it down, whatever `rise` and
/// `fall` are, because a host that starts must know soon and has no earlier verdict to be careful with. From then on `rise`
/// successes in a row make it up and `fall` failures in a row make it down. A check that is initially failed (`init_fail`) is
/// down before its first run, and that run decides for it as for any other: so it is with keepalived's `vrrp_script`.
public struct CheckState: Sendable, Hashable {
  /// Successes in a row that make a failed check up; at least 1.
  public private(set) var rise: Int
  /// Failures in a row that make a working check down; at least 1.
  public private(set) var fall: Int
  /// The verdict that holds now.
  public private(set) var verdict: Verdict
  /// Results in a row that speak against the verdict; always fewer than it takes to change it.
  public private(set) var contrary = 0
  /// Whether there has been no run yet.
  public private(set) var isFirst: Bool

  /// A check that has not run. Counts below 1 are taken as 1.
  public init(rise: Int = 1, fall: Int = 1, initiallyFailed: Bool = false) {
    self.rise = max(1, rise)
    self.fall = max(1, fall)
    verdict = initiallyFailed ? .down : .unknown
    isFirst = true
  }

  /// A check that goes on from a verdict that earlier runs came to; `unknown` for none.
  public init(rise: Int, fall: Int, verdict: Verdict) {
    self.init(rise: rise, fall: fall)
    self.verdict = verdict
    isFirst = verdict == .unknown
  }

  /// Counts a finished run. Returns the new verdict if it changed.
  public mutating func record(success: Bool) -> Verdict? {
    guard !isFirst else {
      isFirst = false
      return verdict == (success ? .up : .down) ? nil : change(to: success ? .up : .down)
    }
    switch verdict {
    case .unknown:
      return change(to: success ? .up : .down)
    case .up:
      return count(contrary: !success, upTo: fall, then: .down)
    case .down:
      return count(contrary: success, upTo: rise, then: .up)
    }
  }

  /// Takes other counts, as after a reload; the verdict and the running count stay.
  public mutating func setThresholds(rise: Int, fall: Int) {
    self.rise = max(1, rise)
    self.fall = max(1, fall)
    // What has been counted cannot change the verdict by itself: the next result does.
    contrary = min(contrary, (verdict == .up ? self.fall : self.rise) - 1)
  }

  /// Begins to count anew, as after a reload that has the check ask something else; the verdict holds until its results are another.
  public mutating func countAnew() { contrary = 0 }

  private mutating func count(contrary isContrary: Bool, upTo threshold: Int, then next: Verdict) -> Verdict? {
    guard isContrary else {
      contrary = 0
      return nil
    }
    contrary += 1
    return contrary >= threshold ? change(to: next) : nil
  }

  private mutating func change(to next: Verdict) -> Verdict {
    verdict = next
    contrary = 0
    return next
  }
}
