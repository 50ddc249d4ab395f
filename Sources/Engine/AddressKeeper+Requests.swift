import Netlink
import NetworkTypes

// Requests to the kernel. Each function replaces the contents of `requests`.
extension AddressKeeper {
  /// Next slice of the waiting claims and releases. ``finishSlice(into:)`` must follow once it is performed.
  mutating func takeSlice(into requests: inout [AddressRequest]) {
    requests.empty()
    let routers = plan.routers
    queue.takeSlice(limit: slice, count: { routers[$0].addresses.count }, into: &steps)
    for step in steps {
      let first = routers[step.router].addresses.lowerBound
      for position in first + step.positions.lowerBound..<first + step.positions.upperBound {
        switch step.task {
        case .claim: if isMaster[step.router] { ask(for: position, .state, &requests) }
        case .release: if !isMaster[step.router] { askToRemove(position, &requests) }
        }
      }
    }
  }

  /// Reports which tasks are done.
  mutating func finishSlice(into actions: inout [AddressAction]) {
    for step in steps where step.isLast {
      let router = step.router
      switch step.task {
      case .claim:
        // A router that was released and claimed again meanwhile is done with its last claim.
        guard !queue.holds(router) else { continue }
        actions.append(.claimed(router: router))
        if roundsAfterClaim[router] > 0 { actions.append(.announce(router: router, rounds: roundsAfterClaim[router])) }
        roundsAfterClaim[router] = 0
      case .release(let resigns):
        actions.append(.released(router: router))
        // An address that the kernel did not remove is tried again: a peer that took over meanwhile would be a second
        // holder. A router that is master again keeps it.
        if resigns, !isMaster[router], !plan.routers[router].addresses.contains(where: isOwned) {
          actions.append(.resign(router: router))
        }
      }
    }
    steps.empty()
  }

  /// Adds a slice of the addresses again that a master has lost. An address that is removed too often, or cannot be
  /// added now, waits for ``reconcile(at:isUp:into:)``, which comes earlier for the former.
  mutating func returnVanished(
    at now: MonotonicInstant, isUp: (InterfaceIndex) -> Bool, into requests: inout [AddressRequest]
  ) {
    requests.empty()
    let taken = vanished.prefix(slice)
    for position in taken {
      switch holdings[position] {
      // Twice in one slice, or no address of martlet's.
      case .asked, .absent: continue
      case .preexisting: set(position, to: .absent)
      // It stays marked: the kernel may have sent this before the address was added again.
      case .held, .uncertain: set(position, to: .uncertain)
      }
      let address = plan.addresses[position]
      guard isMaster[address.router] else { continue }
      // An address that is lost with its interface was removed by nobody.
      guard isUp(address.interface) else { continue }
      removedByOthers.insert(position)
      // A claim under way adds it, or has passed it already; then the next pass does.
      guard !queue.holds(address.router) else { continue }
      if let last = lastPutBack[position], now - last < Self.putBackInterval {
        reconcileDue = min(reconcileDue, last + Self.putBackInterval)
      } else {
        putBack(position, at: now, &requests)
      }
    }
    vanished.removeFirst(taken.count)
  }

  /// Makes the kernel agree with the routers' states, one pass a second and one slice a turn: adds the missing
  /// addresses of masters, removes addresses of routers that are not master, and tries duplicates again. Returns
  /// whether a pass is complete.
  mutating func reconcile(
    at now: MonotonicInstant, isUp: (InterfaceIndex) -> Bool, into requests: inout [AddressRequest]
  ) -> Bool {
    requests.empty()
    guard now >= reconcileDue else { return false }
    var missing: [Int] = []
    while reconcilePosition < holdings.count, requests.count + missing.count < slice {
      let position = reconcilePosition
      reconcilePosition += 1
      let router = plan.addresses[position].router
      guard !queue.holds(router) else { continue }
      if !isMaster[router] {
        askToRemove(position, &requests)
      } else if holdings[position] == .held {
        if duplicates.contains(position) { askAnew(for: position, &requests) }
      } else if holdings[position] != .preexisting, isUp(plan.addresses[position].interface) {
        missing.append(position)
      }
    }
    // This follows the removals: with the first IPv4 address of a network the kernel may remove the others.
    for position in missing { putBack(position, at: now, &requests) }
    guard reconcilePosition == holdings.count else { return false }
    reconcilePosition = 0
    reconcileDue = now + Self.reconcileInterval
    return true
  }

