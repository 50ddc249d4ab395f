import HealthCore
import NetworkTypes
import Testing

@Suite struct FlapDampingTests {
  private func instant(_ seconds: Int64) -> MonotonicInstant { MonotonicInstant(nanoseconds: seconds * 1_000_000_000) }
  private var damping: FlapDamping {
    FlapDamping(FlapDamping.Limits(changes: 4, period: .seconds(60), hold: .seconds(300)))
  }

  @Test("The change that is one too many within the time begins the hold")
  func begins() {
    var damping = damping
    for second in [0, 20, 40] as [Int64] {
      let begins = damping.recordChange(at: instant(second))
      #expect(!begins)
    }
    let begins = damping.recordChange(at: instant(60))
    #expect(begins)
    #expect(damping.isHeld && damping.heldUntil == instant(360))
  }

  @Test("Changes that are further apart never do", arguments: [21, 30, 600] as [Int64])
  func farApart(step: Int64) {
    var damping = damping
    for number in 0..<50 as Range<Int64> {
      let begins = damping.recordChange(at: instant(number * step))
      #expect(!begins)
    }
    #expect(!damping.isHeld)
  }

  @Test("The hold ends at its time and no sooner, and counting begins anew")
  func ends() {
    var damping = damping
    for second in 0...3 as ClosedRange<Int64> { _ = damping.recordChange(at: instant(second)) }
    let early = (200...302).filter { damping.release(at: instant($0)) }
    let meanwhile = (4...40).filter { damping.recordChange(at: instant($0)) }
    #expect(early == [] && meanwhile == [])
    #expect(damping.heldUntil == instant(303), "changes while it is held do not prolong the hold")
    let released = (303...310).filter { damping.release(at: instant($0)) }
    #expect(released == [303])
    let begun = (305...308).filter { damping.recordChange(at: instant($0)) }
    #expect(begun == [308])
  }
}
