import Configuration
import ConfigurationModel
import ConfigurationSyntax
import NetworkTypes
import Testing

@Suite("Routes and rules that keepalived cuts or refuses")
struct CutEntryTests {
  @Test(
    "A number that is decimal for keepalived is nothing else",
    arguments: [
      "metric", "priority", "preference", "mtu", "mtu lock", "hoplimit", "advmss", "reordering", "window", "cwnd",
      "ssthresh", "initcwnd", "initrwnd", "encap ip id", "encap ip ttl",
    ])
  func decimal(option: String) {
    let value = ValueCase("0x10", "bad-value", fixed: "16")
    let loaded = value.check { instance("virtual_routes {\n198.51.100.0/24 \(option) \($0) dev eth0\n}") }
    #expect(loaded.configuration.routers.first?.entries.isEmpty == true)
  }

  @Test(
    "A route that keepalived refuses is left out",
    arguments: [
      ValueCase("198.51.100.0/24 via fe80::1 dev eth0", "mixed-families"),
      ValueCase("198.51.100.0/24 via inet6 fe80::1 dev eth0", "mixed-families"),
      ValueCase("198.51.100.0/24 nexthop via fe80::1 dev eth0", "mixed-families"),
      ValueCase("2001:db8::/64 dev eth0 realms 5", "ipv4-only-option"),
      ValueCase("2001:db8::/64 nexthop via fe80::1 dev eth0 realms 5", "ipv4-only-option"),
      ValueCase("198.51.100.0/24 dev eth0 expires 10", "ipv6-only-option"),
      ValueCase("2001:db8::/64 dev eth0 pref 0x1", "bad-value"),
      ValueCase("198.51.100.0/24 dev eth0 scope 08", "unknown-name"),
    ])
  func refusedRoutes(value: ValueCase) {
    let loaded = value.check { instance("virtual_routes {\n\($0)\n}") }
    #expect(loaded.configuration.routers.first?.entries.isEmpty == true)
  }

