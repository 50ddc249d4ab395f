import NetworkTypes
import Testing
import VRRPCore

@Suite struct StartTests {
  @Test("A router hears before it claims: BACKUP first, MASTER when the master-down interval has passed")
  func startsInBackup() {
    var rig = Rig([.test()])
    let begin = rig.now
    let started = rig.start()
    #expect(started.deeds.isEmpty)
    #expect(started.transitions.map(\.to) == [.backup])
    #expect(started.transitions.map(\.cause) == [.started])

    let taken = rig.fireNext()
    #expect(rig.now - begin == .milliseconds(3000) + Nanoseconds(rawValue: 609_375_000))
    #expect(taken.deeds == [.send(Priority(rawValue: 100)), .claim, .announce(repeats: 5)])
    #expect(
      taken.last
        == .transition(
          Transition(
            from: .backup, to: .master, cause: .masterDown(master: nil, lastHeard: nil),
            priority: Priority(rawValue: 100), at: rig.now)))
  }

  @Test("A router that owns the addresses begins as MASTER")
  func ownerStartsAsMaster() {
    var rig = Rig([.test(255)])
    let started = rig.start()
    #expect(started.deeds == [.send(.owner), .claim, .announce(repeats: 5)])
    #expect(started.transitions.map(\.from) == [.initialize])
    #expect(started.transitions.map(\.cause) == [.addressOwner])
    #expect(rig.untilNext == .seconds(1))
  }

  @Test("No router claims before every check without a weight has a verdict", arguments: [100, 255] as [UInt8])
  func waitsForVerdicts(priority: UInt8) {
    let bindings = [0, 1].map { TrackerBinding(tracker: TrackerID(rawValue: $0)) }
    var rig = Rig([.test(priority) { $0.trackers = bindings }], trackers: 2)
    #expect(rig.start().isEmpty)
    #expect(rig.host.nextDeadline == nil)
    rig.run(for: .seconds(60))
    #expect(rig.handle(.tracker(TrackerID(rawValue: 1), .up)).isEmpty)
    let begun = rig.handle(.tracker(TrackerID(rawValue: 0), .up)).map(\.action)
    #expect(begun.transitions.map(\.to) == [priority == 255 ? .master : .backup])
    #expect(begun.transitions.map(\.cause) == [priority == 255 ? .addressOwner : .started])
  }

  @Test("A check with a weight does not hold a start up")
  func weightedTrackerDoesNotDelay() {
    let binding = TrackerBinding(tracker: TrackerID(rawValue: 0), weight: 10)
    var rig = Rig([.test { $0.trackers = [binding] }], trackers: 1)
    #expect(rig.start().transitions.map(\.to) == [.backup])
  }

  @Test("A fault at the start leads to FAULT directly, with what is wrong as its cause")
  func faultAtStart() {
    var noLink = Rig([.test()])
    noLink.handle(.interface(up: false, router: 0))
    noLink.handle(.sourceAddress(.own, router: 0))
    #expect(noLink.handle(.start(router: 0)).map(\.action).transitions.map(\.cause) == [.interfaceDown])
    #expect(noLink.host.snapshot(of: 0).faults == .interface)

    var noAddress = Rig([.test(255)])
    let started = noAddress.handle(.start(router: 0)).map(\.action)
    #expect(started.deeds.isEmpty)
    #expect(started.transitions.map(\.cause) == [.sourceAddressLost])

    var noCheck = Rig([.test { $0.trackers = [TrackerBinding(tracker: TrackerID(rawValue: 0))] }], trackers: 1)
    noCheck.handle(.tracker(TrackerID(rawValue: 0), .down))
    #expect(noCheck.start().transitions.map(\.cause) == [.trackerDown(TrackerID(rawValue: 0))])
  }

  @Test("A link that comes up while checks have yet to run gets the router out of FAULT once they have (KA#1532)")
  func interfaceUpDuringFirstChecks() {
    var rig = Rig([.test { $0.trackers = [TrackerBinding(tracker: TrackerID(rawValue: 0))] }], trackers: 1)
    rig.handle(.interface(up: false, router: 0))
    rig.handle(.sourceAddress(.own, router: 0))
    rig.handle(.start(router: 0))
    #expect(rig.state() == .fault)
    #expect(rig.handle(.interface(up: true, router: 0)).isEmpty, "it has not been checked yet")
    let left = rig.handle(.tracker(TrackerID(rawValue: 0), .up)).map(\.action)
    #expect(left.transitions.map(\.to) == [.backup])
    #expect(left.transitions.map(\.cause) == [.trackerUp(TrackerID(rawValue: 0))])
  }

  @Test("Adverts heard while waiting for the first verdict are not held against a later start")
  func advertsBeforeStart() {
    var rig = Rig([.test { $0.trackers = [TrackerBinding(tracker: TrackerID(rawValue: 0))] }], trackers: 1)
    rig.start()
    #expect(rig.hear(200).isEmpty)
    rig.handle(.tracker(TrackerID(rawValue: 0), .up))
    #expect(rig.hear(200).isEmpty)
    #expect(rig.host.snapshot(of: 0).master == .peer)
  }

  @Test("Starting twice, stopping twice, and everything after a stop are without effect")
  func idempotence() {
    var rig = Rig([.test(255)])
    rig.start()
    #expect(rig.handle(.start(router: 0)).isEmpty)
    let stopped = rig.handle(.shutdown(router: 0)).map(\.action)
    #expect(stopped.deeds == [.cancelAnnouncements, .release, .send(.resignation)])
    #expect(stopped.transitions.map(\.cause) == [.shutdown])
    #expect(rig.handle(.shutdown(router: 0)).isEmpty)
    #expect(rig.handle(.start(router: 0)).isEmpty)
    #expect(rig.host.nextDeadline == nil)
  }
}
