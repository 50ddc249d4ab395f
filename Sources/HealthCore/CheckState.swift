/// Verdict of a check on the thing that it checks.
public enum Verdict: UInt8, Sendable, Hashable, CaseIterable {
  /// No run has finished yet.
  case unknown = 0
  /// The checked thing works.
  case up = 1
  /// The checked thing has failed.
  case down = 2
}

/// Verdict of a check, and the count of results towards another one.
///
/// The first finished run decides at once: a success makes the check up and a failure makes it down, whatever `rise`
/// and `fall` are, because a host that starts needs a verdict soon and has no earlier one. From then on `rise`
/// successes in a row make it up and `fall` failures in a row make it down. A check with `init_fail` is down before its
/// first run, and that run decides at once too, as with keepalived's `vrrp_script`.
public struct CheckState: Sendable, Hashable {
  /// Successes in a row that make a failed check up; at least 1.
  public private(set) var rise: Int
  /// Failures in a row that make a working check down; at least 1.
  public private(set) var fall: Int
  /// Present verdict.
  public private(set) var verdict: Verdict
  /// Results in a row that contradict the verdict; always fewer than the threshold that changes it.
  public private(set) var contrary = 0
  /// Whether no run has finished yet.
  public private(set) var isFirst: Bool

  /// A check that has not run. Thresholds below 1 become 1.
  public init(rise: Int = 1, fall: Int = 1, initiallyFailed: Bool = false) {
    self.rise = max(1, rise)
    self.fall = max(1, fall)
    verdict = initiallyFailed ? .down : .unknown
    isFirst = true
  }

  /// A check that goes on from the verdict of earlier runs; `unknown` if there is none.
  public init(rise: Int, fall: Int, verdict: Verdict) {
    self.init(rise: rise, fall: fall)
    self.verdict = verdict
    isFirst = verdict == .unknown
  }

  /// Counts the result of a finished run. Returns the new verdict if it changed.
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

  /// Sets other thresholds, as after a reload. The verdict and the running count stay.
  public mutating func setThresholds(rise: Int, fall: Int) {
    self.rise = max(1, rise)
    self.fall = max(1, fall)
    // Results counted so far do not change the verdict under the new thresholds; the next result may.
    contrary = min(contrary, (verdict == .up ? self.fall : self.rise) - 1)
  }

  /// Resets the running count, as after a reload that changes what is checked. The verdict stays until new results
  /// change it.
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
