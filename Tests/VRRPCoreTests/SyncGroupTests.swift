import NetworkTypes
import Testing
import VRRPCore

@Suite struct SyncGroupTests {
  /// Members 0 and 1 in one group, and router 2 in none.
  private func rig(
    _ priorities: [UInt8] = [100, 100, 100], trackers: [TrackerBinding] = [],
    _ change: (inout [VirtualRouterConfiguration]) -> Void = { _ in }
  ) -> Rig {
    var routers = priorities.map { VirtualRouterConfiguration.test($0) }
    change(&routers)
    return Rig(routers, groups: [SyncGroupConfiguration(members: [0, 1], trackers: trackers)], trackers: 4)
  }

  private func started(_ priorities: [UInt8] = [100, 100, 100]) -> Rig {
    var rig = rig(priorities)
    for router in priorities.indices { rig.start(router) }
    return rig
  }

  private func master() -> Rig {
    var rig = started()
    rig.run(for: .seconds(4))
    return rig
  }

  @Test("A group becomes master together, and every member announces (da3fd4bd)")
  func togetherToMaster() {
    var rig = started([150, 100, 100])
    rig.run(for: .milliseconds(3500))
    #expect(rig.state(0) == .backup, "the timer of member 0 has fired; member 1 is still waiting")
    rig.run(for: .milliseconds(109))
    var effects: [Effect] = []
    while effects.on(0).isEmpty {
      rig.now = rig.host.nextDeadline ?? rig.now
      effects += rig.handle(.timer)
    }
    for member in 0...1 {
      #expect(effects.on(member).deeds.suffix(2) == [.claim, .announce(repeats: 5)])
      #expect(rig.state(member) == .master)
    }
    #expect(effects.on(1).transitions.map(\.cause) == [.masterDown(master: nil, lastHeard: nil)])
    #expect(effects.on(0).transitions.map(\.cause) == [.syncGroup(member: 1)])
  }

  @Test("A member that is alone in missing its master waits without a deadline until the other agrees")
  func wantsAlone() {
    var rig = started()
    for _ in 0..<50 {
      #expect(rig.hear(150, router: 1).isEmpty)
      rig.run(for: .seconds(1))
      #expect(rig.state(0) == .backup)
    }
    #expect(rig.host.deadline(of: 0) == nil)
    rig.run(for: .seconds(3))
    #expect(rig.state(0) == .master && rig.state(1) == .master)
  }

  @Test("A master heard again withdraws what its silence had asked for")
  func wantIsWithdrawn() {
    var rig = started()
    for _ in 0..<5 {
      rig.hear(150, router: 1)
      rig.run(for: .seconds(1))
    }
    #expect(rig.host.deadline(of: 0) == nil)
    rig.hear(150, router: 0)
    rig.run(for: .seconds(3))
    #expect(rig.state(1) == .backup, "member 1 wants now, member 0 does not")
  }

