import ControlModel
import Glibc
import Netlink
import NetworkTypes
import VRRPCore

@testable import Engine

/// A keeper with a kernel and a board of its own, and what must hold at every moment.
///
/// It does what the engine and the core do around the keeper: a router whose addresses are refused leaves its role and resigns.
struct AddressModel {
  /// A way to be wrong, to show that it is seen.
  enum Fault: CaseIterable {
    case none
    /// The board is written after the kernel was asked.
    case marksLate
    /// An address is unmarked before it is removed.
    case unmarksEarly
    /// A release never reaches the keeper.
    case losesReleases
    /// The keeper takes a host's own address for martlet's.
    case takesOwn
    /// The keeper forgets that another router is master.
    case forgetsOthers
    /// The resignation does not wait for the release.
    case resignsAtOnce
    /// The kernel does not say what goes.
    case silentKernel
    /// Refused addresses are claimed anew at once.
    case claimsForBackups
  }

  enum Step: Hashable {
    case claim(Int)
    /// Gives the role up, with a resignation if so said.
    case release(Int, resigns: Bool)
    case turn
    /// A turn in which the engine dies after so many changes of the kernel; another one goes on.
    case dyingTurn(after: Int)
    /// The next thing that the kernel has to say arrives.
    case deliver
    case second
    case link(InterfaceIndex, isGone: Bool)
    case refuse(ModelKernel.Refusal)
    case hostAdds(Int)
    case hostRemoves(Int)
    case conflict(Int, isOver: Bool)
    /// The core has a router's refused addresses tried.
    case trial(Int)
    /// The kernel had no room for what it has to say, and all is read anew.
    case overrun
    /// Another engine reads the kernel, so as to go on later.
    case prepare
    /// The other engine goes on; the old one finishes its work before, or dies while it does.
    case handOver(dies: Bool)
  }

  let plan: Plan
  let slice: Int
  let fault: Fault
  private(set) var keeper: AddressKeeper
  var kernel = ModelKernel()
  private(set) var board: [AddressMark]
  private(set) var masters: [Bool]
  /// Who was master at the end of the last turn, which is what the next engine reads.
  private(set) var mastersOnBoard: [Bool]
  /// Routers in fault since the kernel refuses their addresses.
  private(set) var refused: Set<Int> = []
  private(set) var now = MonotonicInstant(nanoseconds: 1_000_000_000)
  /// What an engine that was prepared saw in the kernel.
  private(set) var prepared: Set<AddressPlace>?
  var violations: [String] = []
  private(set) var reports: [AddressReport] = []
  private(set) var announced: [Int] = []
  /// Addresses that were added and not announced since.
  private(set) var unannounced: Set<AddressPlace> = []
  private(set) var resigned: [Int] = []
  private(set) var takenRouters: [Int] = []
  /// How many messages the kernel got, and changes.
  private(set) var messages = 0
  private(set) var changes = 0
  private var isDead = false

  /// Begins with the first start of an engine, on a host that has some addresses.
  init(_ plan: Plan, slice: Int = 128, hostHas own: [Int] = [], fault: Fault = .none) {
    self.plan = plan
    self.slice = slice
    self.fault = fault
    keeper = AddressKeeper(plan, slice: slice)
    board = Array(repeating: AddressMark(), count: plan.addresses.count)
    masters = Array(repeating: false, count: plan.routers.count)
    mastersOnBoard = masters
    for position in own { kernel.add(place(position), .host) }
    adopt(hasYielded: false)
    kernel.isSilent = fault == .silentKernel
  }

  func place(_ position: Int) -> AddressPlace { plan.addresses[position].place }

  func isInKernel(_ position: Int) -> Bool { kernel.holds(place(position)) }

  mutating func take(_ step: Step) {
    switch step {
    case .claim(let router): claim(router)
    case .release(let router, let resigns): release(router, resigns: resigns)
    case .turn: turn()
    case .dyingTurn(let count):
      // An engine that was to follow goes with it.
      prepared = nil
      kernel.eventsForNext = nil
      turn(dyingAfter: count)
    case .deliver: if !kernel.events.isEmpty { deliver(kernel.events.removeFirst()) }
    case .second: now = now + .seconds(1)
    case .link(let interface, let isGone): setLink(interface, isGone: isGone)
    case .refuse(let refusal): kernel.refusal = refusal
    case .hostAdds(let position): kernel.add(place(position), .host)
    case .hostRemoves(let position): kernel.remove(place(position))
    case .conflict(let position, let isOver):
      if isOver {
        kernel.conflicts.remove(place(position))
      } else {
        kernel.conflicts.insert(place(position))
      }
    case .trial(let router): if refused.contains(router) { keeper.scheduleTrial(router) }
    case .overrun: readAnew()
    case .prepare: prepare()
    case .handOver(let dies): handOver(dies: dies)
    }
    sabotage()
    checkMarks()
  }

