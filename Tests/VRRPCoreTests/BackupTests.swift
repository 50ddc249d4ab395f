import NetworkTypes
import Testing
import VRRPCore

@Suite struct BackupTests {
  /// What the rig did within a time, without the transitions' contents.
  private func states(_ happened: [(at: MonotonicInstant, effect: Effect)]) -> [RouterState] {
    happened.map(\.effect.action).transitions.map(\.to)
  }

  @Test(
    "Adverts of an equal or higher priority put the timer back for as long as they come", arguments: [100, 101, 255])
  func respectsBetterMaster(priority: UInt8) {
    var rig = Rig([.test()])
    rig.start()
    for _ in 0..<100 {
      rig.hear(priority, from: .lowPeer)
      #expect(rig.run(for: .seconds(1)).isEmpty)
    }
    let snapshot = rig.host.snapshot(of: 0)
    #expect(snapshot.master == .lowPeer)
    #expect(snapshot.masterPriority == Priority(rawValue: priority))
    #expect(snapshot.lastHeard == rig.now - .seconds(1))
  }

  @Test("A lower-priority master is dropped unanswered and preempted when the timer has run out (7e02336d)")
  func preempts() {
    var rig = Rig([.test()])
    rig.start()
    let begin = rig.now
    for _ in 0..<3 {
      rig.run(for: .seconds(1))
      #expect(rig.hear(99).isEmpty)
    }
    let taken = rig.fireNext()
    #expect(rig.now - begin == .milliseconds(3000) + Nanoseconds(rawValue: 609_375_000))
    #expect(taken.transitions.map(\.cause) == [.preempted(.peer, Priority(rawValue: 99))])
  }

  @Test("One that is preempted may announce a moment longer; an interval later it is announced over")
  func announcesOverThePreempted() {
    var rig = Rig([.test()])
    rig.start()
    for _ in 0..<3 {
      rig.run(for: .seconds(1))
      rig.hear(99)
    }
    let taken = rig.fireNext()
    #expect(taken.contains(.announce(repeats: 5)))
    let begin = rig.now
    let announced = rig.run(for: .seconds(10)).filter { $0.effect.action == .announce(repeats: 5) }
    #expect(announced.map { $0.at } == [begin + .milliseconds(1250), begin + .seconds(5)])
  }

  @Test(
    "What one that is preempted still sends from a MAC address of both is announced over soon, at most once a while")
  func announcesOverASharedMACAddress() {
    let delay = Nanoseconds.milliseconds(50)
    var rig = Rig([.test { $0.announcements.overtakingDelay = delay }])
    rig.start()
    for _ in 0..<3 {
      rig.run(for: .seconds(1))
      rig.hear(99)
    }
    rig.fireNext()
    let begin = rig.now
    let announced = rig.run(for: .seconds(10)).filter { $0.effect.action == .announce(repeats: 1) }
    #expect(announced.map { $0.at } == [begin + delay])

    // One that does not hear speaks again and again; each time once.
    var times: [Nanoseconds] = []
    for beat in 0..<3 {
      let heard = rig.now
      for _ in 0..<3 { rig.hear(99) }
      times += rig.run(for: .seconds(1)).filter { $0.effect.action == .announce(repeats: 1) }.map { $0.at - heard }
      #expect(times == Array(repeating: delay, count: beat + 1))
    }
    // Who takes over from the dead, or has a MAC address of its own, has nothing to announce over.
    for shared in [true, false] {
      var other = Rig([.test { $0.announcements.overtakingDelay = shared ? delay : nil }])
      other.start()
      if !shared { other.hear(99) }
      #expect(!other.run(for: .seconds(10)).contains { $0.effect.action == .announce(repeats: 1) })
    }
  }

  @Test("A master of a lower priority is respected under nopreempt, and its silence is what ends it")
  func noPreempt() {
    var rig = Rig([.test { $0.preempt = false }])
    rig.start()
    for _ in 0..<20 {
      rig.run(for: .seconds(1))
      #expect(rig.hear(1).isEmpty)
    }
    let heard = rig.now
    let cause = rig.fireNext().transitions.map(\.cause)
    #expect(cause == [.masterDown(master: .peer, lastHeard: heard)])
  }

