import NetworkTypes
import Testing

@testable import VRRPWire

/// Thousandths of a second after a certain moment.
private func at(_ milliseconds: Int64) -> CalendarInstant {
  CalendarInstant(nanosecondsSince1970: 1_800_000_000_000_000_000 + milliseconds * 1_000_000)
}

@Suite struct TrailerNumberTests {
  @Test(
    arguments: [
      (0, 0), (1_500_000_000, 0x0000_0001_8000_0000), (999_999_999, 0x0000_0000_FFFF_0000),
      (-1, 0xFFFF_FFFF_FFFF_0000), (-1_000_000_000, 0xFFFF_FFFF_0000_0000),
      (0x1_0000_0002 * 1_000_000_000, 0x0000_0002_0000_0000),
    ] as [(Int64, UInt64)])
  func isTheTime(nanoseconds: Int64, number: UInt64) {
    #expect(TrailerNumber(at: CalendarInstant(nanosecondsSince1970: nanoseconds)).rawValue == number)
    for end in [.min, .max] as [Int64] { _ = TrailerNumber(at: CalendarInstant(nanosecondsSince1970: end)) }
  }

  @Test func isComparedAroundTheEnd() {
    let last = TrailerNumber(rawValue: .max)
    #expect(last.next.rawValue == 0 && last.next.isAfter(last) && !last.isAfter(last.next))
    #expect(!last.isAfter(last))
    let old = TrailerNumber(rawValue: 0xFFFF_FFFE_0000_0000)
    let new = TrailerNumber(rawValue: 0x0000_0003_0000_0000)
    #expect(new.seconds(since: old) == 5 && old.seconds(since: new) == -5)
    #expect(TrailerNumber(rawValue: 1 << 63).seconds(since: TrailerNumber(rawValue: 0)) == Int(Int32.min))
  }

  /// As keepalived 2.4.3 was seen to number when its clock was set: forth and back a little, and too far.
  @Test func goesOnWhenTheClockIsSetBack() {
    var sequence = TrailerSequence(window: 5)
    let first = sequence.assignNext(at: at(0))
    #expect(first == TrailerNumber(at: at(0)))
    let ahead = sequence.assignNext(at: at(3000))
    #expect(ahead == TrailerNumber(at: at(3000)))
    let back = [sequence.assignNext(at: at(1000)), sequence.assignNext(at: at(2000))]
    #expect(back == [ahead.next, ahead.next.next])
    let caughtUp = sequence.assignNext(at: at(3001))
    #expect(caughtUp == TrailerNumber(at: at(3001)))
    _ = sequence.assignNext(at: at(100_000))
    let corrected = sequence.assignNext(at: at(4000))
    #expect(corrected == TrailerNumber(at: at(4000)), "nobody would take a number that far ahead")
  }

  @Test func onlyGrowsWhereNumbersNeedOnlyGrow() {
    var sequence = TrailerSequence(window: nil)
    let ahead = sequence.assignNext(at: at(100_000))
    let corrected = sequence.assignNext(at: at(0))
    #expect(corrected == ahead.next)
    var resumed = TrailerSequence(after: corrected, window: nil)
    let next = resumed.assignNext(at: at(1000))
    #expect(next == corrected.next)
  }

  @Test func twoOfOneInstantDiffer() {
    var sequence = TrailerSequence(window: 5)
    let numbers = (0..<70_000).map { _ in sequence.assignNext(at: at(0)) }
    #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $1.isAfter($0) })
    // The count's carry is a part of a second.
    #expect(numbers.last?.seconds(since: TrailerNumber(at: at(0))) == 0)
  }
}

@Suite struct ReplayMarkTests {
  private static func host(_ number: Int) -> IPAddress { IPAddress(v4: 0x0A09_0000 + UInt32(number)) }

  private func take(_ marks: inout ReplayMarks, _ host: Int, _ milliseconds: Int64, now: Int64? = nil) -> Bool {
    marks.accept(TrailerNumber(at: at(milliseconds)), from: Self.host(host), at: at(now ?? milliseconds)) != nil
  }

  @Test func nothingIsTakenTwiceNorBackwards() {
    var marks = ReplayMarks(window: 5)
    let taken = [0, 1000, 1000, 500, 2000, 1999].map { take(&marks, 1, $0, now: 2000) }
    #expect(taken == [true, true, false, false, true, false])
    let other = [1500, 1500].map { take(&marks, 2, $0, now: 2000) }
    #expect(other == [true, false], "each sender has numbers of its own")
  }

  /// A clock that stood too far ahead and was put right must not shut its host out.
  @Test func aMarkFarFromTheClockOrdersNothing() {
    var marks = ReplayMarks(window: 5)
    let ahead = take(&marks, 1, 100_000)
    let corrected = [0, 0].map { take(&marks, 1, $0, now: 0) }
    #expect(ahead)
    #expect(corrected == [true, false])
    var growing = ReplayMarks(window: nil)
    _ = take(&growing, 1, 100_000)
    let refused = take(&growing, 1, 0)
    #expect(!refused)
  }

  /// However many hosts come and go, no number passes twice.
  @Test(arguments: [5, nil] as [Int?])
  func nothingPassesTwiceForWantOfRoom(window: Int?) {
    var marks = ReplayMarks(window: window)
    for host in 1...40 {
      let first = take(&marks, host, Int64(host), now: 50)
      #expect(first, "\(host)")
    }
    for host in 1...40 {
      let again = take(&marks, host, Int64(host), now: 50)
      #expect(!again, "\(host)")
    }
    // Those that lost their marks go on with higher numbers.
    for host in 1...40 {
      let next = take(&marks, host, 1000 + Int64(host), now: 1050)
      #expect(next, "\(host)")
    }
  }

  @Test func marksOutliveTheirOwner() {
    var marks = ReplayMarks(window: 5)
    _ = take(&marks, 1, 1000)
    _ = take(&marks, 2, 2000)
    var next = ReplayMarks(window: 5)
    for position in 0..<ReplayMarks.capacity { next[position] = marks[position] }
    next[ReplayMarks.capacity] = ReplayMarks.Mark(sender: Self.host(3))
    let taken = [take(&next, 1, 1000, now: 2000), take(&next, 2, 2000), take(&next, 2, 2001), take(&next, 3, 1)]
    #expect(taken == [false, false, true, true])
  }
}
