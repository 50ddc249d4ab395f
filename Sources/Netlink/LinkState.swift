import NetworkTypes

/// Network interface as the kernel last described it.
package struct LinkState: Sendable, Hashable {
  /// Number of the interface in the kernel.
  package var index: InterfaceIndex
  /// Name, which may change while the number stays.
  package var name: String
  /// Link-layer address; `nil` if it is not six bytes.
  package var mac: MACAddress?
  /// Greatest length of a packet in bytes.
  package var mtu: UInt32
  /// Flags of the interface (netdevice(7)).
  package var flags: LinkFlags
  /// Driver of a virtual interface, such as `macvlan`, `vlan` or `veth`; `nil` for hardware.
  package var kind: String?
  /// Kind of hardware (ARPHRD_): 1 for Ethernet.
  package var hardwareType: UInt16
  /// Interface below, as of a VLAN or macvlan; `nil` if there is none.
  package var lower: InterfaceIndex?
  /// Bridge, bond or VRF that it belongs to; `nil` if there is none.
  package var master: InterfaceIndex?
  /// Alias (`ip link set … alias`); `nil` for none.
  package var alias: String?

  package init(
    index: InterfaceIndex, name: String, mac: MACAddress? = nil, mtu: UInt32 = 1_500, flags: LinkFlags = [],
    kind: String? = nil, hardwareType: UInt16 = 1, lower: InterfaceIndex? = nil, master: InterfaceIndex? = nil
  ) {
    self.index = index
    self.name = name
    self.mac = mac
    self.mtu = mtu
    self.flags = flags
    self.kind = kind
    self.hardwareType = hardwareType
    self.lower = lower
    self.master = master
  }

  /// Whether it is administratively up (IFF_UP).
  package var isUp: Bool { flags.contains(.up) }
  /// Whether it can carry packets: carrier and operational (IFF_RUNNING).
  package var hasCarrier: Bool { flags.contains(.running) }
  /// Whether it is up and can carry packets.
  package var isUsable: Bool { isUp && hasCarrier }
  /// Whether it is the loopback interface.
  package var isLoopback: Bool { flags.contains(.loopback) }
}

/// Flags of an interface (netdevice(7)).
package struct LinkFlags: OptionSet, Sendable, Hashable {
  /// Bits in the kernel.
  package let rawValue: UInt32
  /// A set from the kernel's bits.
  package init(rawValue: UInt32) { self.rawValue = rawValue }
  /// IFF_UP: administratively up.
  package static let up = LinkFlags(rawValue: 0x1)
  /// IFF_BROADCAST.
  package static let broadcast = LinkFlags(rawValue: 0x2)
  /// IFF_LOOPBACK.
  package static let loopback = LinkFlags(rawValue: 0x8)
  /// IFF_POINTOPOINT.
  package static let pointToPoint = LinkFlags(rawValue: 0x10)
  /// IFF_RUNNING: operational (RFC 2863).
  package static let running = LinkFlags(rawValue: 0x40)
  /// IFF_NOARP.
  package static let noARP = LinkFlags(rawValue: 0x80)
  /// IFF_MULTICAST.
  package static let multicast = LinkFlags(rawValue: 0x1000)
  /// IFF_LOWER_UP: the driver reports a carrier.
  package static let lowerUp = LinkFlags(rawValue: 0x10000)
}
