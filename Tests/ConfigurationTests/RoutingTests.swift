import Configuration
import ConfigurationModel
import ConfigurationSyntax
import NetworkTypes
import Testing
import VRRPCore

/// Files of a host without a disk.
struct NamedFiles: SourceFiles {
  var files: [String: String]

  func read(_ path: String) throws(SourceFileError) -> [UInt8] {
    guard let text = files[path] else { throw .notFound }
    return Array(text.utf8)
  }

  func matches(of pattern: String, steps: inout Int) -> [String] {
    pattern.hasSuffix("/*.conf")
      ? files.keys.filter { $0.hasPrefix(String(pattern.dropLast(6))) && $0.hasSuffix(".conf") }.sorted() : []
  }

  func environment(_ name: String) -> String? { nil }
}

private func load(_ text: String) -> LoadedConfiguration {
  ConfigurationLoader.load(
    path: "/m.conf",
    files: NamedFiles(files: [
      "/m.conf": text, "/etc/iproute2/rt_tables": "# reserved\n255\tlocal\n100 uplink # ours\n0x65\tbackup\n",
      "/etc/iproute2/rt_tables.d/more.conf": "102 third\n", "/etc/iproute2/rt_dsfield": "0x10\tlowdelay\n",
    ]))
}

private func inInstance(_ block: String, _ line: String) -> String {
  instance("\(block) {\n\(line)\n}")
}

private func route(_ line: String) throws -> Route {
  let loaded = load(inInstance("virtual_routes", line))
  #expect(
    loaded.diagnostics.allSatisfy { $0.severity == .note || $0.id == "deprecated" },
    "\(loaded.diagnostics.map(\.message))")
  let entry = try #require(loaded.configuration.routers.first?.entries.first)
  #expect(entry.text == line)
  guard case .route(let route) = entry.content else { throw LineMissing() }
  return route
}

private func rule(_ line: String) throws -> RoutingRule {
  let loaded = load(inInstance("virtual_rules", line))
  #expect(loaded.diagnostics.allSatisfy { $0.severity == .note }, "\(loaded.diagnostics.map(\.message))")
  guard case .rule(let rule) = try #require(loaded.configuration.routers.first?.entries.first?.content) else {
    throw LineMissing()
  }
  return rule
}

private struct LineMissing: Error {}

