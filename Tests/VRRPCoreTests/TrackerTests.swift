import NetworkTypes
import Testing
import VRRPCore

@Suite struct TrackerTests {
  struct Row: Sendable {
    var base: UInt8 = 100
    /// Weight, whether reversed, and what the tracker says.
    var trackers: [(weight: Int, reverse: Bool, status: TrackerStatus)]
    var effective: UInt8
  }

  @Test(
    "Weights make the effective priority, within 1 to 254, and leave an owner's alone",
    arguments: [
      Row(trackers: [(20, false, .up)], effective: 120),
      Row(trackers: [(20, false, .down)], effective: 100),
      Row(trackers: [(20, false, .unknown)], effective: 100),
      Row(trackers: [(20, false, .untracked), (-20, false, .untracked), (20, true, .untracked)], effective: 100),
      Row(trackers: [(-20, false, .up)], effective: 100),
      Row(trackers: [(-20, false, .down)], effective: 80),
      Row(trackers: [(-20, false, .unknown)], effective: 100),
      Row(trackers: [(20, true, .down)], effective: 120),
      Row(trackers: [(20, true, .up)], effective: 100),
      Row(trackers: [(-20, true, .up)], effective: 80),
      Row(trackers: [(-20, true, .unknown)], effective: 100),
      Row(trackers: [(20, false, .up), (-50, false, .down), (7, true, .down)], effective: 77),
      Row(trackers: [(253, false, .up), (253, false, .up)], effective: 254),
      Row(trackers: [(-253, false, .down), (-60, false, .down)], effective: 1),
      Row(trackers: [(.max, false, .up), (-253, false, .down)], effective: 100),
      Row(trackers: [(2, false, .level(10))], effective: 120),
      Row(trackers: [(2, true, .level(10))], effective: 80),
      Row(trackers: [(1, false, .level(-60)), (-1, false, .level(-5))], effective: 45),
      Row(trackers: [(254, false, .level(.max))], effective: 254),
      Row(trackers: [(1, false, .level(0))], effective: 100),
      Row(base: 255, trackers: [(-253, false, .down)], effective: 255),
      Row(base: 254, trackers: [(10, false, .up)], effective: 254),
    ])
  func effectivePriority(_ row: Row) {
    let bindings = row.trackers.enumerated().map { position, tracker in
      TrackerBinding(tracker: TrackerID(rawValue: position), weight: tracker.weight, reverse: tracker.reverse)
    }
    // Half of the bindings are the group's, to show that those bear on members alike.
    let own = bindings.count / 2
    var rig = Rig(
      [.test(row.base) { $0.trackers = Array(bindings[..<own]) }],
      groups: [SyncGroupConfiguration(members: [0], trackers: Array(bindings[own...]))], trackers: bindings.count)
    rig.start()
    for (position, tracker) in row.trackers.enumerated() {
      rig.handle(.tracker(TrackerID(rawValue: position), tracker.status))
    }
    #expect(rig.host.effectivePriority(of: 0) == Priority(rawValue: row.effective))
  }

  @Test("What is not tracked is a fault of nobody, lets a router start, and ends a fault", arguments: [false, true])
  func untracked(reverse: Bool) {
    let binding = TrackerBinding(tracker: TrackerID(rawValue: 0), reverse: reverse)
    var rig = Rig([.test { $0.trackers = [binding] }], trackers: 1)
    rig.handle(.tracker(TrackerID(rawValue: 0), .untracked))
    rig.start()
    #expect(rig.state() == .backup)
    rig.handle(.tracker(TrackerID(rawValue: 0), reverse ? .up : .down))
    #expect(rig.state() == .fault)
    rig.handle(.tracker(TrackerID(rawValue: 0), .untracked))
    #expect(rig.state() == .backup)
  }

