import ControlModel
import Netlink
import NetworkTypes
import VRRPCore

/// Decisions about the virtual addresses in the kernel. It does no input or output, so that every order of events can
/// be tested.
///
/// Events are passed in as they happen: routers become master or cease to be, and the kernel reports addresses that are
/// removed or become usable. In each turn the engine takes requests, a slice at a time (``takeSlice(into:)``,
/// ``returnVanished(at:isUp:into:)``, ``reconcile(at:isUp:into:)``, ``takeTrial(into:_:)``), and must pass them to
/// ``perform(_:mark:ask:into:)``, which marks the board, asks the kernel, and handles its answers. Consequences are
/// returned as ``AddressAction``s.
///
/// The kernel must have the addresses of masters and no others, except for those that the host of an owner (priority
/// 255) had before martlet. Two routers may list the same address on the same interface; the kernel has it while either
/// is master.
struct AddressKeeper {
  /// Most addresses changed before the engine reads the clock again.
  let slice: Int
  /// Time between two passes over all addresses.
  static let reconcileInterval = Nanoseconds.seconds(1)
  /// Least time between adding one address again twice, so that a conflict with another program goes on at a bounded
  /// rate.
  static let putBackInterval = Nanoseconds.milliseconds(250)

  let plan: Plan
  /// First position with a place; ``sharers`` has the others, if there are any.
  private let firstPositions: [AddressPlace: Int]
  /// Other positions with the same place, for those positions that have any.
  let sharers: [Int: [Int]]
  let positionsOnInterface: [InterfaceIndex: [Int]]

  var holdings: [Holding]
  var isMaster: [Bool]
  var queue: WorkQueue
  var steps: [WorkQueue.Step] = []
  /// Rounds of announcements that wait until the router's addresses are claimed.
  var roundsAfterClaim: [Int]
  /// Addresses that the kernel reported as removed. They are handled once all of the turn's changes to links are known.
  var vanished: [Int] = []
  /// Addresses that another program removed and that have not been added again.
  var removedByOthers: Set<Int> = []
  /// IPv6 addresses that the kernel has but does not answer for yet (``becameUsable(_:into:)``).
  var tentative: Set<Int> = []
  /// Addresses that the kernel does not use because another host answers for them.
  var duplicates: Set<Int> = []
  var lastPutBack: [Int: MonotonicInstant] = [:]
  /// Addresses for which a refusal of the kernel was reported.
  var reported: Set<Int> = []
  var refusals = KernelRefusals()
  /// Try of refused addresses that is under way.
  var trial: Trial?
  /// Addresses found at the start on a router that is not master, which must be removed.
  var leftovers: Set<Int> = []
  /// Addresses of the previous engine that no router here has.
  var orphans: [AddressPlace] = []
  var reconcileDue = MonotonicInstant(nanoseconds: 0)
  /// Next address that ``reconcile(at:isUp:into:)`` checks; 0 between two passes.
  var reconcilePosition = 0
  /// Addresses whose mark on the board is out of date.
  private var unwritten: [Int] = []

  /// A keeper of routers none of which is master and whose addresses are absent.
  init(_ plan: Plan, slice: Int = 128) {
    self.plan = plan
    self.slice = slice
    let positions = Dictionary(grouping: plan.addresses.indices) { plan.addresses[$0].place }
    firstPositions = positions.compactMapValues(\.first)
    sharers = positions.values.filter { $0.count > 1 }.reduce(into: [:]) { sharers, group in
      for position in group { sharers[position] = group.filter { $0 != position } }
    }
    positionsOnInterface = Dictionary(grouping: plan.addresses.indices) { plan.addresses[$0].interface }
    holdings = Array(repeating: .absent, count: plan.addresses.count)
    isMaster = Array(repeating: false, count: plan.routers.count)
    roundsAfterClaim = Array(repeating: 0, count: plan.routers.count)
    queue = WorkQueue(routerCount: plan.routers.count)
  }

  /// Positions of an address on an interface: one for each router that has it there.
  func positions(of place: AddressPlace) -> [Int] {
    firstPositions[place].map { [$0] + (sharers[$0] ?? []) } ?? []
  }

  /// True while there is work for the next turn.
  var hasWork: Bool { !queue.isEmpty || !vanished.isEmpty }

  /// True while a claim or a release of the router waits or is under way.
  func isChanging(_ router: Int) -> Bool { queue.holds(router) }

  /// True if the kernel has the address and answers for it, so that it may be announced.
  func isAnnounceable(_ position: Int) -> Bool {
    (holdings[position] == .held || holdings[position] == .preexisting) && !tentative.contains(position)
  }

  /// Mark of an address for the board.
  func mark(of position: Int) -> AddressMark {
    AddressMark(
      ownership: holdings[position].ownership, isTentative: tentative.contains(position),
      refusal: refusals.error(of: position))
  }

  /// Sets the state of an address. The board follows before the kernel is asked again.
  mutating func set(_ position: Int, to holding: Holding) {
    holdings[position] = holding
    unwritten.append(position)
  }

