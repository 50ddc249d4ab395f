import ControlModel
import LinuxSystem
import Netlink
import NetworkTypes
import VRRPCore
import VRRPWire

/// State that the previous engine left, as this engine uses it.
struct PreviousEngine {
  let board: Board?
  /// Routers of the previous engine that are continued.
  let succession: RouterSuccession
  let addresses: PreviousAddresses
  let entries: PreviousEntries
  /// Position in this plan of each of its trackers.
  private let trackers: [Int: Int]

  /// True if the previous engine yielded. It then received adverts to the last, and its board agrees with the kernel.
  var hasYielded: Bool { board?.hasYielded ?? false }

  /// Reads a board; `nil` if there was no engine. If that engine had the same configuration, the kernel can have no
  /// address of it that this plan does not name, whatever the board says.
  init(_ board: Board?, for plan: Plan) {
    self.board = board
    succession = RouterSuccession(
      from: (0..<(board?.routerCount ?? 0)).map { board?.router($0)?.description?.identity },
      to: plan.routers.map(\.identity)
    ) { identity in
      var identity = identity
      identity.name = ""
      return identity
    }
    let positions = Dictionary(plan.trackers.enumerated().map { ($0.element.name.kept, $0.offset) }) { first, _ in
      first
    }
    trackers = (0..<(board?.trackerCount ?? 0)).reduce(into: [:]) { trackers, number in
      trackers[number] = board?.tracker(number)?.name.flatMap { positions[$0] }
    }
    addresses = PreviousAddresses(board, inheritable: plan.inheritable)
    entries = PreviousEntries(board)
  }

  /// Clears the yielded flag on the previous engine's board, since from here on the kernel is changed. If this engine
  /// dies before its own board is valid, the next must not rely on the old one.
  static func forgetYield(on memory: SharedMemory) { (try? Board(opening: memory.bytes))?.hasYielded = false }

  /// Cause with the positions that its tracker or router has in this plan: -1 if it is no longer configured.
  func renumbered(_ cause: Cause) -> Cause {
    switch cause {
    case .trackerDown(let tracker): .trackerDown(TrackerID(rawValue: trackers[tracker.rawValue] ?? -1))
    case .trackerUp(let tracker): .trackerUp(TrackerID(rawValue: trackers[tracker.rawValue] ?? -1))
    case .syncGroup(let member): .syncGroup(member: succession.predecessors.firstIndex(of: member) ?? -1)
    case .started, .addressOwner, .masterDown, .masterResigned, .higherPriority, .tieLost, .preempted, .interfaceDown,
      .interfaceUp, .sourceAddressLost, .sourceAddressFound, .overdue, .noPeers, .peersFound, .addressesRefused,
      .addressesTaken, .shutdown, .adopted:
      cause
    }
  }

  func record(of router: Int) -> RouterRecord? {
    succession.predecessors[router].flatMap { board?.router($0) }
  }
}

/// Addresses that the previous engine may have added to the kernel.
struct PreviousAddresses {
  /// Ownership of each address, as far as that engine knew.
  var ownership: [AddressPlace: Ownership] = [:]
  /// Addresses for which the kernel did not answer when that engine last checked.
  var tentative: Set<AddressPlace> = []
  /// True if that engine yielded. After a crash the board may record more than the kernel has.
  var hasYielded = false

  init() {}

  /// Reads a board. Only `inheritable` addresses count, unless that is `nil`.
  init(_ board: Board?, inheritable: Set<IPPrefix>?) {
    hasYielded = board?.hasYielded ?? false
    for record in (0..<(board?.addressCount ?? 0)).lazy.compactMap({ board?.address($0) }) where record.isOwned {
      guard let prefix = record.prefix, inheritable?.contains(prefix) ?? true else { continue }
      let place = AddressPlace(prefix: prefix, interface: record.interface)
      if ownership[place] != .held { ownership[place] = record.ownership }
      if record.isTentative { tentative.insert(place) }
    }
  }
}

/// Routes, rules and static addresses that the previous engine may have added to the kernel.
struct PreviousEntries {
  struct Entry: Equatable {
    /// Hash by which an entry is known to be the same, and not only one that the same request removes.
    var fingerprint: UInt64
    var ownership: Ownership
  }

  /// Requests that remove them, in the order in which they were added.
  var removals: [[UInt8]] = []
  /// Entries by the request that removes them.
  var entries: [[UInt8]: Entry] = [:]
  /// True if there was a previous engine.
  var isFromEngine = false
  /// True if the previous engine yielded.
  var hasYielded = false

  init() {}

  /// Reads a board; bytes that are no removal request are skipped.
  init(_ board: Board?) {
    isFromEngine = board != nil
    hasYielded = board?.hasYielded ?? false
    for record in (0..<(board?.entryCount ?? 0)).lazy.compactMap({ board?.entry($0) }) where record.isOwned {
      let removal = record.removal
      guard KernelEntry.isRemoval(removal) else { continue }
      removals.append(removal)
      if entries[removal] == nil {
        entries[removal] = Entry(fingerprint: record.fingerprint, ownership: record.ownership)
      }
    }
  }
}

extension PlannedRouter {
  /// Identity by which the next engine finds the router.
  var identity: RouterIdentity {
    // The board keeps this much of a name; a longer one must compare equal to it.
    RouterIdentity(
      interface: interface, family: family, virtualRouterID: policy.virtualRouterID.rawValue,
      name: RouterRecord.kept(name))
  }
}
