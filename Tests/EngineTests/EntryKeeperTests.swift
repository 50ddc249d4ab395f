import Configuration
import ControlModel
import Glibc
import Netlink
import NetworkTypes
import Testing

@testable import Engine

/// What the kernel is asked for of routes, rules and static addresses, and what follows from its answers.
@Suite struct EntryKeeperTests {
  private static let on: [EntryModel.Step] = [.claim(0), .addressesDone(0), .turn]

  private func model(
    _ routers: [[KernelEntryDefinition]], fixed: [KernelEntryDefinition] = [], slice: Int = 128,
    hostHas own: [Int] = [], _ steps: [EntryModel.Step] = []
  ) throws -> EntryModel {
    let routers = routers.map { KeptRouter(addresses: ["192.0.2.1/24"], entries: $0) }
    var model = EntryModel(try Plan(routers, entries: fixed), slice: slice, hostHas: own)
    model.take(steps)
    return model
  }

  private func isThere(_ model: EntryModel) -> [Bool] {
    model.plan.entries.indices.map(model.isThere)
  }

  @Test("A router's entries are there while its addresses are, the static ones always")
  func stages() throws {
    var model = try model([[.route(1), .rule(1)]], fixed: [.route(2)], [.turn])
    #expect(isThere(model) == [true, false, false])
    model.take([.claim(0), .turn])
    #expect(isThere(model) == [true, false, false])
    model.take([.addressesDone(0), .turn])
    #expect(isThere(model) == [true, true, true] && model.board == [.held, .held, .held])
    model.take([.release(0), .turn])
    #expect(isThere(model) == [true, true, true])
    model.take([.addressesDone(0), .turn])
    #expect(isThere(model) == [true, false, false])
    model.take([.claim(0), .addressesDone(0), .turn, .stop, .addressesDone(0), .turn])
    #expect(isThere(model) == [false, false, false] && model.board == [.none, .none, .none])
  }

