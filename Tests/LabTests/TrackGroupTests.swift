import Glibc
import LabKit
import NetworkTypes
import Testing
import VRRPCore

extension LabTests {
  /// Routers that follow static addresses and routes by `track_group`.
  @Suite struct TrackGroups {
    private func file(_ lines: [String]) -> RouterFile {
      var file = RouterFile(version: .v3)
      file.topLines = ["track_group inside {", "group {", file.instanceName(0), "}", "}"] + lines
      return file
    }

    /// A link of the host's own, whose far end is `inner1`.
    private func addLink(to host: LabKit.Host) throws {
      try host.run("ip", "link", "add", "inner0", "type", "veth", "peer", "name", "inner1")
      for name in ["inner0", "inner1"] { try host.run("ip", "link", "set", name, "up") }
    }

    private func state(of peer: any Peer) throws -> String? {
      try MartletStatus.of(#require(peer as? MartletPeer)).routers.first?.state
    }

    @Test(
      "The loss of a static entry's interface is a fault, the removal of the entry is not", needs(.lab, .martlet))
    func followsTheInterface() async throws {
      try await inLab { lab in
        let file = file([
          "static_ipaddress {", "192.0.2.33/24 dev inner0 track_group inside", "}", "static_routes {",
          "198.51.102.0/24 via 192.0.2.77 dev inner0 table 4711 track_group inside", "}",
        ])
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        for peer in [pair.high, pair.low] { try addLink(to: peer.host) }
        try await pair.startInOrder()

        let removed = MonotonicInstant.labNow()
        try pair.high.host.run("ip", "address", "del", "192.0.2.33/24", "dev", "inner0")
        let isBack = try await eventually(within: margin + margin) {
          try pair.high.host.attempt(["ip", "route", "show", "table", "4711"]).output.contains("198.51.102.0/24")
            && pair.high.host.run("ip", "address", "show", "dev", "inner0").contains("192.0.2.33/24")
        }
        #expect(isBack, "\(pair.logs)")
        pair.expectOnlySender(pair.high, since: removed)

        for round in 1...2 {
          let lost = MonotonicInstant.labNow()
          try pair.high.host.run("ip", "link", "set", "inner1", "down")
          let down = file.skewTime(priority: Pair.lowPriority)
          try await pair.expectMaster(
            pair.low, since: lost, within: down + margin, isTold: true, "lost, round \(round)")
          #expect(try state(of: pair.high) == "FAULT", "\(pair.logs)")
          #expect(pair.high.log.contains("track_group inside"), "\(pair.logs)")

          let back = MonotonicInstant.labNow()
          try pair.high.host.run("ip", "link", "set", "inner1", "up")
          let bound = file.masterDownInterval(priority: Pair.highPriority) + margin
          try await pair.expectMaster(pair.high, since: back, within: bound, "back, round \(round)")
        }
      }
    }

    @Test("A route that the kernel refuses holds its group's routers in fault", needs(.lab, .martlet))
    func followsWhatTheKernelSays() async throws {
      try await inLab { lab in
        let file = file([
          "static_routes {", "198.51.102.0/24 via 203.0.113.9 dev inner0 track_group inside", "}",
        ])
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        for peer in [pair.high, pair.low] { try addLink(to: peer.host) }
        // Only there does the gateway have a network.
        try pair.low.host.run("ip", "address", "add", "203.0.113.1/24", "dev", "inner0")
        try pair.start(pair.high)
        try pair.start(pair.low)
        let bound = startup + file.masterDownInterval(priority: Pair.lowPriority) + margin
        try await pair.expectMaster(pair.low, within: bound)
        #expect(try state(of: pair.high) == "FAULT", "\(pair.logs)")

        // Whoever serves next asks the kernel anew, and until it has answered what was known holds.
        let high = try #require(pair.high as? MartletPeer)
        let transitions = try MartletStatus.of(high).routers.first?.transitions
        let replaced = MonotonicInstant.labNow()
        #expect(try high.command("reload").succeeded, "\(pair.logs)")
        #expect(await eventually(within: startup) { high.rolePIDs("engine").count == 1 }, "\(pair.logs)")
        let engine = try #require(high.rolePID("engine"), "\(pair.logs)")
        kill(engine, SIGKILL)
        let another = await eventually(within: startup) {
          high.rolePID("engine") != engine && (try? MartletStatus.of(high).engine.health) == "running"
        }
        #expect(another, "\(pair.logs)")
        try await pair.settle(file.masterDownInterval(priority: Pair.highPriority) + margin)
        #expect(try MartletStatus.of(high).routers.first?.transitions == transitions, "\(pair.logs)")
        pair.expectOnlySender(pair.low, since: replaced)

        let given = MonotonicInstant.labNow()
        try pair.high.host.run("ip", "address", "add", "203.0.113.2/24", "dev", "inner0")
        // It is tried again once a second.
        let retried = file.masterDownInterval(priority: Pair.highPriority) + margin + margin
        try await pair.expectMaster(pair.high, since: given, within: retried)
      }
    }

    @Test("Nobody elects itself before the kernel has been asked, not even an owner", needs(.lab, .martlet))
    func waitsForTheKernelsFirstWord() async throws {
      try await inLab { lab in
        let file = file([
          "static_routes {", "198.51.102.0/24 via 203.0.113.9 dev inner0 track_group inside", "}",
        ])
        let martlet = try MartletPeer(host: lab.addHost("a", number: 1))
        try addLink(to: martlet.host)
        try martlet.start(file.text(for: martlet.host, priority: 255, peers: []))
        let isInFault = await eventually(within: startup) { (try? state(of: martlet)) == "FAULT" }
        #expect(isInFault, "\(martlet.log)")
        #expect(!martlet.log.contains("→ MASTER"), "\(martlet.log)")
        try lab.capture.check()
        #expect(lab.capture.adverts(vrid: file.vrid).isEmpty, "\(martlet.log)")
      }
    }
  }
}
