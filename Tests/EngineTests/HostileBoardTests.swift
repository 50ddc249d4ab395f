import Configuration
import ConfigurationModel
import ControlModel
import Glibc
import HostWithdrawal
import LinuxSystem
import Netlink
import NetworkTypes
import SeededRandom
import Synchronization
import Testing
import VRRPCore
import VRRPWire

@testable import Engine

/// An engine that finds any bytes on the board of the one before it.
@Suite struct HostileBoardTests {
  private func prefix(_ text: String) throws -> IPPrefix { try #require(IPPrefix(text)) }

  /// Routers of each kind of signing, what they track, a route, and a BFD session.
  private func configuration() throws -> Configuration {
    var configuration = Configuration()
    configuration.scripts = [
      ScriptCheckDefinition(name: "chk", command: CommandDefinition(arguments: ["/bin/true"], text: "/bin/true"))
    ]
    configuration.bfdInstances = [BFDInstanceDefinition(name: "wan", neighbor: IPAddress(v4: 0x7F00_0063))]
    let kinds: [(UInt8, AuthenticationDefinition?)] = [
      (51, nil), (52, .header(key: Array("secret".utf8))),
      (53, .trailer(TrailerDefinition(activeKey: .init(id: 1, bytes: Array(repeating: 7, count: 32)), window: 5))),
    ]
    for (number, authentication) in kinds {
      let core = VirtualRouterConfiguration(
        virtualRouterID: try #require(VirtualRouterID(number)), version: number == 52 ? .v2 : .v3, priority: .standard,
        interval: Centiseconds(rawValue: 100))
      var router = VirtualRouterDefinition(name: "VI_\(number)", interface: "lo", core: core, family: .ipv4)
      router.sourceAddress = IPAddress(v4: 0x7F00_0001)
      router.addresses = [VirtualAddress(prefix: try prefix("127.9.\(number).1/32"))]
      router.tracked = [TrackerReference(.script, "chk", weight: -20), TrackerReference(.bfd, "wan", weight: 2)]
      router.authentication = authentication
      configuration.routers.append(router)
    }
    var route = Route(destination: try prefix("198.51.100.0/24"))
    route.interface = "lo"
    configuration.routers[0].entries = [KernelEntryDefinition(.route(route), text: "route")]
    return configuration
  }

  private static let place = (header: 128, router: 608)

  @Test("An engine that goes on with a configuration takes no address off the host that this one does not name")
  func onlyNamedAddressesAreOwned() throws {
    let size = try Board.size(routers: 0, addresses: 3, trackers: 0, packetBytes: 0)
    let memory = try SharedMemory(name: "board", size: size)
    let board = try Board(creatingIn: memory.bytes, routers: 0, addresses: 3, trackers: 0, packetBytes: 0)
    // One of the configuration, the same on an interface that has got another number since, and the host's own.
    let places = try [("127.9.51.1/32", 1), ("127.9.51.1/32", 9), ("192.0.2.1/24", 1)].map {
      AddressPlace(prefix: try prefix($0.0), interface: InterfaceIndex(rawValue: Int32($0.1)))
    }
    for (index, place) in places.enumerated() {
      board.address(index)?.prefix = place.prefix
      board.address(index)?.interface = place.interface
      board.address(index)?.isOwned = true
    }
    let interfaces = ["lo": InterfaceIndex(rawValue: 1)]
    try withExtendedLifetime(memory) {
      let same = try Plan(configuration(), interfaces: interfaces, toleratesAbsence: true)
      #expect(Set(PreviousEngine(board, for: same).addresses.ownership.keys) == Set(places.prefix(2)))
      // A reload may drop what was named before.
      let next = try Plan(configuration(), interfaces: interfaces)
      #expect(Set(PreviousEngine(board, for: next).addresses.ownership.keys) == Set(places))
    }
  }

  @Test("Requests on the board that remove nothing are not sent")
  func onlyRemovalsAreInherited() throws {
    let size = try Board.size(routers: 0, addresses: 0, trackers: 0, entries: 2, packetBytes: 0)
    let memory = try SharedMemory(name: "board", size: size)
    let board = try Board(creatingIn: memory.bytes, routers: 0, addresses: 0, trackers: 0, entries: 2, packetBytes: 0)
    let plan = try Plan(configuration(), interfaces: ["lo": InterfaceIndex(rawValue: 1)])
    let removal = try #require(plan.entries.first?.entry?.removal)
    // RTM_NEWROUTE in the place of RTM_DELROUTE.
    var other = removal
    other[4] = 24
    for (index, request) in [other, removal].enumerated() {
      board.entry(index)?.removal = request
      board.entry(index)?.isOwned = true
    }
    withExtendedLifetime(memory) { #expect(PreviousEngine(board, for: plan).entries.removals == [removal]) }
  }

  private static let mayChange = ConditionTrait.enabled(
    if: geteuid() == 0 && getenv("MARTLET_LAB") != nil, "changes addresses: only in namespaces of its own")

  /// Has an engine take over from `previous`, which it may find anything on, and go on for a few turns.
  private func takeOver(_ reactor: Reactor, from previous: Board, seed: UInt64) throws -> UInt64 {
    let monitor = try NetlinkMonitor(watchesRouting: true)
    let interfaces = try InterfaceTable(readBy: monitor)
    let plan = try Plan(
      configuration(), interfaces: interfaces.indexes, toleratesAbsence: seed % 2 == 0)
    let size = try Board.size(
      routers: 3, addresses: 3, trackers: plan.trackers.count, entries: 1, sessions: 1, marks: ReplayMarks.capacity,
      packetBytes: 1024)
    let memory = try SharedMemory(name: "board", size: size)
    let board = try Board(
      creatingIn: memory.bytes, routers: 3, addresses: 3, trackers: plan.trackers.count, entries: 1, sessions: 1,
      marks: ReplayMarks.capacity, packetBytes: 1024)
    for (position, router) in plan.routers.enumerated() {
      board.router(position)?.description = RouterDescription(
        identity: router.identity, version: router.policy.expectation.version, basePriority: .standard,
        interval: .seconds(1),
        addresses: router.addresses)
      board.router(position)?.resignation = ResignationPacket(
        offset: position * 256, length: 0, destinationCount: 0, timeToLive: 255)
    }
    board.router(2)?.marks = 0..<ReplayMarks.capacity
    let engine = try Engine(
      plan, interfaces: interfaces, board: board, reactor: reactor, monitor: monitor, prober: nil)
    engine.takeOver(from: previous)
    for step in 0..<4 as Range<Int64> { engine.turn(at: MonotonicClock.now() + .seconds(step * 3)) }
    let sent = board.router(0)?[.advertisementsSent] ?? 0
    engine.stop()
    for _ in 0..<20 where engine.phase != .finished { engine.turn(at: MonotonicClock.now() + .seconds(60)) }
    withExtendedLifetime(memory) {}
    return sent
  }

  /// A board of the same configuration with the states of masters.
  private func oldBoard() throws -> (SharedMemory, Board) {
    let plan = try Plan(configuration(), interfaces: ["lo": InterfaceIndex(rawValue: 1)])
    let size = try Board.size(
      routers: 3, addresses: 3, trackers: plan.trackers.count, entries: 1, sessions: 1, marks: ReplayMarks.capacity,
      packetBytes: 1024)
    let memory = try SharedMemory(name: "old", size: size)
    let board = try Board(
      creatingIn: memory.bytes, routers: 3, addresses: 3, trackers: plan.trackers.count, entries: 1, sessions: 1,
      marks: ReplayMarks.capacity, packetBytes: 1024)
    board.isRunning = true
    for (position, router) in plan.routers.enumerated() {
      guard let record = board.router(position) else { continue }
      record.description = RouterDescription(
        identity: router.identity, version: router.policy.expectation.version, basePriority: .standard,
        interval: .seconds(1),
        addresses: router.addresses)
      record.snapshot = VirtualRouterSnapshot(
        state: position == 1 ? .backup : .master, activeInterval: .seconds(1), effectivePriority: .standard)
      record.sourceAddress = IPAddress(v4: 0x7F00_0001)
      record.resignation = ResignationPacket(offset: position * 256, length: 0, destinationCount: 0, timeToLive: 255)
      record.write((packets: Array(repeating: 1, count: 40), destinations: [IPAddress(v4: 0xE000_0012)]), on: board)
      board.address(position)?.prefix = plan.addresses[position].prefix
      board.address(position)?.interface = InterfaceIndex(rawValue: 1)
      board.address(position)?.isOwned = true
    }
    board.router(2)?.marks = 0..<ReplayMarks.capacity
    for (position, tracker) in plan.trackers.enumerated() {
      board.tracker(position)?.name = tracker.name
      board.tracker(position)?.fingerprint = tracker.fingerprint
    }
    board.session(0)?.name = "wan"
    board.session(0)?.fingerprint = plan.sessions[0].fingerprint
    return (memory, board)
  }

  @Test("Any bytes on the board are adopted from as far as they make sense", mayChange, arguments: 0..<8)
  func anyBytes(part: UInt64) throws {
    let (memory, _) = try oldBoard()
    let bytes = memory.bytes
    let pristine = Array(bytes)
    let reactor = try Reactor()
    for run in 0..<40 as Range<UInt64> {
      var random = SeededGenerator(seed: part, run: run)
      bytes.copyBytes(from: pristine)
      let start = run % 16 == 0 ? 0 : 128
      // Few changes, so that what is found is still adopted, or many.
      for _ in 0..<(run % 4 == 0 ? bytes.count : run % 4 == 1 ? 400 : 30) {
        bytes[Int.random(in: start..<bytes.count, using: &random)] = UInt8.random(
          in: 0...(run % 3 == 0 ? 2 : 255), using: &random)
      }
      for field in stride(from: 16, to: 64, by: 8) where run % 5 < 2 {
        bytes.storeBytes(of: run % 5 == 0 ? Int64.max - 3 : .min + 3, toByteOffset: 128 + field, as: Int64.self)
      }
      guard let board = try? Board(opening: bytes) else { continue }
      _ = try takeOver(reactor, from: board, seed: run)
    }
    withExtendedLifetime(memory) {}
  }

  private final class Flag: Sendable {
    let value = Atomic(false)
  }

  /// What another thread changes; it is mapped for as long as the test lasts.
  private struct Shared: @unchecked Sendable {
    let memory: SharedMemory
  }

  @Test(
    "Somebody who changes the board while it is read keeps no engine from taking over", mayChange,
    .timeLimit(.minutes(2)))
  func changingBytes() async throws {
    let (memory, _) = try oldBoard()
    let shared = Shared(memory: memory)
    let isOver = Flag()
    let writer = Task.detached {
      var random = SeededGenerator(seed: 1)
      // The name, so that the router is one that is no more and resigns, and the place of its resignation.
      let record = 128
      while !isOver.value.load(ordering: .relaxed) {
        shared.memory.bytes[record + 361] = 0x41
        for offset in [0, 1 << 30, 0, 900, 0] as [UInt32] {
          shared.memory.bytes.storeBytes(of: offset, toByteOffset: record + 344, as: UInt32.self)
        }
        for count in [1, 50, 1] as [UInt32] {
          shared.memory.bytes.storeBytes(of: count, toByteOffset: record + 352, as: UInt32.self)
        }
        let offset = Int.random(in: 128 + 3 * 608..<shared.memory.bytes.count, using: &random)
        shared.memory.bytes[offset] = UInt8.random(in: 0...255, using: &random)
      }
    }
    let sent = try takeOverAgain(and: shared)
    isOver.value.store(true, ordering: .relaxed)
    await writer.value
    #expect(sent > 0)
  }

  private func takeOverAgain(and shared: Shared) throws -> UInt64 {
    let reactor = try Reactor()
    let end = MonotonicClock.now() + .seconds(5)
    var sent: UInt64 = 0
    var resigned = 0
    while MonotonicClock.now() < end {
      let board = try Board(opening: shared.memory.bytes)
      for _ in 0..<2000 {
        let routers = (0..<3).compactMap(board.router)
        resigned += routers.flatMap { Withdrawal.Resignation.all(of: $0, on: board) }.count
      }
      sent += try takeOver(reactor, from: board, seed: 0)
    }
    #expect(resigned > 0)
    return sent
  }
}
