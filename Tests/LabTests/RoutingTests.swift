import Glibc
import LabKit
import NetworkTypes
import Testing
import VRRPCore

extension LabTests {
  /// Routes and rules that follow the master, and what is there always.
  @Suite struct Routing {
    /// A pair's file with a route and a rule on the master, and a static address, route and rule.
    private var file: RouterFile {
      var file = RouterFile(version: .v3)
      file.instanceLines = [
        "virtual_routes {", "198.51.100.0/24 via 10.9.0.77 dev eth0 src \(file.address()) metric 7", "}",
        "virtual_rules {", "from 198.51.101.0/24 table 4711 preference 4711", "}",
      ]
      file.topLines = [
        "static_ipaddress {", "192.0.2.33/32 dev eth0", "}", "static_routes {", "198.51.102.0/24 dev eth0 table 4711",
        "}",
        "static_rules {", "from 198.51.103.0/24 table 4711 preference 4712", "}",
      ]
      return file
    }

    private struct Seen: Equatable {
      var hasRoute: Bool
      var hasRule: Bool
      var hasStatic: Bool

      static let asMaster = Seen(hasRoute: true, hasRule: true, hasStatic: true)
      static let asBackup = Seen(hasRoute: false, hasRule: false, hasStatic: true)
      static let nothing = Seen(hasRoute: false, hasRule: false, hasStatic: false)

      init(hasRoute: Bool, hasRule: Bool, hasStatic: Bool) {
        self.hasRoute = hasRoute
        self.hasRule = hasRule
        self.hasStatic = hasStatic
      }

      /// The static ones must all be there or all be away; `nil` while it is one or the other.
      init?(on host: Host) throws {
        let rules = try host.run("ip", "rule", "show")
        hasRoute = try host.run("ip", "route", "show", "198.51.100.0/24").contains("via 10.9.0.77")
        hasRule = rules.contains("from 198.51.101.0/24 lookup 4711")
        let table = try host.attempt(["ip", "route", "show", "table", "4711"]).output
        let statics = [
          try host.run("ip", "address", "show", "dev", "eth0").contains("192.0.2.33/32"),
          table.contains("198.51.102.0/24"),
          rules.contains("from 198.51.103.0/24 lookup 4711"),
        ]
        guard Set(statics).count == 1 else { return nil }
        hasStatic = statics[0]
      }
    }

    private func expect(_ seen: Seen, on peer: any Peer, _ pair: Pair, _ comment: Comment) async throws {
      let isSo = try await eventually(within: margin) { try Seen(on: peer.host) == seen }
      let found = try Seen(on: peer.host).map { "\($0)" } ?? "some of the static ones"
      #expect(isSo, "\(comment): \(found) on \(peer.host.name)\n\(pair.logs)")
    }

    @Test(needs(.lab, .martlet))
    func routesAndRulesFollowTheMaster() async throws {
      try await inLab { lab in
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        try await pair.startInOrder()
        try await expect(.asMaster, on: pair.high, pair, "high is master")
        try await expect(.asBackup, on: pair.low, pair, "low is backup")

        let before = MonotonicInstant.labNow()
        _ = await pair.high.stop()
        try await pair.expectMaster(pair.low, since: before, within: file.masterDownInterval(priority: 100) + margin)
        try await expect(.asMaster, on: pair.low, pair, "low took over")
        try await expect(.nothing, on: pair.high, pair, "high has stopped")
      }
    }

    @Test(
      needs(.lab, .martlet),
      arguments: [
        "ip route del 198.51.100.0/24 metric 7", "ip rule del preference 4711", "ip addr del 192.0.2.33/32 dev eth0",
        "ip route del 198.51.102.0/24 table 4711", "ip rule del preference 4712",
      ])
    func whatSomebodyRemovesIsBackWithinASecond(_ removal: String) async throws {
      try await inLab { lab in
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        try await pair.startInOrder()
        try await expect(.asMaster, on: pair.high, pair, "high is master")
        let high = try #require(pair.high as? MartletPeer)
        let transitions = try MartletStatus.of(high).routers.first?.transitions
        for _ in 0..<3 {
          let removed = MonotonicInstant.labNow()
          let result = try pair.high.host.attempt(removal.split(separator: " ").map(String.init))
          #expect(result.succeeded, "\(result)")
          let isBack = try await eventually(within: .seconds(1)) { try Seen(on: pair.high.host) == .asMaster }
          #expect(isBack, "\(removal)\n\(pair.logs)")
          print("\(removal): back after at most \(MonotonicInstant.labNow() - removed)")
        }
        #expect(try MartletStatus.of(high).routers.first?.transitions == transitions)
        #expect(pair.logs.contains("another program removed"), "\(pair.logs)")
      }
    }