  mutating func take(_ steps: [Step]) { for step in steps { take(step) } }

  mutating func wait(_ time: Nanoseconds) { now = now + time }

  private mutating func sabotage() {
    switch fault {
    case .takesOwn:
      for position in keeper.holdings.indices where keeper.holdings[position] == .preexisting {
        keeper.set(position, to: .held)
      }
    case .forgetsOthers:
      if masters.contains(false) { for router in masters.indices { keeper.isMaster[router] = false } }
    case .claimsForBackups: for router in masters.indices { keeper.isMaster[router] = true }
    case .none, .marksLate, .unmarksEarly, .losesReleases, .resignsAtOnce, .silentKernel: break
    }
  }

  private mutating func claim(_ router: Int) {
    guard !masters[router] else { return }
    masters[router] = true
    keeper.claim(router)
    _ = keeper.announceAfterClaim(router, rounds: 1)
  }

  private mutating func release(_ router: Int, resigns: Bool) {
    guard masters[router] else { return }
    masters[router] = false
    keeper.cancelAnnouncements(router)
    if fault != .losesReleases { keeper.release(router) }
    guard resigns else { return }
    if !keeper.resignAfterRelease(router) || fault == .resignsAtOnce { resign(router) }
  }

  private mutating func resign(_ router: Int) {
    resigned.append(router)
    if masters[router] { violations.append("router \(router) resigns while it is master") }
    for position in plan.routers[router].addresses
    where kernel.owners[place(position)] == .martlet && !isMastered(position)
      && keeper.sharers[position]?.contains(where: keeper.isOwned) != true
    {
      violations.append("router \(router) resigns before address \(position) is off")
    }
  }

  func isMastered(_ position: Int) -> Bool {
    keeper.positions(of: place(position)).contains { masters[plan.addresses[$0].router] }
  }

  // MARK: A turn, in the order of the engine's.

  private mutating func turn(dyingAfter count: Int? = nil) {
    var left = count
    var requests: [AddressRequest] = []
    var actions: [AddressAction] = []
    let isUp = kernel.isUp
    keeper.returnVanished(at: now, isUp: isUp, into: &requests)
    perform(requests, &left, &actions)
    if !keeper.queue.isEmpty {
      keeper.takeSlice(into: &requests)
      perform(requests, &left, &actions)
      keeper.finishSlice(into: &actions)
      carryOut(&actions)
    }
    if keeper.reconcile(at: now, isUp: isUp, into: &requests) { removeOrphans(&actions) }
    perform(requests, &left, &actions)
    keeper.reviewRefusals(into: &actions)
    carryOut(&actions)
    while keeper.takeTrial(into: &requests, &actions) { perform(requests, &left, &actions) }
    if isDead {
      isDead = false
      adopt(hasYielded: false)
    } else {
      mastersOnBoard = masters
    }
  }

  /// As the engine does it; once it has died nothing reaches the kernel or the board any more.
  private mutating func perform(_ requests: [AddressRequest], _ left: inout Int?, _ actions: inout [AddressAction]) {
    var keeper = self.keeper
    var late: [(Int, AddressMark)] = []
    var isAsking = true
    if fault == .unmarksEarly {
      for request in requests where request.operation == .remove { board[request.position].ownership = .none }
    }
    keeper.perform(
      requests,
      mark: { position, mark in
        guard !isDead else { return }
        if fault == .marksLate, isAsking { return late.append((position, mark)) }
        board[position] = mark
      },
      ask: { requests in
        defer { isAsking = false }
        return ask(requests, &left)
      }, into: &actions)
    if !isDead { for (position, mark) in late where fault == .marksLate { board[position] = mark } }
    self.keeper = keeper
    carryOut(&actions)
  }

  private mutating func ask(_ requests: [AddressRequest], _ left: inout Int?) -> [AddressChangeResult] {
    messages += isDead ? 0 : 1
    return requests.map { request in
      if left == 0 { isDead = true }
      guard !isDead else { return .failed(ENOBUFS) }
      if let count = left { left = count - 1 }
      changes += 1
      examine(request)
      let place = place(request.position)
      let wasThere = kernel.holds(place)
      let result = kernel.apply(request.operation, place)
      if left == 0 { isDead = true }
      if request.operation == .add, !wasThere, kernel.holds(place) { unannounced.insert(place) }
      checkMarks()
      return result
    }
  }

