/// A route as it is to be put into the kernel, its interfaces by name (rtnetlink(7), ip-route(8)).
public struct Route: Sendable, Hashable {
  /// What becomes of a packet that the route matches; the kernel's numbers.
  public struct Kind: RawRepresentable, Sendable, Hashable {
    /// The kernel's number.
    public let rawValue: UInt8

    /// A kind from the kernel's number.
    public init(rawValue: UInt8) {
      self.rawValue = rawValue
    }

    /// It goes on to the gateway or the link.
    public static let unicast = Kind(rawValue: 1)
    /// It is this host's.
    public static let local = Kind(rawValue: 2)
  }

  /// Where among routes to the same destination it goes.
  public enum Placement: Sendable, Hashable, CaseIterable {
    /// Before the others.
    case first
    /// After the others.
    case last
    /// Nowhere, if there is another.
    case only
  }

  /// One way of several that packets are spread over.
  public struct NextHop: Sendable, Hashable {
    /// The gateway; `nil` for what the link reaches by itself.
    public var gateway: IPAddress?
    /// The interface; `nil` to leave it to the gateway.
    public var interface: String?
    /// Its share, 1 to 256.
    public var weight = 1
    /// Whether the gateway counts as on the link though no address says so.
    public var isOnLink = false
    /// The routing realm.
    public var realms: UInt32?
    /// What packets are put into.
    public var encapsulation: Encapsulation?

    /// A way without any gateway.
    public init() {}
  }

  /// What packets are put into on their way (Linux' light-weight tunnels, ip-route(8)).
  public enum Encapsulation: Sendable, Hashable {
    /// An IPv4 or IPv6 packet of a tunnel; both addresses are of its family.
    case tunnel(Tunnel)
    /// MPLS with this stack of labels of 20 bits, the outermost first (RFC 3032).
    case labels([UInt32])
    /// Identifier-locator addressing with this locator.
    case locator(UInt64)
  }

  /// The packet that a tunnel puts another into.
  public struct Tunnel: Sendable, Hashable {
    /// Its family.
    public var family: AddressFamily
    /// The number that tells tunnels apart.
    public var id: UInt64?
    /// The far end.
    public var destination: IPAddress?
    /// This end; `nil` to leave it to the kernel.
    public var source: IPAddress?
    /// The type of service, or traffic class.
    public var trafficClass: UInt8?
    /// The time to live, or hop limit; `nil` to leave it to the kernel.
    public var hopLimit: UInt8?
    /// Flags, handed to the kernel in this host's byte order, as keepalived does.
    public var flags: UInt16?

    /// A tunnel with nothing said of it.
    public init(_ family: AddressFamily) {
      self.family = family
    }
  }

  /// A property of the connections over the route, by the kernel's number (`RTAX_*`).
  public struct Metric: Sendable, Hashable {
    /// Which one.
    public var kind: UInt8
    /// How much, in the kernel's unit.
    public var value: Value
    /// Whether connections may not adjust it.
    public var isLocked: Bool

    /// A metric's value.
    public enum Value: Sendable, Hashable {
      /// A number.
      case number(UInt32)
      /// A name (the congestion control's).
      case name(String)
    }

    /// A metric of the given contents.
    public init(kind: UInt8, value: Value, isLocked: Bool = false) {
      self.kind = kind
      self.value = value
      self.isLocked = isLocked
    }
  }

