import NetworkTypes
import Testing
import VRRPCore

@Suite struct FaultTests {
  private static let check = TrackerID(rawValue: 0)
  private static let bound = VirtualRouterConfiguration.test { $0.trackers = [TrackerBinding(tracker: check)] }

  @Test("FAULT lasts until the last of its reasons is gone, and its end names that one")
  func lastReason() {
    var rig = Rig([Self.bound], trackers: 1)
    rig.handle(.tracker(Self.check, .up))
    rig.start()
    rig.fireNext()
    #expect(
      rig.handle(.tracker(Self.check, .down)).map(\.action).transitions.map(\.cause) == [.trackerDown(Self.check)])
    #expect(rig.handle(.interface(up: false, router: 0)).isEmpty)
    #expect(rig.handle(.sourceAddress(nil, router: 0)).isEmpty)
    #expect(rig.host.snapshot(of: 0).faults == [.interface, .sourceAddress, .tracker])
    #expect(rig.run(for: .seconds(100)).isEmpty, "nothing is sent in FAULT")
    #expect(rig.handle(.tracker(Self.check, .up)).isEmpty)
    #expect(rig.handle(.interface(up: true, router: 0)).isEmpty)
    let left = rig.handle(.sourceAddress(.own, router: 0)).map(\.action)
    #expect(left.deeds.isEmpty)
    #expect(left.transitions.map(\.cause) == [.sourceAddressFound])
    #expect(rig.untilNext == .seconds(3) + Nanoseconds(rawValue: 609_375_000))
  }

  @Test("A router without a peer to send to is silent in FAULT, and takes part when one is there")
  func noPeers() {
    var rig = Rig([.test()])
    rig.handle(.peers(present: false, router: 0))
    #expect(rig.start().transitions.map(\.cause) == [.noPeers])
    #expect(rig.host.snapshot(of: 0).faults == [.peers])
    #expect(rig.run(for: .seconds(100)).isEmpty)
    let left = rig.handle(.peers(present: true, router: 0)).map(\.action)
    #expect(left.transitions.map(\.cause) == [.peersFound])
    rig.fireNext()
    #expect(rig.state() == .master)
    let lost = rig.handle(.peers(present: false, router: 0)).map(\.action)
    #expect(lost.transitions.map(\.cause) == [.noPeers])
    #expect(lost.deeds == [.cancelAnnouncements, .release, .send(.resignation)])
  }

  @Test("The owner of the addresses is master again as soon as nothing is wrong")
  func ownerRecovers() {
    var rig = Rig([.test(255)])
    rig.start()
    rig.handle(.interface(up: false, router: 0))
    let left = rig.handle(.interface(up: true, router: 0)).map(\.action)
    #expect(left.deeds == [.send(.owner), .claim, .announce(repeats: 5)])
    #expect(left.transitions.map(\.from) == [.fault])
    #expect(left.transitions.map(\.cause) == [.interfaceUp])
  }

  @Test("nopreempt holds on leaving FAULT (bf79919a)")
  func noPreemptAfterFault() {
    var rig = Rig([.test(200) { $0.preempt = false }])
    rig.start()
    rig.fireNext()
    rig.handle(.interface(up: false, router: 0))
    rig.run(for: .seconds(10))
    rig.handle(.interface(up: true, router: 0))
    for _ in 0..<20 {
      rig.run(for: .seconds(1))
      rig.hear(100)
    }
    #expect(rig.state() == .backup)
  }

  @Test("nopreempt holds when a check succeeds for the first time (KA#1652)")
  func noPreemptAfterFirstCheck() {
    var rig = Rig(
      [
        .test(200) {
          $0.preempt = false
          $0.trackers = [TrackerBinding(tracker: Self.check)]
        }
      ], trackers: 1)
    rig.start()
    rig.hear(100)
    rig.handle(.tracker(Self.check, .up))
    for _ in 0..<20 {
      rig.hear(100)
      rig.run(for: .seconds(1))
    }
    #expect(rig.state() == .backup)
  }

  @Test("A master with a long interval, heard in FAULT, is not taken for dead between two of its adverts")
  func longIntervalHeardInFault() {
    var rig = Rig([Self.bound], trackers: 1)
    rig.handle(.tracker(Self.check, .up))
    rig.start()
    rig.handle(.tracker(Self.check, .down))
    rig.hear(200, interval: 1000)
    rig.run(for: .seconds(1))
    rig.handle(.tracker(Self.check, .up))
    #expect(rig.run(for: .seconds(9)).isEmpty)
    rig.hear(200, interval: 1000)
    #expect(rig.state() == .backup)

    // One that resigned, or has been silent for too long, counts no more.
    rig.handle(.tracker(Self.check, .down))
    rig.hear(0, interval: 1000)
    rig.handle(.tracker(Self.check, .up))
    #expect(rig.untilNext == .seconds(3) + Nanoseconds(rawValue: 609_375_000))
  }

  @Test("A source address that comes back after the link did makes the router electable again (KA#2378)")
  func addressReturns() {
    var rig = Rig([.test()])
    rig.start()
    rig.handle(.interface(up: false, router: 0))
    rig.handle(.sourceAddress(nil, router: 0))
    rig.handle(.interface(up: true, router: 0))
    rig.handle(.sourceAddress(.peer, router: 0))
    rig.fireNext()
    #expect(rig.state() == .master)
    rig.hear(100, from: .own)
    #expect(rig.state() == .master, "the changed address decides ties")
  }
}
