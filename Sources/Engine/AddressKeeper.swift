import ControlModel
import Netlink
import NetworkTypes
import VRRPCore

/// Decides what the kernel is asked to do with the virtual addresses: pure, so that every order of events can be tested.
///
/// Events go in as they happen: routers become master or cease to be, the kernel tells of addresses that go or come into use. In each
/// turn of the engine the keeper says what is to be asked, a slice at a time (``takeSlice(into:)``, ``returnVanished(at:isUp:into:)``,
/// ``reconcile(at:isUp:into:)``, ``takeTrial(into:_:)``); what was said must then go through ``perform(_:mark:ask:into:)``, which marks
/// the board, asks, and takes the answers in. What follows from them comes out as ``AddressAction``s.
///
/// A master's addresses are to be in the kernel, and nobody else's, but for those that the host of an owner (priority 255) had before
/// martlet, which it keeps. Two routers may list the same address on the same interface; it is there while either is master.
struct AddressKeeper {
  /// Most addresses changed before the engine looks at the clock again.
  let slice: Int
  /// Between two passes over all addresses.
  static let reconcileInterval = Nanoseconds.seconds(1)
  /// The least time between putting one address back twice, so that a fight with another program is fought at a bounded pace.
  static let putBackInterval = Nanoseconds.milliseconds(250)

  let plan: Plan
  let positions: [AddressPlace: [Int]]
  /// The other positions with the same place, for those that have any.
  let sharers: [Int: [Int]]
  let positionsOnInterface: [InterfaceIndex: [Int]]

  var holdings: [Holding]
  var isMaster: [Bool]
  var queue: WorkQueue
  var steps: [WorkQueue.Step] = []
  /// Rounds of announcements that wait until the router's addresses are claimed.
  var roundsAfterClaim: [Int]
  /// Addresses that the kernel said are gone, looked at once all of the turn's changes to links are known.
  var vanished: [Int] = []
  /// Addresses that another program removed and that are not back yet.
  var removedByOthers: Set<Int> = []
  /// IPv6 addresses that the kernel was given and does not answer for yet, see ``nowUsable(_:into:)``.
  var tentative: Set<Int> = []
  /// Addresses that the kernel does not use because another host answers for them.
  var duplicates: Set<Int> = []
  var lastPutBack: [Int: MonotonicInstant] = [:]
  /// Addresses of which it was reported that the kernel refuses to change them.
  var reported: Set<Int> = []
  var refusals = KernelRefusals()
  /// The try of refused addresses under way.
  var trial: Trial?
  /// Found at the start on a router that is not master, and to be removed.
  var leftovers: Set<Int> = []
  /// Addresses of the engine before this one that no router here has.
  var orphans: [AddressPlace] = []
  var reconcileDue = MonotonicInstant(nanoseconds: 0)
  /// The next address that ``reconcile(at:isUp:into:)`` looks at; 0 between two passes.
  var reconcilePosition = 0
  /// Addresses of which the board is to say something else.
  private var unwritten: [Int] = []

  /// A keeper of routers none of which is master and whose addresses are absent.
  init(_ plan: Plan, slice: Int = 128) {
    self.plan = plan
    self.slice = slice
    positions = Dictionary(grouping: plan.addresses.indices) { plan.addresses[$0].place }
    sharers = positions.values.filter { $0.count > 1 }.reduce(into: [:]) { sharers, group in
      for position in group { sharers[position] = group.filter { $0 != position } }
    }
    positionsOnInterface = Dictionary(grouping: plan.addresses.indices) { plan.addresses[$0].interface }
    holdings = Array(repeating: .absent, count: plan.addresses.count)
    isMaster = Array(repeating: false, count: plan.routers.count)
    roundsAfterClaim = Array(repeating: 0, count: plan.routers.count)
    queue = WorkQueue(routerCount: plan.routers.count)
  }

  /// Whether something waits for the next turn.
  var hasWork: Bool { !queue.isEmpty || !vanished.isEmpty }

  /// Whether a claim or a release of the router waits or is under way.
  func isChanging(_ router: Int) -> Bool { queue.holds(router) }

  /// Whether the kernel has the address and answers for it, so that it may be announced.
  func isAnnounceable(_ position: Int) -> Bool {
    (holdings[position] == .held || holdings[position] == .preexisting) && !tentative.contains(position)
  }

  /// What the board is to say of an address.
  func mark(of position: Int) -> AddressMark {
    AddressMark(
      ownership: holdings[position].ownership, isTentative: tentative.contains(position),
      refusal: refusals.error(of: position))
  }

  /// Sets what is known of an address; the board follows before the kernel is asked again.
  mutating func set(_ position: Int, to holding: Holding) {
    holdings[position] = holding
    unwritten.append(position)
  }

  /// Writes to the board what it does not say yet.
  mutating func writeMarks(_ mark: (Int, AddressMark) -> Void) {
    for position in unwritten { mark(position, self.mark(of: position)) }
    unwritten.removeAll(keepingCapacity: true)
  }

