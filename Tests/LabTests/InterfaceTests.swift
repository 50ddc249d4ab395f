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
          #expect(await pair.client.answers(within: margin), "\(round)\n\(pair.logs)")

          let removed = MonotonicInstant.labNow()
          try pair.high.host.run("ip", "link", "delete", "late0")
          try await pair.expectMaster(pair.low, since: removed, within: low + margin, Comment(rawValue: round))
        }
        let state = try MartletStatus.of(high).routers.first
        #expect(state?.state == "FAULT", "\(pair.logs)")
      }
    }

    /// Two hosts whose address is on a second interface.
    private func pairBeside(
      _ words: String, _ family: AddressFamily = .ipv4, in lab: Lab
    ) throws -> (pair: Pair, text: (any Peer) throws -> String) {
      var file = RouterFile(version: .v3, family: family)
      file.addressWords = words
      let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
      for peer in [pair.high, pair.low] { try addBeside(to: peer.host) }
      return (pair, { try pair.configuration(of: $0).replacing("dev eth0", with: "dev side0") })
    }

    private func addBeside(to host: Host) throws {
      try host.run("ip", "link", "add", "side0", "link", "eth0", "type", "macvlan", "mode", "bridge")
      try host.run("ip", "link", "set", "side0", "up")
    }

    @Test("The loss of the interface that an address is on is a fault, and over when it is back", needs(.lab, .martlet))
    func anAddressElsewhereFollowsItsInterface() async throws {
      try await inLab { lab in
        let (pair, text) = try pairBeside("", in: lab)
        let high = try #require(pair.high as? MartletPeer)
        try high.start(text(high))
        let bound = startup + pair.file.masterDownInterval(priority: Pair.highPriority) + margin
        try await pair.expectMaster(high, within: bound)
        try pair.low.start(text(pair.low))
        #expect(await eventually(within: startup + margin) { pair.low.saysBackup }, "\(pair.logs)")
        for loss in ["down", "deleted"] {
          let lost = MonotonicInstant.labNow()
          if loss == "down" {
            try high.host.run("ip", "link", "set", "side0", "down")
          } else {
            try high.host.run("ip", "link", "delete", "side0")
          }
          let skew = pair.file.skewTime(priority: Pair.lowPriority)
          try await pair.expectMaster(
            pair.low, since: lost, within: skew + margin, isTold: true, Comment(rawValue: loss))
          let isInFault = await eventually(within: margin) {
            (try? MartletStatus.of(high).routers.first?.state) == "FAULT"
          }
          #expect(isInFault, "\(loss)\n\(pair.logs)")
          #expect(high.log.contains("side0"), "\(pair.logs)")
          let back = MonotonicInstant.labNow()
          if loss == "down" {
            try high.host.run("ip", "link", "set", "side0", "up")
          } else {
            try addBeside(to: high.host)
          }
          try await pair.expectMaster(high, since: back, within: bound, Comment(rawValue: "\(loss), and back"))
        }
      }
    }

    @Test(
      "Under no_track it is no fault, and the address is announced when the interface is back", needs(.lab, .martlet),
      arguments: AddressFamily.allCases)
    func anAddressElsewhereIsAnnouncedAgain(_ family: AddressFamily) async throws {
      try await inLab { lab in
        let (pair, text) = try pairBeside(" no_track", family, in: lab)
        try pair.high.start(text(pair.high))
        let bound = startup + pair.file.masterDownInterval(priority: Pair.highPriority) + margin
        try await pair.expectMaster(pair.high, within: bound)
        // The rounds of the start are over: the second comes garp_master_delay later.
        let rounds = await eventually(within: .seconds(7)) {
          let all = lab.capture.announcements(of: pair.address, since: .init(nanoseconds: 0))
          return all.last.map { $0.time - all[0].time > .seconds(4) } ?? false
        }
        #expect(rounds, "\(pair.logs)")
        try await pair.settle(.milliseconds(200))
        let begin = MonotonicInstant.labNow()
        try pair.high.host.run("ip", "link", "set", "side0", "down")
        try await pair.settle(pair.file.interval)
        let back = MonotonicInstant.labNow()
        try pair.high.host.run("ip", "link", "set", "side0", "up")
        let announced = await eventually(within: margin) {
          !lab.capture.announcements(of: pair.address, since: back).isEmpty
        }
        #expect(announced, "\(pair.logs)")
        #expect(!pair.adverts(of: pair.high, since: begin).contains { $0.priority == 0 }, "\(pair.logs)")
        // What went with the interface was removed by nobody.
        #expect(!pair.high.log.contains("another program removed"), "\(pair.logs)")
        #expect(await pair.client.answers(within: margin), "\(pair.logs)")
      }
    }
  }
}
