import NetworkTypes
import VRRPCore
import VRRPWire

/// Another host of a router that sends by unicast.
public struct SimulatedPeer: Sendable, Hashable {
  /// Where its adverts come from.
  public var address: IPAddress
  /// The TTL or hop limit its adverts may have.
  public var timeToLive: ClosedRange<UInt8>

  /// A peer of which any TTL is accepted unless said otherwise.
  public init(address: IPAddress, timeToLive: ClosedRange<UInt8> = 0...255) {
    self.address = address
    self.timeToLive = timeToLive
  }
}

/// What an advert is signed with. Neither header nor trailer is made: a packet only tells its key.
public struct SimulatedSignature: Sendable, Hashable {
  /// Whether it stands in an Authentication Header, and not in a trailer.
  public var isInHeader: Bool
  /// The number that the key is named by in a trailer.
  public var id: UInt8
  /// The key.
  public var key: [UInt8]

  /// A signature with a key.
  public init(isInHeader: Bool, id: UInt8 = 0, key: [UInt8]) {
    self.isInHeader = isInHeader
    self.id = id
    self.key = key
  }
}

/// A virtual router as one host runs it: what its state machine is set to, and how its adverts travel.
public struct SimulatedRouter: Sendable, Hashable {
  /// What its state machine is set to.
  public var configuration: VirtualRouterConfiguration
  /// The interface its adverts use, by its position in ``HostDefinition/lans``.
  public var interface: Int
  /// The family of its addresses and adverts.
  public var family: AddressFamily
  /// The addresses its adverts name.
  public var addresses: [IPAddress]
  /// Where its adverts leave from; `nil` for an address made up from the host's number and its LAN.
  public var source: IPAddress?
  /// Where its adverts go: the multicast group, or the unicast peers.
  public var destinations: [IPAddress]
  /// The unicast peers; empty for multicast.
  public var peers: [SimulatedPeer] = []
  /// Whether it is to send to peers and has none, which is a fault (`unicast_fault_no_peer`).
  public var lacksPeers = false
  /// Whether an advert must come from one of the peers.
  public var checksPeers = false
  /// TTL or hop limit of its adverts.
  public var timeToLive = AdvertisementFormat.timeToLive
  /// Version 2's authentication.
  public var authentication = AdvertisementAuthentication.none
  /// What its adverts are signed with, if they are.
  public var signature: SimulatedSignature?
  /// What it takes adverts with; `nil` among them stands for no signature.
  public var acceptedSignatures: Set<SimulatedSignature?> = [nil]
  /// Over what its checksums are formed.
  public var checksumStyle = ChecksumStyle.withPseudoHeader
  /// Whether adverts with the checksum of old releases of keepalived are refused.
  public var refusesOldChecksum = false
  /// Whether its interface going down is no fault of it.
  public var ignoresInterfaceFaults = false

  /// A router that sends by multicast; with one made-up address unless addresses are given.
  public init(
    _ configuration: VirtualRouterConfiguration, family: AddressFamily = .ipv4, addresses: [IPAddress]? = nil,
    interface: Int = 0
  ) {
    self.configuration = configuration
    self.family = family
    self.addresses = addresses ?? [Self.madeUpAddress(configuration.virtualRouterID, family)]
    self.interface = interface
    destinations = [Self.multicastGroup(family)]
  }

  private static func madeUpAddress(_ identifier: VirtualRouterID, _ family: AddressFamily) -> IPAddress {
    switch family {
    case .ipv4: IPAddress(v4: 0xC633_6400 + UInt32(identifier.rawValue))
    case .ipv6: IPAddress(v6High: 0x2001_0DB8_0000_0000, low: UInt64(identifier.rawValue))
    }
  }

  /// The group that VRRP adverts are sent to (RFC 9568 sections 5.1.1.2 and 5.1.2.2).
  static func multicastGroup(_ family: AddressFamily) -> IPAddress {
    switch family {
    case .ipv4: IPAddress(v4: 0xE000_0012)
    case .ipv6: IPAddress(v6High: 0xFF02_0000_0000_0000, low: 0x12)
    }
  }

  /// The advert to a destination, ready to be sent.
  func template(from source: IPAddress, to destination: IPAddress) throws(AdvertisementTemplateError)
    -> AdvertisementTemplate
  {
    guard let list = AddressList(family, addresses) else { throw .mixedFamilies }
    let advert = Advertisement(
      version: configuration.version, virtualRouterID: configuration.virtualRouterID, priority: configuration.priority,
      interval: configuration.interval)
    return try AdvertisementTemplate(
      advert, addresses: list, source: source, destination: destination, authentication: authentication,
      checksumStyle: checksumStyle)
  }

  /// Makes the checks of an engine on an advert whose form is good, in the same order.
  func check(_ received: ReceivedAdvertisement, in packet: Packet) throws(AdvertisementError) {
    let origin = packet.origin
    let peer = peers.first { $0.address == origin.source }
    let everything = AdvertisementFormat.timeToLive...AdvertisementFormat.timeToLive
    let isMulticast = peers.isEmpty && !lacksPeers
    guard (isMulticast ? everything : peer?.timeToLive ?? 0...255).contains(origin.timeToLive) else {
      throw .timeToLive
    }
    guard origin.destination.isMulticast == isMulticast else { throw .destination }
    guard peer != nil || !checksPeers else { throw .notAPeer }
    var expectation = AdvertisementExpectation(
      version: configuration.version, interval: configuration.interval, authentication: authentication)
    expectation.refusesOldChecksum = refusesOldChecksum
    try expectation.check(received)
    guard acceptedSignatures.contains(packet.signature) else { throw .authenticationFailure }
  }
}

/// What a host runs.
public struct HostDefinition: Sendable, Hashable {
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
