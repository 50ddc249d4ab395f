import NetworkTypes

/// Network interface as the kernel last described it.
public struct LinkState: Sendable, Hashable {
  /// Number of the interface in the kernel.
  public var index: InterfaceIndex
  /// Name, which may change while the number stays.
  public var name: String
  /// Link-layer address; `nil` if it is not six bytes.
  public var mac: MACAddress?
  /// Greatest length of a packet in bytes.
  public var mtu: UInt32
  /// Flags of the interface (netdevice(7)).
  public var flags: LinkFlags
  /// Driver of a virtual interface, such as `macvlan`, `vlan` or `veth`; `nil` for hardware.
  public var kind: String?
  /// Kind of hardware (ARPHRD_): 1 for Ethernet.
  public var hardwareType: UInt16
  /// Interface below, as of a VLAN or macvlan; `nil` if there is none.
  public var lower: InterfaceIndex?
  /// Bridge, bond or VRF that it belongs to; `nil` if there is none.
  public var master: InterfaceIndex?
  /// Alias (`ip link set … alias`); `nil` for none.
  public var alias: String?

  /// A link of the given values.
  public init(
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
  public var isUp: Bool { flags.contains(.up) }
  /// Whether it can carry packets: carrier and operational (IFF_RUNNING).
  public var hasCarrier: Bool { flags.contains(.running) }
  /// Whether it is up and can carry packets.
  public var isUsable: Bool { isUp && hasCarrier }
  /// Whether it is the loopback interface.
  public var isLoopback: Bool { flags.contains(.loopback) }
}

/// Flags of an interface (netdevice(7)).
public struct LinkFlags: OptionSet, Sendable, Hashable {
  /// Bits in the kernel.
  public let rawValue: UInt32
  /// A set from the kernel's bits.
  public init(rawValue: UInt32) { self.rawValue = rawValue }
  /// IFF_UP: administratively up.
  public static let up = LinkFlags(rawValue: 0x1)
  /// IFF_BROADCAST.
  public static let broadcast = LinkFlags(rawValue: 0x2)
  /// IFF_LOOPBACK.
  public static let loopback = LinkFlags(rawValue: 0x8)
  /// IFF_POINTOPOINT.
  public static let pointToPoint = LinkFlags(rawValue: 0x10)
  /// IFF_RUNNING: operational (RFC 2863).
  public static let running = LinkFlags(rawValue: 0x40)
  /// IFF_NOARP.
  public static let noARP = LinkFlags(rawValue: 0x80)
  /// IFF_MULTICAST.
  public static let multicast = LinkFlags(rawValue: 0x1000)
  /// IFF_LOWER_UP: the driver reports a carrier.
  public static let lowerUp = LinkFlags(rawValue: 0x10000)
}
