import NetworkTypes
import VRRPCore
import VRRPWire

/// A cluster and what befalls it, all of it drawn from a seed; then calm, in which the right host must come out on top.
public struct RandomRun: Sendable {
  /// The seed that everything is drawn from.
  public let seed: UInt64
  /// What the hosts run.
  public let hosts: [HostDefinition]
  /// How the LANs treat packets.
  public let conditions: LinkConditions
  /// What befalls the cluster, and when.
  public let disturbances: [(at: MonotonicInstant, what: Disturbance)]
  /// How long the trouble lasts.
  public let duration: Nanoseconds
  /// Between the adverts of each router.
  let interval: Centiseconds

  /// Draws a run.
  public init(seed: UInt64) {
    var drawing = Drawing(seed: seed)
    self.seed = seed
    interval = drawing.interval
    hosts = drawing.hosts()
    conditions = drawing.conditions()
    duration = interval.nanoseconds * 120
    disturbances = drawing.trouble(for: hosts, within: duration)
  }

  /// How long what follows the trouble lasts: time enough for the slowest, and for the pause after which refused addresses are tried.
  private var calm: Nanoseconds {
    let isRefused = disturbances.contains { if case .kernel = $0.what { true } else { false } }
    return interval.nanoseconds * 40 + (isRefused ? min(duration, .seconds(60)) : .zero)
  }

  /// Runs it, and returns the cluster as it has come to rest, everything healed.
  ///
  /// - Throws: what an advert of a router cannot hold.
  public func run() throws(AdvertisementTemplateError) -> Cluster {
    let isLossy = conditions.lossPerMille > 0 || conditions.corruptionPerMille > 0
    let bounds = Bounds(longestInterval: interval, longestDelay: conditions.longestDelay, lostInARow: isLossy ? 6 : 0)
    var cluster = try Cluster(seed: seed, hosts: hosts, conditions: conditions, bounds: bounds)
    for (at, what) in disturbances { cluster.schedule(what, at: at) }
    cluster.run(for: duration)
    cluster.disturb(.healLinks)
    cluster.disturb(.conditions(LinkConditions()))
    for (host, definition) in hosts.enumerated() {
      cluster.disturb(.kernel(host: host, refuses: false))
      cluster.disturb(.thaw(host: host))
      cluster.disturb(.start(host: host))
      for interface in definition.lans.indices { cluster.disturb(.interface(host: host, interface, up: true)) }
      for tracker in 0..<definition.trackerCount {
        cluster.disturb(.tracker(host: host, TrackerID(rawValue: tracker), .up))
      }
    }
    cluster.run(for: calm)
    return cluster
  }

  /// What went wrong in a run of this: the violations on the way, and at rest every router that not just one host holds, the
  /// right one.
  public func failures(in cluster: Cluster) -> [String] {
    cluster.violations.map(\.description)
      + cluster.routers.indices.compactMap { router in
        let holders = cluster.holders(of: router)
        guard holders.count == 1 else { return "at rest, router \(router) is held by hosts \(holders)" }
        guard let rightful = Self.rightfulHolder(of: router, in: cluster), holders != [rightful] else { return nil }
        return "at rest, router \(router) is held by host \(holders[0]) and not by host \(rightful)"
      }
  }

  /// The host that must hold a router's addresses at rest; `nil` when `nopreempt` or a draw leaves it to what happened before.
  ///
  /// In a group it is the best host only if all hosts' members all preempt.
  static func rightfulHolder(of router: Int, in cluster: Cluster) -> Int? {
    let members = cluster.routers[router].members
    let isGrouped = members.contains { cluster.hosts[$0.host].groupOfRouter[$0.router] != nil }
    let deciding =
      isGrouped
      ? cluster.hosts.flatMap { $0.definition.routers }
      : members.map { cluster.hosts[$0.host].definition.routers[$0.router] }
    guard deciding.allSatisfy(\.configuration.preempt) else { return nil }
    let priorities = members.map { cluster.effectivePriority(of: $0.router, on: $0.host) }
    // Preempting needs a higher priority: among equals, the one that was there stays.
    guard let best = priorities.max(), priorities.count(where: { $0 == best }) == 1 else { return nil }
    return priorities.firstIndex(of: best).map { members[$0].host }
  }
}

extension RandomRun: CustomStringConvertible {
  /// The hosts, a line for each of their routers.
  public var description: String {
    let network =
      "delay up to \(conditions.delay.upperBound) µs, of 1000 packets \(conditions.lossPerMille) lost, "
      + "\(conditions.duplicationPerMille) doubled, \(conditions.reorderingPerMille) held up, "
      + "\(conditions.corruptionPerMille) corrupted"
    let lines = hosts.enumerated().flatMap { host, definition in
      definition.routers.enumerated().map { position, router in
        "host \(host) router \(position): \(Self.words(for: router))"
          + (definition.groups.isEmpty ? "" : ", in a group") + ", clock \(definition.clock.drift) ppm"
      }
    }
    return ([network] + lines).joined(separator: "\n")
  }

  private static func words(for router: SimulatedRouter) -> String {
    let settings = router.configuration
    return "VRID \(settings.virtualRouterID) on LAN \(router.interface), \(router.policy.family) \(settings.version) "
      + "\(router.policy.isUnicast ? "unicast" : "multicast"), interval \(settings.interval.rawValue) cs, "
      + "priority \(settings.priority), \(settings.preempt ? "preempt" : "nopreempt"), "
      + "delay \(settings.preemptDelay.inSeconds) s, down after \(settings.downTimerAdverts)"
  }
}
