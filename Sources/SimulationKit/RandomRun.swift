import NetworkTypes
import VRRPCore
import VRRPWire

/// A cluster and what befalls it, all of it drawn from a seed; then calm, in which the right host must come out on top.
public struct RandomRun: Sendable {
  /// The seed that everything is drawn from.
  public let seed: UInt64
  /// What the hosts run.
  public let hosts: [HostDefinition]
  /// How the LAN treats packets.
  public let conditions: LinkConditions
  /// What befalls the cluster, and when.
  public let disturbances: [(at: MonotonicInstant, what: Disturbance)]
  /// How long the trouble lasts.
  public let duration: Nanoseconds

  /// Tracker 0 has no weight, tracker 1 takes 30 away.
  private static let trackers = [
    TrackerBinding(tracker: TrackerID(rawValue: 0)), TrackerBinding(tracker: TrackerID(rawValue: 1), weight: -30),
  ]

  /// Draws a run.
  public init(seed: UInt64) {
    self.seed = seed
    var random = SeededGenerator(seed: seed)
    let hostCount = Int.random(in: 2...3, using: &random)
    let interval = Centiseconds(rawValue: ([10, 20, 100] as [UInt16]).randomElement(using: &random) ?? 100)
    let isGrouped = Int.random(in: 0..<4, using: &random) == 0
    let routerCount = isGrouped ? 2 : Int.random(in: 1...2, using: &random)
    hosts = (0..<hostCount).map { host in
      let priority = ([100, 100, 150, 200] as [UInt8]).randomElement(using: &random) ?? 100
      let routers = (0..<routerCount).compactMap { router in
        Self.router(router, priority: priority, interval: interval, using: &random)
      }
      let groups = isGrouped ? [SyncGroupConfiguration(members: [0, 1])] : []
      return HostDefinition(routers: routers, groups: groups, trackerCount: 2)
    }
    let isLossy = Bool.random(using: &random)
    conditions = LinkConditions(
      delayMicroseconds: 50...Int64.random(in: 100...5000, using: &random), lossPerMille: isLossy ? 50 : 0,
      duplicationPerMille: isLossy ? 50 : 0)
    duration = interval.nanoseconds * 120
    disturbances = Self.trouble(hostCount: hostCount, within: duration, using: &random)
  }

  private static func router(
    _ number: Int, priority: UInt8, interval: Centiseconds, using random: inout SeededGenerator
  ) -> VirtualRouterConfiguration? {
    guard let identifier = VirtualRouterID(UInt8(number + 1)) else { return nil }
    var router = VirtualRouterConfiguration(
      virtualRouterID: identifier, version: .v3, priority: Priority(rawValue: priority), interval: interval)
    router.preempt = Int.random(in: 0..<4, using: &random) != 0
    if Int.random(in: 0..<4, using: &random) == 0 { router.preemptDelay = interval.nanoseconds * 5 }
    router.lowerPriorityNoAdvert = Int.random(in: 0..<4, using: &random) == 0
    router.higherPrioritySendAdvert = Bool.random(using: &random)
    router.trackers = trackers
    return router
  }

  private static func trouble(
    hostCount: Int, within duration: Nanoseconds, using random: inout SeededGenerator
  ) -> [(at: MonotonicInstant, what: Disturbance)] {
    var list: [(at: MonotonicInstant, what: Disturbance)] = []
    for host in 0..<hostCount { list.append((MonotonicInstant(nanoseconds: 0), .start(host: host))) }
    for _ in 0..<Int.random(in: 4...24, using: &random) {
      let at = MonotonicInstant(nanoseconds: Int64.random(in: 0..<duration.rawValue, using: &random))
      let host = Int.random(in: 0..<hostCount, using: &random)
      let other = (host + Int.random(in: 1..<hostCount, using: &random)) % hostCount
      let tracker = TrackerID(rawValue: Int.random(in: 0...1, using: &random))
      let choices: [Disturbance] = [
        .start(host: host), .start(host: host), .crash(host: host), .stop(host: host), .freeze(host: host),
        .thaw(host: host), .thaw(host: host), .handOver(host: host), .interface(host: host, up: false),
        .interface(host: host, up: true), .tracker(host: host, tracker, .down), .tracker(host: host, tracker, .up),
        .link(from: host, to: other, open: false), .healLinks,
      ]
      if let what = choices.randomElement(using: &random) { list.append((at, what)) }
    }
    return list
  }

  /// Runs it, and returns the cluster as it has come to rest: everything healed, and time enough for the slowest.
  ///
  /// - Throws: what an advert of a router cannot hold.
  public func run() throws(AdvertisementTemplateError) -> Cluster {
    let interval = hosts.first?.routers.first?.interval ?? Centiseconds(rawValue: 100)
    let isLossy = conditions.lossPerMille > 0
    let bounds = Bounds(
      longestInterval: interval, longestDelay: conditions.longestDelay, lostInARow: isLossy ? 6 : 0)
    var cluster = try Cluster(seed: seed, hosts: hosts, conditions: conditions, bounds: bounds)
    for (at, what) in disturbances { cluster.schedule(what, at: at) }
    cluster.run(for: duration)
    cluster.disturb(.healLinks)
    for host in hosts.indices {
      cluster.disturb(.thaw(host: host))
      cluster.disturb(.start(host: host))
      cluster.disturb(.interface(host: host, up: true))
      for tracker in 0...1 { cluster.disturb(.tracker(host: host, TrackerID(rawValue: tracker), .up)) }
    }
    cluster.run(for: interval.nanoseconds * 40)
    return cluster
  }

  /// The host that must hold a router's addresses at rest; `nil` when `nopreempt` leaves it to what happened before.
  ///
  /// In a group it is the best host only if all hosts' members all preempt.
  public func rightfulHolder(of router: Int) -> Int? {
    let isGrouped = hosts.contains { !$0.groups.isEmpty }
    let deciding = hosts.flatMap { isGrouped ? $0.routers : [$0.routers[router]] }
    guard deciding.allSatisfy(\.preempt) else { return nil }
    let priorities = hosts.map { $0.routers[router].priority }
    // Preempting needs a higher priority: among equals, the one that was there stays.
    guard let best = priorities.max(), priorities.count(where: { $0 == best }) == 1 else { return nil }
    return priorities.firstIndex(of: best)
  }
}