  @Test("What is removed comes before what is added, in the order opposite to the plan's")
  func order() throws {
    let model = try model(
      [[.route(1), .rule(1)], [.route(2)]], Self.on + [.claim(1), .addressesDone(1), .release(0)])
    var keeper = model.keeper
    keeper.released(0)
    var requests: [EntryRequest] = []
    keeper.takeSlice(into: &requests)
    #expect(
      requests == [
        EntryRequest(position: 1, operation: .remove), EntryRequest(position: 0, operation: .remove),
        EntryRequest(position: 2, operation: .add),
      ])
  }

  @Test("What another program removes comes back at once, and is reported once a minute")
  func putBack() throws {
    var model = try model([[.route(1)]], Self.on + [.hostRemoves(0), .deliver, .turn])
    #expect(isThere(model) == [true] && model.actions == [.reportPutBack(0)])
    // Twice in one moment: the second time it waits for the pass.
    model.take([.hostRemoves(0), .deliver, .turn])
    #expect(isThere(model) == [false] && model.board == [.uncertain])
    model.take([.pass, .turn])
    #expect(isThere(model) == [true] && model.actions.count == 1)
  }

  @Test("What is not tracked is another program's to remove, but not a link's")
  func untracked() throws {
    var model = try model([[.route(1, isTracked: false)]], Self.on + [.hostRemoves(0), .deliver, .turn, .pass, .turn])
    #expect(isThere(model) == [false])
    model.take([.link(isThere: false), .link(isThere: true), .turn])
    #expect(isThere(model) == [true])
    // With an address only those go that are tracked.
    model.take(.hostRemoves(0))
    var keeper = model.keeper
    keeper.look(at: .tracked)
    #expect(keeper.pending.isEmpty)
  }

  @Test("A rule that goes has all of them looked at, and those that are there are left alone")
  func rules() throws {
    let model = try model([[.rule(1), .rule(2)]], Self.on + [.hostRemoves(0), .deliver, .turn])
    #expect(isThere(model) == [true, true] && model.actions == [.reportPutBack(0)] && model.board == [.held, .held])
  }

  @Test("A rule that the kernel does not take again stays marked: it may be another one that went")
  func refusedRule() throws {
    let steps: [EntryModel.Step] = [.hostRemoves(0), .refuse(.forbidden), .deliver, .turn]
    let model = try model([[.rule(1), .rule(2)]], Self.on + steps)
    #expect(model.board == [.uncertain, .uncertain] && model.violations.isEmpty)
    #expect(
      model.actions == [0, 1].map { .reportRefusal($0, error: EACCES, words: "not allowed") })
  }

  @Test("What is refused is reported once, tried with each pass, and what is not answered for stays marked")
  func refusals() throws {
    var model = try model([[.route(1)]], [.refuse(.forbidden)] + Self.on + [.pass, .turn])
    #expect(model.actions.count == 1 && model.board == [.none] && model.keeper.needsGroupReview)
    model.take([.refuse(.noAnswer), .pass, .turn])
    #expect(isThere(model) == [true] && model.board == [.uncertain] && model.actions.count == 1)
    model.take([.refuse(.none), .pass, .turn])
    #expect(model.board == [.held] && model.keeper.refused.isEmpty)
    model.take([.refuse(.forbidden), .release(0), .addressesDone(0), .turn])
    #expect(model.board == [.held] && model.actions.count == 2)
    model.take([.refuse(.none), .pass, .turn])
    #expect(isThere(model) == [false] && model.board == [.none] && model.keeper.refused.isEmpty)
  }

  @Test("A route of the host's own stays, and what the host takes away martlet adds")
  func hostsOwn() throws {
    let others = [[KernelEntryDefinition.route(1, isMartlets: false)]]
    var model = try model(others, hostHas: [0], Self.on)
    #expect(model.board == [.none] && model.keeper.holdings == [.preexisting])
    model.take([.release(0), .addressesDone(0), .turn])
    #expect(isThere(model) == [true])
    model.take([.hostRemoves(0), .deliver] + Self.on)
    #expect(isThere(model) == [true] && model.board == [.held])
    var later = try self.model(others, hostHas: [0], Self.on + [.hostRemoves(0), .deliver, .turn])
    #expect(isThere(later) == [true] && later.board == [.held] && later.actions == [.reportPutBack(0)])
    later.take([.release(0), .addressesDone(0), .turn])
    #expect(isThere(later) == [false])
    let untracked = [[KernelEntryDefinition.route(1, isMartlets: false, isTracked: false)]]
    let left = try self.model(untracked, hostHas: [0], Self.on + [.hostRemoves(0), .deliver, .turn, .pass, .turn])
    #expect(isThere(left) == [false])
  }

  @Test("One that was refused and then turns out to be there is refused no more")
  func refusedAndThere() throws {
    let model = try model(
      [[.route(1, isMartlets: false)]], [.refuse(.forbidden)] + Self.on + [.hostAdds(0), .refuse(.none), .pass, .turn])
    #expect(model.keeper.refused.isEmpty && model.keeper.holdings == [.preexisting])
  }

  @Test("One that must be new is refused while another is there")
  func mustBeNew() throws {
    var model = try model([[.route(1, isMartlets: false, mustBeNew: true)]], hostHas: [0], Self.on)
    #expect(model.actions == [.reportRefusal(0, error: EEXIST, words: "")] && model.board == [.none])
    model.take([.hostRemoves(0), .pass, .turn])
    #expect(model.board == [.held] && model.keeper.refused.isEmpty)
  }

  @Test("A route that two routers list stays while either is master, and one of them has the mark")
  func duplicates() throws {
    var model = try model(
      [[.route(1, mustBeNew: true)], [.route(1, mustBeNew: true)]], slice: 1,
      Self.on + [.claim(1), .release(0), .addressesDone(0), .turn])
    #expect(isThere(model) == [true, true] && model.board == [.none, .uncertain])
    model.take([.addressesDone(1), .turn])
    #expect(model.board == [.none, .held] && model.actions.isEmpty)
    // The other one joins: what martlet has put there is nobody else's.
    model.take([.claim(0), .addressesDone(0), .turn])
    #expect(model.board == [.held, .held] && model.actions.isEmpty)
    model.take([.release(0), .addressesDone(0), .turn])
    model.take([.release(1), .addressesDone(1), .turn])
    #expect(isThere(model) == [false, false] && model.board == [.none, .none])
  }

  @Test("A route of the host's that two routers list is neither's")
  func hostsDuplicate() throws {
    let shared = [[KernelEntryDefinition.route(1, isMartlets: false)], [.route(1, isMartlets: false)]]
    let model = try model(
      shared, hostHas: [0],
      [.claim(0), .claim(1), .addressesDone(0), .addressesDone(1), .turn, .release(0), .release(1), .addressesDone(0)]
        + [.addressesDone(1), .turn])
    #expect(isThere(model) == [true, true] && model.violations.isEmpty && model.board == [.none, .none])
  }

  @Test("What becomes master again before its addresses are off keeps its entries")
  func masterAgain() throws {
    var model = try model([[.route(1)]], Self.on + [.release(0), .claim(0), .addressesDone(0), .turn])
    #expect(isThere(model) == [true])
    model.take([.addressesDone(0), .turn])
    #expect(isThere(model) == [true] && model.violations.isEmpty)
    var keeper = model.keeper
    keeper.release(0)
    keeper.claimed(0)
    #expect(keeper.stage(of: 0) == .off, "a claim that ends late")
  }

  // MARK: The engine before

  @Test("An entry stays if it is the same to the letter, and is looked at if that engine was not sure of it")
  func adoption() throws {
    let plan = try Plan([KeptRouter(addresses: ["192.0.2.1/24"], entries: [.route(1), .route(2), .route(3)])])
    let entries = plan.entries.compactMap(\.entry)
    var previous = PreviousEntries()
    previous.isFromEngine = true
    previous.hasYielded = true
    let orphan = try #require(try Plan([KeptRouter(entries: [.route(9)])]).entries.first?.entry)
    previous.removals = entries.map(\.removal) + [orphan.removal]
    for (position, ownership) in [Ownership.held, .uncertain, .held].enumerated() {
      let fingerprint = entries[position].fingerprint &+ (position == 2 ? 1 : 0)
      previous.entries[entries[position].removal] = .init(fingerprint: fingerprint, ownership: ownership)
    }
    var keeper = EntryKeeper(plan)
    let removals = keeper.adopt(previous) { _ in .on }
    #expect(removals == [orphan.removal, entries[2].removal])
    #expect(keeper.holdings == [.held, .uncertain, .absent])
    #expect(keeper.pending.contains(1) && keeper.pending.contains(2) && !keeper.pending.contains(0))
    // What a router that is not master has goes.
    var backup = EntryKeeper(plan)
    _ = backup.adopt(previous) { _ in .off }
    #expect(backup.pending.contains(0) && !backup.pending.contains(2))
  }

  @Test("While the addresses of a master are claimed its entries stay as they are")
  func adoptionOfAClaim() throws {
    let plan = try Plan([KeptRouter(addresses: ["192.0.2.1/24"], entries: [.route(1)])])
    let entry = try #require(plan.entries[0].entry)
    var previous = PreviousEntries()
    previous.isFromEngine = true
    previous.removals = [entry.removal]
    previous.entries = [entry.removal: .init(fingerprint: entry.fingerprint, ownership: .held)]
    var keeper = EntryKeeper(plan)
    _ = keeper.adopt(previous) { _ in .claiming }
    keeper.reconcile()
    var requests: [EntryRequest] = []
    keeper.pending.insert(0)
    keeper.takeSlice(into: &requests)
    #expect(requests.isEmpty && keeper.isOwned(0))
    keeper.claimed(0)
    keeper.takeSlice(into: &requests)
    #expect(requests == [EntryRequest(position: 0, operation: .add)])
  }

  @Test("Before a first start what a killed martlet may have left is removed, and nothing else")
  func firstStart() throws {
    let plan = try Plan(
      [KeptRouter(addresses: ["192.0.2.1/24"], entries: [.route(1), .route(2, isMartlets: false)])],
      entries: [.route(3)])
    var keeper = EntryKeeper(plan)
    #expect(keeper.adopt(PreviousEntries()) { _ in .off } == [plan.entries[1].entry?.removal].compactMap(\.self))
  }

  @Test("What went while the next engine was made ready is put back by it, if it is tracked", arguments: [true, false])
  func handOver(isTracked: Bool) throws {
    var model = try model([[.route(1, isTracked: isTracked)]], Self.on + [.hostRemoves(0), .handOver, .turn])
    #expect(isThere(model) == [isTracked])
    // One that waits for its turn is not forgotten.
    guard isTracked else { return }
    model.take([.hostRemoves(0), .deliver, .turn, .hostRemoves(0), .deliver, .turn, .handOver, .turn])
    #expect(isThere(model) == [true])
  }
}
