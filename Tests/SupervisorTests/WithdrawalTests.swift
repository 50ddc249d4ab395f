import ControlModel
import HostWithdrawal
import LinuxSystem
import NetworkTypes
import Testing
import VRRPCore

@testable import Supervisor

/// Boards as an engine leaves them.
private struct BoardFixture {
  let memory: SharedMemory
  let board: Board

  /// Two routers, the first of them master; `owned` of four addresses are in the kernel.
  init(owned: Set<Int>, master: Bool = true) throws {
    let size = try Board.size(routers: 2, addresses: 4, trackers: 0, packetBytes: 128)
    memory = try SharedMemory(name: "fixture", size: size)
    board = try Board(creatingIn: memory.bytes, routers: 2, addresses: 4, trackers: 0, packetBytes: 128)
    for index in 0..<4 {
      let record = board.address(index)
      record?.router = index / 2
      record?.interface = InterfaceIndex(rawValue: 3)
      record?.prefix = try Self.prefix(index)
      record?.isOwned = owned.contains(index)
    }
    for index in 0..<2 {
      guard let record = board.router(index) else { continue }
      record.description = RouterDescription(
        identity: RouterIdentity(
          interface: InterfaceIndex(rawValue: 3), family: .ipv4, virtualRouterID: 51, name: "VI_\(index)"),
        version: .v3, basePriority: Priority(rawValue: 100), interval: Centiseconds(rawValue: 100),
        addresses: index * 2..<index * 2 + 2)
      var snapshot = record.snapshot
      snapshot.state = index == 0 && master ? .master : .backup
      record.snapshot = snapshot
      record.sourceAddress = IPAddress("192.0.2.1")
      record.resignation = ResignationPacket(offset: index * 64, length: 0, destinationCount: 0, timeToLive: 255)
      record.write((packets: [1, 2, 3], destinations: [try Self.group()]), on: board)
    }
  }

  static func group() throws -> IPAddress { try #require(IPAddress("224.0.0.18")) }

  static func prefix(_ index: Int) throws -> IPPrefix {
    let address = try #require(IPAddress("198.51.100.\(index + 1)"))
    return try #require(IPPrefix(address, length: 24))
  }
}

extension Withdrawal {
  /// What the fixtures' boards say; a board is a view, so what it views is kept for as long.
  fileprivate init(_ fixtures: BoardFixture...) {
    self = withExtendedLifetime(fixtures) { Withdrawal(boards: fixtures.map(\.board)) }
  }

  fileprivate init(of failed: BoardFixture, notOn kept: BoardFixture) {
    self = withExtendedLifetime((failed, kept)) { Withdrawal(of: failed.board, notOn: kept.board) }
  }
}

@Suite struct WithdrawalTests {
  @Test func takesWhatIsOwnedAndResignsForMastersOnly() throws {
    let fixture = try BoardFixture(owned: [0, 1, 3])
    let withdrawal = Withdrawal(fixture)
    #expect(try withdrawal.addresses.map(\.prefix) == [0, 1, 3].map(BoardFixture.prefix))
    let resignation = try #require(withdrawal.resignations.first)
    #expect(withdrawal.resignations.count == 1)
    #expect(resignation.name == "VI_0")
    #expect(resignation.packet == [1, 2, 3])
    #expect(try resignation.destination == BoardFixture.group())
    #expect(resignation.hopLimit == 255)
  }

  /// Checksums and signatures cover the destination, so a resignation is one packet for each.
  @Test(arguments: [true, false]) func eachDestinationGetsItsOwnPacket(isWhole: Bool) throws {
    let fixture = try BoardFixture(owned: [])
    let peers = try ["192.0.2.2", "192.0.2.3"].map { try #require(IPAddress($0)) }
    withExtendedLifetime(fixture) {
      let record = fixture.board.router(0)
      record?.resignation = ResignationPacket(
        offset: 0, length: 0, destinationCount: 0, timeToLive: 64, isWholePacket: isWhole)
      record?.write((packets: [1, 2, 3, 4, 5, 6], destinations: peers), on: fixture.board)
    }
    let resignations = Withdrawal(fixture).resignations
    #expect(resignations.map(\.packet) == [[1, 2, 3], [4, 5, 6]])
    #expect(resignations.map(\.destination) == peers)
    #expect(resignations.map(\.isWholePacket) == [isWhole, isWhole])
  }

  @Test func addressesOfEveryBoardCountOnce() throws {
    let known = try BoardFixture(owned: [0, 1])
    let other = try BoardFixture(owned: [1, 2])
    let withdrawal = Withdrawal(known, other)
    #expect(try withdrawal.addresses.map(\.prefix) == [0, 1, 2].map(BoardFixture.prefix))
    #expect(withdrawal.resignations.count == 1)
  }

  @Test func aBoardWithoutMastersResignsForNobody() throws {
    #expect(try Withdrawal(BoardFixture(owned: [], master: false)) == Withdrawal())
    #expect(Withdrawal(boards: []) == Withdrawal())
  }

  @Test func leftoversAreWhatTheOldBoardDoesNotOwn() throws {
    let failed = try BoardFixture(owned: [0, 1, 2])
    let kept = try BoardFixture(owned: [0, 1])
    let withdrawal = Withdrawal(of: failed, notOn: kept)
    #expect(try withdrawal.addresses.map(\.prefix) == [BoardFixture.prefix(2)])
    #expect(withdrawal.resignations.isEmpty)
  }

  @Test func routesAndRulesGoInTheReverseOrderOfTheirComing() throws {
    let size = try Board.size(routers: 0, addresses: 0, trackers: 0, entries: 3, packetBytes: 0)
    let memory = try SharedMemory(name: "fixture", size: size)
    let board = try Board(creatingIn: memory.bytes, routers: 0, addresses: 0, trackers: 0, entries: 3, packetBytes: 0)
    try withExtendedLifetime(memory) {
      // RTM_DELADDR, RTM_DELROUTE, RTM_DELRULE.
      let requests = ([21, 25, 33] as [UInt8]).map { [16, 0, 0, 0, $0] + Array(repeating: 0, count: 11) }
      for (index, request) in requests.enumerated() {
        let record = try #require(board.entry(index))
        record.removal = request
        record.isOwned = index != 1
      }
      #expect(Withdrawal(boards: [board, board]).entries == [requests[2], requests[0]])
      #expect(Withdrawal(of: board, notOn: board).entries.isEmpty)
      #expect(board.entry(3) == nil)
      // A request longer than a record is left out rather than cut.
      board.entry(0)?.removal = Array(repeating: 7, count: 369)
      #expect(board.entry(0)?.removal == requests[0])
    }
  }

  @Test(arguments: [
    ResignationPacket(offset: 1 << 30, length: 4, destinationCount: 1, timeToLive: 255),
    ResignationPacket(offset: 0, length: 4, destinationCount: 1 << 30, timeToLive: 255),
    ResignationPacket(offset: 120, length: 100, destinationCount: 1, timeToLive: 255),
    ResignationPacket(offset: 0, length: 0, destinationCount: 1, timeToLive: 255),
  ])
  func aRecordThatPointsBeyondTheBoardIsLeftOut(place: ResignationPacket) throws {
    let fixture = try BoardFixture(owned: [0])
    withExtendedLifetime(fixture) { fixture.board.router(0)?.resignation = place }
    let withdrawal = Withdrawal(fixture)
    #expect(withdrawal.resignations.isEmpty)
    #expect(withdrawal.addresses.count == 1)
  }
}
