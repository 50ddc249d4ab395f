import NetworkTypes
import Testing
import VRRPCore

/// A master that was held up (frozen, or without an engine) and does not take its place back (`timer_expired_backup`).
@Suite struct OverdueTests {
  /// A master whose last advert left just now.
  private func master(
    _ priority: UInt8 = 200, version: ProtocolVersion = .v3, successor: UInt8? = 254,
    groups: [SyncGroupConfiguration] = [], routers: Int = 1
  ) -> Rig {
    let configuration = VirtualRouterConfiguration.test(priority, version: version) {
      $0.preempt = false
      $0.successorPriority = successor.map { Priority(rawValue: $0) }
    }
    var rig = Rig(Array(repeating: configuration, count: routers), groups: groups)
    for router in 0..<routers { rig.start(router) }
    for _ in 0..<20 where rig.state() != .master { rig.fireNext() }
    rig.fireNext()
    return rig
  }

  @Test(
    "After as long as its successor waits it goes to BACKUP, and resigns for whoever waits still",
    arguments: [
      (254, ProtocolVersion.v3, 3_007_812_500), (1, .v3, 3_996_093_750), (100, .v2, 3_609_375_000),
    ] as [(UInt8, ProtocolVersion, Int64)])
  func standsDown(successor: UInt8, version: ProtocolVersion, nanoseconds: Int64) {
    var early = master(version: version, successor: successor)
    early.now = early.now + Nanoseconds(rawValue: nanoseconds - 1)
    #expect(early.handle(.timer).map(\.action).deeds == [.send(Priority(rawValue: 200))])
    #expect(early.state() == .master)

    var late = master(version: version, successor: successor)
    late.now = late.now + Nanoseconds(rawValue: nanoseconds)
    let actions = late.handle(.timer).map(\.action)
    #expect(actions.deeds == [.cancelAnnouncements, .release, .send(.resignation)])
    #expect(actions.transitions.map(\.cause) == [.overdue(silence: Nanoseconds(rawValue: nanoseconds))])
    #expect(actions.transitions.map(\.to) == [.backup])
  }

  @Test(
    "What its successor sent meanwhile is heard as a backup hears it, with no word against it",
    arguments: [true, false])
  func hearsItsSuccessor(byFurtherLink: Bool) {
    var rig = master()
    rig.now = rig.now + .seconds(5)
    let advert = Advertisement(
      version: .v3, virtualRouterID: testID, priority: .standard, interval: Centiseconds(rawValue: 100))
    let input: HostInput =
      byFurtherLink
      ? .heartbeat(advert, from: .peer, own: .own, router: 0) : .advertisement(advert, from: .peer, router: 0)
    #expect(rig.handle(input).map(\.action).deeds == [.cancelAnnouncements, .release, .send(.resignation)])
    for _ in 0..<20 {
      rig.hear(100)
      #expect(rig.run(for: .seconds(1)).isEmpty)
    }
    #expect(rig.state() == .backup)
  }

  @Test("If nobody has taken over it is master again after its own wait")
  func comesBackAlone() {
    var rig = master()
    rig.now = rig.now + .seconds(60)
    rig.handle(.timer)
    #expect(rig.untilNext == .seconds(3) + Nanoseconds(rawValue: 218_750_000))
    #expect(rig.fireNext().contains(.claim))
  }

  @Test(
    "Without the option, and as the owner of the addresses, it goes on",
    arguments: [(200, nil), (255, 254)] as [(UInt8, UInt8?)])
  func goesOn(priority: UInt8, successor: UInt8?) {
    var rig = master(priority, successor: successor)
    rig.now = rig.now + .seconds(60)
    rig.hear(100)
    rig.handle(.timer)
    #expect(rig.state() == .master)
  }

  @Test("An advert that was brought forward to answer with does not make the silence longer than it is")
  func broughtForward() {
    var rig = master()
    rig.hear(100)
    // The second answer comes a quarter of an interval after the first.
    rig.hear(100)
    #expect(rig.untilNext == .milliseconds(250))
    rig.now = rig.now + Nanoseconds(rawValue: 3_007_812_499)
    rig.handle(.timer)
    #expect(rig.state() == .master)
  }

  @Test("A sync group stands down as one")
  func group() {
    var rig = master(groups: [SyncGroupConfiguration(members: [0, 1])], routers: 2)
    rig.run(for: .milliseconds(500))
    #expect(rig.state(1) == .master)
    rig.now = rig.now + .seconds(10)
    let effects = rig.handle(.timer)
    let causes = (0...1).flatMap { effects.on($0).transitions.map(\.cause) }
    #expect(causes.count == 2 && causes.contains { $0 == .syncGroup(member: 0) || $0 == .syncGroup(member: 1) })
    #expect(rig.state(0) == .backup && rig.state(1) == .backup)
  }

  @Test("An engine that adopts a master after too long stands down in its first turn")
  func adoption() {
    let old = master()
    var new = Rig([
      .test(200) {
        $0.preempt = false
        $0.successorPriority = Priority(rawValue: 254)
      }
    ])
    new.now = old.now + .seconds(10)
    new.adopt(old.host.snapshot(of: 0))
    #expect(new.handle(.timer).map(\.action).transitions.map(\.to) == [.backup])
  }
}