  @Test(
    "Of next hops those before the one that cannot be used stay",
    arguments: [
      ("nexthop via fe80::1 dev eth0", "mixed-families", 1), ("nexthop via 192.0.2.3 weight 300", "bad-value", 1),
      ("nexthop via 192.0.2.3 weight 0x10", "bad-value", 1), ("nexthop via 192.0.2.3 metric 5", "unknown-option", 2),
    ])
  func nextHops(words: String, id: String, count: Int) throws {
    let line = "198.51.100.0/24 nexthop via 192.0.2.1 dev eth0 \(words) nexthop via 192.0.2.9"
    let loaded = load(instance("virtual_routes {\n\(line)\n}"))
    #expect(loaded.diagnostics.map(\.id) == [id])
    #expect(loaded.diagnostics.first?.message.contains("the route is left out") == false)
    guard case .route(let route) = try #require(loaded.configuration.routers.first?.entries.first?.content) else {
      Issue.record("no route")
      return
    }
    #expect(route.nextHops.count == count)
    #expect(route.nextHops.first?.gateway == IPAddress("192.0.2.1"))
  }

  @Test(
    "A number with a 0 before it is octal where keepalived takes any base, and that is told",
    arguments: [
      "virtual_routes {\ndefault dev eth0 table 010\n}", "virtual_routes {\ndefault dev eth0 scope 010\n}",
      "virtual_routes {\ndefault dev eth0 tos 010\n}", "virtual_routes {\ndefault dev eth0 realms 010\n}",
      "virtual_rules {\nfwmark 010 table 5 preference 6\n}", "virtual_rules {\ntable 010 preference 6\n}",
      "virtual_rules {\ntable 5 preference 010\n}", "virtual_rules {\ntable 5 preference 6 suppress_ifgroup 010\n}",
    ])
  func octal(lines: String) throws {
    let loaded = ValueCase(lines, "octal-number").check { instance($0) }
    #expect(loaded.diagnostics.first?.message == "'010' is octal here: 8 is used")
    switch try #require(loaded.configuration.routers.first?.entries.first?.content) {
    case .route(let route):
      #expect([route.table, UInt32(route.scope), UInt32(route.typeOfService), route.realms ?? 0].contains(8))
    case .rule(let rule):
      #expect(
        rule.action == .lookUp(table: 8) || rule.preference == 8 || rule.mark?.value == 8
          || rule.suppressedInterfaceGroup == 8)
    default: Issue.record("neither route nor rule")
    }
  }

  @Test(arguments: [
    ValueCase("dport 80", "bad-value", fixed: "dport 80-80"), ValueCase("sport 80", "bad-value", fixed: "sport 80-80"),
    ValueCase("ipproto icmpv6", "bad-value", fixed: "ipproto ipv6-icmp"),
  ])
  func aSelectorThatKeepalivedPassesOverIsKept(value: ValueCase) throws {
    let loaded = value.check { instance("virtual_rules {\ntable 5 preference 6 \($0)\n}") }
    guard case .rule(let rule)? = loaded.configuration.routers.first?.entries.first?.content else {
      Issue.record("no rule")
      return
    }
    #expect(rule.destinationPorts == 80...80 || rule.sourcePorts == 80...80 || rule.ipProtocol == 58)
    #expect(loaded.diagnostics.first?.message.contains("keepalived") == true)
  }

  @Test(
    "A rule that keepalived refuses is left out",
    arguments: [
      ValueCase("table 5 preference 6 uidrange 5", "bad-value", fixed: "table 5 preference 6 uidrange 5-5"),
      ValueCase(
        "table 5 preference 6 protocol static no_track", "bad-value", fixed: "table 5 preference 6 protocol 4 no_track"),
      ValueCase("table 5 preference 6 tunnel-id 0x7", "bad-value", fixed: "table 5 preference 6 tunnel-id 7"),
      ValueCase("table 5 preference 6 sup_pl 0x7", "bad-value", fixed: "table 5 preference 6 sup_pl 7"),
      ValueCase("goto 0x10 preference 6", "bad-value", fixed: "goto 16 preference 6"),
      ValueCase("table 5 preference 6 ipproto 0x6", "bad-value"),
      ValueCase("table 5 preference 08", "bad-value"),
      ValueCase("to 2001:db8::/64 realms 5 table 5 preference 6", "ipv4-only-option"),
    ])
  func refusedRules(value: ValueCase) {
    let loaded = value.check { instance("virtual_rules {\n\($0)\n}") }
    #expect(loaded.configuration.routers.first?.entries.isEmpty == true)
  }

  @Test(arguments: [
    ValueCase(
      "virtual_routes {\ninet6 default via fe80::2 dev eth0\n}", "word-order",
      fixed: "virtual_routes {\n::/0 via fe80::2 dev eth0\n}"),
    ValueCase("virtual_routes {\ninet 198.51.100.0/24 dev eth0\n}", "word-order"),
    ValueCase("virtual_routes {\nvia 192.0.2.1 default dev eth0\n}", "word-order"),
    ValueCase("virtual_rules {\ninet6 iif eth0 table 5 preference 6\n}", "word-order"),
  ])
  func aWordThatKeepalivedReadsOtherwiseIsToldAndActedOn(value: ValueCase) {
    let loaded = value.check { instance($0) }
    #expect(loaded.configuration.routers.first?.entries.count == 1)
  }

  @Test(arguments: [
    "virtual_routes {\ndefault dev eth0 inet6\n}", "virtual_rules {\niif eth0 table 5 preference 6 inet6\n}",
    "virtual_rules {\ndev eth0 oif eth1 table 5 preference 6 tunnel-id 5000000000\n}",
  ])
  func whatKeepalivedTakesIsTaken(lines: String) {
    let loaded = load(instance(lines))
    #expect(loaded.diagnostics.isEmpty)
    #expect(loaded.configuration.routers.first?.entries.count == 1)
  }

  @Test(arguments: [
    "virtual_routes {\ndefault via 192.0.2.1 via 192.0.2.3 dev eth0\n}",
    "virtual_routes {\ndefault dev eth0 oif eth1\n}", "virtual_routes {\ndefault dev eth0 metric 5 priority 6\n}",
    "virtual_routes {\ndefault nexthop via 192.0.2.1 via 192.0.2.3\n}",
    "virtual_rules {\nfrom 192.0.2.0/25 from 192.0.2.128/25 table 5 preference 6\n}",
    "virtual_rules {\niif eth0 dev eth1 table 5 preference 6\n}", "virtual_rules {\ntable 5 preference 6 order 7\n}",
    "unicast_peer {\n192.0.2.2 min_ttl 5 min_ttl 6\n}",
  ])
  func anOptionThatStandsTwiceIsTold(lines: String) {
    let loaded = load(instance(lines))
    #expect(loaded.diagnostics.map(\.id) == ["option-twice"])
    #expect(loaded.diagnostics.first?.notes.first?.range?.line == 5)
  }
}