  /// The network it leads to; length 0 for the default route.
  public var destination: IPPrefix
  /// The senders it is for (IPv6); `nil` for all.
  public var from: IPPrefix?
  /// What becomes of packets.
  public var kind = Kind.unicast
  /// The source address that this host's own packets take.
  public var source: IPAddress?
  /// The gateway, of either family; `nil` for what the link reaches by itself.
  public var gateway: IPAddress?
  /// The interface; `nil` to leave it to the gateway.
  public var interface: String?
  /// Whether the gateway counts as on the link though no address says so.
  public var isOnLink = false
  /// The ways that packets are spread over; then ``gateway`` and ``interface`` are `nil`.
  public var nextHops: [NextHop] = []
  /// The number of its table.
  public var table = RoutingTable.main
  /// Who made it; the number that tells a failover daemon's routes from others'.
  public var originator = RoutingTable.failoverProtocol
  /// How far the destination is (IPv4).
  public var scope: UInt8 = 0
  /// The lower of two to the same destination is preferred.
  public var priority: UInt32?
  /// The type of service it is for.
  public var typeOfService: UInt8 = 0
  /// The routing realms (IPv4).
  public var realms: UInt32?
  /// The preference among routers (IPv6, RFC 4191): 0 medium, 1 high, 3 low.
  public var preference: UInt8?
  /// Seconds until the kernel removes it (IPv6).
  public var expiry: UInt32?
  /// What packets are put into.
  public var encapsulation: Encapsulation?
  /// Properties of connections.
  public var metrics: [Metric] = []
  /// Whether the time to live goes into and out of an MPLS label.
  public var propagatesTimeToLive: Bool?
  /// Where it goes among others.
  public var placement = Placement.first
  /// Whether it is put back when somebody removes it; false for `no_track`.
  public var isTracked = true

  /// A route to a network over nothing in particular.
  public init(destination: IPPrefix) {
    self.destination = destination
  }

  /// Its family.
  public var family: AddressFamily { destination.address.family }
}

/// The kernel's numbers of routing tables and of who makes routes (rtnetlink(7)).
public enum RoutingTable {
  /// The table of routes that name none.
  public static let main: UInt32 = 254
  /// `RTPROT_KEEPALIVED`: what a failover daemon made.
  public static let failoverProtocol: UInt8 = 18
}

/// A rule of the routing policy as it is to be put into the kernel (ip-rule(8)).
public struct RoutingRule: Sendable, Hashable {
  /// What becomes of a packet that the rule matches.
  public enum Action: Sendable, Hashable {
    /// It is looked up in a table.
    case lookUp(table: UInt32)
    /// It is looked up in the table of its interface's master device.
    case lookUpMaster
    /// The rule of this preference is next.
    case goTo(preference: UInt32)
    /// The next rule is next.
    case nothing
    /// It is dropped without a word.
    case blackhole
    /// It is dropped, and the sender told that the destination cannot be reached.
    case unreachable
    /// It is dropped, and the sender told that this is forbidden.
    case prohibit
  }

  /// A mark on packets, and which bits of it count.
  public struct Mark: Sendable, Hashable {
    /// The mark.
    public var value: UInt32
    /// The bits that count; `nil` for all.
    public var mask: UInt32?

    /// A mark of the given contents.
    public init(value: UInt32, mask: UInt32? = nil) {
      self.value = value
      self.mask = mask
    }
  }

  /// The family of the packets it is for.
  public var family: AddressFamily
  /// What becomes of them.
  public var action: Action
  /// Its place among all rules, the lowest first.
  public var preference: UInt32
  /// Whether it is for what does not match.
  public var isInverted = false
  /// The senders; `nil` for all.
  public var from: IPPrefix?
  /// The destinations; `nil` for all.
  public var to: IPPrefix?
  /// The type of service.
  public var typeOfService: UInt8 = 0
  /// The mark.
  public var mark: Mark?
  /// The routing realms.
  public var realms: UInt32?
  /// A route found with a prefix of this length or less does not count.
  public var suppressedPrefixLength: UInt32?
  /// A route found over an interface of this group does not count.
  public var suppressedInterfaceGroup: UInt32?
  /// The interface that packets came in by.
  public var inputInterface: String?
  /// The interface that a local packet's socket is bound to.
  public var outputInterface: String?
  /// The tunnel's key.
  public var tunnelKey: UInt64?
  /// The users whose packets it is for.
  public var users: ClosedRange<UInt32>?
  /// The protocol above IP.
  public var ipProtocol: UInt8?
  /// The source ports.
  public var sourcePorts: ClosedRange<UInt16>?
  /// The destination ports.
  public var destinationPorts: ClosedRange<UInt16>?
  /// Who made it.
  public var originator = RoutingTable.failoverProtocol
  /// Whether it is put back when somebody removes it; false for `no_track`.
  public var isTracked = true

  /// A rule for all packets of a family.
  public init(family: AddressFamily, action: Action, preference: UInt32) {
    self.family = family
    self.action = action
    self.preference = preference
  }
}
