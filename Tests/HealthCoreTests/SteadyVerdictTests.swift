import HealthCore
import NetworkTypes
import Testing

@Suite struct SteadyVerdictTests {
  private func instant(_ seconds: Int64) -> MonotonicInstant { MonotonicInstant(nanoseconds: seconds * 1_000_000_000) }
  private let limits = FlapDamping.Limits(changes: 3, period: .seconds(10), hold: .seconds(30))

  @Test("Without damping and expiry it is what the results come to, and has no deadline")
  func plain() {
    var verdict = SteadyVerdict(at: instant(0))
    for (second, next) in [Verdict.up, .down, .up, .down, .up].enumerated() {
      verdict.record(next, at: instant(Int64(second)))
      #expect(verdict.verdict == next && verdict.condition == .fresh && verdict.deadline == nil)
    }
    verdict.advance(to: instant(1_000_000))
    #expect(verdict.verdict == .up && verdict.condition == .fresh)
  }

  @Test(
    "What changes too often is held down, and then is what the results came to meanwhile", arguments: [true, false])
  func held(endsUp: Bool) {
    var verdict = SteadyVerdict(damping: limits, at: instant(0))
    // The first verdict is no change.
    for (second, next) in [Verdict.up, .down, .up, .down].enumerated() {
      verdict.record(next, at: instant(Int64(second)))
    }
    #expect(verdict.verdict == .down && verdict.condition == .held && verdict.deadline == instant(33))
    verdict.record(.up, at: instant(4))
    #expect(verdict.verdict == .down && verdict.condition == .held)
    if !endsUp { verdict.record(.down, at: instant(5)) }
    verdict.advance(to: instant(32))
    #expect(verdict.condition == .held)
    verdict.advance(to: instant(33))
    #expect(verdict.verdict == (endsUp ? .up : .down) && verdict.condition == .fresh && verdict.deadline == nil)
  }

  @Test("Without a result it is stale, and holds or fails; the next result makes it fresh", arguments: [true, false])
  func stale(fails: Bool) {
    var verdict = SteadyVerdict(expiry: VerdictExpiry(after: .seconds(5), fails: fails), verdict: .up, at: instant(0))
    #expect(verdict.deadline == instant(5))
    verdict.record(.up, at: instant(3))
    #expect(verdict.deadline == instant(8))
    verdict.advance(to: instant(7))
    #expect(verdict.verdict == .up && verdict.condition == .fresh)
    verdict.advance(to: instant(8))
    #expect(verdict.verdict == (fails ? .down : .up) && verdict.condition == .stale && verdict.deadline == nil)
    verdict.record(.up, at: instant(9))
    #expect(verdict.verdict == .up && verdict.condition == .fresh && verdict.deadline == instant(14))
  }

  @Test("Who stood still has heard nothing for that reason, so the age counts from then; but not for ever")
  func standstill() {
    let expiry = VerdictExpiry(after: .seconds(5), fails: true)
    var verdict = SteadyVerdict(expiry: expiry, verdict: .up, at: instant(0))
    verdict.stoodStill(until: instant(60))
    verdict.advance(to: instant(60))
    #expect(verdict.condition == .fresh && verdict.deadline == instant(65))
    // What lies before the last result is of no account.
    verdict.record(.up, at: instant(63))
    verdict.stoodStill(until: instant(62))
    #expect(verdict.deadline == instant(68))
    for round in 1...4 as ClosedRange<Int64> {
      verdict.stoodStill(until: instant(100 * round))
      verdict.advance(to: instant(100 * round))
      #expect(verdict.condition == (round <= SteadyVerdict.mostRenewals ? .fresh : .stale))
    }
    #expect(verdict.verdict == .down)
    verdict.stoodStill(until: instant(500))
    #expect(verdict.condition == .stale, "only a result makes it fresh")
  }

  @Test("A stale verdict that fails is no change of its own: it does not count as flapping")
  func staleIsNoFlap() {
    let expiry = VerdictExpiry(after: .seconds(1), fails: true)
    var verdict = SteadyVerdict(damping: limits, expiry: expiry, verdict: .up, at: instant(0))
    for round in 0..<5 as Range<Int64> {
      verdict.advance(to: instant(round * 2 + 1))
      #expect(verdict.verdict == .down)
      verdict.record(.up, at: instant(round * 2 + 2))
      #expect(verdict.verdict == .up && verdict.condition == .fresh)
    }
  }

  @Test("One that is remembered while held goes on until the same time, but never longer than the limits say")
  func heldAgain() {
    for (until, now, end) in [(33, 10, 33), (500, 10, 40), (5, 10, 10)] as [(Int64, Int64, Int64)] {
      let memory = VerdictMemory(result: .up, condition: .held, until: instant(until))
      var verdict = SteadyVerdict(damping: limits, resuming: memory, at: instant(now))
      #expect(verdict.verdict == .down && verdict.condition == .held)
      if end > now {
        verdict.advance(to: instant(end - 1))
        #expect(verdict.condition == .held)
      }
      verdict.advance(to: instant(end))
      #expect(verdict.verdict == .up && verdict.condition == .fresh && verdict.deadline == nil)
    }
  }

  @Test("One that is remembered while stale stays so until there is a result", arguments: [true, false])
  func staleAgain(fails: Bool) {
    let memory = VerdictMemory(result: .up, condition: .stale)
    var verdict = SteadyVerdict(
      expiry: VerdictExpiry(after: .seconds(5), fails: fails), resuming: memory, at: instant(100))
    #expect(verdict.verdict == (fails ? .down : .up) && verdict.condition == .stale && verdict.deadline == nil)
    #expect(verdict.memory == memory)
    verdict.record(.up, at: instant(101))
    #expect(verdict.verdict == .up && verdict.condition == .fresh)
  }

  @Test("Other limits leave what was found and counted alone")
  func otherLimits() {
    var verdict = SteadyVerdict(damping: limits, at: instant(0))
    for (second, next) in [Verdict.up, .down, .up].enumerated() { verdict.record(next, at: instant(Int64(second))) }
    let wider = FlapDamping.Limits(changes: 4, period: .seconds(10), hold: .seconds(60))
    verdict.setLimits(damping: wider, expiry: nil, at: instant(3))
    verdict.record(.down, at: instant(3))
    #expect(verdict.condition == .fresh)
    verdict.record(.up, at: instant(4))
    #expect(verdict.condition == .held && verdict.deadline == instant(64))
    let shorter = FlapDamping.Limits(changes: 4, period: .seconds(10), hold: .seconds(5))
    verdict.setLimits(damping: shorter, expiry: nil, at: instant(10))
    #expect(verdict.deadline == instant(15))
    verdict.setLimits(damping: nil, expiry: VerdictExpiry(after: .seconds(7)), at: instant(11))
    #expect(verdict.verdict == .up && verdict.condition == .stale)
    verdict.setLimits(damping: nil, expiry: VerdictExpiry(after: .seconds(9)), at: instant(11))
    #expect(verdict.condition == .fresh && verdict.deadline == instant(13))
  }

  @Test("A verdict that never was any is held as none, or fails")
  func neverAny() {
    for fails in [true, false] {
      var verdict = SteadyVerdict(expiry: VerdictExpiry(after: .seconds(5), fails: fails), at: instant(0))
      verdict.advance(to: instant(5))
      #expect(verdict.verdict == (fails ? .down : .unknown) && verdict.condition == .stale)
    }
  }
}
