import LabKit
import NetworkTypes
import Testing
import VRRPCore

extension LabTests {
  /// An interface of the name that a router's virtual MAC address is to have, which martlet did not make.
  @Suite struct AdoptedLinks {
    @Test(
      "One that a killed keepalived left is taken over, as it was and as it must be, and goes with martlet",
      needs(.lab, .martlet, .keepalived))
    func ofKeepalived() async throws {
      try await inLab { lab in
        let file = RouterFile.withVirtualMAC()
        let host = try lab.addHost("a", number: 1)
        let text = file.text(for: host, priority: 100, peers: [])
        let keepalived = KeepalivedPeer(host: host)
        try keepalived.start(text)
        #expect(try await eventually(within: .seconds(20)) { try host.holds(file.address()) }, "\(keepalived.log)")
        host.killEverything()
        let left = try host.madeInterfaces()
        #expect(left.contains("vrrp.51@eth0"), "\(left)")

        let peer = try MartletPeer(host: host)
        let client = try lab.addHost("client", number: 100).ask(file.address())
        try peer.start(text)
        let isMaster = await eventually(within: .seconds(10)) {
          (try? MartletStatus.of(peer).routers.first?.state) == "MASTER"
        }
        #expect(isMaster, "\(peer.log)")
        #expect(await client.reaches(within: .seconds(10)), "\(peer.log)")
        let made = try host.run("ip", "-d", "-o", "link", "show", "dev", "vrrp.51")
        #expect(made.contains("macvlan mode bridge") && made.contains("alias martlet"), "\(made)\n\(peer.log)")
        #expect(left.split(separator: ":").first == made.split(separator: ":").first, "it was made anew")
        #expect(await peer.stop() == .exit(0), "\(peer.log)")
        #expect(try host.madeInterfaces().isEmpty)
      }
    }

    @Test(
      "One that is something else is left alone: its router is in FAULT, the others go on, and it starts when that is gone",
      needs(.lab, .martlet),
      arguments: [
        ["type", "veth", "peer", "name", "other"], ["link", "eth0", "address", "02:00:00:00:00:77", "type", "macvlan"],
      ])
    func ofSomebodyElse(_ words: [String]) async throws {
      try await inLab { lab in
        var file = RouterFile.withVirtualMAC()
        file.routers = 2
        let peer = try MartletPeer(host: lab.addHost("a", number: 1))
        // The order of words that ip wants: the name, then the rest.
        let isMacvlan = words.first == "link"
        let arguments =
          ["ip", "link", "add"]
          + (isMacvlan ? words.prefix(2) + ["name", "vrrp.51"] + words.dropFirst(2) : ["vrrp.51"] + words)
        #expect(try peer.host.attempt(arguments).succeeded)
        try peer.start(file.text(for: peer.host, priority: 100, peers: []))
        #expect(try await eventually(within: .seconds(10)) { try peer.host.holds(file.address(1)) }, "\(peer.log)")
        let router = try MartletStatus.of(peer).routers.first
        #expect(router?.state == "FAULT", "\(peer.log)")
        #expect(router?.faults == ["interface"])
        let lines = peer.log.split(separator: "\n").filter { $0.contains("cannot use the interface vrrp.51") }
        #expect(lines.count == 1, "\(peer.log)")
        let status = try peer.command("status").output
        #expect(status.contains("VI_1: INIT → FAULT") && status.contains("vrrp.51"), "\(status)")
        #expect(!status.contains("eth0 is down"), "\(status)")
        #expect(try peer.command("reload").succeeded, "\(peer.log)")
        #expect(try peer.host.holds(file.address(1)), "\(peer.log)")

        try peer.host.run("ip", "link", "delete", "vrrp.51")
        let back = try await eventually(within: .seconds(10)) { try peer.host.holds(file.address(0)) }
        #expect(back, "\(peer.log)")
        #expect(try MartletStatus.of(peer).routers.map(\.state) == ["MASTER", "MASTER"], "\(peer.log)")
      }
    }
  }
}
