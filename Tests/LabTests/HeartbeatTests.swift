import LabKit
import NetworkTypes
import Testing
import VRRPCore

extension LabTests {
  /// Two hosts with a cable of their own beside the network: one is dead when it is silent on both.
  @Suite struct Heartbeats {
    private func pair(in lab: Lab, _ family: AddressFamily, low: PeerKind = .martlet) throws -> Pair {
      var file = RouterFile(version: .v3, family: family)
      if low == .martlet { file.instanceLines = ["heartbeat_interface {", "cable0", "}"] }
      let pair = try Pair(in: lab, file, high: .martlet, low: low)
      try pair.high.host.connect(to: pair.low.host, "cable0")
      return pair
    }

    @Test(needs(.lab, .martlet), arguments: AddressFamily.allCases)
    func aCutNetworkMakesNoSecondMaster(_ family: AddressFamily) async throws {
      try await inLab { lab in
        let pair = try pair(in: lab, family)
        try await pair.startInOrder()
        let cut = MonotonicInstant.labNow()
        try pair.high.host.cut(.both)
        // Without the cable the low one would take over within one master-down time.
        try await pair.settle(pair.file.masterDownInterval(priority: Pair.lowPriority) * 3)
        #expect(pair.adverts(of: pair.low, since: cut).isEmpty, "\(pair.logs)")
        #expect(try lab.holders(of: pair.address) == [pair.high.host.name], "\(pair.logs)")

        // Now both are silent.
        let silent = MonotonicInstant.labNow()
        try pair.low.host.run("ip", "link", "set", "cable0", "down")
        let bound = pair.file.masterDownInterval(priority: Pair.lowPriority) + margin
        let takesOver = await eventually(within: bound) {
          pair.lastAdvert(of: pair.low).map { $0.time > silent } ?? false
        }
        #expect(takesOver, "\(pair.logs)")
        // Both are master, on either side of the cut, until they hear each other by the cable: then the lower one yields.
        try pair.low.host.run("ip", "link", "set", "cable0", "up")
        try pair.low.host.run(
          "ip", "address", "replace", "fe80::a:\(pair.low.host.number)/64", "dev", "cable0", "nodad")
        let yields = try await eventually(within: margin) { try !pair.low.host.holds(pair.address) }
        #expect(yields, "\(pair.logs)")
        try pair.high.host.heal()
        #expect(await pair.client.answers(within: margin + pair.file.interval * 2), "\(pair.logs)")
      }
    }

    @Test(needs(.lab, .martlet))
    func aResignationComesByTheCableWhenTheOwnLinkIsDead() async throws {
      try await inLab { lab in
        let pair = try pair(in: lab, .ipv4)
        try await pair.startInOrder()
        let down = MonotonicInstant.labNow()
        try pair.high.host.linkDown()
        // The skew time, as after any resignation; the master-down time would be three intervals more.
        let skew = pair.file.skewTime(priority: Pair.lowPriority)
        let first = try await pair.expectMaster(
          pair.low, since: down, within: skew + pair.file.interval * 2, isTold: true, "link down")
        print("link down: \(first.time - down) with a skew of \(skew)")
        #expect(await pair.client.answers(within: margin))
      }
    }

    @Test(needs(.lab, .martlet, .keepalived))
    func aKeepalivedThatKnowsOnePathIsNotConfused() async throws {
      try await inLab { lab in
        var file = RouterFile(version: .v3)
        let pair = try pair(in: lab, .ipv4, low: .keepalived)
        file.instanceLines = ["heartbeat_interface {", "cable0", "}"]
        try pair.low.start(pair.configuration(of: pair.low))
        try pair.high.start(file.text(for: pair.high.host, priority: Pair.highPriority, peers: [pair.low.host]))
        let bound = file.masterDownInterval(priority: Pair.highPriority) + startup
        try await pair.expectMaster(pair.high, since: .labNow(), within: bound)
        try await pair.settle(file.interval * 5)
        let begin = MonotonicInstant.labNow()
        try await pair.settle(file.interval * 5)
        pair.expectOnlySender(pair.high, since: begin)
        #expect(try lab.holders(of: pair.address) == [pair.high.host.name], "\(pair.logs)")
      }
    }
  }
}
