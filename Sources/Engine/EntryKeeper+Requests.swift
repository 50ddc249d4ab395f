import ControlModel
import Glibc
import Netlink
import NetworkTypes

/// One change to ask the kernel for.
struct EntryRequest: Equatable {
  enum Operation: UInt8 { case add, remove }

  let position: Int
  let operation: Operation
}

/// What follows from the kernel's answers.
enum EntryAction: Equatable {
  /// Another program had removed an entry, and it is back.
  case reportPutBack(_ position: Int)
  /// The kernel refuses an entry, with this errno and perhaps with words of its own.
  case reportRefusal(_ position: Int, error: Int32, words: String)
}

extension EntryKeeper {
  /// Says what to ask for a slice of the pending entries: first what is to be removed, then what is to be added. It replaces the contents
  /// of `requests`.
  mutating func takeSlice(into requests: inout [EntryRequest]) {
    requests.removeAll(keepingCapacity: true)
    var wanted: [Int] = []
    var unwanted: [Int] = []
    for position in pending.take(slice) where plan.entries[position].entry != nil {
      switch stage(of: position) {
      case .on: if holdings[position] != .preexisting { wanted.append(position) }
      case .off: if isOwned(position) { unwanted.append(position) }
      // The end of the claim brings it up again.
      case .claiming: continue
      }
    }
    // Rules go before the routes that they lead to, and both before the addresses that a route may need.
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

  /// Lets the entry stay for another router of this host, and the mark with it.
  private mutating func leaveToOthers(_ position: Int) {
    for other in plan.duplicateEntries[position] ?? [] where stage(of: other) != .off && !holdings[other].wasPutThere {
      set(other, to: .uncertain)
      pending.insert(other)
    }
    forget(position)
  }

  /// Marks the board, asks the kernel, takes its answers in, and marks the board again.
  ///
  /// Whoever cleans up after a crash must miss no entry, so no request leaves before the board says what it may lead to.
  /// - Parameters:
  ///   - requests: What ``takeSlice(into:)`` has said to ask.
  ///   - mark: Writes to the board what it is to say of the entry at a position.
  ///   - ask: Has the kernel make the changes in order, and gives the result of each.
  mutating func perform(
    _ requests: [EntryRequest], at now: MonotonicInstant, mark: (Int, Ownership) -> Void,
    ask: ([EntryRequest]) -> [KernelEntryResult], into actions: inout [EntryAction]
  ) {
    writeMarks(mark)
    guard !requests.isEmpty else { return }
    for (request, result) in zip(requests, ask(requests)) {
      switch request.operation {
      case .add: isAsked(request.position, result, at: now, into: &actions)
      case .remove: isRemoved(request.position, result, into: &actions)
      }
    }
    writeMarks(mark)
  }

  private mutating func isAsked(
    _ position: Int, _ result: KernelEntryResult, at now: MonotonicInstant, into actions: inout [EntryAction]
  ) {
    let wasRemovedByOthers = removedByOthers.remove(position) != nil
    switch result {
    case .done:
      refused.remove(position)
      set(position, to: .held)
      if wasRemovedByOthers { isBack(position, at: now, into: &actions) }
    case .unchanged:
      isPresent(position, into: &actions)
    case .refused(let error, let words):
      set(position, to: holdings[position].refused(isPassing: KernelRefusals.isPassing(error)))
      refuse(position, error, words, into: &actions)
    }
  }

  /// Judges what the kernel had already.
  private mutating func isPresent(_ position: Int, into actions: inout [EntryAction]) {
    let entry = plan.entries[position]
    let isMartlets = ([position] + (plan.duplicateEntries[position] ?? [])).contains { holdings[$0].wasPutThere }
    if !isMartlets, entry.mustBeNew {
      set(position, to: .absent)
      return refuse(position, EEXIST, "", into: &actions)
    }
    refused.remove(position)
    // Without the number of a failover daemon it is the host's own, and stays when martlet goes.
    set(position, to: isMartlets || entry.isMarked ? .held : .preexisting)
  }

  /// At most one line a minute for each entry that somebody fights over.
  private mutating func isBack(_ position: Int, at now: MonotonicInstant, into actions: inout [EntryAction]) {
    let isNew = lastPutBack[position].map { now - $0 >= LogLimiter.period } ?? true
    lastPutBack[position] = now
    if isNew { actions.append(.reportPutBack(position)) }
  }

  private mutating func isRemoved(
    _ position: Int, _ result: KernelEntryResult, into actions: inout [EntryAction]
  ) {
    switch result {
    case .done, .unchanged:
      forget(position)
    case .refused(let error, let words):
      // It stays marked, so that it is tried again, if need be by whoever cleans up.
      refuse(position, error, words, into: &actions)
    }
  }

  private mutating func forget(_ position: Int) {
    refused.remove(position)
    removedByOthers.remove(position)
    set(position, to: .absent)
  }

  /// Says once that the kernel refuses an entry. It is tried again each second.
  private mutating func refuse(_ position: Int, _ error: Int32, _ words: String, into actions: inout [EntryAction]) {
    guard refused.insert(position).inserted else { return }
    actions.append(.reportRefusal(position, error: error, words: words))
  }
}