  /// Whether martlet may have the address in the kernel.
  func isOwned(_ position: Int) -> Bool { holdings[position].isOwned }

  /// Whether another router that is master has the address as well.
  func isMasteredByOther(_ position: Int) -> Bool {
    sharers[position]?.contains { isMaster[plan.addresses[$0].router] } ?? false
  }

  /// Whether a router owns its addresses in the sense of RFC 9568 section 1.7.
  func ownsAddresses(_ router: Int) -> Bool { plan.core[router].priority == .owner }
}

// What happens to routers and addresses.
extension AddressKeeper {
  /// A router has become master.
  mutating func claim(_ router: Int) {
    isMaster[router] = true
    queue.append(.claim, router: router)
  }

  /// A router is no longer master.
  mutating func release(_ router: Int) {
    isMaster[router] = false
    queue.append(.release(resigns: false), router: router)
  }

  /// Has a resignation wait until the router's addresses are off; false when none of them waits and it can leave at once.
  mutating func resignAfterRelease(_ router: Int) -> Bool { queue.resignAfterRelease(router: router) }

  /// Has announcements wait for the router's claim; false when there is none and they can leave at once.
  mutating func announceAfterClaim(_ router: Int, rounds: Int) -> Bool {
    guard queue.holds(router) else { return false }
    roundsAfterClaim[router] = max(roundsAfterClaim[router], rounds)
    return true
  }

  /// Forgets announcements that wait for a claim.
  mutating func cancelAnnouncements(_ router: Int) { roundsAfterClaim[router] = 0 }

  /// Announces what masters have on an interface.
  func announceAddresses(on interface: InterfaceIndex, into actions: inout [AddressAction]) {
    for position in positionsOnInterface[interface] ?? []
    where holdings[position] == .held || holdings[position] == .preexisting {
      let router = plan.addresses[position].router
      guard isMaster[router], !queue.holds(router) else { continue }
      actions.append(.announceAddress(position, rounds: plan.core[router].announcements.repeats))
    }
  }

  /// The kernel says that an address is gone.
  mutating func addressVanished(_ place: AddressPlace) { vanished += positions[place] ?? [] }

  /// Everything was read anew: what should be there and is not has vanished.
  mutating func findVanished(holds: (AddressPlace) -> Bool) {
    for position in holdings.indices
    where holdings[position] != .absent && !holds(plan.addresses[position].place) {
      vanished.append(position)
    }
  }

  /// The kernel answers for an address; it is announced if it did not before.
  ///
  /// It acknowledges an IPv6 address at once and makes it its own a little later, or after duplicate address detection. Whoever believed
  /// an announcement before that would be sent away, or for a whole second unheard: a router passes on what is not its own, the
  /// neighbour's answer to its own solicitation too, and solicits again only after RetransTimer (RFC 4861 section 10).
  mutating func nowUsable(_ place: AddressPlace, into actions: inout [AddressAction]) {
    guard !tentative.isEmpty || !duplicates.isEmpty else { return }
    for position in positions[place] ?? [] {
      duplicates.remove(position)
      guard tentative.remove(position) != nil else { continue }
      unwritten.append(position)
      let router = plan.addresses[position].router
      guard isMaster[router] else { continue }
      actions.append(.announceAddress(position, rounds: plan.core[router].announcements.repeats))
    }
  }

  /// The kernel gives an address up because another host answers for it, as an old master may until it hears of the new.
  mutating func foundDuplicate(_ place: AddressPlace, into actions: inout [AddressAction]) {
    let owned = (positions[place] ?? []).filter(isOwned)
    duplicates.formUnion(owned)
    isTentative(owned)
    if let position = owned.first { actions.append(.report(.duplicate(position))) }
  }

  private mutating func isTentative(_ positions: [Int]) {
    tentative.formUnion(positions)
    unwritten += positions
  }

  /// Whether a look at all addresses would tell what nobody has said: which of them the kernel answers for.
  var needsLook: Bool {
    !tentative.isEmpty
      || holdings.indices.contains {
        holdings[$0] == .uncertain && plan.addresses[$0].prefix.address.family == .ipv6
      }
  }

  /// Takes in what a look at all addresses shows: which of them the kernel answers for, and which it does not, or not yet.
  mutating func review(_ addresses: [AddressState], into actions: inout [AddressAction]) {
    for address in addresses where address.prefix.address.family == .ipv6 {
      let place = AddressPlace(prefix: address.prefix, interface: address.interface)
      guard let owned = positions[place]?.filter(isOwned), !owned.isEmpty else { continue }
      if address.isDuplicate {
        foundDuplicate(place, into: &actions)
      } else if address.isTentative {
        isTentative(owned)
      } else {
        nowUsable(place, into: &actions)
      }
    }
  }

  /// The core wants to know whether the kernel takes a router's addresses again.
  mutating func scheduleTrial(_ router: Int) { refusals.scheduleTrial(of: router) }
}