  /// Writes the marks that are out of date to the board.
  mutating func writeMarks(_ mark: (Int, AddressMark) -> Void) {
    for position in unwritten { mark(position, self.mark(of: position)) }
    unwritten.empty()
  }

  /// True if the kernel may have the address from martlet.
  func isOwned(_ position: Int) -> Bool { holdings[position].isOwned }

  /// True if another router that is master has the address too.
  func isMasteredByOther(_ position: Int) -> Bool {
    sharers[position]?.contains { isMaster[plan.addresses[$0].router] } ?? false
  }

  /// True if the router owns its addresses (RFC 9568 section 1.7).
  func ownsAddresses(_ router: Int) -> Bool { plan.routers[router].ownsAddresses }
}

// Events of routers and addresses.
extension AddressKeeper {
  /// Handles that a router has become master.
  mutating func claim(_ router: Int) {
    isMaster[router] = true
    queue.append(.claim, router: router)
  }

  /// Handles that a router is no longer master.
  mutating func release(_ router: Int) {
    isMaster[router] = false
    queue.append(.release(resigns: false), router: router)
  }

  /// Has a resignation wait until the router's addresses are removed. Returns false if none waits for removal, so that
  /// it can leave at once.
  mutating func resignAfterRelease(_ router: Int) -> Bool { queue.resignAfterRelease(router: router) }

  /// Has announcements wait for the router's claim. Returns false if there is no claim, so that they can leave at once.
  mutating func announceAfterClaim(_ router: Int, rounds: Int) -> Bool {
    guard queue.holds(router) else { return false }
    roundsAfterClaim[router] = max(roundsAfterClaim[router], rounds)
    return true
  }

  /// Drops announcements that wait for a claim.
  mutating func cancelAnnouncements(_ router: Int) { roundsAfterClaim[router] = 0 }

  /// Announces the addresses of masters on an interface.
  func announceAddresses(on interface: InterfaceIndex, into actions: inout [AddressAction]) {
    for position in positionsOnInterface[interface] ?? []
    where holdings[position] == .held || holdings[position] == .preexisting {
      let router = plan.addresses[position].router
      guard isMaster[router], !queue.holds(router) else { continue }
      actions.append(.announceAddress(position, rounds: plan.routers[router].announcementRounds))
    }
  }

  /// Handles that the kernel has reported an address as removed.
  mutating func addressVanished(_ place: AddressPlace) { vanished += positions(of: place) }

  /// Handles that all addresses were read again: missing ones have been removed.
  mutating func findVanished(holds: (AddressPlace) -> Bool) {
    for position in holdings.indices
    where holdings[position] != .absent && !holds(plan.addresses[position].place) {
      vanished.append(position)
    }
  }

  /// Handles that the kernel answers for an address; announces it if it did not answer before.
  ///
  /// The kernel acknowledges an IPv6 address at once but uses it only a little later, or after duplicate address
  /// detection. A neighbour that believed an announcement before that would not be served: the host forwards packets
  /// for an address that is not its own yet, even the neighbour's answer to its own solicitation, and solicits again
  /// only after RetransTimer, a second (RFC 4861 section 10).
  mutating func becameUsable(_ place: AddressPlace, into actions: inout [AddressAction]) {
    guard !tentative.isEmpty || !duplicates.isEmpty else { return }
    for position in positions(of: place) {
      duplicates.remove(position)
      guard tentative.remove(position) != nil else { continue }
      unwritten.append(position)
      let router = plan.addresses[position].router
      guard isMaster[router] else { continue }
      actions.append(.announceAddress(position, rounds: plan.routers[router].announcementRounds))
    }
  }

  /// Handles that the kernel does not use an address because another host answers for it, as an old master may until it
  /// hears of the new one.
  mutating func foundDuplicate(_ place: AddressPlace, into actions: inout [AddressAction]) {
    let owned = positions(of: place).filter(isOwned)
    duplicates.formUnion(owned)
    recordTentative(owned)
    if let position = owned.first { actions.append(.report(.duplicate(position))) }
  }

  private mutating func recordTentative(_ positions: [Int]) {
    tentative.formUnion(positions)
    unwritten += positions
  }

  /// True if only reading all addresses can show a change: the kernel does not report which addresses it answers for.
  var needsLook: Bool {
    !tentative.isEmpty
      || holdings.indices.contains {
        holdings[$0] == .uncertain && plan.addresses[$0].prefix.address.family == .ipv6
      }
  }

  /// Handles the list of all addresses, which shows for which the kernel answers.
  mutating func review(_ addresses: [AddressState], into actions: inout [AddressAction]) {
    for address in addresses where address.prefix.address.family == .ipv6 {
      let place = AddressPlace(prefix: address.prefix, interface: address.interface)
      let owned = positions(of: place).filter(isOwned)
      guard !owned.isEmpty else { continue }
      if address.isDuplicate {
        foundDuplicate(place, into: &actions)
      } else if address.isTentative {
        recordTentative(owned)
      } else {
        becameUsable(place, into: &actions)
      }
    }
  }

  /// Schedules a try of a router's refused addresses.
  mutating func scheduleTrial(_ router: Int) { refusals.scheduleTrial(of: router) }
}
