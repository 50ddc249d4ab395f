import Configuration
import ConfigurationModel
import NetworkTypes
import Testing
import VRRPCore

@testable import Engine

@Suite struct PlannedSessionTests {
  private func plan(_ adjust: (inout BFDInstanceDefinition) -> Void = { _ in }) throws -> Plan {
    var configuration = Configuration()
    var session = BFDInstanceDefinition(name: "wan", neighbor: try #require(IPAddress("192.0.2.2")))
    adjust(&session)
    configuration.bfdInstances = [session]
    return try Plan(configuration, interfaces: [:])
  }

  @Test func aSessionIsATracker() throws {
    let plan = try plan()
    let tracker = try #require(plan.trackers.first)
    #expect(tracker.name == TrackerName(.bfd, "wan"))
    #expect(tracker.fingerprint == plan.sessions.first?.fingerprint)
    #expect(plan.sessions.first?.port == 3784)
    #expect(try self.plan { $0.isMultihop = true }.sessions.first?.port == 4784)
  }

  @Test func onlyWhatTheOtherEndSeesMakesAnotherSession() throws {
    func fingerprint(_ adjust: (inout BFDInstanceDefinition) -> Void) throws -> UInt64? {
      try plan(adjust).sessions.first?.fingerprint
    }
    let known = try fingerprint { _ in }
    #expect(try fingerprint { $0.session = BFDConfiguration(desiredMinTx: 99_000, multiplier: 9) } == known)
    #expect(try fingerprint { $0.greatestHops = 254 } == known)
    #expect(try fingerprint { $0.isMultihop = true } != known)
    #expect(try fingerprint { $0.source = IPAddress("192.0.2.1") } != known)
    #expect(try fingerprint { $0.neighbor = IPAddress(v4: 1) } != known)
  }
}
