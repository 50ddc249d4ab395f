import ControlModel
import Netlink
import NetworkTypes

/// What must leave the host when no engine can hold it: addresses off first, so that no instant has two answering, then
/// an advert of priority 0 for every master, so that the peer need not wait.
public struct Withdrawal: Sendable, Equatable {
  /// An address on an interface.
  public struct Address: Sendable, Hashable {
    /// The interface that carries it.
    public var interface: InterfaceIndex
    /// The address with its prefix length.
    public var prefix: IPPrefix

    /// An address on an interface.
    public init(interface: InterfaceIndex, prefix: IPPrefix) {
      self.interface = interface
      self.prefix = prefix
    }
  }

  /// A ready advert of priority 0 and where it goes.
  public struct Resignation: Sendable, Equatable {
    /// The router's name.
    public var name: String
    /// The advert, ready to send.
    public var packet: [UInt8]
    /// Where it leaves from.
    public var source: IPAddress
    /// The group or the peer it goes to.
    public var destination: IPAddress
    /// The interface it leaves by.
    public var interface: InterfaceIndex
    /// Its TTL or hop limit.
    public var hopLimit: UInt8
    /// Whether the packet begins with its IPv4 header.
    public var isWholePacket = false
  }

  /// The ready requests that take routes, rules and static addresses out of the kernel, rules before the routes that they lead to.
  public var entries: [[UInt8]] = []
  /// What comes off its interface.
  public var addresses: [Address] = []
  /// What is sent after that.
  public var resignations: [Resignation] = []

  /// Nothing.
  public init() {}

  /// What the boards say. Addresses of all of them count; which routers are master is said by the first, the true one.
  public init(boards: [Board]) {
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

  /// The addresses that the first board owns and the second does not.
  public init(of failed: Board, notOn kept: Board) {
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
  /// The resignations of a router that is master, one for each destination; none of any other router, nor of one that has none ready.
  public static func all(of router: RouterRecord, on board: Board) -> [Self] {
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
