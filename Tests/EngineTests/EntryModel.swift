import ControlModel
import Glibc
import Netlink
import NetworkTypes

@testable import Engine

/// The routes and rules of a kernel as far as a keeper can tell. Those that one request removes have one key.
struct ModelTables: Hashable {
  /// What there is, and whether martlet put it there.
  private(set) var entries: [Int: ModelKernel.Owner] = [:]
  var refusal = ModelKernel.Refusal.none
  /// Without its link the kernel takes no route, and drops those that it has without a word.
  private(set) var hasLink = true
  /// What it has yet to say is gone.
  var events: [PlannedEntry.RemovalKey] = []
  /// Says nothing of what goes; no kernel does that.
  var isSilent = false

  func holds(_ key: Int) -> Bool { entries[key] != nil }

  mutating func apply(
    _ operation: EntryRequest.Operation, _ key: Int, _ removalKey: PlannedEntry.RemovalKey
  ) -> KernelEntryResult {
    switch refusal {
    case .forbidden: return .refused(EACCES, explanation: "not allowed")
    case .noRoom: return .refused(ENOBUFS, explanation: "")
    case .none, .noAnswer: break
    }
    if operation == .add, !hasLink { return .refused(ENETDOWN, explanation: "") }
    let hasChanged = operation == .add ? add(key, .martlet) : remove(key, removalKey)
    if refusal == .noAnswer { return .refused(ENOBUFS, explanation: "") }
    return hasChanged ? .done : .unchanged
  }

  /// False if it is there already.
  @discardableResult
  mutating func add(_ key: Int, _ owner: ModelKernel.Owner) -> Bool {
    guard entries[key] == nil else { return false }
    entries[key] = owner
    return true
  }

  /// False if it is not there.
  @discardableResult
  mutating func remove(_ key: Int, _ removalKey: PlannedEntry.RemovalKey) -> Bool {
    guard entries.removeValue(forKey: key) != nil else { return false }
    if !isSilent, !events.contains(removalKey) { events.append(removalKey) }
    return true
  }

  mutating func setLink(isThere: Bool) {
    hasLink = isThere
    if !isThere { entries = [:] }
  }
}

/// A keeper of entries with a kernel and a board of its own, and what must hold at every moment.
struct EntryModel {
  /// A way to be wrong, to show that it is seen.
  enum Fault: CaseIterable {
    case none, marksLate, unmarksEarly, losesReleases, takesOthers, forgetsOthers, silentKernel, losesLinks
  }

  enum Step: Hashable {
    case claim(Int)
    /// The addresses of a router are on, or off.
    case addressesDone(Int)
    case release(Int)
    case turn
    case dyingTurn(after: Int)
    case deliver
    /// A pass, a second after the last.
    case pass
    case link(isThere: Bool)
    case refuse(ModelKernel.Refusal)
    case hostAdds(Int)
    case hostRemoves(Int)
    case handOver
    case stop
  }

  let plan: Plan
  let slice: Int
  let fault: Fault
  /// What the kernel knows each entry by.
  let keys: [Int]
  let positions: [Int: [Int]]
  private(set) var keeper: EntryKeeper
  var kernel = ModelTables()
  private(set) var board: [Ownership]
  private(set) var masters: [Bool]
  private(set) var mastersOnBoard: [Bool]
  /// The claims (true) and releases of addresses that are under way, by router.
  private(set) var changing: [Int: [Bool]] = [:]
  private(set) var isRunning = true
  private(set) var now = MonotonicInstant(nanoseconds: 1_000_000_000)
  private(set) var violations: [String] = []
  private(set) var actions: [EntryAction] = []
  private var isDead = false

  init(_ plan: Plan, slice: Int = 128, hostHas own: [Int] = [], fault: Fault = .none) {
    self.plan = plan
    self.slice = slice
    self.fault = fault
    keys = plan.entries.indices.map { position in
      ([position] + (plan.duplicateEntries[position] ?? [])).min() ?? position
    }
    positions = Dictionary(grouping: plan.entries.indices) { [keys] in keys[$0] }
    keeper = EntryKeeper(plan, slice: slice)
    board = Array(repeating: .none, count: plan.entries.count)
    masters = Array(repeating: false, count: plan.routers.count)
    mastersOnBoard = masters
    for position in own { kernel.add(keys[position], .host) }
    adopt(nil)
    kernel.isSilent = fault == .silentKernel
  }

  private func removal(_ position: Int) -> [UInt8] { plan.entries[position].entry?.removal ?? [] }

  /// Whether the kernel has an entry, or one that it takes for it.
  func isThere(_ position: Int) -> Bool { kernel.holds(keys[position]) }

