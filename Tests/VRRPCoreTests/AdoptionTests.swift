import NetworkTypes
import Testing
import VRRPCore

extension Rig {
  /// Tells the facts of a healthy router and has it adopted.
  @discardableResult
  mutating func adopt(_ snapshot: VirtualRouterSnapshot, router: Int = 0, source: IPAddress = .own) -> [Action] {
    handle(.interface(up: true, router: router))
    handle(.sourceAddress(source, router: router))
    var effects: [Effect] = []
    host.adopt(snapshot, router: router, at: now, into: &effects)
    return effects.on(router)
  }
}

@Suite struct AdoptionTests {
  private static let check = TrackerID(rawValue: 0)

  /// An engine in the given state, some time after entering it.
  private func old(_ state: RouterState) -> Rig {
    var rig = Rig([.test()])
    rig.start()
    switch state {
    case .initialize:
      break
    case .backup:
      rig.hear(150, interval: 500)
    case .master:
      rig.fireNext()
    case .fault:
      rig.handle(.interface(up: false, router: 0))
    }
    rig.run(for: .milliseconds(2500))
    return rig
  }

  @Test(
    "Nothing happens on adoption, and the state is the same to the nanosecond",
    arguments: [RouterState.backup, .master])
  func withoutChange(state: RouterState) {
    let old = old(state)
    var new = Rig([.test()])
    new.now = old.now + .milliseconds(3)
    #expect(new.adopt(old.host.snapshot(of: 0)).isEmpty)
    #expect(new.host.snapshot(of: 0) == old.host.snapshot(of: 0))
    #expect(new.host.nextDeadline == old.host.nextDeadline)
    #expect(new.handle(.start(router: 0)).isEmpty, "a start after an adoption does nothing")
    #expect(new.run(for: .seconds(2)).map(\.effect.action).transitions.isEmpty)
  }

  @Test("Two hundred hand-overs in a row: every advert on time, no transition")
  func manyHandovers() {
    var rig = old(.master)
    let begin = rig.now
    var adverts: [MonotonicInstant] = []
    for _ in 0..<200 {
      var next = Rig([.test()])
      next.now = rig.now
      #expect(next.adopt(rig.host.snapshot(of: 0)).isEmpty)
      rig = next
      for (at, effect) in rig.run(for: .milliseconds(70)) {
        #expect(effect.action != .claim && effect.action != .release)
        if case .send = effect.action { adverts.append(at) }
      }
    }
    #expect(adverts.count == 14)
    #expect(zip(adverts, adverts.dropFirst()).allSatisfy { $1 - $0 == .seconds(1) })
    #expect(adverts.first.map { $0 - begin < .seconds(1) } == true)
  }

  @Test("An advert that fell due while no engine ran is sent at once, alone")
  func overdueAdvert() {
    let old = old(.master)
    var new = Rig([.test()])
    new.now = old.now + .seconds(2)
    #expect(new.adopt(old.host.snapshot(of: 0)).isEmpty)
    #expect(new.host.nextDeadline.map { $0 <= new.now } == true)
    #expect(new.handle(.timer).map(\.action).filter { $0 == .send(Priority(rawValue: 100)) }.count == 1)
    #expect(new.untilNext.map { $0 > .zero && $0 <= .seconds(1) } == true)
  }

  @Test("A shorter interval takes effect on the advert that is due, a longer one after it")
  func changedInterval() {
    let old = old(.master)
    var shorter = Rig([.test(interval: 10)])
    shorter.now = old.now
    shorter.adopt(old.host.snapshot(of: 0))
    #expect(shorter.untilNext.map { $0 <= .milliseconds(100) } == true)

    var longer = Rig([.test(interval: 1000)])
    longer.now = old.now
    longer.adopt(old.host.snapshot(of: 0))
    #expect(longer.host.nextDeadline == old.host.nextDeadline)
  }

