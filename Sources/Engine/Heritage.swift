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

  func record(of router: Int) -> RouterRecord? {
    succession.predecessors[router].flatMap { board?.router($0) }
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