@Suite struct RouteLineTests {
  @Test func everyWordOfARouteCounts() throws {
    let line =
      "unicast 198.51.100.0/24 via 192.0.2.1 dev eth1 src 192.0.2.10 table uplink scope link tos lowdelay metric 12 "
      + "onlink realms cosmos/0x14 mtu lock 1400 hoplimit 64 advmss 1360 rtt 200ms rttvar 800 rto_min 1.5s initcwnd 10 "
      + "features ecn quickack 1 congctl lock cubic ttl-propagate disabled append"
    let route = try route(line)
    #expect(route.destination == IPPrefix("198.51.100.0/24"))
    #expect(route.gateway == IPAddress("192.0.2.1"))
    #expect(route.interface == "eth1")
    #expect(route.source == IPAddress("192.0.2.10"))
    #expect((route.table, route.scope, route.typeOfService) == (100, 253, 16))
    #expect((route.priority, route.realms) == (12, 0x14))
    #expect(route.isOnLink && route.isTracked && route.placement == .last && route.propagatesTimeToLive == false)
    #expect(route.originator == 18)
    #expect(
      route.metrics == [
        .init(kind: 2, value: .number(1400), isLocked: true), .init(kind: 10, value: .number(64)),
        .init(kind: 8, value: .number(1360)), .init(kind: 4, value: .number(1600)), .init(kind: 5, value: .number(800)),
        .init(kind: 13, value: .number(1500)), .init(kind: 11, value: .number(10)), .init(kind: 12, value: .number(1)),
        .init(kind: 15, value: .number(1)), .init(kind: 16, value: .name("cubic"), isLocked: true),
      ])
  }

  @Test(arguments: [
    ("default via 192.0.2.1", "0.0.0.0/0", AddressFamily.ipv4), ("default via inet6 2001:db8::1", "::/0", .ipv6),
    ("::/0 via 2001:db8::1", "::/0", .ipv6), ("default6 via 2001:db8::1", "::/0", .ipv6),
    ("default dev eth0", "0.0.0.0/0", .ipv4), ("to 2001:db8:1::/48 dev eth0", "2001:db8:1::/48", .ipv6),
    ("blackhole 198.51.100.7", "198.51.100.7/32", .ipv4), ("any via 192.0.2.1", "0.0.0.0/0", .ipv4),
  ])
  func destinations(line: String, destination: String, family: AddressFamily) throws {
    let route = try route(line)
    #expect(route.destination == IPPrefix(destination))
    #expect(route.family == family)
  }

  @Test func nextHopsComeLast() throws {
    let line =
      "198.51.100.0/24 table 6909 nexthop via 192.0.2.1 dev eth0 onlink weight 3 nexthop via 192.0.2.2 dev eth1"
    let route = try route(line)
    #expect(route.nextHops.map(\.gateway) == [IPAddress("192.0.2.1"), IPAddress("192.0.2.2")])
    #expect(route.nextHops.map(\.interface) == ["eth0", "eth1"])
    #expect(route.nextHops.map(\.weight) == [3, 1])
    #expect(route.nextHops.map(\.isOnLink) == [true, false])
    #expect((route.gateway, route.interface, route.table) == (nil, nil, 6909))
  }

  @Test func theOldWordsForTwoGatewaysMakeTwoWays() throws {
    let route = try route("198.51.100.0/24 gw 192.0.2.1 or 192.0.2.2 dev eth0")
    #expect(route.nextHops.map(\.gateway) == [IPAddress("192.0.2.1"), IPAddress("192.0.2.2")])
    #expect(route.gateway == nil)
  }

  @Test func aTableMayBeNamedInAFileOfTheDirectoryBeside() throws {
    #expect(try route("default dev eth0 table third").table == 102)
    #expect(try route("default dev eth0 table backup").table == 0x65)
    #expect(try route("default dev eth0 table default").table == 253)
  }

  @Test func anotherProtocolIsForWhatIsLeftAloneOnly() throws {
    #expect(try route("default dev eth0 protocol bird no_track").originator == 12)
    let loaded = load(inInstance("virtual_routes", "default dev eth0 protocol bird"))
    #expect(loaded.diagnostics.map(\.id) == ["protocol-needs-no-track"])
    guard case .route(let route) = try #require(loaded.configuration.routers.first?.entries.first?.content) else {
      return
    }
    #expect(route.originator == 18)
  }

  @Test func packetsMayBePutIntoOthers() throws {
    var four = Route.Tunnel(.ipv4)
    (four.id, four.destination, four.source) = (258, IPAddress("192.0.2.9"), IPAddress("192.0.2.1"))
    (four.trafficClass, four.hopLimit, four.flags) = (4, 9, 4)
    let whole = try route("198.51.100.0/24 encap ip id 258 dst 192.0.2.9 src 192.0.2.1 tos 4 ttl 9 flags 4 dev eth0")
    #expect((whole.encapsulation, whole.interface, whole.source) == (.tunnel(four), "eth0", nil))
    var six = Route.Tunnel(.ipv6)
    (six.destination, six.trafficClass, six.hopLimit) = (IPAddress("2001:db8::9"), 8, 3)
    // The route's own words follow the tunnel's, and its family is its own.
    let mixed = try route("198.51.100.0/24 dev eth0 encap ip6 dst 2001:db8::9 tc 8 hoplimit 3 tos 4")
    #expect((mixed.encapsulation, mixed.typeOfService) == (.tunnel(six), 4))
    #expect(try route("default dev eth0 encap mpls 16/1048575").encapsulation == .labels([16, 1_048_575]))
    #expect(
      try route("2001:db8::/64 dev eth0 encap ila 2001:db8:0:1").encapsulation == .locator(0x2001_0DB8_0000_0001))
    let ways = try route("default nexthop via 192.0.2.1 encap mpls 16 weight 2 nexthop via 192.0.2.2").nextHops
    #expect(ways.map(\.encapsulation) == [.labels([16]), nil])
    #expect(ways.map(\.weight) == [2, 1])
  }

  @Test(arguments: [
    ("198.51.100.0/24 gateway 192.0.2.1", "unknown-option"), ("via 192.0.2.1", "no-destination"),
    ("198.51.100.0/24 via", "missing-argument"), ("198.51.100.0/33 dev eth0", "bad-value"),
    ("198.51.100.0/24 src 2001:db8::1", "mixed-families"), ("2001:db8::/32 via 192.0.2.1", "mixed-families"),
    ("default table nowhere", "unknown-name"), ("default scope 256", "bad-value"), ("default metric -1", "bad-value"),
    ("default metric 4294967296", "bad-value"), ("default dev averylonginterface", "interface-name"),
    ("default dev averylonginterface", "interface-name"), ("default rtt soon", "bad-value"),
    ("default rtt 4294967295s", "bad-value"), ("default rtt 999999999999s", "bad-value"),
    ("default rtt 1.5", "bad-value"), ("default features all", "bad-value"),
    ("default dev eth0 vrf red", "not-yet"), ("default dev eth0 encap", "missing-argument"),
    ("default dev eth0 encap gre id 3", "bad-value"), ("default dev eth0 encap ip dst 2001:db8::9", "bad-value"),
    ("default dev eth0 encap ip6 ttl 3", "unknown-option"), ("default dev eth0 encap ip ttl 256", "bad-value"),
    ("default dev eth0 encap mpls 1/2/3", "bad-value"), ("default dev eth0 encap mpls 1048576", "bad-value"),
    ("default dev eth0 encap mpls /", "bad-value"), ("default dev eth0 encap ila 1:2:3", "bad-value"),
    ("default dev eth0 encap ila 1:2:3:10000", "bad-value"),
    ("default from 192.0.2.0/24", "ipv6-only-option"),
    ("default nexthop via 192.0.2.1 weight 0", "bad-value"),
    ("default via 192.0.2.1 nexthop via 192.0.2.2", "gateway-and-nexthop"), ("default realms 70000/1", "bad-value"),
    ("default via inet6 192.0.2.1", "bad-value"), ("default ttl-propagate yes", "bad-value"),
  ])
  func aRouteThatCannotBeMadeIsLeftOutWithAWarning(line: String, id: String) {
    let loaded = load(inInstance("virtual_routes", line))
    #expect(loaded.diagnostics.map(\.id) == [id])
    #expect(loaded.diagnostics.map(\.severity) == [.warning])
    #expect(loaded.diagnostics.first?.range?.line == 5)
    #expect(loaded.configuration.routers.first?.entries.isEmpty == true)
  }

  @Test func aRouteOfIPv4HasNothingThatIsForIPv6Only() throws {
    let route = try route("2001:db8::/32 dev eth0 pref high expires 60")
    #expect((route.preference, route.expiry) == (1, 60))
    let loaded = load(inInstance("virtual_routes", "default dev eth0 pref low"))
    #expect(loaded.diagnostics.map(\.id) == ["ipv6-only-option"])
    #expect(loaded.configuration.routers.first?.entries.isEmpty == true)
  }

  @Test func aMisspeltWordIsGuessed() {
    let loaded = load(inInstance("virtual_routes", "default onlnk dev eth0"))
    #expect(loaded.diagnostics.first?.suggestion?.contains("onlink") == true)
  }
}

