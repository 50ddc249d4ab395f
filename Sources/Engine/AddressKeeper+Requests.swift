import Netlink
import NetworkTypes

// What the kernel is to be asked. Each function replaces the contents of `requests`.
extension AddressKeeper {
  /// The next slice of the claims and releases that wait; ``finishSlice(into:)`` follows once it is performed.
  mutating func takeSlice(into requests: inout [AddressRequest]) {
    requests.removeAll(keepingCapacity: true)
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

  /// Says which tasks are done.
  mutating func finishSlice(into actions: inout [AddressAction]) {
    for step in steps where step.isLast {
      let router = step.router
      switch step.task {
      case .claim:
        // One that was given up and claimed anew meanwhile is done with its last claim.
        guard !queue.holds(router) else { continue }
        actions.append(.claimed(router: router))
        if roundsAfterClaim[router] > 0 { actions.append(.announce(router: router, rounds: roundsAfterClaim[router])) }
        roundsAfterClaim[router] = 0
      case .release(let resigns):
        actions.append(.released(router: router))
        // An address that the kernel would not give up is tried again; a peer that took over meanwhile would be a second holder. One that
        // is master again stays so.
        if resigns, !isMaster[router], !plan.routers[router].addresses.contains(where: isOwned) {
          actions.append(.resign(router: router))
        }
      }
    }
    steps.removeAll(keepingCapacity: true)
  }

  /// Puts back a slice of what a master has lost. What comes back too often, or cannot come back now, waits for
  /// ``reconcile(at:isUp:into:)``, which comes earlier for the former.
  mutating func returnVanished(
    at now: MonotonicInstant, isUp: (InterfaceIndex) -> Bool, into requests: inout [AddressRequest]
  ) {
    requests.removeAll(keepingCapacity: true)
    let taken = vanished.prefix(slice)
    for position in taken {
      switch holdings[position] {
      // Twice in one slice, or nothing of martlet's.
      case .asked, .absent: continue
      case .preexisting: set(position, to: .absent)
      // It stays marked: the kernel may have said this before it was asked for it again.
      case .held, .uncertain: set(position, to: .uncertain)
      }
      let address = plan.addresses[position]
      guard isMaster[address.router] else { continue }
      // What goes with its interface was removed by nobody.
      guard isUp(address.interface) else { continue }
      removedByOthers.insert(position)
      // A claim under way adds it, or has passed it already, and then the next pass does.
      guard !queue.holds(address.router) else { continue }
      if let last = lastPutBack[position], now - last < Self.putBackInterval {
        reconcileDue = min(reconcileDue, last + Self.putBackInterval)
      } else {
        putBack(position, at: now, &requests)
      }
    }
    vanished.removeFirst(taken.count)
  }

  /// Makes the kernel agree with the routers' states, a pass a second and a slice a turn: what a master should have and has not is
  /// added, what somebody who is not master still has is removed, and duplicates are tried anew. Returns whether a pass is over.
  mutating func reconcile(
    at now: MonotonicInstant, isUp: (InterfaceIndex) -> Bool, into requests: inout [AddressRequest]
  ) -> Bool {
    requests.removeAll(keepingCapacity: true)
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
    // After what is removed: with the first IPv4 address of a network the kernel may remove the others.
    for position in missing { putBack(position, at: now, &requests) }
    guard reconcilePosition == holdings.count else { return false }
    reconcilePosition = 0
    reconcileDue = now + Self.reconcileInterval
    return true
  }

  /// The next try of addresses that were refused, a slice of a router's and another one each time; false when none is wanted.
  ///
  /// Each address goes in and out within one message to the kernel, so that there are only microseconds in which it could answer for
  /// one that another host holds, and that once: what is refused is never there, and what is taken ends the fault. What an owner may
  /// have had before martlet is not taken out with it.
  mutating func takeTrial(into requests: inout [AddressRequest], _ actions: inout [AddressAction]) -> Bool {
    requests.removeAll(keepingCapacity: true)
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

  /// The masters of whose addresses the kernel refuses every one.
  mutating func reviewRefusals(into actions: inout [AddressAction]) {
    for router in refusals.takeTouched() {
      guard isMaster[router], !queue.holds(router),
        let error = refusals.refusal(of: plan.routers[router].addresses)
      else { continue }
      actions.append(.addressesRefused(router: router, error: error))
    }
  }

  /// What is there already is not asked for: only so is an owner's own address told from one that martlet added.
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

  /// Lets the address stay for other masters of it, and the mark with them.
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

  /// Has the kernel look once more whether another host answers for an address. By itself it never would.
  private mutating func askAnew(for position: Int, _ requests: inout [AddressRequest]) {
    set(position, to: .uncertain)
    requests.append(AddressRequest(position: position, operation: .remove, reason: .duplicate))
    requests.append(AddressRequest(position: position, operation: .add, reason: .duplicate))
  }
}