  @Test("nopreempt does not bind the owner of the addresses (PR#523)")
  func ownerIgnoresNoPreempt() {
    var rig = Rig([
      .test(255) {
        $0.preempt = false; $0.preemptDelay = .seconds(100)
      }
    ])
    rig.start()
    rig.hear(255)
    #expect(rig.state() == .backup)
    for _ in 0..<2 {
      rig.run(for: .seconds(1))
      rig.hear(254)
    }
    #expect(states(rig.run(for: .seconds(2))) == [.master])
  }

  @Test("A preempt delay counts from the first advert of a lower master, and then the timer runs out")
  func preemptDelay() {
    var rig = Rig([.test { $0.preemptDelay = .seconds(30) }])
    rig.start()
    rig.run(for: .seconds(1))
    let first = rig.now
    rig.hear(50)
    while rig.state() == .backup, rig.now - first < .seconds(100) {
      rig.run(for: .seconds(1))
      if rig.state() == .backup { rig.hear(50) }
    }
    let after = rig.now - first
    #expect(after > .seconds(30) && after <= .seconds(34))
  }

  @Test("A preempt delay never puts off taking over when there is no master (KA#80)")
  func preemptDelayWithoutMaster() {
    var rig = Rig([.test { $0.preemptDelay = .seconds(300) }])
    rig.start()
    #expect(states(rig.run(for: .seconds(4))) == [.master])

    var heard = Rig([.test { $0.preemptDelay = .seconds(300) }])
    heard.start()
    heard.hear(50)
    #expect(states(heard.run(for: .seconds(4))) == [.master], "the lower master went silent within the delay")
  }

  @Test("A preempt delay begins anew each time, also after FAULT (KA#296)")
  func preemptDelayIsRepeated() {
    var rig = Rig([.test { $0.preemptDelay = .seconds(5) }])
    rig.start()
    for round in 0..<3 {
      let begin = rig.now
      while rig.state() == .backup, rig.now - begin < .seconds(20) {
        rig.hear(50)
        rig.run(for: .seconds(1))
      }
      let after = rig.now - begin
      #expect(rig.state() == .master && after >= .seconds(8) && after <= .seconds(9), "round \(round)")
      rig.handle(.interface(up: false, router: 0))
      rig.handle(.interface(up: true, router: 0))
      #expect(rig.state() == .backup)
    }
  }

  @Test("A better master heard meanwhile ends a preempt delay")
  func betterMasterEndsTheDelay() {
    var rig = Rig([.test { $0.preemptDelay = .seconds(5) }])
    rig.start()
    rig.hear(50)
    #expect(rig.host.snapshot(of: 0).preemptDeadline == rig.now + .seconds(5))
    rig.run(for: .seconds(1))
    rig.hear(150)
    #expect(rig.host.snapshot(of: 0).preemptDeadline == nil)
  }

  @Test("A version 3 backup follows the master's interval, a version 2 backup its own (FRR 08671293)")
  func intervals() {
    var third = Rig([.test(interval: 10)])
    third.start()
    third.hear(200, interval: 1000)
    #expect(third.run(for: .seconds(36)).isEmpty)

    var second = Rig([.test(version: .v2, interval: 100)])
    second.start()
    second.hear(200, interval: 1000, version: .v2)
    #expect(states(second.run(for: .seconds(4))) == [.master])
  }

  @Test("A stream of resignations does not put the election off")
  func resignationsDoNotProlong() {
    var rig = Rig([.test()])
    rig.start()
    rig.hear(200)
    let begin = rig.now
    while rig.state() == .backup, rig.now - begin < .seconds(5) {
      rig.hear(0)
      rig.run(for: .milliseconds(10))
    }
    #expect(rig.now - begin < .milliseconds(630))
  }

  @Test("A rise of the own priority does nothing by itself; the master's next advert is then too low to count")
  func priorityRise() {
    let binding = TrackerBinding(tracker: TrackerID(rawValue: 0), weight: 30)
    var rig = Rig([.test { $0.trackers = [binding] }], trackers: 1)
    rig.start()
    rig.hear(110)
    let rise = rig.handle(.tracker(TrackerID(rawValue: 0), .up)).map(\.action)
    #expect(rise == [.priorityChanged(from: Priority(rawValue: 100), to: Priority(rawValue: 130))])
    rig.run(for: .seconds(1))
    #expect(rig.hear(110).isEmpty)
    #expect(rig.fireNext().transitions.map(\.cause) == [.preempted(.peer, Priority(rawValue: 110))])
  }
}
