import ControlModel
import Netlink
import NetworkTypes

/// Decides what the kernel is asked to do with routes, rules and static addresses: pure, so that every order of events can be tested.
///
/// A router's entries are to be in the kernel while it is master and its addresses are on, the static ones as long as the engine is in
/// charge. What may have changed is pending, and looked at a slice a turn: ``takeSlice(into:)`` says what to ask, and
/// ``perform(_:at:mark:ask:into:)`` marks the board, asks, and takes the answers in. An entry that was there before and bears nothing of a
/// failover daemon is somebody else's, and stays.
struct EntryKeeper {
  /// How far a router has its entries.
  enum Stage: UInt8 {
    /// It is not master: they go.
    case off
    /// It is master, and its addresses are not all asked for: entries stay as they are.
    case claiming
    /// They are to be there.
    case on
  }

  /// Which entries are looked at anew.
  enum Review: Comparable {
    case none
    /// Those that are put back whoever removed them.
    case tracked
    case all
  }

  /// Most entries changed before the engine looks at the clock again.
  let slice: Int
  /// The least time between putting one entry back twice, so that a fight with another program is fought at a bounded pace.
  static let putBackInterval = Nanoseconds.milliseconds(250)

  let plan: Plan
  /// Whether the engine is in charge.
  var isRunning = false
  var stages: [Stage]
  var holdings: [Holding]
  /// Entries that may not be in the kernel as they should.
  var pending: PendingEntries
  /// Those that another program removed and that are not back yet.
  var removedByOthers: Set<Int> = []
  /// Those of which it was reported that the kernel refuses them.
  var refused: Set<Int> = [] { didSet { needsGroupReview = true } }
  /// Whether something has changed that a `track_group` goes by.
  var needsGroupReview = false
  var lastPutBack: [Int: MonotonicInstant] = [:]
  /// Entries of which the kernel said that they are gone before the engine was in charge.
  private var vanishedBefore: Set<Int> = []
  /// What the next pass looks at anew: with a link or an address the kernel drops routes without a word.
  var review = Review.none
  /// Entries of which the board is to say something else.
  private var unwritten: [Int] = []

  /// A keeper of routers none of which is master and whose entries are absent.
  init(_ plan: Plan, slice: Int = 128) {
    self.plan = plan
    self.slice = slice
    stages = Array(repeating: .off, count: plan.routers.count)
    holdings = Array(repeating: .absent, count: plan.entries.count)
    pending = PendingEntries(count: plan.entries.count)
  }

  /// Whether the kernel should have an entry.
  func stage(of position: Int) -> Stage {
    guard isRunning else { return .off }
    return plan.entries[position].router.map { stages[$0] } ?? .on
  }

  /// Whether martlet may have the entry in the kernel.
  func isOwned(_ position: Int) -> Bool { holdings[position].isOwned }

  /// Whether another entry that is the same to the kernel is to stay.
  func isWantedElsewhere(_ position: Int) -> Bool {
    plan.duplicateEntries[position]?.contains { stage(of: $0) != .off } ?? false
  }

  mutating func set(_ position: Int, to holding: Holding) {
    holdings[position] = holding
    unwritten.append(position)
  }

  /// Writes to the board what it does not say yet.
  mutating func writeMarks(_ mark: (Int, Ownership) -> Void) {
    for position in unwritten { mark(position, holdings[position].ownership) }
    unwritten.removeAll(keepingCapacity: true)
  }
}

// What happens to routers and entries.
extension EntryKeeper {
  /// A router has become master.
  mutating func claim(_ router: Int) { stages[router] = .claiming }

  /// A router's addresses are on.
  mutating func claimed(_ router: Int) {
    guard stages[router] != .off else { return }
    stages[router] = .on
    pending.insert(plan.routers[router].entries)
  }

  /// A router is no longer master; its entries go once its addresses are off.
  mutating func release(_ router: Int) { stages[router] = .off }

