import NetworkTypes
import Testing

@testable import VRRPCore

@Suite("The announcement timers of a master")
struct AnnouncementTimersTests {
  private func instant(_ seconds: Int64) -> MonotonicInstant { MonotonicInstant(nanoseconds: seconds * 1_000_000_000) }

  @Test("The earliest timer is the next one, and a timer that does not run is none")
  func next() {
    var timers = AnnouncementTimers()
    #expect(timers.next == nil)
    for (position, timer) in AnnouncementTimer.allCases.enumerated() {
      timers[timer] = instant(Int64(10 - position))
      #expect(timers.next == instant(Int64(10 - position)))
    }
    for timer in AnnouncementTimer.allCases.reversed() {
      #expect(timers.next == timers[timer])
      timers[timer] = nil
    }
    #expect(timers.next == nil)
  }

  @Test("A timer fires once, at its time or after it, and no other with it", arguments: AnnouncementTimer.allCases)
  func expiry(timer: AnnouncementTimer) {
    var timers = AnnouncementTimers()
    for other in AnnouncementTimer.allCases { timers[other] = instant(5) }
    #expect(timers.expire(timer, at: instant(4)) == nil)
    #expect(timers.expire(timer, at: instant(6)) == instant(5))
    #expect(timers.expire(timer, at: instant(6)) == nil)
    for other in AnnouncementTimer.allCases where other != timer { #expect(timers[other] == instant(5)) }
  }
}
