import Configuration
import ConfigurationModel
import ConfigurationSyntax
import NetworkTypes
import Testing
import VRRPCore

@Suite struct VirtualMACTests {
  private static func router(_ name: String, _ lines: String, id: Int = 51, address: String) -> String {
    "vrrp_instance \(name) {\ninterface eth0\nvirtual_router_id \(id)\n\(lines)\nvirtual_ipaddress {\n\(address)\n}\n}\n"
  }

  @Test(arguments: [
    ("use_vmac", "vrrp.51", "00:00:5e:00:01:33"),
    ("use_vmac vip0", "vip0", "00:00:5e:00:01:33"),
    ("use_vmac name vip0 netlink_notify_msg", "vip0", "00:00:5e:00:01:33"),
    ("use_vmac 02:00:00:00:00:09", "vrrp.51", "02:00:00:00:00:09"),
    ("use_vmac vip0 02:00:00:00:09", "vip0", "02:00:00:00:09:33"),
  ]) func readsWhatFollowsTheKeyword(line: String, name: String, mac: String) throws {
    let loaded = load(Self.router("VI_1", line, address: "192.0.2.10/24"))
    let virtual = try #require(loaded.configuration.routers.first?.virtualMAC)
    #expect(virtual.interface == name)
    #expect("\(virtual.mac)" == mac)
    #expect(!virtual.sendsAdvertsBelow)
    #expect(loaded.configuration.routers.first?.core.announcements.overtakingDelay == .milliseconds(50))
    #expect(!loaded.hasErrors)
  }

  @Test func aSecondInstanceOfOneNumberGetsAnotherName() throws {
    let loaded = load(
      Self.router("V4", "use_vmac", address: "192.0.2.10/24")
        + Self.router("V6", "use_vmac", address: "fe80::5/64"))
    #expect(loaded.configuration.routers.map { $0.virtualMAC?.interface } == ["vrrp.51", "vrrp1.51"])
    #expect(loaded.configuration.routers.compactMap { $0.virtualMAC?.mac.byte(at: 4) } == [1, 2])
  }

  /// A link as "interface on lower: MAC address".
  private func links(_ text: String) -> [String] {
    load(text).configuration.virtualLinks.map { "\($0.virtual.interface) on \($0.lower): \($0.virtual.mac)" }
  }

  @Test(arguments: [
    ("", "192.0.2.10/24 use_vmac", ["vrrp.51 on eth0: 00:00:5e:00:01:33"]),
    ("", "192.0.2.10/24 dev eth0 use_vmac", ["vrrp.51 on eth0: 00:00:5e:00:01:33"]),
    (
      "", "192.0.2.10/24 dev eth1 use_vmac\n192.0.2.11/24 use_vmac dev eth1\n192.0.2.12/24",
      ["vrrp.51 on eth1: 00:00:5e:00:01:33"]
    ),
    ("use_vmac_addr", "192.0.2.10/24", []),
    ("use_vmac_addr", "192.0.2.10/24 dev eth1", ["vrrp.51 on eth1: 00:00:5e:00:01:33"]),
    (
      "use_vmac\nuse_vmac_addr\nvirtual_ipaddress_excluded {\n2001:db8::1/64\n2001:db8::2/64 dev eth1\n}",
      "192.0.2.10/24 dev eth0\n192.0.2.11/24 dev eth1",
      [
        "vrrp.51 on eth0: 00:00:5e:00:01:33", "vrrp1.51 on eth1: 00:00:5e:00:01:33",
        "vrrp6.51 on eth0: 00:00:5e:00:02:33", "vrrp2.51 on eth1: 00:00:5e:00:02:33",
      ]
    ),
    (
      "use_vmac vip0 02:00:00:00:09", "192.0.2.10/24 dev eth1 use_vmac",
      ["vip0 on eth0: 02:00:00:00:09:33", "vrrp.51 on eth1: 02:00:00:00:09:33"]
    ),
    ("use_vmac vip0\nuse_vmac_addr", "192.0.2.10/24 dev vip0", ["vip0 on eth0: 00:00:5e:00:01:33"]),
  ]) func addressesElsewhereHaveTheirOwn(lines: String, address: String, made: [String]) {
    #expect(links(Self.router("VI_1", lines, address: address)) == made)
  }

  @Test func theirNamesHaveAPrefixOfTheirOwn() {
    let text = Self.router("VI_1", "use_vmac", address: "192.0.2.10/24\n192.0.2.11/24 dev eth1 use_vmac")
    #expect(
      links("global_defs {\nvmac_prefix v\nvmac_addr_prefix a\n}\n" + text) == [
        "v.51 on eth0: 00:00:5e:00:01:33", "a.51 on eth1: 00:00:5e:00:01:33",
      ])
    #expect(load("global_defs {\nvmac_addr_prefix averylongprefix\n}\n" + text).hasErrors)
    // What no interface can be named is not taken.
    for prefix in ["a/b", "\"a b\"", "averylongprefixindeed"] {
      let loaded = load("global_defs {\nvmac_prefix \(prefix)\nvmac_addr_prefix \(prefix)\n}\n" + text)
      #expect(loaded.diagnostics.map(\.id).filter { $0 == "interface-name" }.count == 2, "\(prefix)")
      #expect(!loaded.hasErrors)
    }
  }

  @Test func anInterfaceCarriesOneOnce() {
    let text =
      Self.router("A", "use_vmac", address: "192.0.2.10/24")
      + Self.router("B", "", address: "192.0.2.11/24 use_vmac\n192.0.2.12/24 dev eth0 use_vmac").replacing(
        "interface eth0", with: "interface eth1")
    #expect(links(text) == ["vrrp.51 on eth0: 00:00:5e:00:01:33", "vrrp1.51 on eth1: 00:00:5e:00:01:33"])
    #expect(load(text).diagnostics.map(\.id).contains("virtual-mac-shared"))
  }

  @Test(arguments: ["use_vmac\nvmac_xmit_base", "use_vmac\nunicast_peer {\n192.0.2.2\n}"])
  func unicastAndOnRequestAdvertsLeaveBelow(lines: String) throws {
    let loaded = load(Self.router("VI_1", lines, address: "192.0.2.10/24"))
    #expect(loaded.configuration.routers.first?.virtualMAC?.sendsAdvertsBelow == true)
  }
}