  /// A router's addresses are off.
  mutating func released(_ router: Int) { pending.insert(plan.routers[router].entries) }

  /// The engine gives everything up.
  mutating func stop() {
    isRunning = false
    pending.insert(plan.entries.indices)
  }

  /// The kernel says that some of these entries are gone, or others that it names alike. They are put back at once, or with the next pass
  /// if that was done just now.
  mutating func entriesVanished(_ positions: [Int], at now: MonotonicInstant) {
    guard isRunning else { return vanishedBefore.formUnion(positions) }
    for position in positions {
      // What is not tracked is somebody else's to remove.
      let isKept = stage(of: position) == .on && plan.entries[position].isTracked
      switch holdings[position] {
      case .absent, .asked: continue
      case .preexisting:
        // One that is not tracked is asked for again with the next claim.
        guard isKept || stage(of: position) != .on else { continue }
        set(position, to: .absent)
      case .held, .uncertain:
        guard isKept else { continue }
        set(position, to: .uncertain)
      }
      guard isKept else { continue }
      removedByOthers.insert(position)
      let isJustBack = lastPutBack[position].map { now - $0 < Self.putBackInterval } ?? false
      if !isJustBack { pending.insert(position) }
    }
  }

  /// Looks at entries anew that should be there. What is not tracked is somebody else's to remove, but not a link's.
  mutating func look(at entries: Review) {
    review = .none
    guard entries > .none else { return }
    for position in holdings.indices {
      if holdings[position] == .preexisting { set(position, to: .absent) }
      guard entries == .all || plan.entries[position].isTracked, stage(of: position) == .on else { continue }
      pending.insert(position)
    }
  }

  /// A pass over all entries: what was refused, or could not be removed, is tried again.
  mutating func reconcile() {
    look(at: review)
    for position in holdings.indices {
      let isAmiss =
        switch (stage(of: position), holdings[position]) {
        case (.on, .absent), (.on, .asked), (.on, .uncertain): true
        case (.on, .held): refused.contains(position)
        case (.off, let holding): holding.isOwned
        case (.on, .preexisting), (.claiming, _): false
        }
      if isAmiss { pending.insert(position) }
    }
  }

  /// Takes over from the engine before this one.
  /// - Parameters:
  ///   - previous: What that engine knew of the kernel.
  ///   - stages: How far each router is now.
  /// - Returns: The requests that remove what nobody wants any more, or wants otherwise, in the order in which to send them.
  mutating func adopt(_ previous: PreviousEntries, stages: (Int) -> Stage) -> [[UInt8]] {
    isRunning = true
    for router in self.stages.indices { self.stages[router] = stages(router) }
    var kept: Set<[UInt8]> = []
    for (position, planned) in plan.entries.enumerated() {
      guard let entry = planned.entry, let old = previous.entries[entry.removal], old.fingerprint == entry.fingerprint
      else { continue }
      kept.insert(entry.removal)
      // What an engine that let go had put there is there, unless it went since; after a crash that is not so sure.
      let hasGone = planned.isTracked && vanishedBefore.contains(position)
      let isThere = old.ownership == .held && previous.hasYielded && !hasGone
      set(position, to: isThere ? .held : .uncertain)
    }
    vanishedBefore = []
    for position in holdings.indices where isUnsure(position) { pending.insert(position) }
    let orphans = previous.removals.reversed().filter { !kept.contains($0) }
    guard !previous.isFromEngine else { return orphans }
    // Before a first start there is no board: a martlet that was killed with all its processes may have left some.
    return orphans + plan.entries.filter { $0.router != nil && $0.isMarked }.compactMap { $0.entry?.removal }
  }

  private func isUnsure(_ position: Int) -> Bool {
    switch stage(of: position) {
    case .on: holdings[position] != .held
    case .off: holdings[position] != .absent
    case .claiming: false
    }
  }
}
