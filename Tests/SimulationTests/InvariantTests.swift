import NetworkTypes
import Testing
import VRRPCore

@testable import SimulationKit

/// That the invariants see what they are for: each is broken on purpose, by a host whose state machines are set to something
/// else than its definition says.
@Suite struct InvariantTests {
  typealias Change = @Sendable (inout HostDefinition) -> Void

  /// A way of breaking one's word.
  struct Breach: Sendable, CustomTestStringConvertible {
    let expected: String
    /// What host 1 says of itself, beside a host 0 of priority 150.
    var definition: Change = { _ in }
    /// What it does.
    let deed: Change
    /// What happens to it after 20 s.
    var disturbance: Disturbance?

    var testDescription: String { expected }
  }

  private static let tracker = TrackerID(rawValue: 0)

  private static func settings(
    _ change: @escaping @Sendable (inout VirtualRouterConfiguration) -> Void
  ) -> Change {
    { for router in $0.routers.indices { change(&$0.routers[router].configuration) } }
  }

  private static let deaf = settings { $0.virtualRouterID = VirtualRouterID(99) ?? $0.virtualRouterID }
  private static let better = settings { $0.priority = Priority(rawValue: 200) }

  static let breaches = [
    Breach(expected: "held the address for", deed: deaf),
    Breach(expected: "took over from a master that it could hear", deed: deaf),
    Breach(
      expected: "heard no holder for", deed: settings { $0.downTimerAdverts = 60 },
      disturbance: .crash(host: 0)),
    Breach(
      expected: "sent a storm of adverts", definition: better,
      deed: settings {
        $0.interval = Centiseconds(rawValue: 1)
        $0.priority = Priority(rawValue: 200)
      }),
    Breach(
      expected: "preempted under nopreempt",
      definition: settings {
        $0.priority = Priority(rawValue: 200)
        $0.preempt = false
      }, deed: better),
    Breach(
      expected: "preempted before its delay was over",
      definition: settings {
        $0.priority = Priority(rawValue: 200)
        $0.preemptDelay = .seconds(30)
      }, deed: better),
    Breach(
      expected: "did not preempt for", definition: better,
      deed: settings {
        $0.priority = Priority(rawValue: 200)
        $0.preempt = false
      }),
    Breach(
      expected: "claimed without announcing", deed: settings { $0.announcements.repeats = 0 },
      disturbance: .crash(host: 0)),
    Breach(
      expected: "split a sync group",
      definition: { $0.groups = [SyncGroupConfiguration(members: [0, 1])] },
      deed: { $0.routers[0].configuration.priority = Priority(rawValue: 200) }),
    Breach(
      expected: "takes part in spite of a fault",
      definition: settings { $0.trackers = [TrackerBinding(tracker: tracker)] }, deed: { _ in },
      disturbance: .tracker(host: 1, tracker, .down)),
    Breach(
      expected: "does not take part and has no fault",
      deed: settings { $0.trackers = [TrackerBinding(tracker: tracker)] },
      disturbance: .tracker(host: 1, tracker, .down)),
    Breach(expected: "was not silent", deed: better, disturbance: .handOver(host: 1)),
  ]

  private static func host(_ priority: UInt8) -> HostDefinition {
    let routers = (1...2).compactMap { number in
      VirtualRouterID(number).map {
        VirtualRouterConfiguration(
          virtualRouterID: $0, version: .v3, priority: Priority(rawValue: priority), interval: .seconds(1))
      }
    }
    return HostDefinition(routers: routers, trackerCount: 1)
  }

  /// A run of two hosts of which the second, from 10 s on, does what `deed` says.
  private static func run(_ breach: Breach, deed: Change?) throws -> Cluster {
    var definition = host(100)
    breach.definition(&definition)
    let bounds = Bounds(longestInterval: .seconds(1), longestDelay: .milliseconds(1), lostInARow: 0)
    var cluster = try Cluster(seed: 1, hosts: [host(150), definition], bounds: bounds)
    cluster.disturb(.start(host: 0))
    cluster.run(for: .seconds(10))
    if let deed {
      var actual = host(100)
      deed(&actual)
      cluster.misconfigure(1, as: actual)
    } else {
      cluster.disturb(.start(host: 1))
    }
    cluster.run(for: .seconds(10))
    if let disturbance = breach.disturbance { cluster.disturb(disturbance) }
    cluster.run(for: .seconds(60))
    return cluster
  }

