import NetworkTypes
import SeededRandom
import VRRPCore
import VRRPWire

extension RandomRun {
  /// Draws what a run is made of, from one generator in a fixed order.
  struct Drawing {
    /// A virtual router before any host has taken it.
    private struct Design {
      let lan: Int
      let family: AddressFamily
      let identifier: VirtualRouterID
      let isUnicast: Bool
    }

    private var random: SeededGenerator
    private let version: ProtocolVersion
    private let hostCount: Int
    private let lanCount: Int
    private let isGrouped: Bool
    let interval: Centiseconds

    /// Tracker 0 has no weight, tracker 1 takes 30 away.
    private static let trackers = [
      TrackerBinding(tracker: TrackerID(rawValue: 0)), TrackerBinding(tracker: TrackerID(rawValue: 1), weight: -30),
    ]

    init(seed: UInt64) {
      var random = SeededGenerator(seed: seed)
      hostCount = Int.random(in: 2...4, using: &random)
      lanCount = Int.random(in: 1...2, using: &random)
      isGrouped = random.strikes(250)
      version = random.strikes(150) ? .v2 : .v3
      let hundredths: UInt16 = version == .v2 ? 100 : [10, 20, 100].randomElement(using: &random) ?? 100
      interval = Centiseconds(rawValue: hundredths)
      self.random = random
    }

    /// The hosts with their routers, some of which not every host has.
    mutating func hosts() -> [HostDefinition] {
      let designs = self.designs()
      let carriers = designs.map { _ in
        (0..<hostCount).filter { isGrouped || $0 == 0 || random.strikes(750) }
      }
      let owner = random.strikes(100) ? Int.random(in: 0..<hostCount, using: &random) : nil
      return (0..<hostCount).map { host in
        let priority = host == owner ? .owner : priority()
        var routers: [SimulatedRouter] = []
        for (design, hosts) in zip(designs, carriers) where hosts.contains(host) {
          routers.append(router(design, of: host, among: hosts, priority: priority))
        }
        let groups = isGrouped ? [SyncGroupConfiguration(members: Array(routers.indices))] : []
        var definition = HostDefinition(
          lans: Array(0..<lanCount), routers: routers, groups: groups, trackerCount: Self.trackers.count)
        if random.strikes(500) { definition.clock = HostClock(drift: Int64.random(in: -200...200, using: &random)) }
        return definition
      }
    }

    private mutating func priority() -> Priority {
      Priority(rawValue: ([100, 100, 150, 200, 254] as [UInt8]).randomElement(using: &random) ?? 100)
    }

    private mutating func designs() -> [Design] {
      let count = Int.random(in: (isGrouped ? 2 : 1)...3, using: &random)
      return (1...count).compactMap { number in
        VirtualRouterID(UInt8(number)).map { identifier in
          Design(
            lan: Int.random(in: 0..<lanCount, using: &random),
            family: version == .v3 && random.strikes(400) ? .ipv6 : .ipv4, identifier: identifier,
            isUnicast: random.strikes(300))
        }
      }
    }

    private mutating func router(
      _ design: Design, of host: Int, among hosts: [Int], priority: Priority
    ) -> SimulatedRouter {
      let configuration = configuration(design.identifier, priority: priority)
      var router = SimulatedRouter(configuration, family: design.family, interface: design.lan)
      guard design.isUnicast else { return router }
      router.source = Self.source(of: host, design.family)
      router.policy.peers = hosts.filter { $0 != host }.map {
        AdvertPolicy.Peer(address: Self.source(of: $0, design.family))
      }
      return router
    }

    private static func source(of host: Int, _ family: AddressFamily) -> IPAddress {
      switch family {
      case .ipv4: IPAddress(v4: 0xC000_0201 + UInt32(host))
      case .ipv6: IPAddress(v6High: 0x2001_0DB8_0000_0001, low: 1 + UInt64(host))
      }
    }

