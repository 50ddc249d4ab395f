import HealthCore
import NetworkTypes
import Testing

@Suite struct DelayedVerdictTests {
  private func instant(_ milliseconds: Int64) -> MonotonicInstant {
    MonotonicInstant(nanoseconds: milliseconds * 1_000_000)
  }

  @Test("The first look decides at once", arguments: [true, false])
  func first(isWell: Bool) {
    var verdict = DelayedVerdict(growthDelay: .seconds(5), lossDelay: .seconds(5))
    #expect(verdict.observe(count: 1, isWell: isWell, at: instant(0)) == (isWell ? .up : .down))
    #expect(verdict.deadline == nil)
  }

  @Test("A loss counts once it has lasted, and a short one never does")
  func lasting() {
    var verdict = DelayedVerdict(growthDelay: .zero, lossDelay: .milliseconds(100), verdict: .up)
    #expect(verdict.observe(count: 0, isWell: false, at: instant(0)) == nil)
    #expect(verdict.deadline == instant(100))
    #expect(verdict.observe(count: 0, isWell: false, at: instant(60)) == nil)
    #expect(verdict.deadline == instant(100), "a second look does not begin the delay anew")
    #expect(verdict.observe(count: 1, isWell: true, at: instant(80)) == nil)
    #expect(verdict.deadline == nil)
    #expect(verdict.observe(count: 0, isWell: false, at: instant(90)) == nil)
    #expect(verdict.observe(count: 0, isWell: false, at: instant(190)) == .down)
    #expect(verdict.observe(count: 1, isWell: true, at: instant(200)) == .up, "no delay for what is started")
  }

  /// One more process to begin with, then a step, and what keepalived 2.2.7 was seen to wait for it: `fork_delay` 2 s after a
  /// fork, `terminate_delay` 5 s after an end, whether that is for the better or not.
  @Test(
    "The delay is that of what has happened: a fork's or an end's, for the better or for the worse",
    arguments: [(3, 4, 2), (4, 3, 5), (2, 1, 5), (1, 2, 2), (0, 3, 2), (5, 2, 5), (5, 1, nil)] as [(Int, Int, Int64?)])
  func directions(before: Int, after: Int, delay: Int64?) {
    // From 2 to 3 are well.
    func isWell(_ count: Int) -> Bool { (2...3).contains(count) }
    var verdict = DelayedVerdict(growthDelay: .seconds(2), lossDelay: .seconds(5))
    let first = verdict.observe(count: before, isWell: isWell(before), at: instant(0))
    #expect(first == (isWell(before) ? .up : .down))
    #expect(verdict.observe(count: after, isWell: isWell(after), at: instant(1000)) == nil)
    #expect(verdict.deadline == delay.map { instant(1000 + $0 * 1000) })
    guard let delay else { return }
    // A look at the same number changes nothing of that.
    #expect(verdict.observe(count: after, isWell: isWell(after), at: instant(999 + delay * 1000)) == nil)
    let change = verdict.observe(count: after, isWell: isWell(after), at: instant(1000 + delay * 1000))
    #expect(change == (isWell(after) ? .up : .down))
  }

  @Test("A delay under way is taken over, and began when it did when it becomes another", arguments: [50, 100, 400])
  func takenOver(milliseconds: Int64) {
    var verdict = DelayedVerdict(
      growthDelay: .seconds(9), lossDelay: .milliseconds(100), verdict: .up, deadline: instant(100))
    verdict.setDelays(growth: .seconds(1), loss: .milliseconds(milliseconds))
    #expect(verdict.deadline == instant(milliseconds))
    #expect(verdict.observe(count: 0, isWell: false, at: instant(milliseconds - 1)) == nil)
    #expect(verdict.observe(count: 0, isWell: false, at: instant(milliseconds)) == .down)
  }
}
