import NetworkTypes
import SeededRandom
import Synchronization
import Testing
import VRRPCore

@testable import ControlModel

/// Status of a board that holds anything.
@Suite struct HostileStatusTests {
  private static let names = Names(
    routers: [
      Names.Router(name: "VI_1", interface: "eth0", trackers: [TrackerBinding(tracker: TrackerID(rawValue: 0))]),
      Names.Router(name: "VI_2", interface: "eth1"),
    ], trackers: [TrackerName(.script, "chk")], groups: [Names.Group(name: "G", members: [0, 1, 7])],
    dropReasons: [Names.DropReason(name: "checksum", sentence: "the checksum is wrong")])

  /// Memory for a board, freed with its last reference.
  private final class Memory: @unchecked Sendable {
    let bytes: UnsafeMutableRawBufferPointer

    init() throws {
      let size = try Board.size(
        routers: 3, addresses: 3, trackers: 2, entries: 1, sessions: 2, marks: 1, packetBytes: 64)
      bytes = .allocate(byteCount: size, alignment: 64)
      bytes.initializeMemory(as: UInt8.self, repeating: 0)
      _ = try Board(
        creatingIn: bytes, routers: 3, addresses: 3, trackers: 2, entries: 1, sessions: 2, marks: 1, packetBytes: 64)
    }

    deinit { bytes.deallocate() }
  }

  private func show(_ board: Board) -> Int {
    let now = MonotonicInstant(nanoseconds: 1_000_000_000_000)
    let status = Status(reading: board, names: Self.names, at: now)
    return status.text(isWide: true).utf8.count + status.json.utf8.count
  }

  @Test("Any bytes on the board are shown somehow", arguments: 0..<8)
  func anyBytes(part: UInt64) throws {
    let memory = try Memory()
    let pristine = Array(memory.bytes)
    for run in 0..<150 as Range<UInt64> {
      var random = SeededGenerator(seed: part, run: run)
      memory.bytes.copyBytes(from: pristine)
      // Small numbers are the states and kinds that mean something.
      let greatest: UInt8 = run % 3 == 0 ? 21 : 255
      for offset in (run % 16 == 0 ? 0 : 128)..<memory.bytes.count {
        memory.bytes[offset] = UInt8.random(in: 0...greatest, using: &random)
      }
      if let board = try? Board(opening: memory.bytes) { #expect(show(board) > 0) }
    }
  }

  private final class Flag: Sendable {
    let value = Atomic(false)
  }

  @Test("They may change while they are looked at and copied", .timeLimit(.minutes(2)))
  func changingBytes() async throws {
    let memory = try Memory()
    let isOver = Flag()
    let writer = Task.detached {
      var random = SeededGenerator(seed: 1)
      while !isOver.value.load(ordering: .relaxed) {
        let offset = Int.random(in: 12..<memory.bytes.count, using: &random)
        memory.bytes[offset] = UInt8.random(in: 0...255, using: &random)
        // Mostly a board: without its counts nothing of it is read.
        for (field, count) in [(12, 3), (16, 3), (20, 2), (24, 64), (80, 1), (84, 2), (88, 1)] as [(Int, UInt32)] {
          memory.bytes.storeBytes(of: count, toByteOffset: field, as: UInt32.self)
        }
      }
    }
    var shown = 0
    for _ in 0..<400 {
      if let board = try? Board(opening: memory.bytes) { shown += show(board) }
      if let copy = try? BoardCopy(of: memory.bytes) { shown += show(copy.board) }
    }
    isOver.value.store(true, ordering: .relaxed)
    await writer.value
    #expect(shown > 0)
  }

  @Test("A copy is what was there, whatever is written after that")
  func copies() throws {
    let memory = try Memory()
    let board = try Board(opening: memory.bytes)
    board.address(1)?.isOwned = true
    let copy = try BoardCopy(of: memory.bytes)
    board.address(1)?.isOwned = false
    memory.bytes.storeBytes(of: 0, toByteOffset: 0, as: UInt64.self)
    #expect(copy.board.address(1)?.isOwned == true && copy.board.routerCount == 3)
    #expect(throws: BoardError.layout) { try BoardCopy(of: memory.bytes) }
  }
}