  @Test("A host that breaks its word is seen, and one that keeps it is not", arguments: breaches)
  func breach(_ breach: Breach) throws {
    let broken = try Self.run(breach, deed: breach.deed)
    #expect(
      broken.violations.contains { $0.what.contains(breach.expected) }, "\(broken.violations.map(\.description))")
    let kept = try Self.run(breach, deed: nil)
    #expect(kept.violations.isEmpty, "\(kept.violations.map(\.description))")
  }

  @Test("Bounds that are too tight are overrun", arguments: [\Bounds.twoHolders, \.noHolder, \.preemption])
  func tightBound(_ bound: WritableKeyPath<Bounds, Nanoseconds> & Sendable) throws {
    var bounds = Bounds(longestInterval: .seconds(1), longestDelay: .milliseconds(1), lostInARow: 0)
    bounds[keyPath: bound] = .microseconds(1)
    var cluster = try Cluster(seed: 1, hosts: [Self.host(100), Self.host(150)], bounds: bounds)
    for host in 0...1 {
      cluster.disturb(.start(host: host))
      cluster.run(for: .seconds(10))
    }
    #expect(!cluster.violations.isEmpty)
  }

  @Test("A host whose kernel refuses its addresses claims them once; one that claims them again is seen")
  func refusedClaims() throws {
    let bounds = Bounds(longestInterval: .seconds(1), longestDelay: .milliseconds(1), lostInARow: 0)
    var cluster = try Cluster(seed: 1, hosts: [Self.host(100), Self.host(150)], bounds: bounds)
    cluster.disturb(.start(host: 0))
    cluster.run(for: .seconds(10))
    cluster.disturb(.kernel(host: 1, refuses: true))
    cluster.disturb(.start(host: 1))
    cluster.run(for: .seconds(200))
    #expect(cluster.violations.isEmpty, "\(cluster.violations)")
    #expect(cluster.state(of: 0, on: 1) == .fault)
    #expect(cluster.holders(of: 0) == [0])
    var healed = cluster
    healed.disturb(.kernel(host: 1, refuses: false))
    healed.run(for: .seconds(70))
    #expect(healed.holders(of: 0) == [1])
    #expect(healed.violations.isEmpty, "\(healed.violations)")

    cluster.misconfigure(1, as: Self.host(150))
    cluster.run(for: .seconds(10))
    #expect(cluster.violations.contains { $0.what.contains("claimed what its kernel has refused") })
  }

  @Test("A master that holds nothing is seen")
  func emptyMaster() throws {
    let bounds = Bounds(longestInterval: .seconds(1), longestDelay: .milliseconds(1), lostInARow: 0)
    var cluster = try Cluster(seed: 1, hosts: [Self.host(100)], bounds: bounds)
    cluster.disturb(.start(host: 0))
    cluster.run(for: .seconds(10))
    cluster.setHolds(false, at: RouterPlace(host: 0, router: 0))
    cluster.run(for: .seconds(2))
    #expect(cluster.violations.contains { $0.what.contains("is master of what it does not hold") })
  }

  @Test("At rest, the wrong holder, two holders and none are failures")
  func restlessness() throws {
    let run = RandomRun(seed: 1)
    var cluster = try run.run()
    #expect(run.failures(in: cluster).isEmpty)
    let router = try #require(cluster.routers.first)
    for member in router.members { cluster.setHolds(true, at: member) }
    #expect(run.failures(in: cluster).contains { $0.contains("is held by hosts") } == (router.members.count > 1))
    for member in router.members { cluster.setHolds(false, at: member) }
    #expect(run.failures(in: cluster).contains { $0.contains("is held by hosts []") })
  }
}
