import ControlModel
import LinuxSystem
import Netlink
import NetworkTypes
import VRRPCore
import VRRPWire

/// What the engine before this one left, sorted by what this one makes of it.
struct Heritage {
  let board: Board?
  /// Which of the old routers go on.
  let succession: RouterSuccession
  /// Every address that is in the kernel for a router of the old engine. Of an engine with the same configuration it can be none
  /// that this does not name, whatever its board says.
  let owned: Set<AddressPlace>
  /// Those of them that the kernel did not answer for when the old engine last looked.
  let settling: Set<AddressPlace>
  /// The requests that remove the old engine's routes, rules and static addresses, in the order in which it added them.
  let entriesInOrder: [[UInt8]]
  /// The fingerprint of each, by the request that removes it.
  let entries: [[UInt8]: UInt64]
  /// Whether what the board says of addresses is what the kernel was last told.
  let isSettled: Bool
  /// The position that each of the old engine's trackers has in this plan.
  private let trackers: [Int: Int]

  init(_ board: Board?, for plan: Plan) {
    self.board = board
    isSettled = board?.hasYielded ?? false
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
    let ownedEntries = (0..<(board?.entryCount ?? 0)).compactMap { board?.entry($0) }.filter(\.isOwned)
      .map { (removal: $0.removal, fingerprint: $0.fingerprint) }.filter { KernelEntry.isRemoval($0.removal) }
    entriesInOrder = ownedEntries.map(\.removal)
    entries = Dictionary(ownedEntries.map { ($0.removal, $0.fingerprint) }) { first, _ in first }
    func places(where isMeant: (AddressRecord) -> Bool) -> Set<AddressPlace> {
      let records = (0..<(board?.addressCount ?? 0)).lazy.compactMap { board?.address($0) }.filter(isMeant)
      return Set(
        records.compactMap { record in
          guard let prefix = record.prefix, plan.inheritable?.contains(prefix) ?? true else { return nil }
          return AddressPlace(prefix: prefix, interface: record.interface)
        })
    }
    owned = places(where: \.isOwned)
    settling = places { $0.isOwned && $0.isSettling }
  }

  /// Marks the board of the engine before this one, since from here on the kernel is changed: should this engine die before its own
  /// board is the true one, the next must not take the old one for settled.
  static func unsettle(_ memory: SharedMemory) { (try? Board(opening: memory.bytes))?.hasYielded = false }

  /// The old engine's cause by the numbers that its tracker or router has in this plan: -1 if it is not configured any more.
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

extension PlannedRouter {
  /// What the next engine knows it by.
  var identity: RouterIdentity {
    // The board keeps this much of a name; a longer one must compare equal to what it kept.
    RouterIdentity(
      interface: interface, family: family, virtualRouterID: policy.virtualRouterID.rawValue,
      name: RouterRecord.kept(name))
  }
}