  /// Whether an entry, or one that the kernel takes for it, is to be there.
  func isWanted(_ position: Int) -> Bool {
    isRunning
      && positions[keys[position]]?.contains { plan.entries[$0].router.map { masters[$0] } ?? true } == true
  }

  mutating func take(_ step: Step) {
    switch step {
    case .claim(let router):
      masters[router] = true
      changing[router, default: []].append(true)
      keeper.claim(router)
    case .addressesDone(let router): finishChange(of: router)
    case .release(let router):
      masters[router] = false
      changing[router, default: []].append(false)
      if fault != .losesReleases { keeper.release(router) }
    case .turn: turn()
    case .dyingTurn(let count): turn(dyingAfter: count)
    case .deliver: if !kernel.events.isEmpty { deliver(kernel.events.removeFirst()) }
    case .pass:
      now = now + .seconds(1)
      keeper.reconcile()
    case .link(let isThere): setLink(isThere: isThere)
    case .refuse(let refusal): kernel.refusal = refusal
    case .hostAdds(let position): kernel.add(keys[position], .host)
    case .hostRemoves(let position): kernel.remove(keys[position], plan.entries[position].removalKey)
    case .handOver: handOver()
    case .stop:
      isRunning = false
      for router in masters.indices where masters[router] { take(.release(router)) }
      keeper.stop()
    }
    sabotage()
    checkMarks()
  }

  mutating func take(_ steps: [Step]) { for step in steps { take(step) } }

  private mutating func finishChange(of router: Int) {
    guard var tasks = changing[router], !tasks.isEmpty else { return }
    let isClaim = tasks.removeFirst()
    changing[router] = tasks.isEmpty ? nil : tasks
    if isClaim { keeper.claimed(router) } else { keeper.released(router) }
  }

  private mutating func finishChanges() {
    for _ in 0..<100 {
      guard let router = changing.keys.min() else { return }
      take(.addressesDone(router))
    }
  }

  private mutating func sabotage() {
    switch fault {
    case .takesOthers:
      for position in keeper.holdings.indices where keeper.holdings[position] == .preexisting {
        keeper.set(position, to: .held)
      }
    case .forgetsOthers:
      if masters.contains(false) { for router in masters.indices { keeper.stages[router] = .off } }
    case .none, .marksLate, .unmarksEarly, .losesReleases, .silentKernel, .losesLinks: break
    }
  }

  private mutating func deliver(_ removalKey: PlannedEntry.RemovalKey) {
    switch removalKey {
    case .route(let route): keeper.entriesVanished(plan.entriesOfRoute[route] ?? [], at: now)
    case .rule: keeper.entriesVanished(plan.rules, at: now)
    case .address(let place): keeper.entriesVanished(plan.entriesOfPlace[place] ?? [], at: now)
    }
  }

  private mutating func setLink(isThere: Bool) {
    kernel.setLink(isThere: isThere)
    if isThere, fault != .losesLinks { keeper.recheck(.all) }
  }

  private mutating func turn(dyingAfter count: Int? = nil) {
    var left = count
    var requests: [EntryRequest] = []
    keeper.takeSlice(into: &requests)
    perform(requests, &left)
    if isDead {
      isDead = false
      adopt(hasYielded: false)
    } else {
      mastersOnBoard = masters
    }
  }

  private mutating func perform(_ requests: [EntryRequest], _ left: inout Int?) {
    var (keeper, actions) = (self.keeper, self.actions)
    var late: [(Int, Ownership)] = []
    var isAsking = true
    if fault == .unmarksEarly {
      for request in requests where request.operation == .remove { board[request.position] = .none }
    }
    keeper.perform(
      requests, at: now,
      mark: { position, ownership in
        guard !isDead else { return }
        if fault == .marksLate, isAsking { return late.append((position, ownership)) }
        board[position] = ownership
      },
      ask: { requests in
        defer { isAsking = false }
        return ask(requests, &left)
      }, into: &actions)
    if !isDead { for (position, ownership) in late { board[position] = ownership } }
    self.keeper = keeper
    self.actions = actions
  }

  private mutating func ask(_ requests: [EntryRequest], _ left: inout Int?) -> [KernelEntryResult] {
    requests.map { request in
      if left == 0 { isDead = true }
      guard !isDead else { return .refused(ENOBUFS, explanation: "") }
      if let count = left { left = count - 1 }
      let (position, key) = (request.position, keys[request.position])
      if request.operation == .remove, kernel.entries[key] == .host {
        violations.append("entry \(position) of somebody else is removed")
      }
      if request.operation == .remove, isWanted(position) {
        violations.append("entry \(position), which a master has, is removed")
      }
      if request.operation == .add, !isWanted(position) {
        violations.append("entry \(position) is added for nobody")
      }
      let result = kernel.apply(request.operation, key, plan.entries[position].removalKey)
      if left == 0 { isDead = true }
      checkMark(of: key)
      return result
    }
  }

