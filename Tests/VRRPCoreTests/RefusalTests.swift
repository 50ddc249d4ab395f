import NetworkTypes
import Testing
import VRRPCore

/// A router whose kernel does not let it hold its addresses.
@Suite struct RefusalTests {
  private static let noPermission: Int32 = 1

  /// A master whose claim the kernel has just refused.
  private static func refusedMaster(_ priority: UInt8 = 100) -> (rig: Rig, left: [Action]) {
    var rig = Rig([.test(priority)])
    rig.start()
    rig.fireNext()
    let left = rig.handle(.addressesRefused(error: noPermission, router: 0)).map(\.action)
    return (rig, left)
  }

  @Test("A master without an address resigns at once and says why")
  func resigns() {
    let (rig, left) = Self.refusedMaster()
    #expect(left.deeds == [.cancelAnnouncements, .release, .send(.resignation)])
    #expect(left.transitions.map(\.cause) == [.addressesRefused(error: Self.noPermission)])
    #expect(rig.state() == .fault)
    #expect(rig.host.snapshot(of: 0).faults == [.addresses])
  }

  @Test("It tries again after pauses from one second to a minute, and claims nothing while it is refused")
  func pauses() {
    var (rig, _) = Self.refusedMaster()
    var pauses: [Int64] = []
    for _ in 0..<9 {
      pauses.append((rig.untilNext ?? .zero).rawValue / 1_000_000_000)
      #expect(rig.fireNext() == [.tryAddresses])
      #expect(rig.handle(.addressesRefused(error: Self.noPermission, router: 0)).isEmpty)
    }
    #expect(pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60])
    #expect(rig.host.snapshot(of: 0).refusals == 10)
  }

  @Test(
    "Taken again, it listens before it claims, and the owner of the addresses is master at once",
    arguments: [100, 255] as [UInt8])
  func taken(_ priority: UInt8) {
    var (rig, _) = Self.refusedMaster(priority)
    #expect(rig.fireNext() == [.tryAddresses])
    let left = rig.handle(.addressesTaken(router: 0)).map(\.action)
    #expect(left.transitions.map(\.cause) == [.addressesTaken])
    #expect(rig.state() == (priority == 255 ? .master : .backup))
  }

  @Test(
    "Pauses go on growing if the kernel refuses again soon, and begin anew after a minute",
    arguments: [(59, 2), (60, 1)])
  func soonAgain(_ held: Int64, _ pause: Int64) {
    var (rig, _) = Self.refusedMaster(255)
    rig.fireNext()
    rig.handle(.addressesTaken(router: 0))
    rig.run(for: .seconds(held))
    rig.handle(.addressesRefused(error: Self.noPermission, router: 0))
    #expect(rig.untilNext == .seconds(pause))
  }

  @Test("A try that nobody answers is made again")
  func unanswered() {
    var (rig, _) = Self.refusedMaster()
    #expect(rig.fireNext() == [.tryAddresses])
    #expect(rig.untilNext == .seconds(60))
    #expect(rig.fireNext() == [.tryAddresses])
  }

  @Test("A refusal is no news to a router that is no master")
  func backup() {
    var rig = Rig([.test()])
    rig.start()
    #expect(rig.handle(.addressesRefused(error: Self.noPermission, router: 0)).isEmpty)
    #expect(rig.handle(.addressesTaken(router: 0)).isEmpty)
    #expect(rig.handle(.addressesRefused(error: Self.noPermission, router: 7)).isEmpty)
    #expect(rig.state() == .backup)
  }

  @Test("The sync group goes along, and comes back together")
  func group() {
    var rig = Rig([.test(), .test()], groups: [SyncGroupConfiguration(members: [0, 1], trackers: [])])
    for router in 0...1 { rig.start(router) }
    rig.fireNext()
    rig.fireNext()
    #expect([rig.state(0), rig.state(1)] == [.master, .master])
    let left = rig.handle(.addressesRefused(error: Self.noPermission, router: 1))
    #expect(left.on(0).transitions.map(\.cause) == [.syncGroup(member: 1)])
    #expect([rig.state(0), rig.state(1)] == [.fault, .fault])
    #expect(rig.fireNext() == [.tryAddresses])
    rig.handle(.addressesTaken(router: 1))
    #expect([rig.state(0), rig.state(1)] == [.backup, .backup])
  }

  @Test("The next engine stays in FAULT without a word, and tries within a second")
  func adopted() {
    var (rig, _) = Self.refusedMaster()
    for _ in 0..<5 {
      rig.fireNext()
      rig.handle(.addressesRefused(error: Self.noPermission, router: 0))
    }
    let snapshot = rig.host.snapshot(of: 0)
    var next = Rig([.test()])
    next.now = rig.now
    next.handle(.interface(up: true, router: 0))
    next.handle(.sourceAddress(.own, router: 0))
    var effects: [Effect] = []
    next.host.adopt(snapshot, router: 0, at: next.now, into: &effects)
    #expect(effects.isEmpty)
    #expect(next.state() == .fault)
    #expect(next.untilNext == .seconds(1))
    #expect(next.fireNext() == [.tryAddresses])
    next.handle(.addressesRefused(error: Self.noPermission, router: 0))
    #expect(next.untilNext == .seconds(60), "the pause goes on where it was")
  }
}
