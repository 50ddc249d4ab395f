import Configuration
import ControlModel
import LinuxSystem
import NetworkTypes
import Testing
import VRRPCore

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

  private func configuration(_ scripts: [String], _ routers: [String]) throws -> Configuration {
    var configuration = Configuration()
    configuration.scripts = scripts.map {
      ScriptCheckDefinition(name: $0, command: CommandDefinition(arguments: ["/bin/true"], text: "/bin/true"))
    }
    for name in routers {
      let core = VirtualRouterConfiguration(
        virtualRouterID: try #require(VirtualRouterID(UInt8(name.utf8.first ?? 1))), version: .v3, priority: .standard,
        interval: .seconds(1))
      configuration.routers.append(VirtualRouterDefinition(name: name, interface: "eth0", core: core, family: .ipv4))
    }
    return configuration
  }

  /// A file may have come to name a check or a router in front of the one that is behind a transition.
  @Test func aCauseKeepsItsTrackerAndItsRouterThroughAReload() throws {
    let interfaces = ["eth0": InterfaceIndex(rawValue: 2)]
    let old = try Plan(configuration(["gone", "chk"], ["A", "B"]), interfaces: interfaces)
    let size = try Board.size(routers: 2, addresses: 0, trackers: 2, packetBytes: 0)
    let memory = try SharedMemory(name: "board", size: size)
    let board = try Board(creatingIn: memory.bytes, routers: 2, addresses: 0, trackers: 2, packetBytes: 0)
    for (position, tracker) in old.trackers.enumerated() {
      let record = try #require(board.tracker(position))
      (record.name, record.kind) = (tracker.name, tracker.kind.rawValue)
    }
    for (position, router) in old.routers.enumerated() {
      board.router(position)?.description = RouterDescription(
        identity: router.identity, version: .v3, basePriority: .standard, interval: .seconds(1), addresses: 0..<0)
    }
    let new = try Plan(configuration(["first", "second", "chk"], ["C", "B"]), interfaces: interfaces)
    let heritage = Heritage(board, for: new)
    #expect(heritage.renumbered(.trackerDown(TrackerID(rawValue: 1))) == .trackerDown(TrackerID(rawValue: 2)))
    #expect(heritage.renumbered(.trackerUp(TrackerID(rawValue: 1))) == .trackerUp(TrackerID(rawValue: 2)))
    #expect(heritage.renumbered(.trackerDown(TrackerID(rawValue: 0))) == .trackerDown(TrackerID(rawValue: -1)))
    #expect(heritage.renumbered(.trackerDown(TrackerID(rawValue: .max))) == .trackerDown(TrackerID(rawValue: -1)))
    #expect(heritage.renumbered(.syncGroup(member: 1)) == .syncGroup(member: 1))
    #expect(heritage.renumbered(.syncGroup(member: 0)) == .syncGroup(member: -1))
    #expect(heritage.renumbered(.masterResigned(IPAddress(v4: 1))) == .masterResigned(IPAddress(v4: 1)))
  }
}
