import ControlModel
import Glibc
import LinuxSystem
import Netlink
import NetworkTypes
import VRRPCore

/// Routes, rules and static addresses. The kernel should have a router's while it is master and its addresses are on, and the static
/// ones as long as the engine is in charge; here it is made so.
extension Engine {
  /// Whether the kernel should have the entry now.
  private func isWanted(_ position: Int) -> Bool {
    guard phase == .running else { return false }
    guard let router = plan.entries[position].router else { return true }
    return core.state(of: router) == .master && !work.holds(router)
  }

  private func isOwned(_ position: Int) -> Bool { board.entry(position)?.isOwned == true }

  /// Adds what is wanted and removes what is not, a slice of what may have changed.
  func settleEntries() {
    guard !pendingEntries.isEmpty else { return }
    var wanted: [Int] = []
    var unwanted: [Int] = []
    for position in pendingEntries.take(Self.slice) where plan.entries[position].entry != nil {
      if isWanted(position) {
        wanted.append(position)
      } else if isOwned(position) {
        unwanted.append(position)
      }
    }
    // Rules go before the routes that they lead to, and both before the addresses that a route may need.
    removeEntries(unwanted.reversed())
    addEntries(wanted)
  }

  private func addEntries(_ positions: [Int]) {
    let entries = positions.compactMap { plan.entries[$0].entry }
    // Marked before the kernel is asked: whoever cleans up after a crash must not miss one.
    let wereOwned = positions.map(isOwned)
    for position in positions { board.entry(position)?.isOwned = true }
    for (index, result) in (kernelEntries?.add(entries) ?? []).enumerated() {
      let position = positions[index]
      let wasLost = lostEntries.remove(position) != nil
      switch result {
      case .done:
        refusedEntries.remove(position)
        if wasLost { notePutBack(position) }
      case .unchanged where wereOwned[index]:
        refusedEntries.remove(position)
      case .unchanged:
        findPresent(position)
      case .refused(let error, let words):
        // What the kernel has not said to be gone may still be there as it was added, and is to go in the end.
        board.entry(position)?.isOwned = wereOwned[index] && !wasLost
        refuse(position, error, words)
      }
    }
  }

  /// Judges what was there before martlet asked for it.
  private func findPresent(_ position: Int) {
    let entry = plan.entries[position]
    if entry.mustBeNew {
      board.entry(position)?.isOwned = false
      refuse(position, EEXIST, "")
    } else if !entry.isMarked, plan.twins[position]?.contains(where: isOwned) != true {
      // It is the host's own, and stays when martlet goes.
      foreignEntries.insert(position)
      board.entry(position)?.isOwned = false
    }
  }

  private func notePutBack(_ position: Int) {
    let now = reactor.now
    let isNew = lastEntryPutBack[position].map { now - $0 >= LogLimiter.period } ?? true
    lastEntryPutBack[position] = now
    if isNew { report(.entryPutBack(plan.entries[position].text), position) }
  }

  private func removeEntries(_ unwanted: [Int]) {
    // What another router here is to have stays.
    let positions = unwanted.filter { plan.twins[$0]?.contains(where: isWanted) != true }
    for position in unwanted where !positions.contains(position) { board.entry(position)?.isOwned = false }
    let removals = positions.compactMap { plan.entries[$0].entry?.removal }
    for (index, result) in (kernelEntries?.remove(removals) ?? []).enumerated() {
      let position = positions[index]
      if case .refused(let error, let words) = result {
        // It stays marked, so that it is tried again, if need be by whoever cleans up.
        refuse(position, error, words)
      } else {
        refusedEntries.remove(position)
        lostEntries.remove(position)
        board.entry(position)?.isOwned = false
      }
    }
  }

  /// Says once that the kernel refuses an entry, in its own words. It is tried again each second.
  private func refuse(_ position: Int, _ error: Int32, _ words: String) {
    guard refusedEntries.insert(position).inserted else { return }
    let reason = words.isEmpty ? SystemError.reason(error) : words
    report(.entryRefused(plan.entries[position].text, reason: reason), position)
  }

  private func report(_ event: LogEvent, _ position: Int) {
    outbox.send(.event(event, router: plan.entries[position].router))
  }

  /// Notes what the kernel says is gone, to be put back if it should be there: at once, or with the next review if it was put back
  /// just now.
  func entriesVanished(_ positions: [Int]) {
    for position in positions where isWanted(position) && plan.entries[position].isTracked {
      let wasForeign = foreignEntries.remove(position) != nil
      guard isOwned(position) || wasForeign else { continue }
      lostEntries.insert(position)
      if lastEntryPutBack[position].map({ reactor.now - $0 < Self.putBackInterval }) ?? false {
        entryReview = max(entryReview, .tracked)
      } else {
        pendingEntries.insert(position)
      }
    }
  }

  /// Looks at entries anew. What is not tracked is somebody else's to remove, but not a link's.
  func reviewEntries(_ review: EntryReview) {
    entryReview = .none
    guard review > .none else { return }
    foreignEntries.removeAll()
    for position in plan.entries.indices where review == .all || plan.entries[position].isTracked {
      if isWanted(position) { pendingEntries.insert(position) }
    }
  }

  /// Part of a reconciliation: what was refused, or could not be removed, is tried again.
  func reconcileEntries() {
    reviewEntries(entryReview)
    for position in plan.entries.indices
    where isOwned(position) != isWanted(position) || refusedEntries.contains(position) {
      if !foreignEntries.contains(position) { pendingEntries.insert(position) }
    }
  }

  /// Takes over what the engine before this one put into the kernel, and removes what nobody wants any more, or wants otherwise.
  func inheritEntries(_ heritage: Heritage) {
    var kept: Set<[UInt8]> = []
    for (position, planned) in plan.entries.enumerated() {
      guard let entry = planned.entry, heritage.entries[entry.removal] == entry.fingerprint else { continue }
      kept.insert(entry.removal)
      board.entry(position)?.isOwned = true
    }
    let orphans = heritage.entriesInOrder.reversed().filter { !kept.contains($0) }
    // Before a first start there is no board: a martlet that was killed with all its processes may have left some.
    let leftovers =
      heritage.board == nil
      ? plan.entries.filter { $0.router != nil && $0.isMarked }.compactMap { $0.entry?.removal } : []
    // The plan may have no entries any more, and then the engine has no socket for them.
    let remover = orphans.isEmpty && leftovers.isEmpty ? nil : kernelEntries ?? (try? KernelEntryTable())
    for result in remover?.remove(orphans + leftovers) ?? [] {
      guard case .refused(let error, let words) = result else { continue }
      let reason = words.isEmpty ? SystemError.reason(error) : words
      outbox.send(.event(.entryRefused("an entry that is no more", reason: reason)))
    }
    // What an engine that let go had put there is there; after a crash that is not so sure.
    pendingEntries.insert(plan.entries.indices.filter { !heritage.isSettled || isOwned($0) != isWanted($0) })
  }
}

/// Which routes, rules and static addresses are looked at anew.
enum EntryReview: Comparable {
  case none
  /// Those that are put back whoever removed them.
  case tracked
  /// All.
  case all
}
