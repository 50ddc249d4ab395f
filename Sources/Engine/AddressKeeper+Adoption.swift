import ControlModel
import Netlink
import VRRPCore

// State that the previous engine left.
extension AddressKeeper {
  /// Takes over from the previous engine: addresses of masters stay, missing ones are claimed, and all others are removed. So is an
  /// address that a crash or another program left on an interface whose router is not master, except for an owner's (priority 255).
  /// - Parameters:
  ///   - previous: the previous engine's knowledge of the kernel.
  ///   - masters: whether a router is master now.
  ///   - holds: whether the kernel had an address when this engine last read all addresses.
  mutating func adopt(
    _ previous: PreviousAddresses, masters: (Int) -> Bool, holds: (AddressPlace) -> Bool,
    into actions: inout [AddressAction]
  ) {
    for router in isMaster.indices { isMaster[router] = masters(router) }
    for position in holdings.indices { inherit(position, from: previous, holds: holds) }
    orphans = previous.ownership.keys.filter { positions(of: $0).isEmpty }
    for router in isMaster.indices where !queue.holds(router) {
      let addresses = plan.routers[router].addresses
      if !isMaster[router] {
        if addresses.contains(where: isOwned) { queue.append(.release(resigns: false), router: router) }
      } else if !addresses.allSatisfy({ holdings[$0] == .held || holdings[$0] == .preexisting }) {
        queue.append(.claim, router: router)
        roundsAfterClaim[router] = plan.routers[router].announcementRounds
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
      // The board of an engine that yielded agrees with the kernel. One that crashed may have marked more than it
      // added, or another program may have removed an address since.
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

  /// Removes addresses that the previous engine had and no router here has. If the kernel does not remove one, each pass tries again.
  /// - Parameter ask: has the kernel remove addresses, and returns the result of each.
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
