import Configuration
import ConfigurationModel
import ConfigurationSyntax
import NetworkTypes
import Testing

@Suite("The host: whether addresses would answer, and whether there is one to send from")
struct AddressAuditTests {
  private struct Host: HostFacts {
    var settings: [String: Int] = [:]
    var addresses = ["eth0": [IPAddress(v4: 0xC000_0201)], "lo": [], "eth1": []]
    var interfaceNames: [String]? { ["lo", "eth0", "eth1"] }
    func addresses(on interface: String) -> [IPAddress]? { addresses[interface] }
    func kernelSetting(_ parts: [String]) -> Int? { settings[parts.joined(separator: ".")] }
    func hasUser(_ name: String) -> Bool { true }
    func hasGroup(_ name: String) -> Bool { true }
    func status(of path: String) -> FileStatus? { nil }
  }

  private static func file(_ lines: String = "", address: String = "192.0.2.10/24", interface: String = "eth0")
    -> String
  {
    "vrrp_instance V {\ninterface \(interface)\nvirtual_router_id 51\n\(lines)\nvirtual_ipaddress {\n\(address)\n}\n}\n"
  }

  private func findings(_ text: String, on host: Host, id: String) -> [String] {
    HostAudit.diagnostics(of: load(text), on: host).filter { $0.id == id }.map(\.message)
  }

  @Test(
    "A setting that is in the way is named with what comes of it",
    arguments: [
      (file(), "net.ipv4.conf.eth0.arp_ignore", 8, true), (file(), "net.ipv4.conf.all.arp_ignore", 8, true),
      (file(), "net.ipv4.conf.eth0.arp_ignore", 1, false), (file(), "net.ipv4.conf.eth0.arp_ignore", 2, false),
      (file(address: "192.0.2.10"), "net.ipv4.conf.eth0.arp_ignore", 2, true),
      (file(), "net.ipv4.conf.eth1.arp_ignore", 8, false),
      (file(address: "192.0.2.10/24 dev eth1"), "net.ipv4.conf.eth1.arp_ignore", 8, true),
      // What martlet makes it sets up itself, but for what counts for all.
      (file("use_vmac"), "net.ipv4.conf.eth0.arp_ignore", 8, false),
      (file("use_vmac"), "net.ipv4.conf.all.rp_filter", 1, false),
      (file("use_vmac"), "net.ipv4.conf.all.arp_ignore", 8, true),
      (file("use_vmac"), "net.ipv4.conf.all.arp_filter", 1, true), (file(), "net.ipv4.conf.all.arp_filter", 1, false),
      (file(), "net.ipv6.conf.eth0.disable_ipv6", 1, false),
      (
        file("virtual_ipaddress_excluded {\n2001:db8::1/64\n}"), "net.ipv6.conf.eth0.disable_ipv6", 1, true
      ),
    ] as [(String, String, Int, Bool)])
  func settings(_ text: String, _ name: String, _ value: Int, _ isInTheWay: Bool) {
    let found = findings(text, on: Host(settings: [name: value]), id: "kernel-setting")
    #expect(found.count == (isInTheWay ? 1 : 0), "\(found)")
    #expect(found.allSatisfy { $0.hasPrefix("\(name) is \(value): ") }, "\(found)")
  }

  @Test("Many addresses on one interface are one finding")
  func once() {
    let text = Self.file(address: "192.0.2.10/24\n192.0.2.11/24\n192.0.2.12/24")
    let host = Host(settings: ["net.ipv4.conf.eth0.arp_ignore": 8])
    #expect(findings(text, on: host, id: "kernel-setting").count == 1)
  }

  @Test(
    "A router that has no address to send from is told of, with why the one that is there does not do",
    arguments: [
      (file(), nil), (file(address: "192.0.2.1"), "192.0.2.1 floats"),
      (file("priority 255", address: "192.0.2.1"), nil),
      (file(interface: "eth1"), "eth1 has no IPv4 address of its own"),
      (file("mcast_src_ip 192.0.2.1"), nil),
      (file("unicast_src_ip 192.0.2.9\nunicast_peer {\n192.0.2.2\n}"), "this host has no address 192.0.2.9"),
      (file("unicast_src_ip 192.0.2.9\nunicast_peer {\n192.0.2.2\n}"), "eth0 has 192.0.2.1"),
    ] as [(String, String?)])
  func sources(_ text: String, _ words: String?) {
    let found = findings(text, on: Host(), id: "source-absent")
    #expect(found.count == (words == nil ? 0 : 1), "\(found)")
    if let words { #expect(found.first?.contains(words) == true, "\(found)") }
  }
}