    @Test(needs(.lab, .martlet))
    func theyOutliveTheEngineAndALinkThatFlaps() async throws {
      try await inLab { lab in
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        try await pair.startInOrder()
        try await expect(.asMaster, on: pair.high, pair, "high is master")
        let high = try #require(pair.high as? MartletPeer)
        let begin = MonotonicInstant.labNow()
        let engine = try #require(high.rolePID("engine"))
        kill(engine, SIGKILL)
        let isReplaced = await eventually(within: startup) { high.rolePID("engine").map { $0 != engine } ?? false }
        #expect(isReplaced)
        // Removed while nobody looked, if the timing will have it so; the new engine makes sure.
        _ = try pair.high.host.attempt(["ip", "rule", "del", "preference", "4711"])
        try await pair.settle(.seconds(1))
        try await expect(.asMaster, on: pair.high, pair, "engine replaced")
        #expect(pair.adverts(of: pair.low, since: begin).isEmpty, "\(pair.logs)")

        try pair.high.host.run("ip", "link", "set", "eth0", "down")
        let down = MonotonicInstant.labNow()
        try await pair.expectMaster(pair.low, since: down, within: file.masterDownInterval(priority: 100) + margin)
        try pair.high.host.run("ip", "link", "set", "eth0", "up")
        try await pair.expectMaster(
          pair.high, since: down, within: file.masterDownInterval(priority: 200) + startup + margin)
        try await expect(.asMaster, on: pair.high, pair, "link back")
        try await expect(.asBackup, on: pair.low, pair, "link back")
      }
    }

    @Test(needs(.lab, .martlet))
    func anEngineThatCannotLiveLeavesNothing() async throws {
      try await inLab { lab in
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        try await pair.startInOrder()
        try await expect(.asMaster, on: pair.high, pair, "high is master")
        let high = try #require(pair.high as? MartletPeer)
        let killed = await eventually(within: .seconds(10), every: .milliseconds(20)) {
          if let engine = high.rolePID("engine") { kill(engine, SIGKILL) }
          return high.host.processes().isEmpty
        }
        #expect(killed, "\(pair.logs)")
        try await expect(.nothing, on: pair.high, pair, "given up")
      }
    }

    @Test(needs(.lab, .martlet))
    func aReloadTakesAwayAndAdds() async throws {
      try await inLab { lab in
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        try await pair.startInOrder()
        try await expect(.asMaster, on: pair.high, pair, "high is master")
        let high = try #require(pair.high as? MartletPeer)
        let text = try pair.configuration(of: high)
        try high.replaceConfiguration(
          text.replacing("198.51.100.0/24 via 10.9.0.77", with: "198.51.104.0/24 via 10.9.0.78")
            .replacing("from 198.51.103.0/24 table 4711 preference 4712\n", with: ""))
        #expect(try high.command("reload").succeeded)
        let changed = try await eventually(within: margin) {
          let rules = try high.host.run("ip", "rule", "show")
          let routes = try high.host.run("ip", "route", "show")
          return routes.contains("198.51.104.0/24 via 10.9.0.78") && !routes.contains("198.51.100.0/24")
            && !rules.contains("198.51.103.0/24") && rules.contains("198.51.101.0/24")
        }
        #expect(changed, "\(pair.logs)")
        // Nothing is left to be found when there are no entries any more.
        var bare = file
        bare.instanceLines = []
        bare.topLines = []
        try high.replaceConfiguration(
          bare.text(for: high.host, priority: Pair.highPriority, peers: [pair.low.host]))
        #expect(try high.command("reload").succeeded)
        let cleared = try await eventually(within: margin) {
          let rules = try high.host.run("ip", "rule", "show")
          return try !rules.contains("4711") && !high.host.run("ip", "route", "show").contains("198.51.104.0")
            && !high.host.run("ip", "address", "show").contains("192.0.2.33")
        }
        #expect(cleared, "\(pair.logs)")
      }
    }

    @Test(needs(.lab, .martlet))
    func whatTheHostHasOfItsOwnIsLeftAlone() async throws {
      try await inLab { lab in
        var file = RouterFile(version: .v3)
        file.instanceLines = [
          "virtual_routes {", "198.51.100.0/24 via 10.9.0.77 dev eth0 protocol static no_track", "}",
        ]
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        for peer in [pair.high, pair.low] {
          try peer.host.run(
            "ip", "route", "add", "198.51.100.0/24", "via", "10.9.0.77", "dev", "eth0", "proto", "static")
        }
        func isThere(_ peer: any Peer) throws -> Bool {
          try peer.host.run("ip", "route", "show", "198.51.100.0/24").contains("via 10.9.0.77")
        }
        try await pair.startInOrder()
        try await pair.settle(.seconds(2))
        #expect(try isThere(pair.high) && isThere(pair.low), "\(pair.logs)")
        _ = await pair.high.stop()
        _ = await pair.low.stop()
        #expect(try isThere(pair.high) && isThere(pair.low), "\(pair.logs)")
      }
    }

