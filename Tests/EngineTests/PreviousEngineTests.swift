import Configuration
import ControlModel
import LinuxSystem
import NetworkTypes
import Testing

@testable import Engine

/// What an engine makes of the board that the one before it left.
@Suite struct PreviousEngineTests {
  @Test func aBoardIsTrueUntilAnEngineBeginsToChangeWhatItSays() throws {
    let size = try Board.size(routers: 0, addresses: 0, trackers: 0, packetBytes: 0)
    let memory = try SharedMemory(name: "board", size: size)
    let board = try Board(creatingIn: memory.bytes, routers: 0, addresses: 0, trackers: 0, packetBytes: 0)
    let plan = try Plan(Configuration(), interfaces: [:])
    #expect(!PreviousEngine(board, for: plan).hasYielded, "the engine before crashed")
    board.hasYielded = true
    let copy = try BoardCopy(of: memory.bytes)
    PreviousEngine.forgetYield(on: memory)
    #expect(PreviousEngine(copy.board, for: plan).hasYielded)
    #expect(!PreviousEngine(board, for: plan).hasYielded, "the engine between died while it took over")
  }

  @Test("What two boards' records say of one address counts as there if one of them says so")
  func addresses() throws {
    let size = try Board.size(routers: 0, addresses: 4, trackers: 0, packetBytes: 0)
    let memory = try SharedMemory(name: "board", size: size)
    let board = try Board(creatingIn: memory.bytes, routers: 0, addresses: 4, trackers: 0, packetBytes: 0)
    let prefix = try #require(IPPrefix("192.0.2.1/24"))
    let other = try #require(IPPrefix("192.0.2.2/24"))
    let records: [(IPPrefix, Ownership)] = [
      (prefix, .uncertain), (prefix, .held), (prefix, .uncertain), (other, .none),
    ]
    for (index, (prefix, ownership)) in records.enumerated() {
      board.address(index)?.prefix = prefix
      board.address(index)?.ownership = ownership
      board.address(index)?.isTentative = index == 2
    }
    let place = AddressPlace(prefix: prefix, interface: InterfaceIndex(rawValue: 0))
    let all = PreviousAddresses(board, inheritable: nil)
    #expect(all.ownership == [place: .held] && all.tentative == [place] && !all.hasYielded)
    #expect(PreviousAddresses(board, inheritable: [other]).ownership.isEmpty)
    #expect(PreviousAddresses(nil, inheritable: nil).ownership.isEmpty)
    withExtendedLifetime(memory) {}
  }
}
