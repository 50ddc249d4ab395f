import ControlModel
import Glibc
import Netlink
import NetworkTypes
import Testing

@testable import Engine

/// What the kernel is asked for, and what follows from its answers.
@Suite struct AddressKeeperTests {
  private static let two = [KeptRouter(addresses: ["192.0.2.1/24", "192.0.2.2/24"])]
  private static let owner = [KeptRouter(addresses: ["192.0.2.1/24"], ownsAddresses: true)]

  private func model(
    _ routers: [KeptRouter], slice: Int = 128, hostHas own: [Int] = [], _ steps: [AddressModel.Step]
  ) throws -> AddressModel {
    var model = AddressModel(try Plan(routers), slice: slice, hostHas: own)
    model.take(steps)
    return model
  }

  /// One router with two addresses.
  private func model(slice: Int = 128, _ steps: [AddressModel.Step]) throws -> AddressModel {
    try model(Self.two, slice: slice, steps)
  }

  private func ownership(_ model: AddressModel) -> [Ownership] { model.board.map(\.ownership) }

  @Test("A claim of many addresses takes a message for each slice, and is announced once all are there")
  func slices() throws {
    let many = [KeptRouter(addresses: (0..<300).map { "10.0.\($0 / 250).\($0 % 250 + 1)/16" })]
    var model = try model(many, [.claim(0), .turn, .turn])
    #expect(model.messages == 2 && model.changes == 256 && model.announced.isEmpty)
    model.take(.turn)
    #expect(model.messages == 3 && model.changes == 300 && model.announced.count == 300)
    model.take([.release(0, resigns: true), .turn, .turn])
    #expect(model.resigned.isEmpty)
    model.take(.turn)
    #expect(model.messages == 6 && model.resigned == [0] && model.kernel.addresses.isEmpty)
    #expect(model.violations.isEmpty)
  }

  @Test("Nothing is asked, and nothing written, while nothing happens")
  func rest() throws {
    var model = try model([.claim(0), .turn, .deliver, .second, .turn])
    let messages = model.messages
    var requests: [AddressRequest] = []
    var actions: [AddressAction] = []
    var keeper = model.keeper
    let later = model.now + .seconds(1)
    let isOver = keeper.reconcile(at: later, isUp: { _ in true }, into: &requests)
    keeper.perform(requests, mark: { _, _ in Issue.record("marked") }, ask: { _ in [] }, into: &actions)
    #expect(isOver && requests.isEmpty && actions.isEmpty && !keeper.hasWork)
    model.take([.second, .turn, .turn])
    #expect(model.messages == messages)
  }

  @Test("One that gives its role up while its addresses go on gets no more of them")
  func halfAClaim() throws {
    let model = try model(slice: 1, [.claim(0), .turn, .release(0, resigns: true), .turn, .turn, .turn])
    #expect(model.changes == 2 && model.kernel.addresses.isEmpty && model.resigned == [0])
  }

  @Test("What becomes master again keeps what it has, and does not resign", arguments: [two, owner])
  func masterAgain(_ routers: [KeptRouter]) throws {
    let own = routers[0].ownsAddresses ? [0] : []
    let model = try model(
      routers, hostHas: own, [.claim(0), .turn, .release(0, resigns: true), .claim(0), .turn])
    #expect(model.kernel.addresses.count == routers[0].addresses.count && model.resigned.isEmpty)
    #expect(model.changes == (own.isEmpty ? 2 : 0))
  }

  @Test("What another program removes is back at once, announced, and reported")
  func putBack() throws {
    var model = try model([.claim(0), .turn])
    let announced = model.announced.count
    model.take([.hostRemoves(1), .deliver])
    #expect(!model.isInKernel(1))
    model.take(.turn)
    #expect(model.isInKernel(1) && model.reports == [.putBack(1)])
    #expect(model.announced.dropFirst(announced) == [1])
  }

  @Test("What is removed again and again is put back four times a second")
  func pace() throws {
    var model = try model([.claim(0), .turn, .hostRemoves(0), .deliver, .turn, .hostRemoves(0), .deliver, .turn])
    #expect(!model.isInKernel(0) && model.keeper.reconcileDue == model.now + AddressKeeper.putBackInterval)
    #expect(ownership(model) == [.uncertain, .held])
    model.wait(AddressKeeper.putBackInterval - .milliseconds(1))
    model.take(.turn)
    #expect(!model.isInKernel(0))
    model.wait(.milliseconds(1))
    model.take(.turn)
    #expect(model.isInKernel(0) && model.reports == [.putBack(0), .putBack(0)])
  }

