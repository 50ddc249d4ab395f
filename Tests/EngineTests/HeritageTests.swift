import Configuration
import ControlModel
import NetworkTypes
import Testing

@testable import Engine

/// What an engine makes of the board that the one before it left.
@Suite struct HeritageTests {
  @Test func aBoardIsSettledUntilAnEngineBeginsToChangeWhatItSays() throws {
    let size = try Board.size(routers: 0, addresses: 0, trackers: 0, packetBytes: 0)
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 64)
    defer { memory.deallocate() }
    memory.initializeMemory(as: UInt8.self, repeating: 0)
    let board = try Board(creatingIn: memory, routers: 0, addresses: 0, trackers: 0, packetBytes: 0)
    let plan = try Plan(Configuration(), interfaces: [:])
    #expect(!Heritage(board, for: plan).isSettled, "the engine before crashed")
    board.hasYielded = true
    let heritage = Heritage(board, for: plan)
    heritage.unsettle()
    #expect(heritage.isSettled)
    #expect(!Heritage(board, for: plan).isSettled, "the engine between died while it took over")
  }
}
