import HealthCore
import NetworkTypes
import Testing

@Suite struct DelayedVerdictTests {
  private func instant(_ milliseconds: Int64) -> MonotonicInstant {
    MonotonicInstant(nanoseconds: milliseconds * 1_000_000)
  }

  @Test("The first look decides at once", arguments: [true, false])
  func first(isWell: Bool) {
    var verdict = DelayedVerdict(upDelay: .seconds(5), downDelay: .seconds(5))
    #expect(verdict.observe(isWell: isWell, at: instant(0)) == (isWell ? .up : .down))
    #expect(verdict.deadline == nil)
  }

  @Test("A loss counts once it has lasted, and a short one never does")
  func lasting() {
    var verdict = DelayedVerdict(upDelay: .zero, downDelay: .milliseconds(100), verdict: .up)
    #expect(verdict.observe(isWell: false, at: instant(0)) == nil)
    #expect(verdict.deadline == instant(100))
    #expect(verdict.observe(isWell: false, at: instant(60)) == nil)
    #expect(verdict.deadline == instant(100), "a second look does not begin the delay anew")
    #expect(verdict.observe(isWell: true, at: instant(80)) == nil)
    #expect(verdict.deadline == nil)
    #expect(verdict.observe(isWell: false, at: instant(90)) == nil)
    #expect(verdict.observe(isWell: false, at: instant(190)) == .down)
    #expect(verdict.observe(isWell: true, at: instant(200)) == .up, "no delay on the way up")
  }

  @Test("A delay under way is taken over, and began when it did when it becomes another", arguments: [50, 100, 400])
  func takenOver(milliseconds: Int64) {
    var verdict = DelayedVerdict(
      upDelay: .seconds(9), downDelay: .milliseconds(100), verdict: .up, deadline: instant(100))
    verdict.setDelays(up: .seconds(1), down: .milliseconds(milliseconds))
    #expect(verdict.deadline == instant(milliseconds))
    #expect(verdict.observe(isWell: false, at: instant(milliseconds - 1)) == nil)
    #expect(verdict.observe(isWell: false, at: instant(milliseconds)) == .down)
  }
}