    private mutating func configuration(
      _ identifier: VirtualRouterID, priority: Priority
    ) -> VirtualRouterConfiguration {
      var router = VirtualRouterConfiguration(
        virtualRouterID: identifier, version: version, priority: priority, interval: interval)
      router.trackers = Self.trackers
      redraw(&router)
      return router
    }

    /// Draws what a reload may change besides the priority.
    private mutating func redraw(_ router: inout VirtualRouterConfiguration) {
      router.preempt = !random.strikes(250)
      router.successorPriority = !router.preempt && random.strikes(500) ? Priority(rawValue: 254) : nil
      router.preemptDelay = random.strikes(250) ? interval.nanoseconds * 5 : .zero
      router.downTimerAdverts = random.strikes(150) ? 2 : 3
      router.lowerPriorityNoAdvert = random.strikes(250)
      router.higherPrioritySendAdvert = random.strikes(500)
    }

    /// How the LANs treat packets.
    mutating func conditions() -> LinkConditions {
      let isLossy = random.strikes(500)
      let isDisorderly = random.strikes(300)
      var conditions = LinkConditions(
        delayMicroseconds: 50...Int64.random(in: 100...5000, using: &random), lossPerMille: isLossy ? 50 : 0,
        duplicationPerMille: isLossy || isDisorderly ? 50 : 0)
      conditions.corruptionPerMille = isLossy ? 10 : 0
      conditions.reorderingPerMille = isDisorderly ? 100 : 0
      conditions.holdUp = Nanoseconds(rawValue: interval.nanoseconds.rawValue / 2)
      return conditions
    }

    /// What befalls the hosts, all of which are started first.
    mutating func trouble(
      for hosts: [HostDefinition], within duration: Nanoseconds
    ) -> [(at: MonotonicInstant, what: Disturbance)] {
      let beginning = MonotonicInstant(nanoseconds: 0)
      let starts = hosts.indices.map { (at: beginning, what: Disturbance.start(host: $0)) }
      return starts
        + (0..<Int.random(in: 4...24, using: &random)).map { _ in
          let at = MonotonicInstant(nanoseconds: Int64.random(in: 0..<duration.rawValue, using: &random))
          return (at, disturbance(for: hosts))
        }
    }

    private mutating func disturbance(for hosts: [HostDefinition]) -> Disturbance {
      let host = Int.random(in: hosts.indices, using: &random)
      let other = (host + Int.random(in: 1..<hosts.count, using: &random)) % hosts.count
      let lan = Int.random(in: 0..<lanCount, using: &random)
      let tracker = TrackerID(rawValue: Int.random(in: Self.trackers.indices, using: &random))
      switch Int.random(in: 0..<18, using: &random) {
      case 0, 1: return .start(host: host)
      case 2: return .crash(host: host)
      case 3: return .stop(host: host)
      case 4: return .freeze(host: host)
      case 5, 6: return .thaw(host: host)
      case 7: return .handOver(host: host)
      case 8: return .reload(host: host, reloaded(hosts[host]))
      case 9: return .interface(host: host, lan, up: false)
      case 10: return .interface(host: host, lan, up: true)
      case 11: return .tracker(host: host, tracker, .down)
      case 12: return .tracker(host: host, tracker, .up)
      case 13: return .link(from: host, to: other, lan: lan, open: false)
      case 14: return .link(from: host, to: other, open: false)
      case 15: return .kernel(host: host, refuses: true)
      case 16: return .kernel(host: host, refuses: false)
      default: return .healLinks
      }
    }

    /// The settings of a host's routers after somebody has edited its file; the owner of the addresses stays that.
    private mutating func reloaded(_ host: HostDefinition) -> [VirtualRouterConfiguration] {
      let priority = priority()
      return host.routers.map { router in
        var configuration = router.configuration
        if configuration.priority != .owner { configuration.priority = priority }
        redraw(&configuration)
        return configuration
      }
    }
  }
}