  /// Next try of refused addresses, a slice of one router's and another one each time. Returns false if none is due.
  ///
  /// Each address is added and removed in one message to the kernel, so that it could answer for an address of another
  /// host for microseconds only, and only once: a refused address is never there, and an accepted one ends the fault.
  /// An address that an owner may have had before martlet is not removed.
  mutating func takeTrial(into requests: inout [AddressRequest], _ actions: inout [AddressAction]) -> Bool {
    requests.empty()
    guard let router = refusals.takeDue() else { return false }
    guard !isMaster[router] else { return true }
    let all = plan.routers[router].addresses
    let slices = max(1, (all.count + slice - 1) / slice)
    let first = all.lowerBound + (refusals.trials[router] ?? 0) % slices * slice
    let positions = first..<min(first + slice, all.upperBound)
    guard !positions.isEmpty,
      !positions.contains(where: { holdings[$0] == .preexisting || isMasteredByOther($0) })
    else {
      actions.append(.addressesTaken(router: router))
      return true
    }
    trial = Trial(router: router)
    for position in positions {
      if holdings[position] == .held { set(position, to: .uncertain) }
      ask(for: position, .trial, &requests)
      if !ownsAddresses(router) {
        requests.append(AddressRequest(position: position, operation: .remove, reason: .trial))
      }
    }
    return true
  }

  /// Reports the masters for which the kernel refuses every address.
  mutating func reviewRefusals(into actions: inout [AddressAction]) {
    for router in refusals.takeTouched() {
      guard isMaster[router], !queue.holds(router),
        let error = refusals.refusal(of: plan.routers[router].addresses)
      else { continue }
      actions.append(.addressesRefused(router: router, error: error))
    }
  }

  /// An address that is already there is not asked for: only so is an owner's own address told from one that martlet
  /// added.
  private mutating func ask(
    for position: Int, _ reason: AddressRequest.Reason, _ requests: inout [AddressRequest]
  ) {
    guard holdings[position] != .held, holdings[position] != .preexisting else { return }
    set(position, to: holdings[position].whileAsked)
    requests.append(AddressRequest(position: position, operation: .add, reason: reason))
  }

  private mutating func askToRemove(_ position: Int, _ requests: inout [AddressRequest]) {
    let isLeftover = leftovers.remove(position) != nil
    guard isOwned(position) else { return }
    guard !isMasteredByOther(position) else { return leaveToOthers(position) }
    requests.append(
      AddressRequest(position: position, operation: .remove, reason: isLeftover ? .leftover : .state))
  }

  /// Leaves the address, with its mark, to other masters that have it too.
  private mutating func leaveToOthers(_ position: Int) {
    for other in sharers[position] ?? []
    where isMaster[plan.addresses[other].router] && !holdings[other].wasPutThere {
      set(other, to: .uncertain)
    }
    forget(position)
  }

  private mutating func putBack(_ position: Int, at now: MonotonicInstant, _ requests: inout [AddressRequest]) {
    lastPutBack[position] = now
    ask(for: position, .putBack, &requests)
  }

  /// Makes the kernel check once more whether another host answers for an address. It would not do so by itself.
  private mutating func askAnew(for position: Int, _ requests: inout [AddressRequest]) {
    set(position, to: .uncertain)
    requests.append(AddressRequest(position: position, operation: .remove, reason: .duplicate))
    requests.append(AddressRequest(position: position, operation: .add, reason: .duplicate))
  }
}
