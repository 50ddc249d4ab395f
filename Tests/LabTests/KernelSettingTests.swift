import LabKit
import NetworkTypes
import Testing
import VRRPCore

extension LabTests {
  /// Settings of the kernel's network that decide whether an address answers.
  @Suite struct KernelSettings {
    @Test(
      "An address with a virtual MAC address answers whatever the host sets for new interfaces and for all",
      needs(.lab, .martlet),
      arguments: [
        ["net.ipv4.conf.all.rp_filter=1"], ["net.ipv4.conf.all.rp_filter=1", "net.ipv4.conf.default.rp_filter=1"],
        ["net.ipv4.conf.default.arp_filter=1"], ["net.ipv4.conf.default.arp_ignore=8"],
      ])
    func answers(_ settings: [String]) async throws {
      try await inLab { lab in
        let file = RouterFile.withVirtualMAC()
        let peer = try MartletPeer(host: lab.addHost("a", number: 1))
        let client = try lab.addHost("client", number: 100).ask(file.address())
        for setting in settings { try peer.host.run("sysctl", "-q", "-w", setting) }
        try peer.start(file.text(for: peer.host, priority: 100, peers: []))
        #expect(try await eventually(within: .seconds(10)) { try peer.host.holds(file.address()) }, "\(peer.log)")
        #expect(await client.reaches(within: .seconds(10)), "\(peer.log)")
        #expect(try peer.command("reload").succeeded)
        // Somebody's settings for all interfaces are applied anew; the next engine sets its own right.
        try peer.host.run(
          "sysctl", "-q", "-w", "net.ipv4.conf.vrrp/51.rp_filter=1", "net.ipv4.conf.vrrp/51.arp_filter=1")
        #expect(try peer.command("reload").succeeded)
        #expect(try peer.host.run("sysctl", "-n", "net.ipv4.conf.vrrp/51.rp_filter") == "2\n", "\(peer.log)")
        #expect(try peer.host.run("sysctl", "-n", "net.ipv4.conf.vrrp/51.arp_filter") == "0\n", "\(peer.log)")
        #expect(await client.reaches(within: .seconds(10)), "\(peer.log)")
      }
    }

    @Test("A made interface takes IPv6 addresses where new interfaces have no IPv6", needs(.lab, .martlet))
    func enablesIPv6() async throws {
      try await inLab { lab in
        let file = RouterFile.withVirtualMAC(.ipv6)
        let peer = try MartletPeer(host: lab.addHost("a", number: 1))
        try peer.host.run("sysctl", "-q", "-w", "net.ipv6.conf.default.disable_ipv6=1")
        let client = try lab.addHost("client", number: 100).ask(file.address())
        try peer.start(file.text(for: peer.host, priority: 100, peers: []))
        #expect(try await eventually(within: .seconds(10)) { try peer.host.holds(file.address()) }, "\(peer.log)")
        #expect(await client.reaches(within: .seconds(10)), "\(peer.log)")
      }
    }

    @Test(
      "What keeps an address from answering on an interface that martlet did not make is in the log",
      needs(.lab, .martlet))
    func tells() async throws {
      try await inLab { lab in
        let file = RouterFile(version: .v3)
        let peer = try MartletPeer(host: lab.addHost("a", number: 1))
        try peer.host.run("sysctl", "-q", "-w", "net.ipv4.conf.eth0.arp_ignore=8")
        try peer.start(file.text(for: peer.host, priority: 100, peers: []))
        let words = "net.ipv4.conf.eth0.arp_ignore is 8"
        #expect(await eventually(within: .seconds(10)) { peer.log.contains(words) }, "\(peer.log)")
        let check = try peer.host.attempt([peer.binary, "check", peer.configurationPath])
        #expect(check.output.contains(words) || check.errors.contains(words), "\(check.output)\(check.errors)")
      }
    }
  }
}
