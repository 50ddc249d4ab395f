import NetworkTypes
import SimulationKit
import Testing
import VRRPCore

@Suite struct ScenarioTests {
  /// Routers with VRIDs from 1, at 1 s in version 3 unless changed.
  private func host(
    _ priority: UInt8, routers count: Int = 1, interval: UInt16 = 100, groups: [SyncGroupConfiguration] = [],
    _ change: (inout VirtualRouterConfiguration) -> Void = { _ in }
  ) -> HostDefinition {
    let routers = (1...count).compactMap { number -> VirtualRouterConfiguration? in
      guard let identifier = VirtualRouterID(UInt8(number)) else { return nil }
      var router = VirtualRouterConfiguration(
        virtualRouterID: identifier, version: .v3, priority: Priority(rawValue: priority),
        interval: Centiseconds(rawValue: interval))
      change(&router)
      return router
    }
    return HostDefinition(routers: routers, groups: groups)
  }

  private func cluster(_ hosts: [HostDefinition], interval: UInt16 = 100) throws -> Cluster {
    let conditions = LinkConditions()
    let bounds = Bounds(
      longestInterval: Centiseconds(rawValue: interval), longestDelay: conditions.longestDelay, lostInARow: 0)
    return try Cluster(seed: 1, hosts: hosts, conditions: conditions, bounds: bounds)
  }

  /// The moments at which a host claimed a router's addresses.
  private func claims(_ cluster: Cluster, host: Int, router: Int = 0) -> [MonotonicInstant] {
    cluster.deeds.filter { $0.host == host && $0.router == router && $0.action == .claim }.map(\.at)
  }

  private func start(_ cluster: inout Cluster) {
    for host in 0...1 { cluster.disturb(.start(host: host)) }
  }

  @Test("250 routers at 0.1 s on two hosts started at one instant: settled within 1 s, the lower host never claims")
  func manyRoutersAtOnce() throws {
    var cluster = try cluster(
      [host(150, routers: 250, interval: 10), host(100, routers: 250, interval: 10)], interval: 10)
    start(&cluster)
    cluster.run(for: .seconds(1))
    #expect((0..<250).allSatisfy { cluster.holders(of: $0) == [0] })
    #expect(cluster.deeds.allSatisfy { $0.host == 0 || $0.action != .claim })
    let last = cluster.deeds.last { $0.action == .claim }.map { $0.at }
    #expect(last.map { $0 < MonotonicInstant(nanoseconds: 400_000_000) } == true)
    #expect(cluster.violations.isEmpty)
  }

  @Test("A crash is taken over after the master-down interval, and the returning better host preempts")
  func crashAndReturn() throws {
    var cluster = try cluster([host(150), host(100)])
    start(&cluster)
    cluster.run(for: .seconds(10))
    let crash = cluster.now
    cluster.disturb(.crash(host: 0))
    cluster.run(for: .seconds(10))
    let outage = try #require(claims(cluster, host: 1).first) - crash
    #expect(outage > .milliseconds(2609) && outage < .milliseconds(3610))
    cluster.disturb(.start(host: 0))
    cluster.run(for: .seconds(5))
    #expect(cluster.holders(of: 0) == [0])
    #expect(cluster.violations.isEmpty)
  }

  @Test("A planned stop is taken over after the skew time")
  func plannedStop() throws {
    var cluster = try cluster([host(150), host(100)])
    start(&cluster)
    cluster.run(for: .seconds(10))
    let stop = cluster.now
    cluster.disturb(.stop(host: 0))
    cluster.run(for: .seconds(1))
    let outage = try #require(claims(cluster, host: 1).first) - stop
    #expect(outage >= Nanoseconds(rawValue: 609_375_000) && outage < .milliseconds(610))
    #expect(cluster.violations.isEmpty)
  }

  @Test("Under nopreempt the returning better host stays in BACKUP")
  func noPreempt() throws {
    var cluster = try cluster([host(150) { $0.preempt = false }, host(100)])
    start(&cluster)
    cluster.run(for: .seconds(10))
    cluster.disturb(.crash(host: 0))
    cluster.run(for: .seconds(10))
    cluster.disturb(.start(host: 0))
    cluster.run(for: .seconds(60))
    #expect(cluster.holders(of: 0) == [1])
    #expect(cluster.violations.isEmpty)
  }

  @Test("A preempt delay holds the returning better host back for as long as it says")
  func preemptDelay() throws {
    var cluster = try cluster([host(150) { $0.preemptDelay = .seconds(30) }, host(100)])
    start(&cluster)
    cluster.run(for: .seconds(10))
    #expect(cluster.holders(of: 0) == [0], "there was no master to delay for")
    cluster.disturb(.crash(host: 0))
    cluster.run(for: .seconds(10))
    let back = cluster.now
    cluster.disturb(.start(host: 0))
    cluster.run(for: .seconds(60))
    let after = try #require(claims(cluster, host: 0).last) - back
    #expect(after > .seconds(30) && after < .seconds(36))
    #expect(cluster.violations.isEmpty)
  }

