import NetworkTypes
import VRRPCore
import VRRPWire

/// A virtual router as one host runs it: what its state machine is set to, and how its adverts travel.
public struct SimulatedRouter: Sendable {
  /// What its state machine is set to.
  public var configuration: VirtualRouterConfiguration
  /// How its adverts are sent, and which are taken.
  public var policy: AdvertPolicy
  /// The interface its adverts use, by its position in ``HostDefinition/lans``.
  public var interface: Int
  /// Where its adverts leave from; `nil` for an address made up from the host's number and its LAN.
  public var source: IPAddress?
  /// Whether it is in fault while it has no peer to send to (`unicast_fault_no_peer`).
  public var faultsWithoutPeers = false
  /// Whether its interface going down is no fault of it.
  public var ignoresInterfaceFaults = false

  /// A router whose adverts travel as a policy says.
  public init(_ configuration: VirtualRouterConfiguration, policy: AdvertPolicy, interface: Int = 0) {
    self.configuration = configuration
    self.policy = policy
    self.interface = interface
  }

  /// A router of one made-up address that sends by multicast.
  public init(_ configuration: VirtualRouterConfiguration, family: AddressFamily = .ipv4, interface: Int = 0) {
    let expectation = AdvertisementExpectation(version: configuration.version, interval: configuration.interval)
    let policy = AdvertPolicy(
      virtualRouterID: configuration.virtualRouterID,
      addresses: AddressList(Self.madeUpAddress(configuration.virtualRouterID, family)), expectation: expectation,
      group: Self.multicastGroup(family))
    self.init(configuration, policy: policy, interface: interface)
  }

  private static func madeUpAddress(_ identifier: VirtualRouterID, _ family: AddressFamily) -> IPAddress {
    switch family {
    case .ipv4: IPAddress(v4: 0xC633_6400 + UInt32(identifier.rawValue))
    case .ipv6: IPAddress(v6High: 0x2001_0DB8_0000_0000, low: UInt64(identifier.rawValue))
    }
  }

  /// The group that VRRP adverts are sent to (RFC 9568 sections 5.1.1.2 and 5.1.2.2).
  private static func multicastGroup(_ family: AddressFamily) -> IPAddress {
    switch family {
    case .ipv4: IPAddress(v4: 0xE000_0012)
    case .ipv6: IPAddress(v6High: 0xFF02_0000_0000_0000, low: 0x12)
    }
  }

  /// Where its adverts go; its own address among the peers is none of them.
  var destinations: [IPAddress] { policy.destinations { $0 == source } }

  /// Whether it is in fault for want of a peer.
  var lacksPeers: Bool { faultsWithoutPeers && destinations.isEmpty }
}

/// What a host runs.
public struct HostDefinition: Sendable {
  /// The LAN that each of its interfaces is on.
  public var lans: [Int]
  /// Its virtual routers.
  public var routers: [SimulatedRouter]
  /// Its sync groups.
  public var groups: [SyncGroupConfiguration]
  /// How many trackers it has; all are up at a start unless told otherwise.
  public var trackerCount: Int
  /// How its clock runs.
  public var clock = HostClock()

  /// A host with the given routers.
  public init(
    lans: [Int] = [0], routers: [SimulatedRouter], groups: [SyncGroupConfiguration] = [], trackerCount: Int = 0
  ) {
    self.lans = lans
    self.routers = routers
    self.groups = groups
    self.trackerCount = trackerCount
  }

  /// A host on one LAN with routers of one made-up IPv4 address each.
  public init(
    routers: [VirtualRouterConfiguration], groups: [SyncGroupConfiguration] = [], trackerCount: Int = 0
  ) {
    self.init(routers: routers.map { SimulatedRouter($0) }, groups: groups, trackerCount: trackerCount)
  }

  /// Its state machines, none of which has started.
  var freshCore: VirtualRouterSet {
    VirtualRouterSet(routers: routers.map(\.configuration), groups: groups, trackerCount: trackerCount)
  }
}
