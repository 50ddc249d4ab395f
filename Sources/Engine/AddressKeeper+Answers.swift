import Netlink
import NetworkTypes

extension AddressKeeper {
  /// Results so far of a try of refused addresses.
  struct Trial: Equatable {
    let router: Int
    var firstError: Int32?
    var isTaken = false
  }

  /// Marks the board, asks the kernel, handles its answers, and marks the board again.
  ///
  /// A cleanup after a crash must miss no address, so no request leaves before the board has a mark for its effect.
  /// - Parameters:
  ///   - requests: requests from one of the functions that return them.
  ///   - mark: writes the mark of the address at a position to the board.
  ///   - ask: has the kernel make the changes in order, and returns the result of each.
  mutating func perform(
    _ requests: [AddressRequest], mark: (Int, AddressMark) -> Void,
    ask: ([AddressRequest]) -> [AddressChangeResult], into actions: inout [AddressAction]
  ) {
    writeMarks(mark)
    guard !requests.isEmpty else { return }
    for (request, result) in zip(requests, ask(requests)) { handle(result, of: request, into: &actions) }
    endTrial(into: &actions)
    writeMarks(mark)
  }

  private mutating func handle(
    _ result: AddressChangeResult, of request: AddressRequest, into actions: inout [AddressAction]
  ) {
    let position = request.position
    let isAddition = request.operation != .remove
    switch result {
    case .failed(let error):
      if isAddition { recordRefusal(position, error) }
      if request.reason == .trial {
        if isAddition, trial?.firstError == nil { trial?.firstError = error }
      } else if reported.insert(position).inserted {
        actions.append(.report(.refusal(position, error: error)))
      }
      return
    case .done, .alreadyThere, .notThere:
      if isAddition {
        trial?.isTaken = true
        recordPresence(position, isNew: result == .done, request.reason, into: &actions)
      } else {
        if request.reason == .leftover, result == .done {
          actions.append(.report(.removal(plan.addresses[position].place, isConfigured: true)))
        }
        forget(position)
      }
    }
    // Failing to remove an address that the kernel refused to add is not worth a report.
    if refusals.error(of: position) == nil { reported.remove(position) }
  }

  /// Records that the kernel has accepted an address, or had it already.
  private mutating func recordPresence(
    _ position: Int, isNew: Bool, _ reason: AddressRequest.Reason, into actions: inout [AddressAction]
  ) {
    let wasRemovedByOthers = removedByOthers.remove(position) != nil
    refusals.recordAcceptance(position)
    if isNew {
      set(position, to: .held)
      duplicates.remove(position)
      if plan.addresses[position].prefix.address.family == .ipv6 { tentative.insert(position) }
    } else {
      set(position, to: holdings[position] == .asked && isHostsOwn(position) ? .preexisting : .held)
    }
    guard reason == .putBack else { return }
    actions.append(.announceAddress(position, rounds: 1))
    // If it is there already, the kernel's message was about this engine's own removal, before the router became master
    // again.
    if isNew, wasRemovedByOthers { actions.append(.report(.putBack(position))) }
  }

  /// True if an address that is there, and that no router here has added, belonged to the host before martlet.
  private func isHostsOwn(_ position: Int) -> Bool {
    guard let sharers = sharers[position] else { return ownsAddresses(plan.addresses[position].router) }
    return !sharers.contains { holdings[$0].wasPutThere }
      && (sharers + [position]).contains { ownsAddresses(plan.addresses[$0].router) }
  }

  /// Records that the kernel has refused an address.
  private mutating func recordRefusal(_ position: Int, _ error: Int32) {
    refusals.recordRefusal(position, of: plan.addresses[position].router, error)
    set(position, to: holdings[position].refused(isPassing: KernelRefusals.isPassing(error)))
  }

  /// Records that the address is gone, or belongs to another router.
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
    // Addresses that a try has added for an owner are removed, unless the router becomes master by it.
    if plan.routers[trial.router].addresses.contains(where: isOwned) {
      queue.append(.release(resigns: false), router: trial.router)
    }
    actions.append(.addressesTaken(router: trial.router))
  }
}
