import LabKit
import NetworkTypes
import Testing
import VRRPCore

extension LabTests {
  /// The virtual router's own MAC address moves with the role (RFC 9568 section 7.3).
  @Suite struct VirtualMAC {
    static let pairings: [Pairing] = [
      Pairing(high: .martlet, low: .martlet, file: RouterFile(version: .v3)),
      Pairing(high: .martlet, low: .martlet, file: RouterFile(version: .v3, family: .ipv6)),
      Pairing(high: .keepalived, low: .martlet, file: RouterFile(version: .v2)),
      Pairing(high: .martlet, low: .keepalived, file: RouterFile(version: .v3)),
      Pairing(high: .martlet, low: .keepalived, file: RouterFile(version: .v3, family: .ipv6)),
    ]

    /// Both hosts send from the same MAC address, so their own IP address tells whose an advert is.
    private func hasSent(_ advert: CapturedAdvert, _ host: Host) -> Bool {
      advert.source == host.address(.ipv4) || advert.source == host.linkLocal
    }

    private func start(_ peer: any Peer, of pair: Pair) throws {
      try peer.start(try pair.configuration(of: peer).replacing(" dev eth0", with: ""))
    }

    private func expectMaster(
      _ peer: any Peer, of pair: Pair, since instant: MonotonicInstant, within bound: Nanoseconds, _ what: Comment
    ) async throws {
      let begun = await eventually(within: bound + margin) {
        pair.lab.capture.adverts(vrid: pair.file.vrid, since: instant).last.map {
          hasSent($0, peer.host) && $0.priority > 0
        } ?? false
      }
      #expect(begun, "\(what): \(peer.host.name) is not master.\n\(pair.logs)")
      let alone = try await eventually(within: margin) { try pair.lab.holders(of: pair.address) == [peer.host.name] }
      #expect(alone, "\(what): not \(peer.host.name) alone holds it\n\(pair.logs)")
      #expect(await pair.client.reaches(within: margin), "\(what)\n\(pair.logs)")
    }

    @Test(needs(.lab, .martlet, .keepalived), arguments: pairings)
    func movesWithTheRole(_ pairing: Pairing) async throws {
      try await inLab { lab in
        var file = pairing.file
        file.instanceLines = ["use_vmac"]
        let pair = try Pair(in: lab, file, high: pairing.high, low: pairing.low)
        let virtual = MACAddress(virtualRouter: file.vrid, file.family)
        let begin = MonotonicInstant.labNow()
        try start(pair.high, of: pair)
        let bound = startup + file.masterDownInterval(priority: Pair.highPriority)
        try await expectMaster(pair.high, of: pair, since: begin, within: bound, "start")
        let first = try #require(lab.capture.adverts(vrid: file.vrid, since: begin).first)
        let early = lab.capture.frames(since: begin).filter { $0.source == virtual && $0.time < first.time }
        #expect(early.isEmpty, "a backup sent \(early.count) frames from the virtual address")
        try start(pair.low, of: pair)
        try await pair.settle(startup)

        let before = MonotonicInstant.labNow()
        try pair.high.host.crash()
        let down = file.masterDownInterval(priority: Pair.lowPriority)
        try await expectMaster(pair.low, of: pair, since: before, within: down + margin, "crash")
        #expect(lab.capture.adverts(vrid: file.vrid, since: begin).allSatisfy { $0.sender == virtual })
        // keepalived's host asks for neighbours from the interface below in the address's name, and teaches them that one's MAC address.
        if pairing.low == .martlet {
          let neighbor = try pair.clientHost.neighbor(of: pair.address)
          #expect(neighbor == "\(virtual)", "the client knows \(neighbor ?? "nothing")")
        }

        let back = MonotonicInstant.labNow()
        try pair.high.host.boot()
        try start(pair.high, of: pair)
        try await expectMaster(pair.high, of: pair, since: back, within: bound, "hand-back")

        await pair.high.stop()
        try await expectMaster(
          pair.low, of: pair, since: .labNow(), within: file.skewTime(priority: Pair.lowPriority) + margin, "stop")
        await pair.low.stop()
        for peer in [pair.high, pair.low] where peer.kind == .martlet {
          #expect(try peer.host.run("ip", "link", "show", "type", "macvlan").isEmpty, "its interface stayed")
          #expect(readARPIgnore(of: peer.host) == "0", "the interface below was not set back")
        }
      }
    }

    private func readARPIgnore(of host: Host) -> String {
      let value = try? host.run("sysctl", "-n", "net.ipv4.conf.eth0.arp_ignore")
      return value?.trimmingSpace ?? ""
    }

    @Test(needs(.lab, .martlet))
    func anInterfaceThatSomebodyDeletesIsMadeAgain() async throws {
      try await inLab { lab in
        // Nothing can be sent until another engine has made the interface; the other host must not lose patience.
        var file = RouterFile(version: .v3, interval: .seconds(1))
        file.instanceLines = ["use_vmac vip0 02:00:00:00:07"]
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        let mac = try #require(MACAddress(bytes: [2, 0, 0, 0, 7, file.vrid]))
        let begin = MonotonicInstant.labNow()
        try start(pair.high, of: pair)
        try start(pair.low, of: pair)
        let bound = startup + file.masterDownInterval(priority: Pair.lowPriority)
        try await expectMaster(pair.high, of: pair, since: begin, within: bound, "start")
        let deleted = MonotonicInstant.labNow()
        try pair.high.host.run("ip", "link", "delete", "vip0")
        let held = try await eventually(within: startup) { try lab.holders(of: pair.address) == [pair.high.host.name] }
        #expect(held, "\(pair.logs)")
        #expect(await pair.client.reaches(within: margin), "\(pair.logs)")
        try await pair.settle(bound)
        let adverts = lab.capture.adverts(vrid: file.vrid, since: deleted)
        #expect(adverts.allSatisfy { hasSent($0, pair.high.host) }, "\(pair.logs)")
        #expect(adverts.last?.sender == mac)
      }
    }
  }
}

extension String {
  fileprivate var trimmingSpace: String { String(filter { !$0.isWhitespace }) }
}
