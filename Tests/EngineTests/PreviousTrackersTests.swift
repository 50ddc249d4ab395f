import Configuration
import ConfigurationModel
import ControlModel
import HealthCore
import NetworkTypes
import Testing
import VRRPCore

@testable import Engine

/// Which verdicts an engine goes on from.
@Suite struct PreviousTrackersTests {
  /// A configuration with one tracker of each kind that the prober looks after, and a BFD session.
  private func configuration() throws -> Configuration {
    var configuration = Configuration()
    configuration.scripts = [
      ScriptCheckDefinition(name: "one", command: CommandDefinition(arguments: ["/a"], text: "/a"))
    ]
    configuration.probes = [
      ProbeDefinition(name: "two", question: .combination(CombinedQuestion(.any, of: [.init(.script, "one")])))
    ]
    configuration.trackedFiles = [TrackedFileDefinition(name: "three", path: "/a")]
    // Named as the script is.
    configuration.trackedProcesses = [TrackedProcessDefinition(name: "one", command: "/a")]
    configuration.bfdInstances = [BFDInstanceDefinition(name: "four", neighbor: IPAddress(v4: 0x0A00_0002))]
    return configuration
  }

  private func trackers(_ configuration: Configuration) -> [PlannedTracker] {
    PlannedTracker.all(of: configuration)
  }

  /// Has `body` look at a board on which trackers are as some statuses say.
  private func withBoard(
    _ trackers: [PlannedTracker], _ statuses: [TrackerStatus], _ body: (PreviousTrackers) throws -> Void
  ) throws {
    let size = try Board.size(routers: 0, addresses: 0, trackers: trackers.count, packetBytes: 0)
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 64)
    defer { memory.deallocate() }
    memory.initializeMemory(as: UInt8.self, repeating: 0)
    let board = try Board(creatingIn: memory, routers: 0, addresses: 0, trackers: trackers.count, packetBytes: 0)
    for (position, tracker) in trackers.enumerated() {
      let record = try #require(board.tracker(position))
      record.name = tracker.name
      record.fingerprint = tracker.fingerprint
      record.record(TrackerFinding(statuses[position % statuses.count], ""), at: MonotonicInstant(nanoseconds: 1))
    }
    try body(PreviousTrackers(board))
  }

  private func statuses(_ inherited: PreviousTrackers, _ trackers: [PlannedTracker]) -> [TrackerStatus?] {
    trackers.map { inherited.record(of: $0)?.finding.status }
  }

  @Test func whatIsLookedAtOtherwiseGoesOnByItsNameAndKind() throws {
    let before = try configuration()
    var after = before
    after.scripts[0].command = CommandDefinition(arguments: ["/a", "b"], text: "/a b")
    after.probes[0].question = .combination(CombinedQuestion(.all, of: [.init(.script, "one"), .init(.file, "three")]))
    after.trackedFiles[0].path = "/b"
    after.trackedProcesses[0].command = "/b"
    after.bfdInstances[0].neighbor = IPAddress(v4: 0x0A00_0003)
    let (old, new) = (trackers(before), trackers(after))
    #expect(zip(old, new).allSatisfy { ($0.fingerprint == $1.fingerprint) == $0.name.kind.isProbers })
    let values = old.indices.map { TrackerStatus.level(Int32($0) + 5) }
    try withBoard(old, values) { inherited in
      #expect(statuses(inherited, old) == values)
      // A session with another host is another one.
      let expected = zip(old, values).map { $0.name.kind == .bfd ? nil : $1 }
      #expect(statuses(inherited, new) == expected)
      #expect(statuses(inherited, new.reversed()) == expected.reversed())
    }
  }

  @Test func whatHasFoundNothingYetIsNothingToGoOnFrom() throws {
    let before = try configuration()
    var after = before
    after.scripts[0].command = CommandDefinition(arguments: ["/b"], text: "/b")
    after.scripts[0].schedule.initiallyFailed = true
    let script = try #require(trackers(after).first { $0.name.kind == .script })
    try withBoard(trackers(before), [.unknown]) { #expect($0.record(of: script) == nil) }
  }

  @Test func oneKindDoesNotGoOnAsAnother() throws {
    var before = try configuration()
    before.trackedProcesses = []
    var after = try configuration()
    after.scripts = []
    after.probes = [ProbeDefinition(name: "three", question: after.probes[0].question)]
    after.trackedFiles = [TrackedFileDefinition(name: "two", path: "/a")]
    let new = trackers(after).filter { $0.name.kind != .bfd }
    try withBoard(trackers(before), [.up]) { #expect(statuses($0, new) == [nil, nil, nil]) }
  }

  @Test func aProbeThatAsksDoesNotGoOnAsACombination() throws {
    let before = try configuration()
    var after = before
    after.probes[0].question = .memory(MemoryQuestion())
    let probe = try #require(trackers(after).first { $0.name.kind == .probe })
    try withBoard(trackers(before), [.up]) { #expect($0.record(of: probe) == nil) }
  }

  @Test func longNamesAreKnownByAllOfThem() throws {
    var before = try configuration()
    before.scripts[0].name = String(repeating: "x", count: 70)
    before.scripts.append(before.scripts[0])
    before.scripts[1].name += "y"
    let trackers = trackers(before)
    let scripts = trackers.filter { $0.name.kind == .script }
    try withBoard(trackers, [.up, .down]) { #expect(statuses($0, scripts) == [.up, .down]) }
  }
}
