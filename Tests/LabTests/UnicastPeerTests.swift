import LabKit
import NetworkTypes
import Testing
import VRRPCore
import VRRPWire

extension LabTests {
  /// Whom a router with unicast peers sends to.
  @Suite struct UnicastPeers {
    @Test(
      "Without a peer but the host itself a router is silent in FAULT, and says why (4e5c40de)", needs(.lab, .martlet),
      arguments: ["", "unicast_peer { 10.9.0.1 }"])
    func nobodyToSendTo(peers: String) async throws {
      try await inLab { lab in
        var file = RouterFile(version: .v3)
        file.instanceLines = ["unicast_fault_no_peer", peers]
        let peer = try MartletPeer(host: lab.addHost("a", number: 1))
        try peer.start(file.text(for: peer.host, priority: 100, peers: []))
        let isInFault = await eventually(within: startup) {
          (try? MartletStatus.of(peer).routers.first?.state) == "FAULT"
        }
        try #require(isInFault, "\(peer.log)")
        #expect(try MartletStatus.of(peer).routers.first?.faults == ["peers"])
        #expect(peer.log.contains("FAULT, there is no unicast peer to send adverts to"), "\(peer.log)")
        // Three times as long as it would take to become master.
        let end = MonotonicInstant.labNow() + file.masterDownInterval(priority: 100) * 3
        await eventually(within: .seconds(10)) { MonotonicInstant.labNow() >= end }
        try lab.capture.check()
        #expect(lab.capture.adverts(vrid: file.vrid, since: .init(nanoseconds: 0)).isEmpty, "\(peer.log)")
        #expect(try lab.holders(of: file.address()).isEmpty)
      }
    }

    @Test(
      "The checksum of keepalived's old releases is taken, and sent if asked for", needs(.lab, .martlet, .keepalived),
      arguments: [(PeerKind.keepalived, PeerKind.martlet), (.martlet, .keepalived)])
    func oldChecksum(high: PeerKind, low: PeerKind) async throws {
      try await inLab { lab in
        var file = RouterFile(version: .v3, transport: .unicast)
        file.instanceLines = ["old_unicast_checksum"]
        let pair = try Pair(in: lab, file, high: high, low: low)
        try await pair.startInOrder()
        let quiet = MonotonicInstant.labNow()
        try await pair.settle(file.masterDownInterval(priority: Pair.lowPriority) * 3)
        pair.expectOnlySender(pair.high, since: quiet)
        let frame = try #require(lab.capture.frames.last { $0.advert?.sender == pair.high.host.macAddress })
        #expect(try Self.checksumStyle(of: frame) == .withGroupPseudoHeader, "\(pair.logs)")
      }
    }

    /// Of an IPv4 advert.
    private static func checksumStyle(of frame: CapturedFrame) throws -> ChecksumStyle {
      let advert = try #require(frame.advert)
      let message = Array(frame.bytes[34...].prefix(8 + 4 * advert.addressCount))
      let origin = DatagramOrigin(source: advert.source, destination: advert.destination, timeToLive: 255)
      return try ReceivedAdvertisement(decoding: message.span.bytes, origin: origin).checksumStyle
    }

    @Test("Under never, the checksum of keepalived's old releases is a wrong one", needs(.lab, .martlet, .keepalived))
    func oldChecksumRefused() async throws {
      try await inLab { lab in
        var file = RouterFile(version: .v3, transport: .unicast)
        file.instanceLines = ["old_unicast_checksum"]
        let pair = try Pair(in: lab, file, high: .keepalived, low: .martlet)
        try pair.start(pair.high)
        try await pair.expectMaster(
          pair.high, within: startup + file.masterDownInterval(priority: Pair.highPriority) + margin)
        try pair.low.start(
          pair.configuration(of: pair.low).replacing("old_unicast_checksum", with: "old_unicast_checksum never"))
        let low = try #require(pair.low as? MartletPeer)
        let isCounted = await eventually(within: startup + file.interval * 5) {
          ((try? MartletStatus.of(low).routers.first?.drops["checksum"]) ?? 0) > 0
        }
        #expect(isCounted, "\(pair.logs)")
      }
    }

    @Test("A host whose only peer becomes itself is in FAULT until that is over", needs(.lab, .martlet))
    func peersComeAndGo() async throws {
      try await inLab { lab in
        var file = RouterFile(version: .v3)
        file.instanceLines = ["unicast_fault_no_peer", "unicast_peer { 10.9.0.2 }"]
        let peer = try MartletPeer(host: lab.addHost("a", number: 1))
        try peer.start(file.text(for: peer.host, priority: 100, peers: []))
        func comes(to state: String) async -> Bool {
          await eventually(within: startup + file.masterDownInterval(priority: 100) + margin) {
            (try? MartletStatus.of(peer).routers.first?.state) == state
          }
        }
        #expect(await comes(to: "MASTER"), "\(peer.log)")
        try peer.host.run("ip", "address", "add", "10.9.0.2/32", "dev", "lo")
        #expect(await comes(to: "FAULT"), "\(peer.log)")
        try peer.host.run("ip", "address", "del", "10.9.0.2/32", "dev", "lo")
        #expect(await comes(to: "MASTER"), "\(peer.log)")
        #expect(peer.log.contains("there is a unicast peer to send adverts to again"), "\(peer.log)")
      }
    }

    @Test(
      "One list of all hosts serves each of them: its own address is passed over without a word",
      needs(.lab, .martlet), arguments: [AddressFamily.ipv4, .ipv6])
    func oneListForAll(family: AddressFamily) async throws {
      try await inLab { lab in
        var file = RouterFile(version: .v3, family: family)
        let hosts = family == .ipv4 ? ["10.9.0.1", "10.9.0.2"] : ["fd00:9::1", "fd00:9::2"]
        file.instanceLines = ["unicast_peer {"] + hosts + ["}"]
        if family == .ipv6 { file.instanceLines.append("unicast_src_ip HOST") }
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        func start(_ peer: any Peer) throws {
          let text = try pair.configuration(of: peer).replacing("HOST", with: "\(peer.host.ipv6)")
          try peer.start(text)
        }
        try start(pair.high)
        try await pair.expectMaster(
          pair.high, within: startup + file.masterDownInterval(priority: Pair.highPriority) + margin)
        try start(pair.low)
        try await pair.settle(startup)
        let crashed = MonotonicInstant.labNow()
        try pair.high.host.crash()
        try await pair.expectMaster(
          pair.low, since: crashed, within: file.masterDownInterval(priority: Pair.lowPriority) + margin)
        let low = try #require(pair.low as? MartletPeer)
        let router = try #require(MartletStatus.of(low).routers.first)
        #expect(router.drops.values.allSatisfy { $0 == 0 }, "\(router.drops)\n\(pair.logs)")
        #expect(!low.log.contains("dropped"), "\(low.log)")
      }
    }
  }
}
