import NetworkTypes
import Testing
import VRRPCore

@Suite struct HeartbeatTests {
  private let further = IPAddress(v4: 0x0A01_0002)

  /// An advert heard by a further link.
  @discardableResult
  private func hear(_ priority: UInt8, _ rig: inout Rig, own: IPAddress? = nil) -> [Action] {
    let advert = Advertisement(
      version: .v3, virtualRouterID: testID, priority: Priority(rawValue: priority),
      interval: Centiseconds(rawValue: 100))
    return rig.handle(.heartbeat(advert, from: further, own: own, router: 0)).map(\.action)
  }

  private func backup(_ configuration: VirtualRouterConfiguration = .test()) -> Rig {
    var rig = Rig([configuration])
    rig.start()
    return rig
  }

  private func master() -> Rig {
    var rig = backup()
    rig.run(for: .seconds(5))
    #expect(rig.state() == .master)
    return rig
  }

  @Test("A master that is silent on its own link and heard on another is alive")
  func aliveOnOnePath() {
    var rig = backup()
    rig.hear(200)
    for _ in 0..<20 {
      rig.run(for: .seconds(1))
      hear(200, &rig)
    }
    #expect(rig.state() == .backup)
    #expect(rig.host.snapshot(of: 0).master == .peer, "the master is known by its address on the router's own link")
    let silent = rig.now
    let moved = rig.run(for: .seconds(10)).first { $0.effect.action == .claim }
    #expect(moved.map { $0.at - silent } == rig.host.configuredMasterDown, "dead when every path is silent")
  }

  @Test("A resignation by a further link shortens the wait as any other does")
  func resignation() {
    var rig = backup()
    rig.hear(200)
    hear(0, &rig)
    #expect(rig.untilNext.map { $0 < .seconds(1) } == true)
  }

  @Test("A lower master that only a further link lets through is preempted")
  func preempts() {
    var rig = backup()
    for _ in 0..<4 {
      rig.run(for: .seconds(1))
      hear(50, &rig)
    }
    rig.run(for: .seconds(1))
    #expect(rig.state() == .master)
  }

  @Test("Of two masters on either side of a cut the lower one yields when it hears the higher by a further link")
  func yields() {
    var rig = master()
    let actions = hear(200, &rig)
    #expect(rig.state() == .backup)
    #expect(actions.contains(.otherMaster(further, Priority(rawValue: 200), yields: true)))
    #expect(actions.contains(.release))
    #expect(!actions.contains(.send(.resignation)))
  }

  @Test("The winner is told when the routers' own link lets it through, so that it announces over the loser")
  func lastAdvert() {
    var rig = master()
    hear(200, &rig)
    rig.run(for: .seconds(1))
    #expect(hear(200, &rig).isEmpty)
    #expect(rig.hear(50).isEmpty)
    #expect(rig.hear(200) == [.send(Priority(rawValue: 100))])
    #expect(rig.hear(200).isEmpty)
    #expect(rig.state() == .backup)
  }

  @Test("The higher one stays, and says that there is another unless its own link has")
  func stays() {
    var rig = master()
    #expect(hear(50, &rig) == [.otherMaster(further, Priority(rawValue: 50), yields: false)])
    rig.hear(50)
    #expect(hear(50, &rig).isEmpty)
    #expect(rig.state() == .master)
  }

  @Test("A tie that the own link cannot decide goes to the higher address on the first further link")
  func tie() {
    var lower = master()
    let yields = hear(100, &lower, own: IPAddress(v4: 0x0A01_0001))
    #expect(yields.contains(.otherMaster(further, Priority(rawValue: 100), yields: true)))
    #expect(lower.state() == .backup)
    var higher = master()
    #expect(
      hear(100, &higher, own: IPAddress(v4: 0x0A01_0003))
        == [.otherMaster(further, Priority(rawValue: 100), yields: false)])
    #expect(higher.state() == .master)
  }

  @Test("Other further links tell of a tie and do not decide it")
  func tieElsewhere() {
    var rig = master()
    #expect(hear(100, &rig) == [.otherMaster(further, Priority(rawValue: 100), yields: false)])
    #expect(rig.state() == .master)
  }

  @Test("A resignation that a master hears by a further link means nothing to it")
  func resignationToMaster() {
    var rig = master()
    #expect(hear(0, &rig).isEmpty)
  }

  @Test("A master heard in fault by a further link is not taken for dead when the fault ends")
  func heardInFault() {
    var rig = backup()
    rig.handle(.interface(up: false, router: 0))
    hear(200, &rig)
    rig.handle(.interface(up: true, router: 0))
    #expect(rig.host.snapshot(of: 0).master == further)
  }

  @Test("nopreempt holds for a master heard by a further link")
  func nopreempt() {
    var rig = backup(.test { $0.preempt = false })
    for _ in 0..<10 {
      rig.run(for: .seconds(1))
      hear(50, &rig)
    }
    #expect(rig.state() == .backup)
  }

  @Test("What is for another router or of another version is not heard")
  func others() {
    var rig = backup()
    rig.run(for: .seconds(2))
    let due = rig.untilNext
    let advert = Advertisement(
      version: .v2, virtualRouterID: testID, priority: Priority(rawValue: 200), interval: Centiseconds(rawValue: 100))
    rig.handle(.heartbeat(advert, from: further, own: nil, router: 0))
    rig.handle(.heartbeat(advert, from: further, own: nil, router: 7))
    #expect(rig.untilNext == due)
  }

  @Test("An owner told to ignore adverts yields to no other owner")
  func ownerIgnores() {
    var rig = Rig([
      .test {
        $0.priority = .owner; $0.ownerIgnoresAdverts = true
      }
    ])
    rig.start()
    #expect(rig.state() == .master)
    for _ in 0..<10 { #expect(rig.hear(255, from: IPAddress(v4: 0xFFFF_FF00)).isEmpty) }
    #expect(rig.state() == .master)
  }
}

extension VirtualRouterSet {
  /// What a backup of the rig's router waits after an advert of one second's interval.
  fileprivate var configuredMasterDown: Nanoseconds { .seconds(3) + Nanoseconds(rawValue: 1_000_000_000 * 156 / 256) }
}
