import ControlModel
import Glibc
import Netlink
import NetworkTypes

/// Change that the kernel is asked for.
struct EntryRequest: Equatable {
  enum Operation: UInt8 { case add, remove }

  let position: Int
  let operation: Operation
}

/// Action that follows from the kernel's answers.
enum EntryAction: Equatable {
  /// Another program had removed an entry, and it was added again.
  case reportPutBack(_ position: Int)
  /// The kernel refuses an entry, with this errno and perhaps an explanation.
  case reportRefusal(_ position: Int, error: Int32, explanation: String)
}

extension EntryKeeper {
  /// Requests for a slice of the pending entries: first removals, then additions. It replaces the contents of
  /// `requests`.
  mutating func takeSlice(into requests: inout [EntryRequest]) {
    requests.empty()
    var wanted: [Int] = []
    var unwanted: [Int] = []
    for position in pending.removeNext(slice) where plan.entries[position].entry != nil {
      switch stage(of: position) {
      case .on: if holdings[position] != .preexisting { wanted.append(position) }
      case .off: if isOwned(position) { unwanted.append(position) }
      // The end of the claim makes it pending again.
      case .claiming: continue
      }
    }
    // Rules are removed before the routes that they lead to, and both before the addresses that a route may need.
    for position in unwanted.reversed() {
      if isWantedElsewhere(position) {
        leaveToOthers(position)
      } else {
        requests.append(EntryRequest(position: position, operation: .remove))
      }
    }
    for position in wanted {
      set(position, to: holdings[position].whileAsked)
      requests.append(EntryRequest(position: position, operation: .add))
    }
  }

  /// Leaves the entry, with its mark, to another router of this host.
  private mutating func leaveToOthers(_ position: Int) {
    for other in plan.duplicateEntries[position] ?? [] where stage(of: other) != .off && !holdings[other].wasPutThere {
      set(other, to: .uncertain)
      pending.insert(other)
    }
    forget(position)
  }

  /// Marks the board, asks the kernel, handles its answers, and marks the board again.
  ///
  /// A cleanup after a crash must miss no entry, so no request leaves before the board has a mark for its effect.
  /// - Parameters:
  ///   - requests: requests from ``takeSlice(into:)``.
  ///   - mark: writes the ownership of the entry at a position to the board.
  ///   - ask: has the kernel make the changes in order, and returns the result of each.
  mutating func perform(
    _ requests: [EntryRequest], at now: MonotonicInstant, mark: (Int, Ownership) -> Void,
    ask: ([EntryRequest]) -> [KernelEntryResult], into actions: inout [EntryAction]
  ) {
    writeMarks(mark)
    guard !requests.isEmpty else { return }
    for (request, result) in zip(requests, ask(requests)) {
      switch request.operation {
      case .add: handleAddition(request.position, result, at: now, into: &actions)
      case .remove: handleRemoval(request.position, result, into: &actions)
      }
    }
    writeMarks(mark)
  }

  private mutating func handleAddition(
    _ position: Int, _ result: KernelEntryResult, at now: MonotonicInstant, into actions: inout [EntryAction]
  ) {
    let wasRemovedByOthers = removedByOthers.remove(position) != nil
    switch result {
    case .done:
      refused.remove(position)
      set(position, to: .held)
      if wasRemovedByOthers { reportReturn(position, at: now, into: &actions) }
    case .unchanged:
      recordPresence(position, into: &actions)
    case .refused(let error, let explanation):
      set(position, to: holdings[position].refused(isPassing: KernelRefusals.isPassing(error)))
      refuse(position, error, explanation, into: &actions)
    }
  }

  /// Decides whose an entry is that the kernel had already.
  private mutating func recordPresence(_ position: Int, into actions: inout [EntryAction]) {
    let entry = plan.entries[position]
    let isMartlets = ([position] + (plan.duplicateEntries[position] ?? [])).contains { holdings[$0].wasPutThere }
    if !isMartlets, entry.mustBeNew {
      set(position, to: .absent)
      return refuse(position, EEXIST, "", into: &actions)
    }
    refused.remove(position)
    // An entry without the protocol number of failover daemons belongs to the host, and stays when martlet ends.
    set(position, to: isMartlets || entry.isMarked ? .held : .preexisting)
  }

  /// Reports at most once a minute that an entry was added again after another program removed it.
  private mutating func reportReturn(_ position: Int, at now: MonotonicInstant, into actions: inout [EntryAction]) {
    let isNew = lastPutBack[position].map { now - $0 >= LogLimiter.period } ?? true
    lastPutBack[position] = now
    if isNew { actions.append(.reportPutBack(position)) }
  }

  private mutating func handleRemoval(
    _ position: Int, _ result: KernelEntryResult, into actions: inout [EntryAction]
  ) {
    switch result {
    case .done, .unchanged:
      forget(position)
    case .refused(let error, let explanation):
      // It stays marked, so that it is tried again, if necessary by a cleanup.
      refuse(position, error, explanation, into: &actions)
    }
  }

  private mutating func forget(_ position: Int) {
    refused.remove(position)
    removedByOthers.remove(position)
    set(position, to: .absent)
  }

  /// Reports once that the kernel refuses an entry. It is tried again each second.
  private mutating func refuse(
    _ position: Int, _ error: Int32, _ explanation: String, into actions: inout [EntryAction]
  ) {
    guard refused.insert(position).inserted else { return }
    actions.append(.reportRefusal(position, error: error, explanation: explanation))
  }
}
