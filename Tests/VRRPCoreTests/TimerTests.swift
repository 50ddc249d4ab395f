import NetworkTypes
import Testing

@testable import VRRPCore

@Suite struct TimerTests {
  struct Row: Sendable {
    var version: ProtocolVersion
    var priority: UInt8
    var own: UInt16
    var active: UInt16
    var skew: Int64
    var masterDown: Int64
  }

  @Test(
    "Skew and master-down time are exact (RFC 9568 and RFC 3768 section 6.1)",
    arguments: [
      Row(version: .v3, priority: 100, own: 100, active: 100, skew: 609_375_000, masterDown: 3_609_375_000),
      Row(version: .v3, priority: 254, own: 100, active: 100, skew: 7_812_500, masterDown: 3_007_812_500),
      Row(version: .v3, priority: 255, own: 100, active: 100, skew: 3_906_250, masterDown: 3_003_906_250),
      Row(version: .v3, priority: 1, own: 100, active: 100, skew: 996_093_750, masterDown: 3_996_093_750),
      // 3.9 ms lie between neighbouring priorities at 1 s, 39 µs at 0.01 s; rounded to centiseconds they would be one.
      Row(version: .v3, priority: 101, own: 1, active: 1, skew: 6_054_687, masterDown: 36_054_687),
      Row(version: .v3, priority: 100, own: 1, active: 1, skew: 6_093_750, masterDown: 36_093_750),
      // The master's interval counts in version 3, up to what twelve bits hold.
      Row(version: .v3, priority: 100, own: 10, active: 1000, skew: 6_093_750_000, masterDown: 36_093_750_000),
      Row(version: .v3, priority: 100, own: 100, active: 4095, skew: 24_953_906_250, masterDown: 147_803_906_250),
      Row(version: .v3, priority: 100, own: 100, active: 9999, skew: 24_953_906_250, masterDown: 147_803_906_250),
      Row(version: .v3, priority: 100, own: 100, active: 0, skew: 609_375_000, masterDown: 3_609_375_000),
      // The own interval counts in version 2, and its skew is a part of one second whatever the interval.
      Row(version: .v2, priority: 100, own: 100, active: 500, skew: 609_375_000, masterDown: 3_609_375_000),
      Row(version: .v2, priority: 100, own: 500, active: 100, skew: 609_375_000, masterDown: 15_609_375_000),
      Row(version: .v2, priority: 254, own: 25500, active: 100, skew: 7_812_500, masterDown: 765_007_812_500),
    ])
  func times(_ row: Row) {
    var rig = Rig([.test(row.priority, version: row.version, interval: row.own)])
    rig.start()
    rig.hear(255, interval: row.active, version: row.version)
    if row.priority < 255 { #expect(rig.untilNext == Nanoseconds(rawValue: row.masterDown)) }
    let heard = rig.now
    rig.run(for: .milliseconds(1))
    rig.hear(0, interval: row.active, version: row.version)
    #expect(rig.untilNext == Nanoseconds(rawValue: row.skew))
    let taken = rig.fireNext()
    #expect(taken.transitions.map(\.cause) == [.masterResigned(.peer)])
    #expect(rig.now - heard == .milliseconds(1) + Nanoseconds(rawValue: row.skew))
  }

  @Test("The number of missed adverts is the configured one", arguments: [1, 3, 7])
  func downTimerAdverts(count: Int) {
    var rig = Rig([.test { $0.downTimerAdverts = count }])
    rig.start()
    #expect(rig.untilNext == .seconds(Int64(count)) + Nanoseconds(rawValue: 609_375_000))
  }

  @Test("An interval that no router can run on does not flood the link (KA#1615)")
  func unusableIntervals() {
    for (interval, version, expected) in [
      (40, .v2, .seconds(1)), (0, .v2, .seconds(1)), (150, .v2, .seconds(2)), (65535, .v2, .seconds(255)),
      (0, .v3, .milliseconds(10)), (65535, .v3, .milliseconds(40950)),
    ] as [(UInt16, ProtocolVersion, Nanoseconds)] {
      var rig = Rig([.test(255, version: version, interval: interval)])
      rig.start()
      #expect(rig.host.snapshot(of: 0).mainDeadline == rig.now + expected)
    }
    var rig = Rig([.test { $0.downTimerAdverts = .min }])
    rig.start()
    #expect(rig.untilNext == .seconds(1) + Nanoseconds(rawValue: 609_375_000))
  }

  @Test("A changed priority moves the deadline by the skew alone: silence keeps counting from where it began")
  func priorityChangeKeepsTheBase() {
    let binding = TrackerBinding(tracker: TrackerID(rawValue: 0), weight: -50)
    var rig = Rig([.test { $0.trackers = [binding] }], trackers: 1)
    rig.start()
    rig.hear(200, interval: 1000)
    let heard = rig.now
    rig.run(for: .seconds(20))
    let changed = rig.handle(.tracker(TrackerID(rawValue: 0), .down)).map(\.action)
    #expect(changed == [.priorityChanged(from: Priority(rawValue: 100), to: Priority(rawValue: 50))])
    rig.fireNext()
    #expect(rig.now - heard == .seconds(30) + Nanoseconds(rawValue: 206 * 10_000_000_000 / 256))
  }

  @Test("A deadline that has passed is due at once, and the clock's ends hold")
  func extremeClocks() {
    for nanoseconds in [Int64.min, -1, 0, Int64.max - 1, Int64.max] {
      var rig = Rig([.test { $0.announcements.refreshInterval = Nanoseconds(rawValue: .max) }, .test(255)])
      rig.now = MonotonicInstant(nanoseconds: nanoseconds)
      rig.start(0)
      rig.start(1)
      rig.hear(200)
      rig.now = MonotonicInstant(nanoseconds: .max)
      rig.handle(.timer)
      #expect(rig.state(0) == .master)
      rig.handle(.timer)
    }
  }

  @Test("A router that was kept from its clock sends one advert, not those it missed")
  func neverABurst() {
    var rig = Rig([.test(255)])
    rig.start()
    let begin = rig.now
    rig.now = begin + .seconds(60) + .milliseconds(300)
    #expect(rig.handle(.timer).map(\.action).filter { $0 == .send(.owner) }.count == 1)
    #expect(rig.untilNext == .seconds(1))
  }

  @Test("Lateness within an interval does not add up")
  func steadySchedule() {
    var rig = Rig([.test(255)])
    rig.start()
    let begin = rig.now
    for beat in 1...10 {
      rig.now = begin + .seconds(Int64(beat)) + .milliseconds(400)
      #expect(rig.handle(.timer).map(\.action).contains(.send(.owner)))
    }
    #expect(rig.host.nextDeadline == begin + .seconds(11))
  }

  @Test func theHeapGivesTheLeastDeadlineUnderAnyChanges() {
    var heap = DeadlineHeap(count: 50)
    var model: [Int: Int64] = [:]
    var random = RoundGenerator(round: 0)
    for _ in 0..<5000 {
      let position = Int.random(in: 0..<50, using: &random)
      let deadline = Bool.random(using: &random) || model.count < 5 ? Int64.random(in: 0..<100, using: &random) : nil
      model[position] = deadline
      heap.set(deadline.map { MonotonicInstant(nanoseconds: $0) }, for: position)
      #expect(heap.first?.deadline.nanoseconds == model.values.min())
      if let first = heap.first { #expect(model[first.position] == first.deadline.nanoseconds) }
    }
  }
}
