import ControlModel
import Netlink
import NetworkTypes

/// Entries, addresses and resignations of a host whose engine cannot go on. Addresses are removed first, so that never
/// two hosts answer for them; then an advert of priority 0 is sent for every master, so that the peer need not wait for
/// the master-down interval.
package struct Withdrawal: Sendable, Equatable {
  /// An address on an interface.
  package struct Address: Sendable, Hashable {
    package var interface: InterfaceIndex
    /// Address with its prefix length.
    package var prefix: IPPrefix

    package init(interface: InterfaceIndex, prefix: IPPrefix) {
      self.interface = interface
      self.prefix = prefix
    }
  }

  /// Ready advert of priority 0 with its destination.
  package struct Resignation: Sendable, Equatable {
    /// Name of the router.
    package var name: String
    /// Bytes of the advert.
    package var packet: [UInt8]
    package var source: IPAddress
    /// Destination: the group or a peer.
    package var destination: IPAddress
    /// Interface by which it is sent.
    package var interface: InterfaceIndex
    /// TTL or hop limit.
    package var hopLimit: UInt8
    /// Whether the packet begins with its IPv4 header.
    package var isWholePacket = false
  }

  /// Ready requests that remove routes, rules and static addresses from the kernel, rules before the routes that they
  /// lead to.
  package var entries: [[UInt8]] = []
  /// Addresses to remove.
  package var addresses: [Address] = []
  /// Resignations to send after that.
  package var resignations: [Resignation] = []

  /// An empty withdrawal.
  package init() {}

  /// Withdrawal of what the boards record. Addresses of all boards are removed; only the first board, the valid one,
  /// says which routers are master.
  package init(boards: [Board]) {
    var seen: Set<Address> = []
    entries = Self.entries(on: boards)
    for board in boards {
      for address in Self.owned(on: board) where seen.insert(address).inserted { addresses.append(address) }
    }
    guard let board = boards.first else { return }
    for index in 0..<board.routerCount {
      if let router = board.router(index) { resignations += Resignation.all(of: router, on: board) }
    }
  }

  /// Addresses that are owned on the first board and not on the second.
  package init(of failed: Board, notOn kept: Board) {
    let stays = Set(Self.owned(on: kept))
    addresses = Self.owned(on: failed).filter { !stays.contains($0) }
    let kept = Set(Self.entries(on: [kept]))
    entries = Self.entries(on: [failed]).filter { !kept.contains($0) }
  }

  private static func entries(on boards: [Board]) -> [[UInt8]] {
    var seen: Set<[UInt8]> = []
    return boards.flatMap { board in
      (0..<board.entryCount).reversed().compactMap { board.entry($0) }.filter(\.isOwned).map(\.removal)
    }.filter { KernelEntry.isRemoval($0) && seen.insert($0).inserted }
  }

  private static func owned(on board: Board) -> [Address] {
    (0..<board.addressCount).compactMap { index in
      guard let record = board.address(index), record.isOwned, let prefix = record.prefix else { return nil }
      return Address(interface: record.interface, prefix: prefix)
    }
  }
}

extension Withdrawal.Resignation {
  /// Resignations of a router that is master, one for each destination; empty for any other router, or if none is
  /// ready.
  package static func all(of router: RouterRecord, on board: Board) -> [Self] {
    guard router.isMaster, let description = router.description, let source = router.sourceAddress,
      let ready = router.readyResignation(on: board), !ready.destinations.isEmpty
    else { return [] }
    let length = ready.packets.count / ready.destinations.count
    guard length > 0 else { return [] }
    return ready.destinations.enumerated().map { index, destination in
      Self(
        name: description.identity.name, packet: Array(ready.packets[index * length..<(index + 1) * length]),
        source: source, destination: destination, interface: description.identity.interface,
        hopLimit: ready.place.timeToLive, isWholePacket: ready.place.isWholePacket)
    }
  }
}