@Suite struct RuleLineTests {
  @Test func everyWordOfARuleCounts() throws {
    let line =
      "not from 192.0.2.0/24 to 198.51.100.0/24 table uplink preference 100 tos 16 fwmark 0x18/0xff realms 30/20 "
      + "suppress_prefixlength 8 suppress_ifgroup default iif eth0 oif eth1 tunnel-id 7 uidrange 1000-1999 ipproto tcp "
      + "sport 1024-2048 dport 443-443"
    let rule = try rule(line)
    #expect(rule.isInverted && rule.isTracked)
    #expect((rule.from, rule.to) == (IPPrefix("192.0.2.0/24"), IPPrefix("198.51.100.0/24")))
    #expect(rule.action == .lookUp(table: 100))
    #expect((rule.preference, rule.typeOfService, rule.realms) == (100, 16, 30 << 16 | 20))
    #expect(rule.mark == RoutingRule.Mark(value: 0x18, mask: 0xFF))
    #expect((rule.suppressedPrefixLength, rule.suppressedInterfaceGroup) == (8, 0))
    #expect((rule.inputInterface, rule.outputInterface, rule.tunnelKey) == ("eth0", "eth1", 7))
    #expect((rule.users, rule.ipProtocol) == (1000...1999, 6))
    #expect((rule.sourcePorts, rule.destinationPorts) == (1024...2048, 443...443))
    #expect(rule.family == .ipv4)
  }

  @Test(arguments: [
    ("from all table 100 priority 5", RoutingRule.Action.lookUp(table: 100)), ("l3mdev order 5", .lookUpMaster),
    ("goto 32000 preference 5", .goTo(preference: 32000)), ("nop preference 5", .nothing),
    ("blackhole preference 5", .blackhole), ("type prohibit preference 5", .prohibit),
    ("unreachable preference 5", .unreachable),
  ])
  func actions(line: String, action: RoutingRule.Action) throws {
    let rule = try rule(line)
    #expect(rule.action == action)
    #expect(rule.preference == 5)
  }

  @Test func aRuleWithoutPreferenceGetsOneAndSaysSo() throws {
    let loaded = load(inInstance("virtual_rules", "table 100\ntable 101"))
    #expect(loaded.diagnostics.map(\.id) == ["no-preference", "no-preference"])
    let preferences = loaded.configuration.routers.first?.entries.compactMap { entry -> UInt32? in
      if case .rule(let rule) = entry.content { rule.preference } else { nil }
    }
    #expect(preferences == [16_384, 16_383])
  }

