import Configuration
import ConfigurationModel
import ControlModel
import LinuxSystem
import NetworkTypes
import Testing
import VRRPCore

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
      board.tracker(position)?.name = tracker.name
    }
    for (position, router) in old.routers.enumerated() {
      board.router(position)?.description = RouterDescription(
        identity: router.identity, version: .v3, basePriority: .standard, interval: .seconds(1), addresses: 0..<0)
    }
    let new = try Plan(configuration(["first", "second", "chk"], ["C", "B"]), interfaces: interfaces)
    let previous = PreviousEngine(board, for: new)
    #expect(previous.renumbered(.trackerDown(TrackerID(rawValue: 1))) == .trackerDown(TrackerID(rawValue: 2)))
    #expect(previous.renumbered(.trackerUp(TrackerID(rawValue: 1))) == .trackerUp(TrackerID(rawValue: 2)))
    #expect(previous.renumbered(.trackerDown(TrackerID(rawValue: 0))) == .trackerDown(TrackerID(rawValue: -1)))
    #expect(previous.renumbered(.trackerDown(TrackerID(rawValue: .max))) == .trackerDown(TrackerID(rawValue: -1)))
    #expect(previous.renumbered(.syncGroup(member: 1)) == .syncGroup(member: 1))
    #expect(previous.renumbered(.syncGroup(member: 0)) == .syncGroup(member: -1))
    #expect(previous.renumbered(.masterResigned(IPAddress(v4: 1))) == .masterResigned(IPAddress(v4: 1)))
  }
}
