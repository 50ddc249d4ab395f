import ControlModel
import LinuxSystem
import NetworkTypes

/// What must leave the host when no engine can hold it: addresses off first, so that no instant has two answering, then
/// an advert of priority 0 for every master, so that the peer need not wait.
struct Withdrawal: Equatable {
  /// An address on an interface.
  struct Address: Hashable {
    var interface: InterfaceIndex
    var prefix: IPPrefix
  }

  /// A ready advert of priority 0 and where it goes.
  struct Resignation: Equatable {
    var name: String
    var packet: [UInt8]
    var source: IPAddress
    var destinations: [IPAddress]
    var interface: InterfaceIndex
    var hopLimit: UInt8
  }

  var addresses: [Address] = []
  var resignations: [Resignation] = []

  init() {}

  /// What the boards say. Addresses of all of them count; which routers are master is said by the first, the true one.
  init(boards: [Board]) {
    var seen: Set<Address> = []
    for board in boards {
      for address in Self.owned(on: board) where seen.insert(address).inserted { addresses.append(address) }
    }
    guard let board = boards.first else { return }
    for index in 0..<board.routerCount {
      if let router = board.router(index), let resignation = Resignation(of: router, on: board) {
        resignations.append(resignation)
      }
    }
  }

  /// The addresses that the first board owns and the second does not.
  init(of failed: Board, notOn kept: Board) {
    let stays = Set(Self.owned(on: kept))
    addresses = Self.owned(on: failed).filter { !stays.contains($0) }
  }

  private static func owned(on board: Board) -> [Address] {
    (0..<board.addressCount).compactMap { index in
      guard let record = board.address(index), record.isOwned, let prefix = record.prefix else { return nil }
      return Address(interface: record.interface, prefix: prefix)
    }
  }
}

extension Withdrawal.Resignation {
  /// The resignation of a router that is master; `nil` for any other, and for one that has none ready.
  init?(of router: RouterRecord, on board: Board) {
    guard router.isMaster, let description = router.description, let source = router.sourceAddress,
      let ready = router.readyResignation(on: board)
    else { return nil }
    name = description.identity.name
    packet = ready.advert
    destinations = ready.destinations
    self.source = source
    interface = description.identity.interface
    hopLimit = router.resignation.timeToLive
  }
}

/// Carries a withdrawal out.
protocol Withdrawing {
  /// Removes the addresses, then sends the resignations; what went wrong, a line each.
  func perform(_ withdrawal: Withdrawal) -> [String]
}

extension Supervisor {
  /// Withdraws what these boards own, the true board first.
  func withdraw(_ engines: [EngineID]) {
    let mapped = engines.compactMap { id in boards[id]?.map() }
    let withdrawal = Withdrawal(boards: mapped.compactMap { try? Board(opening: $0.bytes) })
    withExtendedLifetime(mapped) { carryOut(withdrawal) }
  }

  /// Removes what an engine that failed to take over may have added.
  func removeLeftovers(of failed: EngineID, notOn kept: EngineID) {
    guard let failedMemory = boards[failed]?.map(), let keptMemory = boards[kept]?.map(),
      let failedBoard = try? Board(opening: failedMemory.bytes), let keptBoard = try? Board(opening: keptMemory.bytes)
    else { return }
    let withdrawal = Withdrawal(of: failedBoard, notOn: keptBoard)
    withExtendedLifetime((failedMemory, keptMemory)) {
      if !withdrawal.addresses.isEmpty { carryOut(withdrawal) }
    }
  }

  private func carryOut(_ withdrawal: Withdrawal) {
    for problem in self.withdrawal.perform(withdrawal) { log.write(.error, problem) }
    let names = withdrawal.resignations.map(\.name).joined(separator: ", ")
    log.write(
      .warning,
      "withdrew \(withdrawal.addresses.count) \(withdrawal.addresses.count == 1 ? "address" : "addresses")"
        + (names.isEmpty ? "" : " and resigned as MASTER of \(names)"))
  }
}
