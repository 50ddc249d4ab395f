import ControlModel
import LinuxSystem
import Netlink
import NetworkTypes
import VRRPCore
import VRRPWire

/// What the engine before this one left, sorted by what this one makes of it.
struct PreviousEngine {
  let board: Board?
  /// Which of the old routers go on.
  let succession: RouterSuccession
  let addresses: PreviousAddresses
  let entries: PreviousEntries
  /// The position that each of its trackers has in this plan.
  private let trackers: [Int: Int]

  /// Whether it let go, so that it heard adverts to the last and what its board says of the kernel is so.
  var hasYielded: Bool { board?.hasYielded ?? false }

  /// Reads a board; `nil` if there was no engine. Of an engine with the same configuration no address can be in the kernel that this one
  /// does not name, whatever the board says.
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
    let positions = Dictionary(plan.trackers.enumerated().map { (TrackerKey($0.element), $0.offset) }) { first, _ in
      first
    }
    trackers = (0..<(board?.trackerCount ?? 0)).reduce(into: [:]) { trackers, number in
      trackers[number] = board?.tracker(number).flatMap { positions[TrackerKey($0)] }
    }
    addresses = PreviousAddresses(board, inheritable: plan.inheritable)
    entries = PreviousEntries(board)
  }

  /// Takes back, on the board of the engine before this one, that it let go, since from here on the kernel is changed: should this engine
  /// die before its own board is the true one, the next must not believe what the old one says.
  static func forgetYield(on memory: SharedMemory) { (try? Board(opening: memory.bytes))?.hasYielded = false }

  /// Its cause by the numbers that tracker or router has in this plan: -1 if it is not configured any more.
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

/// What a tracker is called on a board.
private struct TrackerKey: Hashable {
  let kind: UInt8
  let name: String

  init(_ tracker: PlannedTracker) {
    kind = tracker.kind.rawValue
    name = RouterRecord.kept(tracker.name)
  }

  init(_ record: TrackerRecord) {
    kind = record.kind
    name = record.name
  }
}

/// The addresses that the engine before this one may have in the kernel.
struct PreviousAddresses {
  /// Whether each is there, as far as that engine knew.
  var ownership: [AddressPlace: Ownership] = [:]
  /// Those that the kernel did not answer for when it last looked.
  var tentative: Set<AddressPlace> = []
  /// Whether it let go; after a crash the board may say more than there is.
  var hasYielded = false

  init() {}

  /// Reads a board; of the addresses on it only the `inheritable` count, if there is such a list.
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

/// The routes, rules and static addresses that the engine before this one may have in the kernel.
struct PreviousEntries {
  struct Entry: Equatable {
    /// Tells whether the entry is the same, and not only one that the same request removes.
    var fingerprint: UInt64
    var ownership: Ownership
  }

  /// The requests that remove them, in the order in which they were added.
  var removals: [[UInt8]] = []
  /// Each by the request that removes it.
  var entries: [[UInt8]: Entry] = [:]
  /// Whether there was an engine before.
  var isFromEngine = false
  /// Whether it let go.
  var hasYielded = false

  init() {}

  /// Reads a board; what removes nothing is passed over.
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
  /// What the next engine knows it by.
  var identity: RouterIdentity {
    // The board keeps this much of a name; a longer one must compare equal to what it kept.
    RouterIdentity(
      interface: interface, family: family, virtualRouterID: policy.virtualRouterID.rawValue,
      name: RouterRecord.kept(name))
  }
}
