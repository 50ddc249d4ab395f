import Configuration
import ConfigurationModel
import Testing
import VRRPCore

/// Interfaces that a router needs for its addresses and routes, and so follows without being told.
@Suite struct FollowedInterfaceTests {
  @Test(arguments: [
    ("virtual_ipaddress {\n192.0.2.1/24 dev eth1\n}", ["eth1"]),
    ("virtual_ipaddress {\n192.0.2.1/24 dev eth1 no_track\n}", []),
    ("virtual_ipaddress {\n192.0.2.1/24 dev eth0\n192.0.2.2/24\n}", []),
    ("virtual_ipaddress {\n192.0.2.1/24 dev eth2\n192.0.2.2/24 dev eth1 use_vmac\n}", ["eth1", "eth2"]),
    (
      "virtual_ipaddress {\n192.0.2.1/24\n}\nvirtual_ipaddress_excluded {\n2001:db8::1/64 dev eth1\n}", ["eth1"]
    ),
    ("virtual_ipaddress {\n192.0.2.1/24\n}\nvirtual_routes {\ndefault dev eth1\n}", ["eth1"]),
    ("virtual_ipaddress {\n192.0.2.1/24\n}\nvirtual_routes {\ndefault dev eth1 no_track\n}", []),
    ("virtual_ipaddress {\n192.0.2.1/24\n}\nvirtual_rules {\nfrom all iif eth1 table 7\n}", ["eth1"]),
    ("virtual_ipaddress {\n192.0.2.1/24\n}\nvirtual_rules {\nto all oif eth1 table 7 no_track\n}", []),
    // What is tracked already is not followed twice; with a weight it is, as the address cannot be served without.
    ("virtual_ipaddress {\n192.0.2.1/24 dev eth1\n}\ntrack_interface {\neth1\n}", ["eth1"]),
    ("virtual_ipaddress {\n192.0.2.1/24 dev eth1\n}\ntrack_interface {\neth1 weight 10\n}", ["eth1 10", "eth1"]),
  ]) func aRouterFollowsWhatItNeeds(lines: String, followed: [String]) throws {
    let loaded = load("vrrp_instance A {\ninterface eth0\nvirtual_router_id 1\npriority 100\n\(lines)\n}\n")
    let router = try #require(loaded.configuration.routers.first, "\(loaded.diagnostics)")
    #expect(router.followed.map { $0.weight == 0 ? $0.tracker.name : "\($0.tracker.name) \($0.weight)" } == followed)
    #expect(loaded.configuration.trackerNames(.interface) == Set(router.followed.map(\.tracker.name)).sorted())
  }
}
