import NetworkTypes
import SimulationKit
import VRRPCore

/// `make scale`: what clusters far larger than any real one cost, per second of their own time.
struct Scale {
  let name: String
  let hosts: [HostDefinition]

  /// Each VRID but 0 on each of so many LANs, until there are enough.
  private static func routers(_ count: Int, priority: UInt8) -> HostDefinition {
    var routers: [SimulatedRouter] = []
    var lan = 0
    while routers.count < count {
      for number in 1...min(250, count - routers.count) {
        guard let identifier = VirtualRouterID(UInt8(number)) else { continue }
        let configuration = VirtualRouterConfiguration(
          virtualRouterID: identifier, version: .v3, priority: Priority(rawValue: priority), interval: .seconds(1))
        routers.append(SimulatedRouter(configuration, interface: lan))
      }
      lan += 1
    }
    return HostDefinition(lans: Array(0..<lan), routers: routers)
  }

  /// The sizes that are measured.
  static var all: [Scale] {
    [
      Scale(
        name: "1,000 hosts with 100 routers each on one LAN",
        hosts: (0..<1000).map { routers(100, priority: $0 == 0 ? 254 : UInt8(1 + $0 % 200)) }),
      Scale(name: "one host with 4,000 routers on 16 LANs", hosts: [routers(4000, priority: 200)]),
      Scale(
        name: "two hosts with the same 4,000 routers",
        hosts: [routers(4000, priority: 200), routers(4000, priority: 100)]),
    ]
  }

  /// Lets the election come to rest, then measures.
  func measure(seconds: Int64) throws -> Cost {
    let clock = ContinuousClock()
    let bounds = Bounds(longestInterval: .seconds(1), longestDelay: .milliseconds(1), lostInARow: 0)
    var cluster = try Cluster(seed: 1, hosts: hosts, bounds: bounds)
    for host in hosts.indices { cluster.disturb(.start(host: host)) }
    let election = clock.measure { cluster.run(for: .seconds(6)) }
    let before = cluster.advertsSent
    let steady = clock.measure { cluster.run(for: .seconds(seconds)) }
    return Cost(
      name: name, election: election, second: steady / seconds,
      adverts: (cluster.advertsSent - before) / Int(seconds), violations: cluster.violations.count,
      masters: hosts[0].routers.indices.count { cluster.state(of: $0, on: 0) == .master })
  }

  /// What one size came to.
  struct Cost {
    let name: String
    /// The first six seconds of the cluster's time.
    let election: Duration
    /// One second after them.
    let second: Duration
    /// Adverts sent in a second.
    let adverts: Int
    let violations: Int
    /// Routers of the best host that are master.
    let masters: Int

    /// A line for people.
    var line: String {
      "\(name): \(Self.milliseconds(second)) ms a simulated second with \(adverts) adverts sent; "
        + "election of six seconds \(Self.milliseconds(election)) ms; best host master of \(masters); "
        + (violations == 0 ? "no violation" : "\(violations) VIOLATIONS")
    }

    private static func milliseconds(_ duration: Duration) -> String {
      let tenths = duration.components.seconds * 10_000 + duration.components.attoseconds / 100_000_000_000_000
      return "\(tenths / 10).\(tenths % 10)"
    }
  }
}
