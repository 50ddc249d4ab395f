import Configuration
import ControlModel
import LinuxSystem
import NetworkTypes
import Testing

@testable import Engine

/// What an engine makes of the board that the one before it left.
@Suite struct HeritageTests {
  @Test func aBoardIsSettledUntilAnEngineBeginsToChangeWhatItSays() throws {
    let size = try Board.size(routers: 0, addresses: 0, trackers: 0, packetBytes: 0)
    let memory = try SharedMemory(name: "board", size: size)
    let board = try Board(creatingIn: memory.bytes, routers: 0, addresses: 0, trackers: 0, packetBytes: 0)
    let plan = try Plan(Configuration(), interfaces: [:])
    #expect(!Heritage(board, for: plan).isSettled, "the engine before crashed")
    board.hasYielded = true
    let copy = try BoardCopy(of: memory.bytes)
    let heritage = Heritage(copy.board, for: plan)
    Heritage.unsettle(memory)
    #expect(heritage.isSettled && Heritage(copy.board, for: plan).isSettled)
    #expect(!Heritage(board, for: plan).isSettled, "the engine between died while it took over")
  }
}
