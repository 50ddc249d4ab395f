import CNetlink
import Glibc
import LinuxSystem
import NetworkTypes
import Testing

@testable import Netlink

@Suite(.serialized, .enabled(if: mayMakeNamespaces, namespaceReason)) struct KernelEntryTests {
  /// A wire with 192.0.2.1/24 and 2001:db8::1/64 on this end.
  private func withWire(_ body: (KernelEntryTable, @escaping (String) -> InterfaceIndex?) throws -> Void) throws {
    try withFreshNamespace {
      try makeLink("wire0")
      try run("ip address add 192.0.2.1/24 dev wire0")
      try run("ip address add 2001:db8::1/64 dev wire0 nodad")
      let wire = try interface("wire0")
      try body(try KernelEntryTable()) { $0 == "wire0" ? wire : nil }
    }
  }

  private func route(_ destination: String, via gateway: String? = nil) throws -> Route {
    var route = Route(destination: try prefix(destination))
    route.gateway = gateway.flatMap { IPAddress($0) }
    route.interface = "wire0"
    return route
  }

  private func made(_ route: Route, _ interfaces: (String) -> InterfaceIndex?) throws -> KernelEntry {
    let entry = KernelEntry(route, interfaces: interfaces)
    return try #require(entry)
  }

  /// What `ip` says to a question.
  private func says(_ question: String) throws -> String {
    let output = "/tmp/martlet-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
    defer { unlink(output) }
    let child = try ChildProcess(
      SpawnRequest(
        executable: "/bin/sh", arguments: ["sh", "-c", "ip \(question) > \(output)"],
        environment: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"]))
    var waited = pollfd(fd: child.rawValue, events: Int16(POLLIN), revents: 0)
    _ = poll(&waited, 1, 10_000)
    _ = try child.reap()
    let file = try FileDescriptor.open(reading: output)
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = read(file.rawValue, &buffer, buffer.count)
    return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
  }

  @Test(arguments: [("198.51.100.0/24", "192.0.2.9"), ("2001:db8:5::/48", "2001:db8::9")])
  func aRouteComesAndGoes(destination: String, gateway: String) throws {
    try withWire { table, interfaces in
      let entry = try made(route(destination, via: gateway), interfaces)
      #expect(table.add([entry]) == [.done])
      let family = destination.contains(":") ? "-6" : "-4"
      let shown = try says("\(family) route show \(destination)")
      #expect(shown.contains("via \(gateway) dev wire0 proto keepalived"), "\(shown)")
      #expect(table.add([entry]) == [.unchanged])
      #expect(table.remove([entry.removal]) == [.done])
      #expect(try says("\(family) route show \(destination)").isEmpty)
      #expect(table.remove([entry.removal]) == [.unchanged])
    }
  }

  @Test func everyPropertyReachesTheKernel() throws {
    try withWire { table, interfaces in
      var route = try self.route("198.51.100.0/24", via: "192.0.2.9")
      route.source = IPAddress("192.0.2.1")
      route.table = 6909
      route.priority = 12
      route.typeOfService = 4
      route.realms = 5
      route.metrics = [
        .init(kind: 2, value: .number(1400), isLocked: true), .init(kind: 8, value: .number(1360)),
        .init(kind: 11, value: .number(20)), .init(kind: 12, value: .number(1)), .init(kind: 16, value: .name("cubic")),
      ]
      let entry = try made(route, interfaces)
      #expect(table.add([entry]) == [.done])
      let shown = try says("route show table 6909")
      for words in [
        "198.51.100.0/24 tos 0x04", "via 192.0.2.9 dev wire0", "src 192.0.2.1", "metric 12", "realm 5", "mtu lock 1400",
        "advmss 1360", "initcwnd 20", "features", "ecn", "congctl cubic",
      ] {
        #expect(shown.contains(words), "\(words) is not in \(shown)")
      }
      #expect(table.remove([entry.removal]) == [.done])
    }
  }

  @Test func packetsArePutIntoOthers() throws {
    try withWire { table, interfaces in
      var four = Route.Tunnel(.ipv4)
      (four.id, four.destination, four.source) = (258, IPAddress("192.0.2.9"), IPAddress("192.0.2.1"))
      (four.trafficClass, four.hopLimit, four.flags) = (4, 9, UInt16(4).bigEndian)
      var six = Route.Tunnel(.ipv6)
      (six.id, six.destination, six.trafficClass, six.hopLimit) = (7, IPAddress("2001:db8::9"), 8, 3)
      for (family, destination, tunnel, words) in [
        ("-4", "198.51.100.0/24", four, "encap ip id 258 src 192.0.2.1 dst 192.0.2.9 ttl 9 tos 4 key"),
        ("-6", "2001:db8:5::/48", six, "encap ip6 id 7 src :: dst 2001:db8::9 hoplimit 3 tc 8"),
      ] {
        var route = Route(destination: try prefix(destination))
        route.interface = "wire0"
        route.encapsulation = .tunnel(tunnel)
        let entry = try made(route, interfaces)
        #expect(table.add([entry]) == [.done])
        let shown = try says("\(family) route show \(destination)")
        #expect(shown.split(separator: " ").joined(separator: " ").contains(words), "\(shown)")
        #expect(table.remove([entry.removal]) == [.done])
      }
    }
  }

  /// Not every kernel can do these, so their attributes are looked at: type, and content in the network's byte order.
  @Test(
    arguments: [
      (Route.Encapsulation.labels([16, 1_048_575]), [12, 0, 1, 0, 0x00, 0x01, 0x00, 0x00, 0xFF, 0xFF, 0xF1, 0x00]),
      (.locator(0x2001_0DB8_0000_0001), [12, 0, 1, 0, 0x20, 0x01, 0x0D, 0xB8, 0x00, 0x00, 0x00, 0x01]),
    ] as [(Route.Encapsulation, [UInt8])])
  func labelsAndLocatorsAreWrittenAsTheKernelReadsThem(_ encapsulation: Route.Encapsulation, bytes: [UInt8]) throws {
    var route = Route(destination: try prefix("198.51.100.0/24"))
    route.encapsulation = encapsulation
    let entry = try #require(KernelEntry(route) { _ in nil })
    let kind: UInt8 = if case .labels = encapsulation { 1 } else { 3 }
    #expect(entry.addition.contains([6, 0, 21, 0, kind, 0, 0, 0, 16, 0, 22, 0] + bytes))
  }

  @Test func packetsAreSpreadOverSeveralWays() throws {
    try withWire { table, interfaces in
      var route = Route(destination: try prefix("198.51.100.0/24"))
      for (gateway, weight) in [("192.0.2.8", 3), ("192.0.2.9", 1)] {
        var hop = Route.NextHop()
        hop.gateway = IPAddress(gateway)
        hop.interface = "wire0"
        hop.weight = weight
        route.nextHops.append(hop)
      }
      let entry = try made(route, interfaces)
      #expect(table.add([entry]) == [.done])
      let shown = try says("route show 198.51.100.0/24")
      #expect(shown.contains("nexthop via 192.0.2.8 dev wire0 weight 3"), "\(shown)")
      #expect(shown.contains("nexthop via 192.0.2.9 dev wire0 weight 1"), "\(shown)")
      #expect(table.remove([entry.removal]) == [.done])
      #expect(try says("route show 198.51.100.0/24").isEmpty)
    }
  }

  @Test func anIPv4RouteMayHaveAnIPv6Gateway() throws {
    try withWire { table, interfaces in
      let entry = try made(route("198.51.100.0/24", via: "2001:db8::9"), interfaces)
      #expect(table.add([entry]) == [.done])
      #expect(try says("route show 198.51.100.0/24").contains("via inet6 2001:db8::9"))
    }
  }

  @Test func onlyTheRouteThatItMadeIsRemoved() throws {
    try withWire { table, interfaces in
      try run("ip route add 198.51.100.0/24 via 192.0.2.7 dev wire0")
      let entry = try made(route("198.51.100.0/24", via: "192.0.2.9"), interfaces)
      #expect(table.add([entry]) == [.done])
      #expect(try says("route show 198.51.100.0/24").hasPrefix("198.51.100.0/24 via 192.0.2.9"))
      #expect(table.remove([entry.removal]) == [.done])
      #expect(try says("route show 198.51.100.0/24").contains("via 192.0.2.7"))
    }
  }

  @Test func aRefusalComesWithTheKernelsWords() throws {
    try withWire { table, interfaces in
      let unreachable = try made(route("198.51.100.0/24", via: "203.0.113.1"), interfaces)
      let fine = try made(route("198.51.101.0/24"), interfaces)
      let results = table.add([unreachable, fine])
      #expect(results == [.refused(ENETUNREACH, explanation: "Nexthop has invalid gateway"), .done])
    }
  }

  @Test func anInterfaceThatDoesNotExistMakesNoEntry() throws {
    let homeless = try route("198.51.100.0/24")
    #expect(KernelEntry(homeless, interfaces: { _ in nil }) == nil)
  }

  @Test func aRuleComesAndGoes() throws {
    try withWire { table, _ in
      var rule = RoutingRule(family: .ipv4, action: .lookUp(table: 6909), preference: 100)
      rule.from = try prefix("192.0.2.0/24")
      rule.to = try prefix("198.51.100.0/24")
      rule.isInverted = true
      rule.mark = RoutingRule.Mark(value: 0x18, mask: 0xFF)
      rule.inputInterface = "wire0"
      rule.ipProtocol = 6
      rule.destinationPorts = 80...443
      // In a user namespace there may be no user but root.
      rule.users = 0...0
      rule.suppressedPrefixLength = 8
      let entry = KernelEntry(rule)
      #expect(table.add([entry]) == [.done])
      let shown = try says("rule show")
      for words in [
        "100:", "not from 192.0.2.0/24 to 198.51.100.0/24", "fwmark 0x18/0xff", "iif wire0", "uidrange 0-0",
        "ipproto tcp", "dport 80-443", "lookup 6909 suppress_prefixlength 8", "proto keepalived",
      ] {
        #expect(shown.contains(words), "\(words) is not in \(shown)")
      }
      #expect(table.add([entry]) == [.unchanged])
      #expect(table.remove([entry.removal]) == [.done])
      #expect(try !says("rule show").contains("6909"))
      #expect(table.remove([entry.removal]) == [.unchanged])
    }
  }

  @Test(arguments: [
    (RoutingRule.Action.blackhole, "blackhole"), (.unreachable, "unreachable"), (.prohibit, "prohibit"),
    (.nothing, "nop"), (.goTo(preference: 32_000), "goto 32000"), (.lookUpMaster, "l3mdev"),
  ])
  func actions(action: RoutingRule.Action, words: String) throws {
    try withWire { table, _ in
      let entry = KernelEntry(RoutingRule(family: .ipv6, action: action, preference: 77))
      let result = table.add([entry])
      #expect(result == [.done])
      let shown = try says("-6 rule show")
      #expect(shown.contains(words), "\(shown)")
      #expect(table.remove([entry.removal]) == [.done])
    }
  }

  @Test func anAddressIsAnEntryToo() throws {
    try withWire { table, _ in
      let entry = try #require(
        KernelEntry(AddressSpecification(prefix: try prefix("192.0.2.20/24"), interface: try interface("wire0"))))
      #expect(table.add([entry]) == [.done])
      #expect(try says("address show dev wire0").contains("192.0.2.20/24"))
      #expect(table.add([entry]) == [.unchanged])
      #expect(table.remove([entry.removal]) == [.done])
      #expect(table.remove([entry.removal]) == [.unchanged])
    }
  }

  @Test(arguments: [[], [1, 2, 3], Array(repeating: 0, count: 16), Array(repeating: 0xFF, count: 64)] as [[UInt8]])
  func bytesThatAreNoRequestAreNotSent(bytes: [UInt8]) throws {
    try withWire { table, _ in
      #expect(table.remove([bytes]) == [.refused(EINVAL, explanation: "")])
    }
  }

  /// The kernel names no destination of a default route.
  @Test(arguments: [("0.0.0.0/0", "192.0.2.9"), ("::/0", "2001:db8::9")])
  func itIsToldWhenADefaultRouteGoes(destination: String, gateway: String) throws {
    try withWire { table, interfaces in
      let monitor = try NetlinkMonitor(watchesRouting: true)
      #expect(table.add([try made(route(destination, via: gateway), interfaces)]) == [.done])
      try run("ip \(destination.contains(":") ? "-6" : "-4") route del default")
      var events: [NetlinkEvent] = []
      while waitReadable(monitor.rawValue, milliseconds: 500) { try monitor.receive { events.append($0) } }
      #expect(events.contains(.routeRemoved(RouteIdentity(destination: try prefix(destination), table: 254))))
    }
  }

  @Test func itIsToldWhenARouteOrARuleGoes() throws {
    try withWire { table, interfaces in
      let monitor = try NetlinkMonitor(watchesRouting: true)
      let route = try made(self.route("198.51.100.0/24", via: "192.0.2.9"), interfaces)
      let rule = KernelEntry(RoutingRule(family: .ipv4, action: .blackhole, preference: 100))
      #expect(table.add([route, rule]) == [.done, .done])
      try run("ip route del 198.51.100.0/24")
      try run("ip rule del preference 100")
      var events: [NetlinkEvent] = []
      while waitReadable(monitor.rawValue, milliseconds: 500) { try monitor.receive { events.append($0) } }
      #expect(
        events.contains(.routeRemoved(RouteIdentity(destination: try prefix("198.51.100.0/24"), table: 254))))
      #expect(events.contains(.ruleRemoved))
    }
  }
}
