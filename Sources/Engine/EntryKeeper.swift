import ControlModel
import Netlink
import NetworkTypes

/// Decisions about routes, rules and static addresses in the kernel. It does no input or output, so that every order of
/// events can be tested.
///
/// A router's entries must be in the kernel while it is master and has its addresses, static ones as long as the engine
/// is in charge. Entries that may have changed are pending, and are handled one slice a turn: ``takeSlice(into:)``
/// returns the requests, and ``perform(_:at:mark:ask:into:)`` marks the board, asks the kernel, and handles its
/// answers. An entry that existed before and has no mark of a failover daemon belongs to another program, and stays.
struct EntryKeeper {
  /// Stage of a router's entries.
  enum Stage: UInt8 {
    /// The router is not master: the entries must be removed.
    case off
    /// The router is master, and not all its addresses have been asked for: the entries stay as they are.
    case claiming
    /// The entries must be in the kernel.
    case on
  }

  /// Entries to check again.
  enum Review: Comparable {
    case none
    /// Entries that are added again whoever removed them.
    case tracked
    case all
  }

  /// Most entries changed before the engine reads the clock again.
  let slice: Int
  /// Least time between adding one entry again twice, so that a conflict with another program goes on at a bounded
  /// rate.
  static let putBackInterval = Nanoseconds.milliseconds(250)

  let plan: Plan
  /// True while the engine is in charge.
  var isRunning = false
  var stages: [Stage]
  var holdings: [Holding]
  /// Entries that may not be in the kernel as they should.
  var pending: PendingEntries
  /// Entries that another program removed and that have not been added again.
  var removedByOthers: Set<Int> = []
  /// Entries for which a refusal of the kernel was reported.
  var refused: Set<Int> = [] { didSet { needsGroupReview = true } }
  /// True after a change on which the verdict of a `track_group` depends, until the groups are reviewed.
  var needsGroupReview = false
  var lastPutBack: [Int: MonotonicInstant] = [:]
  /// Entries that the kernel reported as removed before the engine was in charge.
  private var vanishedBefore: Set<Int> = []
  /// Entries to check in the next pass: with a link or an address the kernel drops routes without a report.
  var review = Review.none
  /// Entries whose mark on the board is out of date.
  private var unwritten: [Int] = []

  /// A keeper of routers none of which is master and whose entries are absent.
  init(_ plan: Plan, slice: Int = 128) {
    self.plan = plan
    self.slice = slice
    stages = Array(repeating: .off, count: plan.routers.count)
    holdings = Array(repeating: .absent, count: plan.entries.count)
    pending = PendingEntries(count: plan.entries.count)
  }

  func stage(of position: Int) -> Stage {
    guard isRunning else { return .off }
    return plan.entries[position].router.map { stages[$0] } ?? .on
  }

  /// True if the kernel may have the entry from martlet.
  func isOwned(_ position: Int) -> Bool { holdings[position].isOwned }

  /// True if another entry, which is the same for the kernel, must stay.
  func isWantedElsewhere(_ position: Int) -> Bool {
    plan.duplicateEntries[position]?.contains { stage(of: $0) != .off } ?? false
  }

  mutating func set(_ position: Int, to holding: Holding) {
    holdings[position] = holding
    unwritten.append(position)
  }

  /// Writes the marks that are out of date to the board.
  mutating func writeMarks(_ mark: (Int, Ownership) -> Void) {
    for position in unwritten { mark(position, holdings[position].ownership) }
    unwritten.empty()
  }
}

// Events of routers and entries.
extension EntryKeeper {
  /// Handles that a router has become master.
  mutating func claim(_ router: Int) { stages[router] = .claiming }

  /// Handles that a router has its addresses.
  mutating func claimed(_ router: Int) {
    guard stages[router] != .off else { return }
    stages[router] = .on
    pending.insert(plan.routers[router].entries)
  }

  /// Handles that a router is no longer master; its entries are removed once its addresses are.
  mutating func release(_ router: Int) { stages[router] = .off }

  /// Handles that a router's addresses have been removed.
  mutating func released(_ router: Int) { pending.insert(plan.routers[router].entries) }

  /// Removes all entries, since the engine stops.
  mutating func stop() {
    isRunning = false
    pending.insert(plan.entries.indices)
  }

  /// Handles that the kernel has reported some of these entries, or others that it names alike, as removed. They are
  /// added again at once, or with the next pass if that was done just now.
  mutating func entriesVanished(_ positions: [Int], at now: MonotonicInstant) {
    guard isRunning else { return vanishedBefore.formUnion(positions) }
    for position in positions {
      // An entry that is not tracked may be removed by other programs.
      let isKept = stage(of: position) == .on && plan.entries[position].isTracked
      switch holdings[position] {
      case .absent, .asked: continue
      case .preexisting:
        // An entry that is not tracked is asked for again with the next claim.
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

  /// Makes entries pending that should be in the kernel. One that is not tracked may be removed by other programs, but
  /// not with its link.
  mutating func recheck(_ entries: Review) {
    review = .none
    guard entries > .none else { return }
    for position in holdings.indices {
      if holdings[position] == .preexisting { set(position, to: .absent) }
      guard entries == .all || plan.entries[position].isTracked, stage(of: position) == .on else { continue }
      pending.insert(position)
    }
  }

  /// Begins a pass over all entries: those that the kernel refused, or did not remove, are tried again.
  mutating func reconcile() {
    recheck(review)
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

  /// Takes over from the previous engine.
  /// - Parameters:
  ///   - previous: the previous engine's knowledge of the kernel.
  ///   - stages: the present stage of each router.
  /// - Returns: The requests that remove entries which are no longer configured, or have changed, in the order in which to send them.
  mutating func adopt(_ previous: PreviousEntries, stages: (Int) -> Stage) -> [[UInt8]] {
    isRunning = true
    for router in self.stages.indices { self.stages[router] = stages(router) }
    var kept: Set<[UInt8]> = []
    for (position, planned) in plan.entries.enumerated() {
      guard let entry = planned.entry, let old = previous.entries[entry.removal], old.fingerprint == entry.fingerprint
      else { continue }
      kept.insert(entry.removal)
      // Entries of an engine that yielded are in the kernel unless they were removed since. After a crash this is less
      // certain.
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