    @Test("A route whose source address somebody deletes goes with the service all the same", needs(.lab, .martlet))
    func aRouteThatCannotBePutBackGoesInTheEnd() async throws {
      try await inLab { lab in
        var file = RouterFile(version: .v3)
        file.topLines = ["static_routes {", "198.51.102.0/24 dev eth0 src 192.0.2.77 table 4711", "}"]
        let martlet = try MartletPeer(host: lab.addHost("a", number: 1))
        try martlet.host.run("ip", "address", "add", "192.0.2.77/32", "dev", "eth0")
        try martlet.start(file.text(for: martlet.host, priority: 100, peers: []))
        func isThere() throws -> Bool {
          try martlet.host.attempt(["ip", "route", "show", "table", "4711"]).output.contains("198.51.102.0/24")
        }
        #expect(try await eventually(within: startup) { try isThere() }, "\(martlet.log)")
        // From another table than the main one the kernel does not take it then, but it takes no other with that source either.
        try martlet.host.run("ip", "address", "del", "192.0.2.77/32", "dev", "eth0")
        let isRefused = await eventually(within: startup) { martlet.log.contains("the kernel refused") }
        #expect(isRefused, "\(martlet.log)")
        await martlet.stop()
        #expect(try !isThere(), "\(martlet.log)")
      }
    }

    @Test(needs(.lab, .martlet))
    func aRouteThatTwoRoutersListStaysWithTheOther() async throws {
      try await inLab { lab in
        var file = RouterFile(version: .v3)
        file.routers = 2
        file.instanceLines = ["virtual_routes {", "198.51.100.0/24 via 10.9.0.77 dev eth0", "}"]
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        try await pair.startInOrder()
        func isThere() throws -> Bool {
          try pair.high.host.run("ip", "route", "show", "198.51.100.0/24").contains("via 10.9.0.77")
        }
        let comes = try await eventually(within: margin) { try isThere() }
        #expect(comes, "\(pair.logs)")
        let high = try #require(pair.high as? MartletPeer)
        // The second router goes, the first stays master.
        var one = file
        one.routers = 1
        try high.replaceConfiguration(one.text(for: high.host, priority: Pair.highPriority, peers: [pair.low.host]))
        let watch = try await pair.high.host.whileWatching("route") {
          #expect(try high.command("reload").succeeded)
          try await pair.settle(.seconds(2))
        }
        #expect(try isThere(), "\(pair.logs)")
        #expect(!watch.contains("Deleted 198.51.100.0/24"), "it was gone for a moment: \(watch)")
      }
    }

    @Test(needs(.lab, .martlet))
    func aReloadReplacesWhatHasChanged() async throws {
      try await inLab { lab in
        var file = RouterFile(version: .v3)
        file.instanceLines = ["virtual_routes {", "198.51.100.0/24 via 10.9.0.77 dev eth0 mtu 1400", "}"]
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        try await pair.startInOrder()
        let high = try #require(pair.high as? MartletPeer)
        try high.replaceConfiguration(pair.configuration(of: high).replacing("mtu 1400", with: "mtu 1300"))
        #expect(try high.command("reload").succeeded)
        func shown() throws -> String { try high.host.run("ip", "route", "show", "198.51.100.0/24") }
        let changed = try await eventually(within: margin) { try shown().contains("mtu 1300") }
        #expect(changed, "\(pair.logs)")
        #expect(try !shown().contains("mtu 1400"))
        let engine = try #require(high.rolePID("engine"))
        kill(engine, SIGKILL)
        let isReplaced = await eventually(within: startup) { high.rolePID("engine").map { $0 != engine } ?? false }
        #expect(isReplaced)
        _ = await pair.high.stop()
        #expect(try shown().isEmpty, "\(pair.logs)")
      }
    }

    @Test(needs(.lab, .martlet))
    func aRouteThatTheKernelRefusesIsReportedInItsWordsAndTheRestGoesOn() async throws {
      try await inLab { lab in
        var file = RouterFile(version: .v3)
        file.instanceLines = [
          "virtual_routes {", "198.51.100.0/24 via 203.0.113.9 dev eth0", "198.51.105.0/24 dev eth0", "}",
        ]
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        try await pair.startInOrder()
        let says = await eventually(within: margin) {
          pair.logs.contains("198.51.100.0/24 via 203.0.113.9 dev eth0: Nexthop has invalid gateway")
        }
        #expect(says, "\(pair.logs)")
        #expect(try pair.high.host.run("ip", "route", "show").contains("198.51.105.0/24 dev eth0"), "\(pair.logs)")
        #expect(await pair.client.answers(within: margin))
        // As soon as the kernel would take it, it is there.
        try pair.high.host.run("ip", "address", "add", "203.0.113.1/24", "dev", "eth0")
        let isThere = try await eventually(within: .seconds(3)) {
          try pair.high.host.run("ip", "route", "show").contains("198.51.100.0/24 via 203.0.113.9")
        }
        #expect(isThere, "\(pair.logs)")
        #expect(pair.logs.ranges(of: "Nexthop has invalid gateway").count == 1, "said once\n\(pair.logs)")
      }
    }
  }
}
