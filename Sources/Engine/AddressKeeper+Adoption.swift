import ControlModel
import Netlink
import VRRPCore

// What the engine before this one left.
extension AddressKeeper {
  /// Takes over from the engine before this one: what masters have stays, what they lack is claimed, and the rest goes. So does what a
  /// crash or another program left on an interface whose router is not master, but for the address of an owner (priority 255).
  /// - Parameters:
  ///   - previous: What that engine knew of the kernel.
  ///   - masters: Whether a router is master now.
  ///   - holds: Whether the kernel had an address when this engine last read them all.
  mutating func adopt(
    _ previous: PreviousAddresses, masters: (Int) -> Bool, holds: (AddressPlace) -> Bool,
    into actions: inout [AddressAction]
  ) {
    for router in isMaster.indices { isMaster[router] = masters(router) }
    for position in holdings.indices { inherit(position, from: previous, holds: holds) }
    orphans = previous.ownership.keys.filter { positions[$0] == nil }
    for router in isMaster.indices where !queue.holds(router) {
      let addresses = plan.routers[router].addresses
      if !isMaster[router] {
        if addresses.contains(where: isOwned) { queue.append(.release(resigns: false), router: router) }
      } else if !addresses.allSatisfy({ holdings[$0] == .held || holdings[$0] == .preexisting }) {
        queue.append(.claim, router: router)
        roundsAfterClaim[router] = plan.core[router].announcements.repeats
        actions.append(.announceAdded(router: router))
      }
    }
  }

  private mutating func inherit(_ position: Int, from previous: PreviousAddresses, holds: (AddressPlace) -> Bool) {
    let address = plan.addresses[position]
    let isMaster = isMaster[address.router]
    let place = address.place
    if let ownership = previous.ownership[place] {
      guard isMaster || !isMasteredByOther(position) else { return }
      // An engine that let go was at one with the kernel. One that crashed may have marked more than it added, or somebody has removed an
      // address since.
      let isThere = ownership == .held && (previous.hasYielded || holds(place))
      set(position, to: isThere ? .held : .uncertain)
      if !isMaster { leftovers.insert(position) }
      if previous.tentative.contains(place) { tentative.insert(position) }
    } else if holds(place) {
      let isOwners =
        ownsAddresses(address.router)
        || sharers[position]?.contains { ownsAddresses(plan.addresses[$0].router) } == true
      if isOwners {
        set(position, to: .preexisting)
      } else if !isMaster, !isMasteredByOther(position) {
        set(position, to: .uncertain)
        leftovers.insert(position)
      }
    }
  }

  /// Removes what the engine before this one had and no router here has. What the kernel would not give up is tried again with each pass.
  /// - Parameter ask: Has the kernel remove addresses, and gives the result of each.
  mutating func removeOrphans(
    ask: ([AddressPlace]) -> [AddressChangeResult], into actions: inout [AddressAction]
  ) {
    guard !orphans.isEmpty else { return }
    let results = ask(orphans)
    for (place, result) in zip(orphans, results) where result == .done {
      actions.append(.report(.removal(place, isConfigured: false)))
    }
    orphans = zip(orphans, results).filter { !$1.isInPlace }.map(\.0)
  }
}