  @Test("What the kernel says of an earlier time takes no mark away, and nothing is reported")
  func echoes() throws {
    var model = try model([.claim(0), .turn, .release(0, resigns: false), .turn, .claim(0), .turn])
    // Its own removals; the second of each address comes while it may not be asked for yet.
    model.take([.deliver, .deliver, .turn, .release(0, resigns: false), .turn, .claim(0), .turn, .deliver, .turn])
    #expect(ownership(model) == [.uncertain, .held] && model.violations.isEmpty)
    model.take([.second, .turn])
    #expect(ownership(model) == [.held, .held] && model.reports.isEmpty)
  }

  @Test("What goes with its link comes back with it, and nobody has removed it")
  func link() throws {
    let routers = [KeptRouter(addresses: ["192.0.2.1/24", "192.0.2.2/24%eth1"])]
    var model = try model(routers, [.claim(0), .turn, .link(Plan.eth1, isGone: true), .deliver, .turn])
    model.take([.second, .turn])
    #expect(!model.isInKernel(1) && model.changes == 2)
    model.take([.link(Plan.eth1, isGone: false), .second, .turn])
    #expect(model.isInKernel(1) && model.reports.isEmpty)
    #expect(model.announced.filter { $0 == 1 }.count == 2)
  }

  @Test("A link that comes back announces what masters have there")
  func announcementsOfALink() throws {
    var model = try model([.claim(0), .turn, .link(Plan.eth0, isGone: true), .deliver, .deliver, .turn])
    let announced = model.announced.count
    model.take(.link(Plan.eth0, isGone: false))
    #expect(model.announced.count == announced, "none is there yet")
    model.take([.second, .turn])
    var actions: [AddressAction] = []
    model.keeper.announceAddresses(on: Plan.eth0, into: &actions)
    #expect(actions == [.announceAddress(0, rounds: 5), .announceAddress(1, rounds: 5)])
    actions = []
    model.keeper.announceAddresses(on: Plan.eth1, into: &actions)
    model.take(.release(0, resigns: false))
    model.keeper.announceAddresses(on: Plan.eth0, into: &actions)
    #expect(actions.isEmpty)
  }

