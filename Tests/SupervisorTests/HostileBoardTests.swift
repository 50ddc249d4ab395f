import ControlModel
import Glibc
import HostWithdrawal
import LinuxSystem
import NetworkTypes
import SeededRandom
import Synchronization
import Testing
import VRRPCore

@testable import Supervisor

/// A board that somebody has written to who should not have: whatever it says, the supervisor withdraws what can be withdrawn.
@Suite struct HostileBoardTests {
  private static let counts = (routers: 3, addresses: 4, trackers: 2, entries: 4, packets: 512)

  /// A board with one router that is master, one of its addresses, and its ready resignation.
  private struct Fixture {
    let memory: SharedMemory
    let board: Board

    init() throws {
      let counts = HostileBoardTests.counts
      let size = try Board.size(
        routers: counts.routers, addresses: counts.addresses, trackers: counts.trackers, entries: counts.entries,
        packetBytes: counts.packets)
      memory = try SharedMemory(name: "hostile", size: size)
      board = try Board(
        creatingIn: memory.bytes, routers: counts.routers, addresses: counts.addresses, trackers: counts.trackers,
        entries: counts.entries, packetBytes: counts.packets)
      let record = try #require(board.router(0))
      record.description = RouterDescription(
        identity: RouterIdentity(
          interface: InterfaceIndex(rawValue: 3), family: .ipv4, virtualRouterID: 51, name: "VI_1"),
        version: .v3, basePriority: .standard, interval: .seconds(1), addresses: 0..<1)
      record.snapshot = VirtualRouterSnapshot(
        state: .master, activeInterval: .seconds(1), effectivePriority: .standard)
      record.sourceAddress = IPAddress("192.0.2.1")
      record.resignation = ResignationPacket(offset: 0, length: 0, destinationCount: 0, timeToLive: 255)
      record.write(
        (packets: Array(repeating: 7, count: 64), destinations: [try #require(IPAddress("224.0.0.18"))]), on: board)
      let address = try #require(board.address(0))
      address.prefix = IPPrefix(host: IPAddress(v4: 0xC633_6401))
      address.interface = InterfaceIndex(rawValue: 3)
      address.isOwned = true
    }
  }

  /// A request to the kernel: its header and so many bytes in all.
  private static func request(_ type: UInt16, flags: UInt16 = 5, length: UInt32? = nil, count: Int = 28) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    bytes.withUnsafeMutableBytes {
      $0.storeBytes(of: length ?? UInt32(count), toByteOffset: 0, as: UInt32.self)
      $0.storeBytes(of: type, toByteOffset: 4, as: UInt16.self)
      $0.storeBytes(of: flags, toByteOffset: 6, as: UInt16.self)
    }
    return bytes
  }

  /// RTM_NEWLINK, RTM_DELLINK, RTM_NEWADDR, RTM_NEWROUTE, RTM_NEWRULE, RTM_DELNEIGH, NLMSG_DONE.
  private static let others: [[UInt8]] = [16, 17, 20, 24, 32, 29, 3].map { request($0) }
  /// A length that is not the record's, flags that ask for more than one thing, no whole header.
  private static let malformed = [
    request(25, length: 16), request(25, length: 32), request(25, flags: 0x305), request(25, flags: 0x205),
    Array(request(25).prefix(12)), request(25, count: 30), [1, 1],
  ]

  @Test("Only what removes a route, a rule or an address is sent, each as one request", arguments: others + malformed)
  func onlyRemovalsAreSent(request: [UInt8]) throws {
    let fixture = try Fixture()
    let good = [25, 33, 21].map { Self.request($0) }
    withExtendedLifetime(fixture) {
      for (position, bytes) in ([request] + good).enumerated() {
        fixture.board.entry(position)?.removal = bytes
        fixture.board.entry(position)?.isOwned = true
      }
      #expect(Withdrawal(boards: [fixture.board]).entries == good.reversed())
    }
    let kept = try Fixture()
    withExtendedLifetime((fixture, kept)) {
      #expect(Withdrawal(of: fixture.board, notOn: kept.board).entries == good.reversed())
    }
  }

  @Test("Any bytes on the board are withdrawn from as far as they make sense", arguments: 0..<8)
  func anyBytes(part: UInt64) throws {
    let fixture = try Fixture()
    let bytes = fixture.memory.bytes
    let pristine = Array(bytes)
    withExtendedLifetime(fixture) {
      for run in 0..<400 as Range<UInt64> {
        var random = SeededGenerator(seed: part, run: run)
        bytes.copyBytes(from: pristine)
        // Mostly what an engine wrote with some of it changed, else nothing but noise, now and then from the header on.
        let start = run % 16 == 0 ? 0 : 128
        if run % 4 == 0 {
          for offset in start..<bytes.count { bytes[offset] = random.next(upTo: 255) }
        } else {
          for _ in 0..<40 {
            bytes[Int.random(in: start..<bytes.count, using: &random)] = random.next(upTo: run % 3 == 0 ? 1 : 255)
          }
        }
        guard let board = try? Board(opening: bytes) else { continue }
        for index in 0..<board.addressCount where run % 2 == 0 { board.address(index)?.isOwned = true }
        let withdrawal = Withdrawal(boards: [board, board])
        #expect(withdrawal.addresses.allSatisfy { $0.prefix.length <= 128 })
        #expect(withdrawal.resignations.allSatisfy { !$0.packet.isEmpty && $0.packet.count <= Self.counts.packets })
        _ = Withdrawal(of: board, notOn: fixture.board)
      }
    }
  }

  private final class Flag: Sendable {
    let value = Atomic(false)
  }

  /// What another thread changes; it is mapped for as long as the test lasts.
  private struct Shared: @unchecked Sendable {
    let memory: SharedMemory
  }

  @Test("Somebody who changes the board while it is read keeps nothing from being withdrawn", .timeLimit(.minutes(2)))
  func changingBytes() async throws {
    let fixture = try Fixture()
    let shared = Shared(memory: fixture.memory)
    let isOver = Flag()
    let writer = Task.detached {
      var random = SeededGenerator(seed: 1)
      // The place of the ready resignation, back and forth; of the rest a byte now and then.
      let place = 128 + 344
      while !isOver.value.load(ordering: .relaxed) {
        for offset in [0, 500, 0, 1 << 30, 0] as [UInt32] {
          shared.memory.bytes.storeBytes(of: offset, toByteOffset: place, as: UInt32.self)
        }
        for count in [1, 900, 1] as [UInt32] {
          shared.memory.bytes.storeBytes(of: count, toByteOffset: place + 8, as: UInt32.self)
        }
        let offset = Int.random(in: 128 + 608..<shared.memory.bytes.count, using: &random)
        shared.memory.bytes[offset] = random.next(upTo: 255)
      }
    }
    let end = MonotonicClock.now() + .seconds(4)
    var resigned = 0
    while MonotonicClock.now() < end {
      if let board = try? Board(opening: shared.memory.bytes) {
        resigned += Withdrawal(boards: [board]).resignations.count
      }
    }
    isOver.value.store(true, ordering: .relaxed)
    await writer.value
    #expect(resigned > 0)
  }

  @Test("A supervisor whose engine fails withdraws in spite of it", arguments: 0..<20)
  func theSupervisorGoesOn(seed: UInt64) throws {
    let stage = try SupervisorStage()
    #expect(try stage.reaches { stage.isServing })
    for _ in 1...3 {
      #expect(try stage.reaches { stage.isServing })
      let engine = try #require(stage.processes.living(.engine).first)
      let bytes = try #require(engine.memory).bytes
      var random = SeededGenerator(seed: seed)
      for offset in (seed % 4 == 0 ? 0 : 128)..<bytes.count { bytes[offset] = random.next(upTo: 255) }
      let started = stage.processes.started(.engine).count
      engine.end(.killed(signal: SIGILL))
      #expect(
        try stage.reaches {
          stage.processes.started(.engine).count > started || stage.supervisor.exitCode != nil
        })
    }
    #expect(try stage.reaches { stage.supervisor.exitCode != nil })
    #expect(stage.supervisor.exitCode == ExitCode.engineFailing.rawValue)
  }
}

extension SeededGenerator {
  /// A byte from 0 to `greatest`.
  fileprivate mutating func next(upTo greatest: UInt8) -> UInt8 { UInt8.random(in: 0...greatest, using: &self) }
}