  private mutating func examine(_ request: AddressRequest) {
    let router = plan.addresses[request.position].router
    switch request.operation {
    case .remove:
      if kernel.owners[place(request.position)] == .host, plan.core[router].priority == .owner {
        violations.append("the host's own address \(request.position) is removed")
      }
      if request.reason != .duplicate, isMastered(request.position) {
        violations.append("address \(request.position), which a master has, is removed")
      }
    case .add, .replace:
      if request.reason != .trial, !masters[router] {
        violations.append("address \(request.position) is added for router \(router), which is not master")
      }
    }
  }

  private mutating func carryOut(_ actions: inout [AddressAction]) {
    for action in actions where !isDead {
      switch action {
      case .claimed, .released, .announceAdded: continue
      case .resign(let router): resign(router)
      case .announce(let router, _):
        for position in plan.routers[router].addresses { announce(position) }
        if !masters[router] { violations.append("router \(router) announces and is not master") }
      case .announceAddress(let position, _):
        announce(position)
        if !masters[plan.addresses[position].router] { violations.append("\(position) is announced by no master") }
      case .addressesRefused(let router, _):
        refused.insert(router)
        release(router, resigns: true)
      case .addressesTaken(let router):
        refused.remove(router)
        takenRouters.append(router)
      case .report(let report): reports.append(report)
      }
    }
    actions.removeAll(keepingCapacity: true)
  }

  private mutating func announce(_ position: Int) {
    guard keeper.isAnnounceable(position) else { return }
    announced.append(position)
    unannounced.remove(place(position))
  }

  private mutating func removeOrphans(_ actions: inout [AddressAction]) {
    var keeper = self.keeper
    keeper.removeOrphans(
      ask: { places in isDead ? [] : places.map { kernel.apply(.remove, $0) } }, into: &actions)
    if !isDead { self.keeper = keeper }
    carryOut(&actions)
  }

  // MARK: Events and engines.

  private mutating func deliver(_ event: ModelKernel.Event) {
    var actions: [AddressAction] = []
    switch event {
    case .vanished(let place): keeper.addressVanished(place)
    case .usable(let place): keeper.becameUsable(place, into: &actions)
    case .duplicate(let place): keeper.foundDuplicate(place, into: &actions)
    }
    carryOut(&actions)
  }

  private mutating func setLink(_ interface: InterfaceIndex, isGone: Bool) {
    kernel.setLink(interface, isGone: isGone)
    guard !isGone else { return }
    var actions: [AddressAction] = []
    keeper.announceAddresses(on: interface, into: &actions)
    carryOut(&actions)
  }

  private mutating func readAnew() {
    var actions: [AddressAction] = []
    kernel.events = []
    keeper.findVanished(holds: kernel.holds)
    keeper.review(kernel.states, into: &actions)
    carryOut(&actions)
  }

  private mutating func prepare() {
    prepared = Set(kernel.addresses)
    kernel.eventsForNext = []
  }

  private mutating func handOver(dies: Bool) {
    if prepared == nil { prepare() }
    // The old engine has long read what the kernel said before the other one looked.
    while kernel.events.count > kernel.eventsForNext?.count ?? 0 { deliver(kernel.events.removeFirst()) }
    if dies {
      turn(dyingAfter: 1)
      // It may have had nothing to do.
      if prepared == nil { return }
    } else {
      for _ in 0..<100 where keeper.hasWork { turn() }
      keeper.writeMarks { board[$0] = $1 }
    }
    adopt(hasYielded: !dies)
  }

  /// Has another keeper go on from the board.
  private mutating func adopt(hasYielded: Bool) {
    var previous = PreviousAddresses()
    previous.hasYielded = hasYielded
    for (position, mark) in board.enumerated() where mark.ownership != .none {
      if previous.ownership[place(position)] != .held { previous.ownership[place(position)] = mark.ownership }
      if mark.isTentative { previous.tentative.insert(place(position)) }
    }
    masters = mastersOnBoard
    // What an engine had no time to announce is announced with the core's second set.
    if !hasYielded { unannounced = [] }
    refused = refused.filter { !masters[$0] }
    // An engine that follows a crash looks at the kernel after it.
    if prepared == nil { prepare() }
    let known = prepared ?? []
    prepared = nil
    kernel.events = kernel.eventsForNext ?? []
    kernel.eventsForNext = nil
    board = Array(repeating: AddressMark(), count: board.count)
    keeper = AddressKeeper(plan, slice: slice)
    while !kernel.events.isEmpty { deliver(kernel.events.removeFirst()) }
    var actions: [AddressAction] = []
    keeper.adopt(previous, masters: { masters[$0] }, holds: known.contains, into: &actions)
    keeper.writeMarks { board[$0] = $1 }
    removeOrphans(&actions)
    if keeper.needsLook {
      keeper.review(kernel.states, into: &actions)
      carryOut(&actions)
    }
  }
}