  @Test(
    "What the kernel says of other addresses is nobody's business, and what waits for no claim is announced at once")
  func others() throws {
    var keeper = try model(Self.six, [.claim(0), .turn]).keeper
    var actions: [AddressAction] = []
    let place = AddressPlace(prefix: try #require(IPPrefix("2001:db8::9/64")), interface: Plan.eth0)
    keeper.addressVanished(place)
    keeper.nowUsable(place, into: &actions)
    keeper.foundDuplicate(place, into: &actions)
    keeper.review([AddressState(prefix: place.prefix, interface: Plan.eth0)], into: &actions)
    let waits = keeper.announceAfterClaim(0, rounds: 1)
    #expect(actions.isEmpty && !keeper.hasWork && !waits)
  }

  // MARK: Refusals

  @Test("A master of whose addresses the kernel refuses every one resigns; one of whose addresses it takes one stays")
  func refusals() throws {
    let all = try model([.refuse(.forbidden), .claim(0), .turn])
    #expect(all.refused == [0] && !all.masters[0])
    #expect(all.reports == [.refusal(0, error: EACCES), .refusal(1, error: EACCES)])
    #expect(all.board.map(\.refusal) == [EACCES, EACCES] && ownership(all) == [.none, .none])
    var some = try model(slice: 1, [.claim(0), .turn, .refuse(.forbidden), .turn])
    #expect(some.masters[0] && some.board.map(\.refusal) == [nil, EACCES])
    some.take([.refuse(.none), .second, .turn])
    #expect(some.board.map(\.refusal) == [nil, nil] && ownership(some) == [.held, .held])
  }

  @Test("What passes counts at the second time, and says nothing of what is there")
  func passing() throws {
    var model = try model([.turn, .refuse(.noRoom), .claim(0), .turn])
    #expect(model.masters[0] && ownership(model) == [.uncertain, .uncertain])
    model.take([.second, .turn])
    #expect(!model.masters[0])
    model.take([.refuse(.none), .turn])
    #expect(model.resigned == [0] && ownership(model) == [.none, .none])
  }

  @Test("What was added and not answered for stays marked, and is removed in the end")
  func lostAnswers() throws {
    var model = try model([.refuse(.noAnswer), .claim(0), .turn])
    #expect(model.isInKernel(0) && ownership(model) == [.uncertain, .uncertain] && model.violations.isEmpty)
    model.take([.refuse(.none), .release(0, resigns: true), .turn])
    #expect(model.kernel.addresses.isEmpty && model.resigned == [0])
  }

  @Test("A peer hears no resignation while the kernel does not give an address up")
  func refusedRemoval() throws {
    var model = try model([.claim(0), .turn, .refuse(.forbidden), .release(0, resigns: true), .turn])
    #expect(model.resigned.isEmpty && ownership(model) == [.held, .held])
    #expect(model.reports == [.refusal(0, error: EACCES), .refusal(1, error: EACCES)])
    model.take([.refuse(.none), .second, .turn])
    #expect(model.kernel.addresses.isEmpty && ownership(model) == [.none, .none])
  }

  @Test("Refused addresses are tried in one message, and leave no mark", arguments: [true, false])
  func trial(isTaken: Bool) throws {
    var model = try model([.refuse(.forbidden), .claim(0), .turn, .turn])
    if isTaken { model.take(.refuse(.none)) }
    let messages = model.messages
    model.take([.trial(0), .turn])
    #expect(model.messages == messages + 1 && model.takenRouters == (isTaken ? [0] : []))
    #expect(model.kernel.addresses.isEmpty && ownership(model) == [.none, .none] && model.reports.count == 2)
  }

  @Test("Each try is of another slice")
  func trialOfSlices() throws {
    var model = try model(slice: 1, [.refuse(.forbidden), .claim(0), .turn, .turn, .turn, .turn])
    var asked: [Int] = []
    for _ in 1...3 {
      var (requests, actions): ([AddressRequest], [AddressAction]) = ([], [])
      var keeper = model.keeper
      keeper.scheduleTrial(0)
      let isDue = keeper.takeTrial(into: &requests, &actions)
      asked += requests.filter { $0.operation == .add }.map(\.position)
      #expect(isDue && requests.count == 2)
      model.take([.trial(0), .turn])
    }
    #expect(asked == [0, 1, 0])
  }

  @Test("What needs no try is taken: a router without addresses, one whose address another one has")
  func needlessTrials() throws {
    let shared = KeptRouter(addresses: ["192.0.2.1/24"])
    let model = try model([shared, shared, KeptRouter()], [.claim(1), .turn])
    for router in [0, 2] {
      var (requests, actions): ([AddressRequest], [AddressAction]) = ([], [])
      var keeper = model.keeper
      keeper.scheduleTrial(router)
      let isDue = keeper.takeTrial(into: &requests, &actions)
      #expect(isDue && requests.isEmpty && actions == [.addressesTaken(router: router)])
    }
    // And who is master has no need of one.
    var (requests, actions): ([AddressRequest], [AddressAction]) = ([], [])
    var keeper = model.keeper
    keeper.scheduleTrial(1)
    while keeper.takeTrial(into: &requests, &actions) {}
    #expect(requests.isEmpty && actions.isEmpty)
  }

  @Test("A try of what the kernel would not remove finds it there")
  func trialOfTheRest() throws {
    var model = try model([.claim(0), .turn, .hostRemoves(0), .deliver, .refuse(.forbidden), .turn])
    var (requests, actions): ([AddressRequest], [AddressAction]) = ([], [])
    model.take([.release(0, resigns: false), .turn])
    #expect(ownership(model) == [.uncertain, .held])
    var keeper = model.keeper
    keeper.scheduleTrial(0)
    let isDue = keeper.takeTrial(into: &requests, &actions)
    keeper.perform(
      requests, mark: { _, _ in }, ask: { $0.map { $0.operation == .add ? .alreadyThere : .failed(EBUSY) } },
      into: &actions)
    #expect(isDue && actions == [.addressesTaken(router: 0)])
    #expect(keeper.isChanging(0), "it is to go at once")
  }

  // MARK: Owners

  @Test("The address that an owner's host had is neither asked for nor removed nor marked")
  func hostsOwn() throws {
    var model = try model(Self.owner, hostHas: [0], [.claim(0), .turn])
    #expect(model.announced == [0])
    model.take([.release(0, resigns: true), .turn, .second, .turn, .handOver(dies: false), .turn])
    #expect(model.changes == 0 && model.kernel.owners.values.allSatisfy { $0 == .host } && model.resigned == [0])
  }

  @Test("One that the host adds later is its own too, and what martlet has put there is not")
  func hostsOwnLater() throws {
    var model = try model(Self.owner, [.hostAdds(0), .claim(0), .turn, .release(0, resigns: false), .turn])
    #expect(model.isInKernel(0))
    model.take([.hostRemoves(0), .deliver, .turn, .claim(0), .turn, .release(0, resigns: false), .turn])
    #expect(!model.isInKernel(0) && model.violations.isEmpty)
  }

  @Test("An owner's own address that another program removes comes back")
  func hostsOwnComesBack() throws {
    let model = try model(Self.owner, hostHas: [0], [.claim(0), .turn, .hostRemoves(0), .deliver, .turn])
    #expect(model.isInKernel(0) && model.reports == [.putBack(0)] && ownership(model) == [.held])
  }

  @Test("What the kernel said twice is looked at once")
  func vanishedTwice() throws {
    var model = try model(Self.owner, hostHas: [0], [.claim(0), .turn, .hostRemoves(0), .hostAdds(0), .hostRemoves(0)])
    model.take([.deliver, .deliver, .hostAdds(0), .turn])
    #expect(model.keeper.holdings == [.preexisting] && model.changes == 1)
  }

  @Test("A passing refusal or a try takes no owner's own address away")
  func refusedOwner() throws {
    var model = try model(Self.owner, [.hostAdds(0), .refuse(.forbidden), .claim(0), .turn, .refuse(.none), .turn])
    #expect(model.isInKernel(0) && model.refused == [0] && model.resigned == [0])
    model.take([.trial(0), .turn])
    #expect(model.isInKernel(0) && model.takenRouters == [0] && model.keeper.holdings == [.preexisting])
    model.take([.claim(0), .release(0, resigns: false), .turn, .turn])
    #expect(model.isInKernel(0) && model.violations.isEmpty)
  }

  @Test("What an owner's try has put there goes, unless it is master by then", arguments: [true, false])
  func ownersTrial(isMaster: Bool) throws {
    var model = try model(Self.owner, [.refuse(.forbidden), .claim(0), .turn, .turn, .refuse(.none), .trial(0), .turn])
    #expect(model.isInKernel(0) && model.takenRouters == [0])
    if isMaster { model.take(.claim(0)) }
    model.take(.turn)
    #expect(model.isInKernel(0) == isMaster && model.changes == (isMaster ? 3 : 4))
  }

  // MARK: Addresses of two routers

  @Test("An address of two routers stays while either is master, and one of them has the mark")
  func shared() throws {
    let routers = Array(repeating: KeptRouter(addresses: ["192.0.2.1/24"]), count: 2)
    var model = try model(routers, [.claim(0), .turn, .claim(1), .release(0, resigns: true), .turn])
    #expect(model.isInKernel(0) && ownership(model) == [.none, .held] && model.resigned == [0])
    model.take([.release(1, resigns: false), .turn])
    #expect(!model.isInKernel(0) && ownership(model) == [.none, .none])
    // The one that leaves it is done before the other one is asked for.
    var sliced = try self.model(routers, slice: 1, [.claim(0), .turn, .release(0, resigns: false), .claim(1), .turn])
    #expect(ownership(sliced) == [.none, .uncertain])
    sliced.take(.turn)
    #expect(ownership(sliced) == [.none, .held] && sliced.violations.isEmpty)
  }

  // MARK: IPv6

  private static let six = [KeptRouter(addresses: ["2001:db8::1/64"])]

  @Test("An IPv6 address is announced when the kernel answers for it, and by nobody who is not master")
  func tentative() throws {
    var model = try model(Self.six, [.claim(0), .turn])
    #expect(model.announced.isEmpty && model.board[0].isTentative)
    model.take([.deliver, .turn])
    #expect(model.announced == [0] && !model.board[0].isTentative)
    var late = try self.model(Self.six, [.claim(0), .turn, .release(0, resigns: false), .deliver, .turn])
    #expect(late.announced.isEmpty && !late.board[0].isTentative)
    late.take(.deliver)
    #expect(late.announced.isEmpty && late.violations.isEmpty)
  }

  @Test("One that another host answers for is claimed anew each second, until the kernel has it")
  func duplicate() throws {
    var model = try model(Self.six, [.conflict(0, isOver: false), .claim(0), .turn, .deliver])
    #expect(model.reports == [.duplicate(0)] && model.keeper.duplicates == [0])
    for _ in 1...2 { model.take([.second, .turn, .deliver, .deliver, .turn]) }
    #expect(model.keeper.duplicates == [0] && model.changes == 7)
    model.take([.refuse(.noRoom), .second, .turn, .refuse(.none)])
    #expect(model.keeper.duplicates == [0] && ownership(model) == [.uncertain])
    model.take([.conflict(0, isOver: true), .second, .turn, .second, .turn, .deliver, .deliver])
    #expect(model.keeper.duplicates.isEmpty && model.violations.isEmpty)
    #expect(model.restlessness().isEmpty)
  }

  @Test("What was read anew tells of addresses that the kernel has come to answer for, and of what is gone")
  func readAnew() throws {
    var model = try model(Self.six, [.claim(0), .turn, .overrun])
    #expect(model.announced == [0] && model.keeper.tentative.isEmpty)
    model.take([.hostRemoves(0), .overrun, .turn])
    #expect(model.isInKernel(0))
    model.take([.conflict(0, isOver: false), .hostRemoves(0), .second, .overrun, .turn, .overrun])
    #expect(model.keeper.duplicates == [0])
  }
}