  private mutating func handOver() {
    for _ in 0..<100 where !keeper.pending.isEmpty { turn() }
    keeper.writeMarks { board[$0] = $1 }
    // The addresses are done before the old engine lets go.
    finishChanges()
    for _ in 0..<100 where !keeper.pending.isEmpty { turn() }
    keeper.writeMarks { board[$0] = $1 }
    mastersOnBoard = masters
    adopt(hasYielded: true)
  }

  private mutating func adopt(hasYielded: Bool) {
    var previous = PreviousEntries()
    previous.isFromEngine = true
    previous.hasYielded = hasYielded
    for (position, ownership) in board.enumerated() where ownership != .none {
      previous.removals.append(removal(position))
      previous.entries[removal(position)] = PreviousEntries.Entry(
        fingerprint: plan.entries[position].entry?.fingerprint ?? 0, ownership: ownership)
    }
    adopt(previous)
  }

  private mutating func adopt(_ previous: PreviousEntries?) {
    masters = mastersOnBoard
    changing = [:]
    keeper = EntryKeeper(plan, slice: slice)
    board = Array(repeating: .none, count: board.count)
    // What the old engine had not heard yet the new one has.
    while !kernel.events.isEmpty { deliver(kernel.events.removeFirst()) }
    let removals = keeper.adopt(previous ?? PreviousEntries()) { masters[$0] ? .on : .off }
    keeper.writeMarks { board[$0] = $1 }
    for position in plan.entries.indices where removals.contains(removal(position)) {
      _ = kernel.apply(.remove, keys[position], plan.entries[position].removalKey)
    }
    kernel.events = []
  }

  /// The board names every entry that martlet has in the kernel.
  private mutating func checkMarks() { for key in kernel.entries.keys { checkMark(of: key) } }

  private mutating func checkMark(of key: Int) {
    guard kernel.entries[key] == .martlet, positions[key]?.contains(where: { board[$0] != .none }) != true else {
      return
    }
    violations.append("an entry is in the kernel and not marked on the board")
  }

  /// Lets everything come to rest as it must within a pass once the kernel refuses nothing, and says what is wrong then.
  func restlessness() -> [String] {
    var rest = self
    rest.kernel.refusal = .none
    if !rest.kernel.hasLink { rest.take(.link(isThere: true)) }
    rest.finishChanges()
    rest.runDry()
    rest.take(.pass)
    rest.runDry()
    return rest.violations + rest.disagreements
  }

  private mutating func runDry() {
    for _ in 0..<200 {
      while !kernel.events.isEmpty { take(.deliver) }
      take(.turn)
      if kernel.events.isEmpty, keeper.pending.isEmpty { return }
    }
    violations.append("it does not come to rest")
  }

  private var disagreements: [String] {
    plan.entries.indices.compactMap { position in
      if isWanted(position) { return isThere(position) ? nil : "entry \(position) is missing" }
      if kernel.entries[keys[position]] == .martlet { return "entry \(position) stays, and nobody wants it" }
      return board[position] == .none ? nil : "entry \(position) is marked for ever"
    }
  }

  /// Whether a step can happen and changes anything.
  func allows(_ step: Step) -> Bool {
    switch step {
    case .claim(let router): isRunning && !masters[router] && (changing[router] ?? []).count < 3
    case .addressesDone(let router): changing[router] != nil
    case .release(let router): masters[router]
    case .deliver: !kernel.events.isEmpty
    case .link(let isThere): kernel.hasLink != isThere
    case .refuse(let refusal): kernel.refusal != refusal
    // Once martlet may have an entry there, nobody can tell it from one that another program adds.
    case .hostAdds(let position):
      kernel.hasLink && !isThere(position)
        && positions[keys[position]]?.contains { board[$0] != .none } == false
    case .hostRemoves(let position): isThere(position)
    case .handOver, .dyingTurn, .stop: isRunning
    case .turn, .pass: true
    }
  }

  /// All that the future depends on.
  var key: Int {
    var hasher = Hasher()
    hasher.combine(kernel)
    hasher.combine(board)
    hasher.combine(masters)
    hasher.combine(mastersOnBoard)
    hasher.combine(changing)
    hasher.combine(isRunning)
    hasher.combine(keeper.stages)
    hasher.combine(keeper.holdings)
    hasher.combine(keeper.pending)
    hasher.combine(keeper.removedByOthers)
    hasher.combine(keeper.refused)
    hasher.combine(keeper.review)
    hasher.combine(Set(keeper.lastPutBack.filter { now - $0.value < EntryKeeper.putBackInterval }.keys))
    return hasher.finalize()
  }
}