  @Test("Another priority is told of and times the wait from the moment it always counted from")
  func changedPriority() {
    let old = old(.backup)
    var new = Rig([.test(140)])
    new.now = old.now
    let adopted = new.adopt(old.host.snapshot(of: 0))
    #expect(adopted == [.priorityChanged(from: Priority(rawValue: 100), to: Priority(rawValue: 140))])
    let shorter = Nanoseconds(rawValue: 40 * 5_000_000_000 / 256)
    #expect(new.host.nextDeadline == old.host.nextDeadline.map { $0 - shorter })
  }

  @Test("A priority and a weight that a reload changes while the interface is down count once it is up (KA#1009)")
  func changedInFault() {
    func configuration(_ priority: UInt8, weight: Int) -> VirtualRouterConfiguration {
      .test(priority) { $0.trackers = [TrackerBinding(tracker: Self.check, weight: weight)] }
    }
    var old = Rig([configuration(100, weight: -20)], trackers: 1)
    old.handle(.tracker(Self.check, .down))
    old.start()
    old.handle(.interface(up: false, router: 0))

    var new = Rig([configuration(150, weight: -40)], trackers: 1)
    new.now = old.now
    new.handle(.tracker(Self.check, .down))
    new.handle(.interface(up: false, router: 0))
    new.handle(.sourceAddress(.own, router: 0))
    var effects: [Effect] = []
    new.host.adopt(old.host.snapshot(of: 0), router: 0, at: new.now, into: &effects)
    #expect(effects.on(0) == [.priorityChanged(from: Priority(rawValue: 80), to: Priority(rawValue: 110))])
    #expect(new.state() == .fault)
    new.handle(.interface(up: true, router: 0))
    #expect(new.untilNext == .seconds(3) + Nanoseconds(rawValue: 146 * 1_000_000_000 / 256))
    #expect(new.fireNext().first == .send(Priority(rawValue: 110)))
  }

  @Test("A check added by a reload has no effect before its first result (1ebdb277)")
  func newCheck() {
    let old = old(.master)
    var new = Rig([.test { $0.trackers = [TrackerBinding(tracker: Self.check)] }], trackers: 1)
    new.now = old.now
    #expect(new.adopt(old.host.snapshot(of: 0)).isEmpty)
    #expect(new.state() == .master)
    #expect(new.handle(.tracker(Self.check, .down)).map(\.action).transitions.map(\.to) == [.fault])
  }

  @Test("A fault that came while no engine ran shows its effects on adoption")
  func faultMeanwhile() {
    let old = old(.master)
    var new = Rig([.test { $0.trackers = [TrackerBinding(tracker: Self.check)] }], trackers: 1)
    new.now = old.now
    new.handle(.tracker(Self.check, .down))
    let adopted = new.adopt(old.host.snapshot(of: 0))
    #expect(adopted.deeds == [.cancelAnnouncements, .release, .send(.resignation)])
    #expect(adopted.transitions.map(\.cause) == [.trackerDown(Self.check)])
  }

  @Test("A fault that is gone is left on adoption, and one that is there is kept in silence")
  func faultGoneOrKept() {
    let old = old(.fault)
    var gone = Rig([.test()])
    gone.now = old.now
    #expect(gone.adopt(old.host.snapshot(of: 0)).transitions.map(\.cause) == [.interfaceUp])

    var kept = Rig([.test()])
    kept.now = old.now
    kept.handle(.interface(up: false, router: 0))
    kept.handle(.sourceAddress(.own, router: 0))
    var effects: [Effect] = []
    kept.host.adopt(old.host.snapshot(of: 0), router: 0, at: kept.now, into: &effects)
    #expect(effects.isEmpty && kept.state() == .fault)
  }

