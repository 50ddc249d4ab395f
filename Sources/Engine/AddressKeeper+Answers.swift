import Netlink
import NetworkTypes

extension AddressKeeper {
  /// What a try of refused addresses has come to so far.
  struct Trial: Equatable {
    let router: Int
    var firstError: Int32?
    var isTaken = false
  }

  /// Marks the board, asks the kernel, takes its answers in, and marks the board again.
  ///
  /// Whoever cleans up after a crash must miss no address, so no request leaves before the board says what it may lead to.
  /// - Parameters:
  ///   - requests: What one of the functions above has said to ask.
  ///   - mark: Writes to the board what it is to say of the address at a position.
  ///   - ask: Has the kernel make the changes in order, and gives the result of each.
  mutating func perform(
    _ requests: [AddressRequest], mark: (Int, AddressMark) -> Void,
    ask: ([AddressRequest]) -> [AddressChangeResult], into actions: inout [AddressAction]
  ) {
    writeMarks(mark)
    guard !requests.isEmpty else { return }
    for (request, result) in zip(requests, ask(requests)) { take(result, of: request, into: &actions) }
    endTrial(into: &actions)
    writeMarks(mark)
  }

  private mutating func take(
    _ result: AddressChangeResult, of request: AddressRequest, into actions: inout [AddressAction]
  ) {
    let position = request.position
    let isAddition = request.operation != .remove
    switch result {
    case .failed(let error):
      if isAddition { isRefused(position, error) }
      if request.reason == .trial {
        if isAddition, trial?.firstError == nil { trial?.firstError = error }
      } else if reported.insert(position).inserted {
        actions.append(.report(.refusal(position, error: error)))
      }
      return
    case .done, .alreadyThere, .notThere:
      if isAddition {
        trial?.isTaken = true
        isThere(position, isNew: result == .done, request.reason, into: &actions)
      } else {
        if request.reason == .leftover, result == .done {
          actions.append(.report(.removal(plan.addresses[position].place, isConfigured: true)))
        }
        forget(position)
      }
    }
    // That it is not there any more, as it never was, is no news of one that the kernel would not take.
    if refusals.error(of: position) == nil { reported.remove(position) }
  }

  /// The kernel has taken an address, or had it.
  private mutating func isThere(
    _ position: Int, isNew: Bool, _ reason: AddressRequest.Reason, into actions: inout [AddressAction]
  ) {
    let wasRemovedByOthers = removedByOthers.remove(position) != nil
    refusals.take(position)
    if isNew {
      set(position, to: .held)
      duplicates.remove(position)
      if plan.addresses[position].prefix.address.family == .ipv6 { tentative.insert(position) }
    } else {
      set(position, to: holdings[position] == .asked && isHostsOwn(position) ? .preexisting : .held)
    }
    guard reason == .putBack else { return }
    actions.append(.announceAddress(position, rounds: 1))
    // If it is there already, what the kernel said was an echo of this engine's own removal, before the router became master again.
    if isNew, wasRemovedByOthers { actions.append(.report(.putBack(position))) }
  }

  /// Whether an address that is there and that no router here has put there was the host's before martlet.
  private func isHostsOwn(_ position: Int) -> Bool {
    guard let sharers = sharers[position] else { return ownsAddresses(plan.addresses[position].router) }
    return !sharers.contains { holdings[$0].wasPutThere }
      && (sharers + [position]).contains { ownsAddresses(plan.addresses[$0].router) }
  }

  /// The kernel has not taken an address.
  private mutating func isRefused(_ position: Int, _ error: Int32) {
    refusals.refuse(position, of: plan.addresses[position].router, error)
    set(position, to: holdings[position].refused(isPassing: KernelRefusals.isPassing(error)))
  }

  /// The address is gone, or another router's.
  mutating func forget(_ position: Int) {
    set(position, to: .absent)
    tentative.remove(position)
    duplicates.remove(position)
    removedByOthers.remove(position)
  }

  private mutating func endTrial(into actions: inout [AddressAction]) {
    guard let trial else { return }
    self.trial = nil
    if let error = trial.firstError, !trial.isTaken {
      return actions.append(.addressesRefused(router: trial.router, error: error))
    }
    // What an owner's try has put there goes, unless that makes it master.
    if plan.routers[trial.router].addresses.contains(where: isOwned) {
      queue.append(.release(resigns: false), router: trial.router)
    }
    actions.append(.addressesTaken(router: trial.router))
  }
}
