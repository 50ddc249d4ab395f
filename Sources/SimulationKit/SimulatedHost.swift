import NetworkTypes
import VRRPCore
import VRRPWire

/// What a host runs.
public struct HostDefinition: Sendable {
  /// Its virtual routers; the same position means the same virtual router on every host.
  public var routers: [VirtualRouterConfiguration]
  /// Its sync groups.
  public var groups: [SyncGroupConfiguration]
  /// How many trackers it has; all are up at a start unless told otherwise.
  public var trackerCount: Int

  /// A host with the given routers.
  public init(
    routers: [VirtualRouterConfiguration], groups: [SyncGroupConfiguration] = [], trackerCount: Int = 0
  ) {
    self.routers = routers
    self.groups = groups
    self.trackerCount = trackerCount
  }
}

/// Whether a host can do anything.
public enum HostCondition: Sendable, Hashable {
  /// Off: it holds nothing and hears nothing.
  case off
  /// It runs.
  case running
  /// Its process does not get the processor; its kernel keeps its addresses and queues what arrives.
  case frozen
}

/// A host of the cluster: the core under test with an engine's duties around it.
struct SimulatedHost {
  /// What its socket holds while nobody reads it.
  static let queueLength = 256

  let definition: HostDefinition
  /// Where its adverts come from.
  let source: IPAddress
  /// The adverts of each router, ready to be sent.
  var templates: [AdvertisementTemplate]
  var condition = HostCondition.off
  var isInterfaceUp = true
  var trackers: [TrackerStatus]
  var core: VirtualRouterSet
  /// Which routers' addresses its kernel has.
  var holds: [Bool]
  /// What arrived while it was frozen.
  var queue: [Packet] = []

  init(_ definition: HostDefinition, number: Int) throws(AdvertisementTemplateError) {
    self.definition = definition
    let source = IPAddress(v4: 0xC000_0201 + UInt32(number))
    self.source = source
    var templates: [AdvertisementTemplate] = []
    for router in definition.routers {
      let advert = Advertisement(
        version: router.version, virtualRouterID: router.virtualRouterID, priority: router.priority,
        interval: router.interval)
      let virtual = IPAddress(v4: 0xC633_6400 + UInt32(router.virtualRouterID.rawValue))
      guard let addresses = AddressList(.ipv4, [virtual]) else { throw .mixedFamilies }
      templates.append(
        try AdvertisementTemplate(
          advert, addresses: addresses, source: source, destination: IPAddress(v4: 0xE000_0012)))
    }
    self.templates = templates
    trackers = Array(repeating: .up, count: definition.trackerCount)
    holds = Array(repeating: false, count: definition.routers.count)
    core = Self.freshCore(definition)
  }

  static func freshCore(_ definition: HostDefinition) -> VirtualRouterSet {
    VirtualRouterSet(routers: definition.routers, groups: definition.groups, trackerCount: definition.trackerCount)
  }

  /// The router that a VRID names here.
  func router(of identifier: VirtualRouterID) -> Int? {
    definition.routers.firstIndex { $0.virtualRouterID == identifier }
  }

  /// Reads a packet as an engine does; `nil` for what it would drop.
  func read(_ packet: Packet) -> HostInput? {
    let origin = DatagramOrigin(
      source: packet.source, destination: packet.destination, timeToLive: AdvertisementFormat.timeToLive)
    let received = try? ReceivedAdvertisement(decoding: packet.bytes.span.bytes, origin: origin)
    guard let advert = received?.advertisement, let router = router(of: advert.virtualRouterID) else { return nil }
    return .advertisement(advert, from: packet.source, router: router)
  }
}

/// An advert on its way, as bytes.
struct Packet: Sendable {
  let source: IPAddress
  let destination: IPAddress
  let bytes: [UInt8]
}