  @Test(arguments: [
    ("from 192.0.2.0/24 preference 1", "no-action"), ("table 0 preference 1", "bad-value"),
    ("table 1 blackhole preference 1", "two-actions"), ("goto 5 preference 10", "goto-backwards"),
    ("blackhole realms 3 preference 1", "needs-table"), ("l3mdev sup_pl 3 preference 1", "needs-table"),
    ("from 192.0.2.1 to 2001:db8::1 table 1 preference 1", "mixed-families"), ("tabel 1", "unknown-option"),
    ("table 1 fwmark x preference 1", "bad-value"), ("table 1 fwmark 1/ preference 1", "bad-value"),
    ("table 1 uidrange 9-1 preference 1", "bad-value"), ("table 1 dport 65536 preference 1", "bad-value"),
    ("table 1 ipproto carrier-pigeon preference 1", "bad-value"), ("table 1 preference", "missing-argument"),
  ])
  func aRuleThatCannotBeMadeIsLeftOutWithAWarning(line: String, id: String) {
    let loaded = load(inInstance("virtual_rules", line))
    #expect(loaded.diagnostics.map(\.id) == [id])
    #expect(loaded.diagnostics.map(\.severity) == [.warning])
    #expect(loaded.configuration.routers.first?.entries.isEmpty == true)
  }
}

@Suite struct RouteTimeTests {
  @Test(
    arguments: [
      ("rtt 100ms", 1600), ("rtt 121s", 960_000), ("rttvar 3", 800), ("rto_min 200s", 120_000), ("rto_min 1", 200),
    ] as [(String, UInt32)])
  func aTimeOutsideWhatTheKernelTakesIsHeldAtTheBound(words: String, used: UInt32) {
    let loaded = load(inInstance("virtual_routes", "192.0.2.0/24 dev eth0 \(words)"))
    #expect(loaded.diagnostics.map(\.id) == ["route-time"])
    guard case .route(let route)? = loaded.configuration.routers.first?.entries.first?.content else {
      Issue.record("no route")
      return
    }
    #expect(route.metrics.map(\.value) == [.number(used)])
  }
}

@Suite struct StaticEntryTests {
  @Test func staticOnesStandInTheOrderInWhichTheyAreMade() {
    let text =
      "track_group tg {\ngroup {\nVI_1\n}\n}\nstatic_rules {\nfrom 192.0.2.0/24 table uplink preference 10\n}\nstatic_routes {\ndefault via 192.0.2.1 table uplink "
      + "track_group tg\n}\nstatic_ipaddress {\n192.0.2.20/24 dev eth1\n2001:db8::20/64 home\n}\n" + instance("")
    let loaded = load(text)
    #expect(loaded.diagnostics.allSatisfy { $0.severity == .note })
    #expect(
      loaded.configuration.staticEntries.map(\.text) == [
        "192.0.2.20/24 dev eth1", "2001:db8::20/64 home", "default via 192.0.2.1 table uplink track_group tg",
        "from 192.0.2.0/24 table uplink preference 10",
      ])
    let interfaces = loaded.configuration.staticEntries.compactMap { entry -> String? in
      if case .address(let address) = entry.content { address.interface } else { nil }
    }
    #expect(interfaces == ["eth1", "eth0"])
    #expect(loaded.configuration.staticEntries.map(\.trackGroup) == [nil, nil, "tg", nil])
    #expect(loaded.configuration.trackGroups == ["tg"])
    #expect(loaded.configuration.routers.first?.tracked == [TrackerReference(.group, "tg")])
    #expect(loaded.configuration.trackers == [TrackerName(.group, "tg")])
    #expect(loaded.configuration.hasRouting)
  }

  @Test func aGroupThatNoEntryIsInTracksNothing() {
    let text =
      "track_group tg {\ngroup {\nVI_1\n}\n}\nstatic_ipaddress {\n192.0.2.20/24 dev eth1 label track_group\n}\n"
      + instance("")
    let configuration = load(text).configuration
    #expect(configuration.staticEntries.map(\.trackGroup) == [nil])
    #expect(configuration.trackers.isEmpty)
    #expect(configuration.routers.first?.tracked.isEmpty == true)
  }

  @Test func theInterfaceOfStaticAddressesCanBeSet() {
    let text = "global_defs {\ndefault_interface eth7\n}\nstatic_ipaddress {\n192.0.2.20/24\n}\n" + instance("")
    guard case .address(let address)? = load(text).configuration.staticEntries.first?.content else {
      Issue.record("no address")
      return
    }
    #expect(address.interface == "eth7")
  }
}
