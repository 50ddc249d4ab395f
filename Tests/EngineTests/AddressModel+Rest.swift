import ControlModel
import Netlink
import NetworkTypes

@testable import Engine

// What must hold.
extension AddressModel {
  /// The board names every address that martlet has in the kernel.
  mutating func checkMarks() {
    for place in kernel.addresses where kernel.owners[place] == .martlet {
      let positions = keeper.positions(of: place)
      let marked = positions.isEmpty || positions.contains { board[$0].ownership != .none }
      if !marked { violations.append("\(place.prefix) is in the kernel and not marked on the board") }
    }
  }

  /// Lets everything come to rest as it must within a pass once the kernel refuses nothing, and says what is wrong then.
  func restlessness() -> [String] {
    var rest = self
    rest.kernel.refusal = .none
    rest.kernel.conflicts = []
    for interface in kernel.goneLinks { rest.take(.link(interface, isGone: false)) }
    rest.runDry()
    for router in refused { rest.take(.trial(router)) }
    for _ in 1...2 {
      rest.take(.second)
      rest.runDry()
    }
    return rest.violations + rest.disagreements
  }

  private mutating func runDry() {
    for _ in 0..<200 {
      while !kernel.events.isEmpty { take(.deliver) }
      take(.turn)
      if kernel.events.isEmpty, !keeper.hasWork, now < keeper.reconcileDue { return }
    }
    violations.append("it does not come to rest")
  }

  private var disagreements: [String] {
    plan.addresses.indices.compactMap { position in
      let place = place(position)
      let isMaster = masters[plan.addresses[position].router]
      let isMartlets = kernel.owners[place] == .martlet
      if isMaster {
        guard kernel.holds(place) else { return "a master lacks address \(position)" }
        if kernel.duplicates.contains(place) { return "address \(position) stays a duplicate" }
        if unannounced.contains(place) || keeper.tentative.contains(position) {
          return "address \(position) is never announced"
        }
        return keeper.isAnnounceable(position) ? nil : "address \(position) is not known to be there"
      }
      if isMartlets, !isMastered(position) { return "address \(position) stays, and its router is not master" }
      return board[position].ownership == .none ? nil : "address \(position) is marked for ever"
    }
  }

  /// All that the future depends on.
  var key: Int {
    var hasher = Hasher()
    hasher.combine(kernel)
    hasher.combine(masters)
    hasher.combine(mastersOnBoard)
    hasher.combine(refused)
    hasher.combine(unannounced)
    hasher.combine(prepared)
    for mark in board {
      hasher.combine(mark.ownership)
      hasher.combine(mark.isTentative)
    }
    hasher.combine(keeper.holdings)
    hasher.combine(keeper.isMaster)
    hasher.combine(keeper.queue)
    hasher.combine(keeper.vanished)
    hasher.combine(keeper.removedByOthers)
    hasher.combine(keeper.tentative)
    hasher.combine(keeper.duplicates)
    hasher.combine(keeper.refusals)
    hasher.combine(keeper.leftovers)
    hasher.combine(keeper.reconcilePosition)
    hasher.combine(max(keeper.reconcileDue.nanoseconds - now.nanoseconds, 0))
    hasher.combine(Set(keeper.lastPutBack.filter { now - $0.value < AddressKeeper.putBackInterval }.keys))
    return hasher.finalize()
  }

  /// Whether a step can happen and changes anything.
  func allows(_ step: Step) -> Bool {
    switch step {
    case .claim(let router): !masters[router] && !refused.contains(router)
    case .release(let router, _): masters[router]
    case .deliver: !kernel.events.isEmpty
    case .link(let interface, let isGone): kernel.goneLinks.contains(interface) != isGone
    case .refuse(let refusal): kernel.refusal != refusal
    // Once martlet may have an address there, nobody can tell it from one that the host adds.
    case .hostAdds(let position):
      !kernel.holds(place(position))
        && !keeper.positions(of: place(position)).isEmpty
        && !keeper.positions(of: place(position)).contains { board[$0].ownership != .none }
    case .hostRemoves(let position): kernel.holds(place(position))
    case .conflict(let position, let isOver): kernel.conflicts.contains(place(position)) == isOver
    case .trial(let router): refused.contains(router) && keeper.refusals.due.isEmpty
    case .prepare: prepared == nil
    case .turn, .dyingTurn, .second, .overrun, .handOver: true
    }
  }
}