  @Test("A router held by its group stays held until the group's other members have been adopted")
  func groupInFault() {
    let group = [SyncGroupConfiguration(members: [0, 1])]
    var old = Rig([.test(), .test()], groups: group)
    for router in 0...1 { old.start(router) }
    old.handle(.interface(up: false, router: 1))

    var new = Rig([.test(), .test()], groups: group)
    new.now = old.now
    #expect(new.adopt(old.host.snapshot(of: 0), router: 0).isEmpty)
    new.handle(.interface(up: false, router: 1))
    new.handle(.sourceAddress(.own, router: 1))
    var effects: [Effect] = []
    new.host.adopt(old.host.snapshot(of: 1), router: 1, at: new.now, into: &effects)
    #expect(effects.isEmpty)
    #expect(new.handle(.interface(up: true, router: 1)).map(\.action).transitions.map(\.to) == [.backup, .backup])
  }

  @Test("A router that had not begun is started by its adoption")
  func notBegun() {
    var old = Rig([.test { $0.trackers = [TrackerBinding(tracker: Self.check)] }], trackers: 1)
    old.start()
    var new = Rig([.test()])
    new.now = old.now
    #expect(new.adopt(old.host.snapshot(of: 0)).transitions.map(\.cause) == [.started])
  }

  @Test("A preempt delay goes on across a reload and never silences a master (KA#80)")
  func preemptDelay() {
    let delayed = VirtualRouterConfiguration.test { $0.preemptDelay = .seconds(60) }
    var backup = Rig([delayed])
    backup.start()
    backup.hear(50)
    var new = Rig([delayed])
    new.now = backup.now + .seconds(1)
    new.adopt(backup.host.snapshot(of: 0))
    #expect(new.host.snapshot(of: 0).preemptDeadline == backup.now + .seconds(60))
    new.hear(150)
    #expect(new.host.snapshot(of: 0).lastHeard == new.now, "adverts are heard during the delay")

    let master = old(.master)
    var going = Rig([delayed])
    going.now = master.now
    going.adopt(master.host.snapshot(of: 0))
    #expect(going.run(for: .seconds(3)).contains { $0.effect.action == .send(Priority(rawValue: 100)) })
  }

  @Test(
    "Addresses that a reload adds to a master are announced a second time, and what waited before still comes (9646fcca)"
  )
  func addedAddresses() {
    for waits in [false, true] {
      var old = Rig([.test(255)])
      old.start()
      old.run(for: waits ? .seconds(2) : .seconds(20))
      var new = Rig([.test(255)])
      new.now = old.now
      new.adopt(old.host.snapshot(of: 0))
      new.host.announceAdded(router: 0, at: new.now)
      let begin = new.now
      let announced = new.run(for: .seconds(20)).filter { $0.effect.action == .announce(repeats: 5) }
      #expect(announced.map { $0.at - begin } == (waits ? [.seconds(3), .seconds(5)] : [.seconds(5)]))
    }
    var backup = old(.backup)
    let deadline = backup.host.nextDeadline
    backup.host.announceAdded(router: 0, at: backup.now)
    backup.host.announceAdded(router: 7, at: backup.now)
    #expect(backup.host.nextDeadline == deadline)
  }

  @Test("A damaged board is taken for what it can be: no deadline lies further off than the configuration sets it")
  func damagedBoard() {
    for state in RouterState.allCases {
      for nanoseconds in [Int64.min, 0, .max] {
        for interval in [0, 1, 65535] as [UInt16] {
          var snapshot = VirtualRouterSnapshot(
            state: state, activeInterval: Centiseconds(rawValue: interval), effectivePriority: .resignation)
          let instant = MonotonicInstant(nanoseconds: nanoseconds)
          snapshot.mainDeadline = instant
          snapshot.preemptDeadline = instant
          snapshot.announcementDeadline = instant
          snapshot.refreshDeadline = instant
          snapshot.lastHeard = instant
          snapshot.master = .peer
          snapshot.faults = FaultReasons(rawValue: 255)
          var rig = Rig([.test()])
          rig.adopt(snapshot)
          #expect(rig.untilNext.map { $0 <= .seconds(164) } == true)
          rig.fireNext()
          rig.hear(255)
          rig.run(for: .seconds(10))
        }
      }
    }
  }
}