  @Test("Between equal priorities the higher address wins, whoever started first")
  func equalPriorities() throws {
    var together = try cluster([host(100), host(100)])
    start(&together)
    together.run(for: .seconds(10))
    #expect(together.holders(of: 0) == [1])
    #expect(together.violations.isEmpty)

    var apart = try cluster([host(100), host(100)])
    apart.disturb(.start(host: 0))
    apart.run(for: .seconds(10))
    apart.disturb(.start(host: 1))
    apart.run(for: .seconds(10))
    #expect(apart.holders(of: 0) == [0], "an equal priority does not preempt")
    #expect(apart.violations.isEmpty)
  }

  @Test("A fault of one member moves the whole group, and back")
  func syncGroup() throws {
    let group = [SyncGroupConfiguration(members: [0, 1])]
    var definition = host(150, routers: 2, groups: group)
    definition.routers[1].configuration.trackers = [TrackerBinding(tracker: TrackerID(rawValue: 0))]
    definition.trackerCount = 1
    var cluster = try cluster([definition, host(100, routers: 2, groups: group)])
    start(&cluster)
    cluster.run(for: .seconds(10))
    let down = cluster.now
    cluster.disturb(.tracker(host: 0, TrackerID(rawValue: 0), .down))
    cluster.run(for: .seconds(1))
    for router in 0...1 {
      #expect(cluster.holders(of: router) == [1])
      let outage = try #require(claims(cluster, host: 1, router: router).first) - down
      #expect(outage < .milliseconds(610))
    }
    cluster.disturb(.tracker(host: 0, TrackerID(rawValue: 0), .up))
    cluster.run(for: .seconds(5))
    for router in 0...1 { #expect(cluster.holders(of: router) == [0]) }
    #expect(cluster.violations.isEmpty)
  }

  @Test("A master frozen for 5 s and thawed: the winner announces within one advert", arguments: [150, 100] as [UInt8])
  func freezeAndThaw(frozenPriority: UInt8) throws {
    // The frozen host is the master: the better of the two, or under nopreempt the one that was there first.
    var cluster = try cluster([host(frozenPriority) { $0.preempt = false }, host(120) { $0.preempt = false }])
    cluster.disturb(.start(host: 0))
    cluster.run(for: .seconds(10))
    cluster.disturb(.start(host: 1))
    cluster.run(for: .seconds(10))
    #expect(cluster.holders(of: 0) == [0])
    cluster.disturb(.freeze(host: 0))
    cluster.run(for: .seconds(5))
    #expect(cluster.state(of: 0, on: 1) == .master)
    let thaw = cluster.now
    cluster.disturb(.thaw(host: 0))
    cluster.run(for: .seconds(2))
    let winner = frozenPriority > 120 ? 0 : 1
    #expect(cluster.holders(of: 0) == [winner])
    let announced = cluster.deeds.contains {
      guard case .announce = $0.action else { return false }
      return $0.host == winner && $0.at >= thaw - (winner == 1 ? .seconds(2) : .zero)
    }
    #expect(announced)
    #expect(cluster.violations.isEmpty)
  }

  @Test(
    "nopreempt holds after a freeze as well if that is asked for: who took over stays, and the thawed host never speaks"
  )
  func freezeAndThawStandingBack() throws {
    var cluster = try cluster([
      host(150) {
        $0.preempt = false
        $0.successorPriority = Priority(rawValue: 120)
      }, host(120) { $0.preempt = false },
    ])
    cluster.disturb(.start(host: 0))
    cluster.run(for: .seconds(10))
    cluster.disturb(.start(host: 1))
    cluster.run(for: .seconds(10))
    cluster.disturb(.freeze(host: 0))
    cluster.run(for: .seconds(5))
    let thaw = cluster.now
    cluster.disturb(.thaw(host: 0))
    cluster.run(for: .seconds(20))
    #expect(cluster.holders(of: 0) == [1])
    #expect(claims(cluster, host: 0).allSatisfy { $0 < thaw })
    #expect(claims(cluster, host: 1).count == 1)
    #expect(cluster.violations.isEmpty)
  }

  @Test("A hundred hand-overs a second on both hosts move nothing")
  func handOvers() throws {
    var cluster = try cluster([host(150, routers: 5), host(100, routers: 5)])
    start(&cluster)
    cluster.run(for: .seconds(10))
    let before = cluster.deeds.filter { $0.action == .claim || $0.action == .release }.count
    for _ in 0..<500 {
      for host in 0...1 { cluster.disturb(.handOver(host: host)) }
      cluster.run(for: .milliseconds(10))
    }
    #expect(cluster.deeds.filter { $0.action == .claim || $0.action == .release }.count == before)
    #expect(cluster.violations.isEmpty)
  }

  @Test("One-way deafness: the lower host claims beside the higher, and yields when the link heals")
  func oneWayPartition() throws {
    var cluster = try cluster([host(150), host(100)])
    start(&cluster)
    cluster.run(for: .seconds(10))
    cluster.disturb(.link(from: 0, to: 1, open: false))
    cluster.run(for: .seconds(10))
    #expect(cluster.holders(of: 0) == [0, 1])
    cluster.disturb(.healLinks)
    cluster.run(for: .seconds(2))
    #expect(cluster.holders(of: 0) == [0])
    #expect(cluster.violations.isEmpty)
  }
}
