import ControlModel
import Glibc
import Netlink
import NetworkTypes
import Testing

@testable import Engine

/// What a keeper makes of the addresses that the engine before it left.
@Suite struct AddressAdoptionTests {
  private static let router = KeptRouter(addresses: ["192.0.2.1/24", "192.0.2.2/24"])

  private struct Adoption {
    var keeper: AddressKeeper
    var actions: [AddressAction] = []
    var ownership: [Ownership] { keeper.holdings.map(\.ownership) }

    init(
      _ routers: [KeptRouter], _ previous: [(Int, Ownership)], hasYielded: Bool = true, masters: Set<Int> = [],
      holds: Set<Int> = []
    ) throws {
      let plan = try Plan(routers)
      keeper = AddressKeeper(plan)
      var left = PreviousAddresses()
      left.hasYielded = hasYielded
      for (position, ownership) in previous { left.ownership[plan.addresses[position].place] = ownership }
      let there = Set(holds.map { plan.addresses[$0].place })
      keeper.adopt(left, masters: masters.contains, holds: there.contains, into: &actions)
    }

    /// What the kernel is asked for next.
    mutating func requests() -> [AddressRequest] {
      var requests: [AddressRequest] = []
      keeper.takeSlice(into: &requests)
      return requests
    }
  }

  @Test("What an engine that let go held is there, whatever the kernel showed before")
  func settled() throws {
    var adoption = try Adoption([Self.router], [(0, .held), (1, .held)], masters: [0])
    #expect(adoption.ownership == [.held, .held] && !adoption.keeper.hasWork && adoption.actions.isEmpty)
    #expect(adoption.requests().isEmpty)
  }

  @Test(
    "What is not sure to be there is claimed",
    arguments: [
      (.uncertain, true, [0, 1]), (.held, false, [1]), (.uncertain, false, [0, 1]), (.none, true, [0, 1]),
    ] as [(Ownership, Bool, Set<Int>)])
  func unsure(first: Ownership, hasYielded: Bool, holds: Set<Int>) throws {
    let previous: [(Int, Ownership)] = (first == .none ? [] : [(0, first)]) + [(1, .held)]
    var adoption = try Adoption([Self.router], previous, hasYielded: hasYielded, masters: [0], holds: holds)
    #expect(adoption.ownership == [first == .none ? .none : .uncertain, .held])
    #expect(adoption.actions == [.announceAdded(router: 0)])
    #expect(adoption.requests() == [AddressRequest(position: 0, operation: .add, reason: .state)])
  }

  @Test("What a crash left on a backup, or another program, goes and is reported", arguments: [true, false])
  func leftovers(isMarked: Bool) throws {
    var adoption = try Adoption(
      [Self.router], isMarked ? [(0, .held)] : [], hasYielded: false, holds: [0])
    #expect(adoption.ownership == [.uncertain, .none] || adoption.ownership == [.held, .none])
    let requests = adoption.requests()
    #expect(requests == [AddressRequest(position: 0, operation: .remove, reason: .leftover)])
    adoption.keeper.perform(requests, mark: { _, _ in }, ask: { _ in [.done] }, into: &adoption.actions)
    let place = adoption.keeper.plan.addresses[0].place
    #expect(adoption.actions == [.report(.removal(place, isConfigured: true))])
  }

  @Test("One that the kernel does not give up stays marked, and is tried again")
  func stubbornLeftover() throws {
    var adoption = try Adoption([Self.router], [(0, .held)])
    let requests = adoption.requests()
    adoption.keeper.perform(requests, mark: { _, _ in }, ask: { _ in [.failed(EPERM)] }, into: &adoption.actions)
    #expect(adoption.ownership == [.held, .none])
    var again: [AddressRequest] = []
    let now = MonotonicInstant(nanoseconds: 1)
    let isOver = adoption.keeper.reconcile(at: now, isUp: { _ in true }, into: &again)
    #expect(isOver && again == [AddressRequest(position: 0, operation: .remove, reason: .state)])
  }

  @Test("The address of an owner stays that of its host, unless the engine before put it there")
  func owners() throws {
    let owner = KeptRouter(addresses: ["192.0.2.1/24"], ownsAddresses: true)
    let own = try Adoption([owner], [], masters: [0], holds: [0])
    #expect(own.keeper.holdings == [.preexisting] && !own.keeper.hasWork)
    let backup = try Adoption([owner], [], holds: [0])
    #expect(backup.keeper.holdings == [.preexisting] && !backup.keeper.hasWork)
    // An engine that died while it handed over had added it after this one looked.
    var late = try Adoption([owner], [(0, .held)], hasYielded: false, masters: [0])
    let requests = late.requests()
    late.keeper.perform(requests, mark: { _, _ in }, ask: { _ in [.alreadyThere] }, into: &late.actions)
    #expect(requests.count == 1 && late.keeper.holdings == [.held])
  }

  @Test("An address that another router has now is that one's")
  func moved() throws {
    let routers = [Self.router, KeptRouter(addresses: ["192.0.2.2/24"])]
    let adoption = try Adoption(routers, [(1, .held), (2, .held)], masters: [1])
    #expect(adoption.ownership == [.none, .none, .held] && !adoption.keeper.hasWork)
    let owners = try Adoption(
      [KeptRouter(addresses: ["192.0.2.1/24"]), KeptRouter(addresses: ["192.0.2.1/24"], ownsAddresses: true)], [],
      holds: [0])
    #expect(owners.keeper.holdings == [.preexisting, .preexisting])
    let other = try Adoption(routers, [], masters: [1], holds: [1])
    #expect(other.ownership == [.none, .none, .none], "its claim finds it there")
  }

  @Test("An address that the kernel did not answer for is announced when it does, by a master")
  func tentative() throws {
    let six = KeptRouter(addresses: ["2001:db8::1/64"])
    let plan = try Plan([six])
    var previous = PreviousAddresses()
    previous.hasYielded = true
    previous.ownership[plan.addresses[0].place] = .held
    previous.tentative = [plan.addresses[0].place]
    for isMaster in [true, false] {
      var keeper = AddressKeeper(plan)
      var actions: [AddressAction] = []
      keeper.adopt(previous, masters: { _ in isMaster }, holds: { _ in true }, into: &actions)
      #expect(keeper.mark(of: 0).isTentative && !keeper.isAnnounceable(0))
      keeper.nowUsable(plan.addresses[0].place, into: &actions)
      #expect(actions.contains(.announceAddress(0, rounds: 5)) == isMaster)
    }
  }

  @Test("What no router has any more is removed in one message; what stays is tried again with each pass")
  func orphans() throws {
    let place = AddressPlace(prefix: try #require(IPPrefix("198.51.100.1/24")), interface: Plan.eth1)
    let other = AddressPlace(prefix: place.prefix, interface: Plan.eth0)
    var previous = PreviousAddresses()
    previous.ownership = [place: .held, other: .uncertain]
    var keeper = AddressKeeper(try Plan([Self.router]))
    var actions: [AddressAction] = []
    keeper.adopt(previous, masters: { _ in false }, holds: { _ in false }, into: &actions)
    keeper.removeOrphans(
      ask: { places in places.map { $0 == place ? .failed(EBUSY) : .done } }, into: &actions)
    #expect(actions == [.report(.removal(other, isConfigured: false))] && keeper.orphans == [place])
    keeper.removeOrphans(ask: { places in places.map { _ in .notThere } }, into: &actions)
    #expect(actions.count == 1 && keeper.orphans.isEmpty)
    keeper.removeOrphans(
      ask: { _ in
        Issue.record("asked"); return []
      }, into: &actions)
  }
}
