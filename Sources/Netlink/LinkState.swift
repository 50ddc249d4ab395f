import NetworkTypes

/// A network interface as the kernel described it last.
public struct LinkState: Sendable, Hashable {
  /// The kernel's number of the interface.
  public var index: InterfaceIndex
  /// The name, which can change while the number stays.
  public var name: String
  /// The link-layer address; `nil` where it is not six bytes.
  public var mac: MACAddress?
  /// The longest packet in bytes.
  public var mtu: UInt32
  /// All of the interface's flags (netdevice(7)).
  public var flags: LinkFlags
  /// The driver's name for a virtual interface, such as `macvlan`, `vlan` or `veth`; `nil` for hardware.
  public var kind: String?
  /// The kind of hardware (ARPHRD_): 1 for Ethernet.
  public var hardwareType: UInt16
  /// The interface below, as of a VLAN or macvlan; `nil` when there is none.
  public var lower: InterfaceIndex?
  /// The bridge, bond or VRF it belongs to; `nil` when there is none.
  public var master: InterfaceIndex?
  /// What somebody has written to it to know it by (`ip link set … alias`); `nil` for nothing.
  public var alias: String?

  /// A link from its parts.
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

  /// Whether an administrator has it up (IFF_UP).
  public var isUp: Bool { flags.contains(.up) }
  /// Whether it can carry packets: carrier and operational (IFF_RUNNING).
  public var hasCarrier: Bool { flags.contains(.running) }
  /// Whether it is up and can carry packets.
  public var isUsable: Bool { isUp && hasCarrier }
  /// Whether it is the loopback interface.
  public var isLoopback: Bool { flags.contains(.loopback) }
}

/// An interface's flags (netdevice(7)).
public struct LinkFlags: OptionSet, Sendable, Hashable {
  /// The kernel's bits.
  public let rawValue: UInt32
  /// A set from the kernel's bits.
  public init(rawValue: UInt32) { self.rawValue = rawValue }
  /// IFF_UP: up by an administrator's word.
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
  /// IFF_LOWER_UP: the driver says there is a carrier.
  public static let lowerUp = LinkFlags(rawValue: 0x10000)
}
