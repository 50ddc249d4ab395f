import LabKit
import NetworkTypes
import Testing
import VRRPCore

extension LabTests {
  /// A host whose kernel does not let it hold the addresses leaves them to one that can.
  @Suite struct Refusals {
    @Test(
      "One that may not change addresses says so and ends; the healthy host beside it notices nothing",
      needs(.lab, .martlet))
    func withoutTheCapability() async throws {
      try await inLab { lab in
        let file = RouterFile(version: .v3)
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        try pair.start(pair.low)
        let bound = startup + file.masterDownInterval(priority: Pair.lowPriority)
        try await pair.expectMaster(pair.low, within: bound)

        let before = MonotonicInstant.labNow()
        let lacking = try MartletPeer(host: pair.high.host, launcher: ["setpriv", "--bounding-set", "-net_admin"])
        try lacking.start(pair.configuration(of: pair.high))
        let end = await eventually(within: .seconds(10)) { lacking.process?.end != nil } ? lacking.process?.end : nil
        #expect(end == .exit(4), "\(lacking.log)")
        #expect(lacking.log.contains("CAP_NET_ADMIN"), "\(lacking.log)")
        await lacking.process?.terminate()
        pair.expectOnlySender(pair.low, since: before)
        #expect(try lab.holders(of: pair.address) == [pair.low.host.name])
      }
    }

    /// An interface beside eth0 for the addresses, on which the kernel takes no IPv6 address if it `refuses`.
    private func addSide(to host: Host, refuses: Bool) throws {
      try host.run("ip", "link", "add", "side0", "type", "veth", "peer", "name", "side1")
      try host.run("sysctl", "-q", "-w", "net.ipv6.conf.side0.disable_ipv6=\(refuses ? 1 : 0)")
      for name in ["side0", "side1"] { try host.run("ip", "link", "set", name, "up") }
    }

    private func text(_ file: RouterFile, of peer: any Peer, in pair: Pair) -> String {
      file.text(for: peer.host, priority: pair.priority(of: peer), peers: [])
        .replacing("dev eth0", with: "dev side0")
    }

    @Test(
      "One whose kernel refuses all addresses is in FAULT within a second, disturbs the healthy host once, and comes back",
      needs(.lab, .martlet))
    func allAddresses() async throws {
      try await inLab { lab in
        let file = RouterFile(version: .v3, family: .ipv6)
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        let high = try #require(pair.high as? MartletPeer)
        try addSide(to: pair.high.host, refuses: true)
        try addSide(to: pair.low.host, refuses: false)
        try pair.low.start(text(file, of: pair.low, in: pair))
        let bound = startup + file.masterDownInterval(priority: Pair.lowPriority) + margin
        func holders() throws -> [String] { try lab.holders(of: pair.address) }
        #expect(try await eventually(within: bound) { try holders() == ["b"] }, "\(pair.logs)")

        let before = MonotonicInstant.labNow()
        try pair.high.start(text(file, of: pair.high, in: pair))
        let isInFault = await eventually(within: .seconds(10)) {
          (try? MartletStatus.of(high).routers.first)?.faults == ["addresses"]
        }
        #expect(isInFault, "\(pair.logs)")
        let words = "MASTER → FAULT, the kernel refuses its addresses: Permission denied"
        #expect(high.log.contains(words), "\(pair.logs)")
        let taken = try await eventually(within: .seconds(10)) { try holders() == ["b"] }
        #expect(taken, "\(pair.logs)")

        // Long enough for three more tries, none of which the healthy host may notice.
        try await pair.settle(.seconds(8))
        let claims = pair.adverts(of: pair.high, since: before).filter { $0.priority > 0 }
        #expect(claims.count == 1, "\(claims)\n\(pair.logs)")
        #expect(try holders() == ["b"])
        #expect(try MartletStatus.of(high).routers.first?.transitions == 3, "\(pair.logs)")

        // The fault stands on the board: a reload is no reason to claim.
        #expect(try high.command("reload").succeeded, "\(pair.logs)")
        #expect(try MartletStatus.of(high).routers.first?.faults == ["addresses"], "\(pair.logs)")
        try await pair.settle(.seconds(3))
        #expect(pair.adverts(of: pair.high, since: before).count { $0.priority > 0 } == 1, "\(pair.logs)")

        try pair.high.host.run("sysctl", "-q", "-w", "net.ipv6.conf.side0.disable_ipv6=0")
        let back = try await eventually(within: .seconds(30)) { try holders() == ["a"] }
        #expect(back, "\(pair.logs)")
        #expect(high.log.contains("the kernel accepts its addresses again"), "\(pair.logs)")
      }
    }

    @Test(
      "One whose kernel comes to refuse the addresses that it holds leaves them to the next host", needs(.lab, .martlet)
    )
    func whileMaster() async throws {
      try await inLab { lab in
        let file = RouterFile(version: .v3, family: .ipv6)
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        for host in [pair.high.host, pair.low.host] { try addSide(to: host, refuses: false) }
        for peer in [pair.high, pair.low] { try peer.start(text(file, of: peer, in: pair)) }
        func holders() throws -> [String] { try lab.holders(of: pair.address) }
        #expect(try await eventually(within: .seconds(10)) { try holders() == ["a"] }, "\(pair.logs)")
        // It takes the addresses away and no new ones.
        try pair.high.host.run("sysctl", "-q", "-w", "net.ipv6.conf.side0.disable_ipv6=1")
        #expect(try await eventually(within: .seconds(10)) { try holders() == ["b"] }, "\(pair.logs)")
        let high = try #require(pair.high as? MartletPeer)
        #expect(try MartletStatus.of(high).routers.first?.faults == ["addresses"], "\(pair.logs)")
      }
    }

    @Test(
      "One whose kernel refuses some addresses serves the others, and status names the refused", needs(.lab, .martlet))
    func someAddresses() async throws {
      try await inLab { lab in
        let file = RouterFile(version: .v3, family: .ipv6)
        let peer = try MartletPeer(host: lab.addHost("a", number: 1))
        try addSide(to: peer.host, refuses: true)
        let text = file.text(for: peer.host, priority: 100, peers: [])
          .replacing("\(file.address())/64 dev eth0", with: "\(file.address())/64 dev eth0\n  fd00:9:9::1/64 dev side0")
        try peer.start(text)
        let held = try await eventually(within: .seconds(10)) { try peer.host.holds(file.address()) }
        #expect(held, "\(peer.log)")
        try await lab.settle(.seconds(3))
        #expect(try MartletStatus.of(peer).routers.first?.state == "MASTER", "\(peer.log)")
        let status = try peer.command("status").output
        #expect(status.contains("the kernel refuses fd00:9:9::1/64: Permission denied"), "\(status)")
      }
    }
  }
}