  @Test("A reversed tracker without a weight is a fault while it is up")
  func reversedFault() {
    let binding = TrackerBinding(tracker: TrackerID(rawValue: 0), reverse: true)
    var rig = Rig([.test { $0.trackers = [binding] }], trackers: 1)
    rig.handle(.tracker(TrackerID(rawValue: 0), .down))
    rig.start()
    #expect(rig.state() == .backup)
    rig.handle(.tracker(TrackerID(rawValue: 0), .up))
    #expect(rig.state() == .fault)
  }

  @Test(
    "What lowers the priority by more than 253 is a fault, and without a weight every level but 0 is one",
    arguments: [
      (1, false, .level(-254), true), (1, false, .level(-253), false), (-254, false, .level(.max), true),
      (254, false, .level(.min), true), (1, true, .level(254), true), (-1, false, .level(254), true),
      (0, false, .level(1), true), (0, false, .level(-1), true), (0, false, .level(0), false),
      (0, true, .level(0), true), (0, true, .level(3), false), (-254, false, .down, true), (-254, false, .up, false),
      (254, false, .down, false), (.min, false, .down, true),
    ] as [(Int, Bool, TrackerStatus, Bool)])
  func levelsAndFaults(weight: Int, reverse: Bool, status: TrackerStatus, isFault: Bool) {
    let binding = TrackerBinding(tracker: TrackerID(rawValue: 0), weight: weight, reverse: reverse)
    var rig = Rig([.test { $0.trackers = [binding] }], trackers: 1)
    rig.handle(.tracker(TrackerID(rawValue: 0), status))
    rig.start()
    #expect(rig.state() == (isFault ? .fault : .backup))
    rig.handle(.tracker(TrackerID(rawValue: 0), .level(reverse ? 1 : 0)))
    #expect(rig.state() == .backup)
  }

  @Test(
    "A status survives being a number",
    arguments: [.unknown, .up, .down, .untracked, .level(0), .level(1), .level(-1), .level(.max), .level(.min)]
      as [TrackerStatus])
  func numbers(status: TrackerStatus) {
    #expect(TrackerStatus(rawValue: status.rawValue) == status)
  }

  @Test("A number that means no status is none", arguments: [-1, 5, 6, 1 << 32, 2 | 1 << 32] as [Int64])
  func noStatus(number: Int64) {
    #expect(TrackerStatus(rawValue: number) == nil)
  }

  @Test("A tracker that loses its verdict moves nobody who runs (1ebdb277)")
  func unknownMovesNobody() {
    let binding = TrackerBinding(tracker: TrackerID(rawValue: 0))
    var rig = Rig([.test { $0.trackers = [binding] }], trackers: 1)
    rig.handle(.tracker(TrackerID(rawValue: 0), .up))
    rig.start()
    rig.fireNext()
    #expect(rig.handle(.tracker(TrackerID(rawValue: 0), .unknown)).isEmpty)
    #expect(rig.state() == .master)
  }

  @Test("A weight counts while the interface is down, so the priority is right when it comes back (KA#1009)")
  func weightInFault() {
    let binding = TrackerBinding(tracker: TrackerID(rawValue: 0), weight: -40)
    var rig = Rig([.test { $0.trackers = [binding] }], trackers: 1)
    rig.start()
    rig.handle(.interface(up: false, router: 0))
    rig.handle(.tracker(TrackerID(rawValue: 0), .down))
    rig.handle(.interface(up: true, router: 0))
    #expect(rig.untilNext == .seconds(3) + .milliseconds(765) + .microseconds(625))
    #expect(rig.fireNext().first == .send(Priority(rawValue: 60)))
  }

  @Test("A binding to a tracker that does not exist bears on nothing")
  func missingTracker() {
    let bindings = [-1, 1, .max].map { TrackerBinding(tracker: TrackerID(rawValue: $0)) }
    var rig = Rig(
      [.test { $0.trackers = bindings }], groups: [SyncGroupConfiguration(members: [0, 0, 7, -1], trackers: bindings)],
      trackers: 1)
    rig.start()
    #expect(rig.state() == .backup)
    rig.fireNext()
    #expect(rig.state() == .master)
  }
}