  @Test("One member that yields takes all to BACKUP; the others resign so that the peer need not wait")
  func togetherToBackup() {
    var rig = master()
    let effects = rig.hearAll(150, router: 0)
    #expect(
      effects.on(0).deeds == [
        .otherMaster(.peer, Priority(rawValue: 150), yields: true), .cancelAnnouncements, .release,
      ])
    #expect(effects.on(1).deeds == [.cancelAnnouncements, .release, .send(.resignation)])
    #expect(effects.on(1).transitions.map(\.cause) == [.syncGroup(member: 0)])
    #expect(effects.on(2).isEmpty && rig.state(2) == .master)
  }

  @Test("A fault of one member is a fault of all, and its end the end for all")
  func togetherInFault() {
    var rig = master()
    let down = rig.handle(.interface(up: false, router: 0))
    for member in 0...1 {
      #expect(down.on(member).deeds == [.cancelAnnouncements, .release, .send(.resignation)])
    }
    #expect(down.on(1).transitions.map(\.cause) == [.syncGroup(member: 0)])
    #expect(rig.host.snapshot(of: 0).faults == .interface)
    #expect(rig.host.snapshot(of: 1).faults == .syncGroup)
    #expect(rig.state(2) == .master)

    #expect(rig.handle(.sourceAddress(nil, router: 1)).isEmpty)
    #expect(rig.handle(.interface(up: true, router: 0)).isEmpty)
    #expect(rig.host.snapshot(of: 0).faults == .syncGroup)
    let up = rig.handle(.sourceAddress(.own, router: 1))
    #expect(up.on(0).transitions.map(\.cause) == [.syncGroup(member: 1)])
    #expect(up.on(1).transitions.map(\.cause) == [.sourceAddressFound])
    #expect(up.map(\.action).deeds.isEmpty)
    rig.run(for: .seconds(4))
    #expect(rig.state(0) == .master && rig.state(1) == .master)
  }

  @Test("The group's own tracker bears on every member, and every member names it")
  func groupTracker() {
    let check = TrackerID(rawValue: 3)
    var rig = rig(trackers: [TrackerBinding(tracker: check)])
    for router in 0...2 { rig.start(router) }
    #expect(rig.state(0) == .initialize && rig.state(2) == .backup)
    rig.handle(.tracker(check, .up))
    rig.run(for: .seconds(4))
    #expect(rig.state(0) == .master && rig.state(1) == .master)
    let down = rig.handle(.tracker(check, .down))
    for member in 0...1 { #expect(down.on(member).transitions.map(\.cause) == [.trackerDown(check)]) }
    #expect(rig.host.snapshot(of: 0).faults == .syncGroup)
    let up = rig.handle(.tracker(check, .up))
    for member in 0...1 { #expect(up.on(member).transitions.map(\.cause) == [.trackerUp(check)]) }
  }

  @Test("Members' own checks are honoured in a group (KA#2105)")
  func memberTracker() {
    let check = TrackerID(rawValue: 0)
    var rig = rig { $0[1].trackers = [TrackerBinding(tracker: check)] }
    for router in 0...1 { rig.start(router) }
    rig.handle(.tracker(check, .up))
    rig.run(for: .seconds(4))
    let down = rig.handle(.tracker(check, .down))
    #expect(down.on(1).transitions.map(\.cause) == [.trackerDown(check)])
    #expect(down.on(0).transitions.map(\.cause) == [.syncGroup(member: 1)])
  }

  @Test("A member's link that comes up while another's check has yet to run leaves nobody in FAULT (KA#1532)")
  func interfaceUpDuringFirstChecks() {
    let check = TrackerID(rawValue: 0)
    var rig = rig { $0[1].trackers = [TrackerBinding(tracker: check)] }
    rig.handle(.interface(up: false, router: 0))
    rig.handle(.sourceAddress(.own, router: 0))
    rig.handle(.start(router: 0))
    rig.start(1)
    #expect(rig.state(0) == .fault && rig.state(1) != .backup)
    rig.handle(.interface(up: true, router: 0))
    rig.run(for: .seconds(10))
    #expect(rig.state(0) != .master && rig.state(1) != .master, "the check has not run")
    rig.handle(.tracker(check, .up))
    rig.run(for: .seconds(4))
    #expect(rig.state(0) == .master && rig.state(1) == .master)
  }

  @Test("A member's fault of a moment has every member announce when it is over (da3fd4bd)")
  func blink() {
    var rig = master()
    rig.handle(.interface(up: false, router: 0))
    rig.run(for: .milliseconds(10))
    rig.handle(.interface(up: true, router: 0))
    let happened = rig.run(for: .seconds(4)).map(\.effect)
    for member in 0...1 {
      #expect(rig.state(member) == .master)
      #expect(happened.on(member).contains(.announce(repeats: 5)))
    }
  }

  @Test("A group begins as master only if every member owns its addresses (40069771)")
  func owners() {
    var mixed = started([255, 100, 100])
    #expect(mixed.state(0) == .backup)
    mixed.run(for: .seconds(4))
    #expect(mixed.state(0) == .master && mixed.state(1) == .master)

    var owners = rig([255, 255, 100])
    #expect(owners.start(0).isEmpty, "the other member has not started")
    owners.handle(.interface(up: true, router: 1))
    owners.handle(.sourceAddress(.own, router: 1))
    let effects = owners.handle(.start(router: 1))
    for member in 0...1 {
      #expect(effects.on(member).transitions.map(\.from) == [.initialize])
      #expect(effects.on(member).transitions.map(\.to) == [.master])
      #expect(effects.on(member).transitions.map(\.cause) == [.addressOwner])
    }
    owners.handle(.interface(up: false, router: 0))
    owners.handle(.interface(up: true, router: 0))
    #expect(owners.state(0) == .master && owners.state(1) == .master)
  }

  @Test("The longest preempt delay of the members counts, and nothing loops meanwhile (6a7ed768)")
  func preemptDelays() {
    var rig = rig { routers in
      routers[0].preemptDelay = .seconds(2)
      routers[1].preemptDelay = .seconds(20)
    }
    for router in 0...1 { rig.start(router) }
    let begin = rig.now
    var turns = 0
    while rig.state(0) == .backup, rig.now - begin < .seconds(60) {
      for router in 0...1 { rig.hear(50, router: router) }
      let end = rig.now + .seconds(1)
      while let next = rig.host.nextDeadline, next <= end, turns < 1000 {
        rig.now = next
        rig.handle(.timer)
        turns += 1
      }
      rig.now = end
    }
    #expect(rig.now - begin > .seconds(20) && rig.now - begin <= .seconds(24))
    #expect(turns <= 4)
  }

  @Test("A member that starts beside masters joins them, and announces (KA#285)")
  func newMemberJoins() {
    let old = master()
    var rig = rig()
    rig.now = old.now
    rig.adopt(old.host.snapshot(of: 0), router: 0)
    rig.start(1)
    #expect(rig.state(0) == .master && rig.state(1) == .backup)
    let joined = rig.run(for: .seconds(4)).map(\.effect)
    #expect(joined.on(1).contains(.announce(repeats: 5)))
    #expect(rig.state(0) == .master && rig.state(1) == .master)
  }

  @Test("A member that starts beside masters and hears a better one takes them to BACKUP")
  func newMemberObjects() {
    let old = master()
    var rig = rig()
    rig.now = old.now
    rig.adopt(old.host.snapshot(of: 0), router: 0)
    rig.start(1)
    let heard = rig.hearAll(150, router: 1)
    #expect(heard.on(0).deeds == [.cancelAnnouncements, .release, .send(.resignation)])
    #expect(rig.state(0) == .backup)
  }

  @Test("Each member stops for itself, and all of them resign")
  func shutdown() {
    var rig = master()
    for router in 0...1 {
      let effects = rig.handle(.shutdown(router: router))
      #expect(effects.map(\.router).allSatisfy { $0 == router })
      #expect(effects.map(\.action).deeds == [.cancelAnnouncements, .release, .send(.resignation)])
    }
  }
}
