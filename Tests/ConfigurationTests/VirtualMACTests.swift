import Configuration
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

  @Test(arguments: ["use_vmac\nvmac_xmit_base", "use_vmac\nunicast_peer {\n192.0.2.2\n}"])
  func unicastAndOnRequestAdvertsLeaveBelow(lines: String) throws {
    let loaded = load(Self.router("VI_1", lines, address: "192.0.2.10/24"))
    #expect(loaded.configuration.routers.first?.virtualMAC?.sendsAdvertsBelow == true)
  }
}
