import NetworkTypes
import Testing

@testable import Netlink

/// What keeps a link that somebody else made from being taken over.
@Suite struct VirtualLinkTests {
  private static let mac = MACAddress(virtualRouter: 51, .ipv4)
  private static let wanted = VirtualLink(name: "vrrp.51", lower: InterfaceIndex(rawValue: 2), mac: mac)

  private static func link(
    kind: String? = "macvlan", lower: Int32? = 2, mac: MACAddress? = mac
  ) -> LinkState {
    LinkState(
      index: InterfaceIndex(rawValue: 9), name: "vrrp.51", mac: mac, kind: kind,
      lower: lower.map { InterfaceIndex(rawValue: $0) })
  }

  @Test(
    arguments: [
      (link(), nil), (link(kind: nil, lower: nil), "it is hardware and no macvlan"),
      (link(kind: "veth"), "it is a veth and no macvlan"), (link(lower: 3), "it is not above eth0"),
      (
        link(mac: MACAddress(virtualRouter: 52, .ipv4)),
        "its MAC address is 00:00:5e:00:01:34 and not 00:00:5e:00:01:33"
      ),
      (link(mac: nil), "its MAC address is none and not 00:00:5e:00:01:33"),
    ] as [(LinkState, String?)])
  func obstacle(_ link: LinkState, _ expected: String?) {
    #expect(Self.wanted.obstacle(in: link, lowerName: "eth0") == expected)
  }
}
