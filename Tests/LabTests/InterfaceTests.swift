import LabKit
import NetworkTypes
import Testing
import VRRPCore

extension LabTests {
  /// Interfaces that come late, go, and come back as others.
  @Suite struct Interfaces {
    /// Makes a second interface on the host's first, with the host's address moved to it.
    private func add(_ name: String, to host: Host) throws {
      try host.run("ip", "link", "add", name, "link", "eth0", "type", "macvlan", "mode", "bridge")
      try host.run("ip", "address", "add", "10.9.0.\(201)/16", "dev", name)
      try host.run("ip", "link", "set", name, "up")
    }

    @Test(needs(.lab, .martlet))
    func oneThatComesLateOrIsReplacedIsServedUnaided() async throws {
      try await inLab { lab in
        var file = RouterFile(version: .v3)
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        try pair.start(pair.low)
        let low = file.masterDownInterval(priority: Pair.lowPriority)
        try await pair.expectMaster(pair.low, within: startup + low + margin)

        // Its interface does not exist yet.
        file.globalLines = ["dynamic_interfaces"]
        let text = file.text(for: pair.high.host, priority: Pair.highPriority, peers: [])
          .replacing("interface eth0", with: "interface late0").replacing("dev eth0", with: "dev late0")
        try pair.high.start(text)
        let high = try #require(pair.high as? MartletPeer)
        let waits = await eventually(within: startup) { (try? MartletStatus.of(high).routers.first?.state) == "FAULT" }
        #expect(waits, "\(pair.logs)")

        // The sender's address on the link is the new interface's own.
        func isMaster(since instant: MonotonicInstant) -> Bool {
          lab.capture.adverts(vrid: file.vrid, since: instant).last?.priority == Pair.highPriority
        }
        func holds(_ peer: any Peer) throws -> Bool { try lab.holders(of: pair.address) == [peer.host.name] }
        let bound = file.masterDownInterval(priority: Pair.highPriority) + startup
        for round in ["came", "came back"] {
          let made = MonotonicInstant.labNow()
          try add("late0", to: pair.high.host)
          #expect(await eventually(within: bound) { isMaster(since: made) }, "\(round)\n\(pair.logs)")
          #expect(try await eventually(within: margin) { try holds(pair.high) }, "\(round)\n\(pair.logs)")
          #expect(await pair.client.reaches(within: margin), "\(round)\n\(pair.logs)")

          let removed = MonotonicInstant.labNow()
          try pair.high.host.run("ip", "link", "delete", "late0")
          try await pair.expectMaster(pair.low, since: removed, within: low + margin, Comment(rawValue: round))
        }
        let state = try MartletStatus.of(high).routers.first
        #expect(state?.state == "FAULT", "\(pair.logs)")
      }
    }
  }
}
