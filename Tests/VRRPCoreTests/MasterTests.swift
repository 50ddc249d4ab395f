import NetworkTypes
import Testing
import VRRPCore

@Suite struct MasterTests {
  private func master(_ configuration: VirtualRouterConfiguration = .test()) -> Rig {
    var rig = Rig([configuration])
    rig.start()
    if rig.state() != .master { rig.fireNext() }
    return rig
  }

  @Test(
    "Equal priorities: the higher address is master (KA#342), between two owners as well (RFC 9568 erratum 8298)",
    arguments: [100, 255] as [UInt8])
  func tie(priority: UInt8) {
    var yields = master(.test(priority))
    let given = yields.hear(priority, from: .peer)
    #expect(
      given.deeds == [.otherMaster(.peer, Priority(rawValue: priority), yields: true), .cancelAnnouncements, .release])
    #expect(given.transitions.map(\.cause) == [.tieLost(.peer, Priority(rawValue: priority))])

    var stays = master(.test(priority))
    let kept = stays.hear(priority, from: .lowPeer)
    #expect(kept.first == .otherMaster(.lowPeer, Priority(rawValue: priority), yields: false))
    #expect(stays.state() == .master)
  }

  @Test("An owner that should yield and does not is yielded to in the end (aaef636a)")
  func stubbornOwner() {
    var rig = master(.test(255))
    for _ in 0..<4 {
      rig.hear(255, from: .lowPeer)
      #expect(rig.state() == .master)
      rig.run(for: .seconds(1))
    }
    rig.hear(255, from: .lowPeer)
    #expect(rig.state() == .backup)
  }

  @Test("A twin with our priority and address is neither yielded to nor answered")
  func twin() {
    var rig = master()
    for _ in 0..<10 {
      #expect(rig.hear(100, from: .own) == [.otherMaster(.own, Priority(rawValue: 100), yields: false)])
    }
    #expect(rig.untilNext == .seconds(1))
  }

  @Test("A higher priority is yielded to without a word, and its interval then times the wait (1f2bbb90, 34ef8a53)")
  func higherPriority() {
    var rig = master()
    let given = rig.hear(150, interval: 500)
    #expect(!given.contains { if case .send = $0 { true } else { false } })
    #expect(given.transitions.map(\.cause) == [.higherPriority(.peer, Priority(rawValue: 150))])
    #expect(rig.untilNext == .seconds(15) + Nanoseconds(rawValue: 156 * 5_000_000_000 / 256))
    #expect(rig.host.snapshot(of: 0).master == .peer)
  }

  @Test("With higher_prio_send_advert one more advert is sent before yielding")
  func higherPriorityWithAdvert() {
    var rig = master(.test { $0.higherPrioritySendAdvert = true })
    let given = rig.hear(150)
    #expect(
      given.deeds == [
        .otherMaster(.peer, Priority(rawValue: 150), yields: true), .send(Priority(rawValue: 100)),
        .cancelAnnouncements, .release,
      ])
  }

  @Test("A lower master is answered at once; the addresses are announced now, when it is silent, and after the delay")
  func lowerPriority() {
    var rig = master()
    rig.run(for: .seconds(20))
    rig.run(for: .milliseconds(300))
    let answer = rig.hear(50)
    #expect(
      answer == [
        .otherMaster(.peer, Priority(rawValue: 50), yields: false), .send(Priority(rawValue: 100)),
        .announce(repeats: 5),
      ])
    #expect(rig.untilNext == .seconds(1))
    let heard = rig.now
    let announced = rig.run(for: .seconds(30)).filter { $0.effect.action == .announce(repeats: 5) }
    #expect(announced.map { $0.at } == [heard + .milliseconds(1250), heard + .seconds(5)])
  }

  @Test("A lower master that keeps on is announced against when it begins and when it is gone")
  func lowerPriorityThatDoesNotHear() {
    var rig = master(.test { $0.announcements.lowerPriorityDelay = nil })
    rig.run(for: .seconds(20))
    var announced: [MonotonicInstant] = []
    var heard: [MonotonicInstant] = []
    for _ in 0..<10 {
      heard.append(rig.now)
      if rig.hear(50).contains(.announce(repeats: 5)) { announced.append(rig.now) }
      announced += rig.run(for: .seconds(1)).filter { $0.effect.action == .announce(repeats: 5) }.map { $0.at }
    }
    announced += rig.run(for: .seconds(30)).filter { $0.effect.action == .announce(repeats: 5) }.map { $0.at }
    #expect(announced == [heard[0], heard[9] + .milliseconds(1250)])
  }

  @Test("With lower_prio_no_advert a lower master is not answered, but the addresses are announced")
  func lowerPriorityWithoutAdvert() {
    var rig = master(
      .test {
        $0.lowerPriorityNoAdvert = true; $0.announcements.lowerPriorityRepeats = 2
      })
    #expect(rig.hear(50) == [.otherMaster(.peer, Priority(rawValue: 50), yields: false), .announce(repeats: 2)])
  }

  @Test(
    "A flood of lower adverts or resignations is answered four times an interval, and announced once",
    arguments: [0, 50])
  func noAnsweringStorm(priority: UInt8) {
    var rig = master(
      .test {
        $0.announcements.secondSetDelay = nil; $0.announcements.lowerPriorityDelay = nil
      })
    rig.run(for: .milliseconds(500))
    var adverts = 0
    var announcements = 0
    for _ in 0..<10_000 {
      for action in rig.hear(priority) + rig.run(for: .milliseconds(1)).map(\.effect.action) {
        if case .send = action { adverts += 1 }
        if case .announce = action { announcements += 1 }
      }
    }
    #expect((36...41).contains(adverts))
    #expect(announcements == (priority == 0 ? 0 : 1))
  }

  @Test("A second episode of a lower master is announced again")
  func episodes() {
    var rig = master()
    rig.run(for: .seconds(20))
    #expect(rig.hear(50).contains(.announce(repeats: 5)))
    rig.run(for: .seconds(1))
    #expect(!rig.hear(50).contains(.announce(repeats: 5)))
    rig.run(for: .seconds(20))
    #expect(rig.hear(50).contains(.announce(repeats: 5)))
  }

  @Test("Two masters in a row over one wire do not answer each other without end")
  func twoMastersSettle() {
    var high = master(.test(150))
    var low = master(.test(100))
    var messages = 0
    var toHigh = [UInt8(100)]
    while let priority = toHigh.popLast(), messages < 100 {
      for case .send(let answer) in high.hear(priority) {
        messages += 1
        for case .send(let reply) in low.hear(answer.rawValue) {
          messages += 1
          toHigh.append(reply.rawValue)
        }
      }
    }
    #expect(messages == 1)
    #expect(high.state() == .master && low.state() == .backup)
  }

  @Test("The second announcement set and the refreshes come on time, and none comes after giving up")
  func announcements() {
    var rig = master(
      .test {
        $0.announcements.secondSetDelay = .seconds(5)
        $0.announcements.refreshInterval = .seconds(60)
        $0.announcements.refreshRepeats = 2
      })
    let begin = rig.now
    let announced = rig.run(for: .seconds(200)).filter { if case .announce = $0.effect.action { true } else { false } }
    #expect(announced.map { $0.at - begin } == [.seconds(5), .seconds(60), .seconds(120), .seconds(180)])
    #expect(announced.map(\.effect.action) == [5, 2, 2, 2].map { .announce(repeats: $0) })
    rig.hear(200)
    for _ in 0..<100 {
      #expect(rig.run(for: .seconds(1)).isEmpty)
      rig.hear(200)
    }
  }

  @Test("An announcement schedule of zero lengths does not spin")
  func zeroSchedule() {
    var rig = master(
      .test {
        $0.announcements.secondSetDelay = .zero
        $0.announcements.refreshInterval = .zero
        $0.announcements.lowerPriorityDelay = .zero
        $0.announcements.repeats = 0
      })
    rig.hear(50)
    // Ten adverts, and one announcement when the other one is silent.
    #expect(rig.run(for: .seconds(10)).count == 11)
  }

  @Test("A master silent for as long as a takeover needs announces again, though nobody tells it of one (KA#166, #542)")
  func announcesAfterAFreeze() {
    var rig = master()
    rig.run(for: .seconds(30))
    rig.now = rig.now + .seconds(5)
    #expect(rig.handle(.timer).map(\.action) == [.send(Priority(rawValue: 100))])
    let thawed = rig.now
    let announced = rig.run(for: .seconds(10)).filter { $0.effect.action == .announce(repeats: 5) }
    #expect(announced.map { $0.at } == [thawed + .seconds(1)])
  }

  @Test("A master whose priority changes says so in its next regular advert")
  func priorityChange() {
    let binding = TrackerBinding(tracker: TrackerID(rawValue: 0), weight: -30)
    var rig = Rig([.test { $0.trackers = [binding] }], trackers: 1)
    rig.start()
    rig.fireNext()
    rig.run(for: .milliseconds(400))
    let change = rig.handle(.tracker(TrackerID(rawValue: 0), .down)).map(\.action)
    #expect(change == [.priorityChanged(from: Priority(rawValue: 100), to: Priority(rawValue: 70))])
    #expect(rig.untilNext == .milliseconds(600))
    #expect(rig.fireNext() == [.send(Priority(rawValue: 70))])
  }
}
