import Configuration
import NetworkTypes
import VRRPCore
import VRRPWire

/// An address that a router claims, bound to the interface that carries it.
struct PlannedAddress {
  /// The router it belongs to, by its position.
  let router: Int
  /// The interface that carries it.
  let interface: InterfaceIndex
  /// The interface that its packets leave the host by: the one below, if it has a virtual MAC address.
  let lower: InterfaceIndex
  /// The line of the configuration.
  let definition: VirtualAddress

  var prefix: IPPrefix { definition.prefix }

  var place: AddressPlace { AddressPlace(prefix: prefix, interface: interface) }
}

/// An interface with a virtual MAC address.
struct PlannedLink {
  let interface: InterfaceIndex
  /// The one below it.
  let lower: InterfaceIndex
  let mac: MACAddress
}

/// An address on an interface, to find it among the plan's.
struct AddressPlace: Hashable {
  let prefix: IPPrefix
  let interface: InterfaceIndex
}

/// A virtual router bound to the interfaces of this host.
struct PlannedRouter {
  let name: String
  let interface: InterfaceIndex
  let interfaceName: String
  /// The further links that its adverts travel by, and the group that they are sent to there.
  let heartbeats: [Heartbeat]
  let multicastGroup: IPAddress
  /// The one with its virtual MAC address; `nil` if it has none.
  let virtualInterface: InterfaceIndex?
  /// Why one of the interfaces with its virtual MAC addresses is none of martlet's, so that it is in FAULT; `nil` if all are.
  let foreignLink: String?
  /// The interface that its adverts leave by.
  let sendingInterface: InterfaceIndex
  let family: AddressFamily
  let virtualRouterID: VirtualRouterID
  let version: ProtocolVersion
  let configuredSource: IPAddress?
  /// The addresses adverts carry.
  let advertised: AddressList
  /// Positions of all its addresses, the excluded ones too, in ``Plan/addresses``.
  let addresses: Range<Int>
  /// Positions of its routes and rules in ``Plan/entries``.
  let entries: Range<Int>
  /// The multicast group, or the unicast peers.
  let destinations: [IPAddress]
  let peers: [UnicastPeer]
  let isUnicast: Bool
  let faultsWithoutPeers: Bool
  let checksPeers: Bool
  let expectation: AdvertisementExpectation
  /// How its adverts are signed, if they are.
  let signing: AdvertSigning?
  let checksumStyle: ChecksumStyle
  let timeToLive: UInt8
  let ignoresInterfaceFaults: Bool
  let skipsAddressCheck: Bool
  /// Whether packets to its addresses are accepted; an owner's always are (RFC 9568 section 6.1).
  let accepts: Bool

  /// A further link.
  struct Heartbeat {
    let interface: InterfaceIndex
    let name: String
  }
}

/// The interfaces of one router.
struct RouterLinks {
  let interface: InterfaceIndex
  let name: String
  /// The interface with its virtual MAC address, if it has one.
  let virtual: InterfaceIndex?
  let heartbeats: [PlannedRouter.Heartbeat]

  init(_ definition: VirtualRouterDefinition, _ names: inout InterfaceNames) throws(PlanError) {
    (interface, name) = try names.interface(of: definition)
    // The virtual one was made before this, unless its interface is missing.
    virtual = try definition.virtualMAC.map { mac throws(PlanError) in
      try names.index(mac.interface, usedBy: definition.name)
    }
    heartbeats = try definition.heartbeatInterfaces.map { name throws(PlanError) in
      PlannedRouter.Heartbeat(interface: try names.index(name, usedBy: definition.name), name: name)
    }
  }

  var carrier: InterfaceIndex { virtual ?? interface }

  /// What carries an address, and the interface below that: a virtual MAC address of its own, the interface that its line names, or
  /// the router's. Addresses of the other family are none of the router's virtual MAC address's, which is one family's.
  func carrier(
    of address: VirtualAddress, _ definition: VirtualRouterDefinition, _ names: inout InterfaceNames
  ) throws(PlanError) -> (interface: InterfaceIndex, lower: InterfaceIndex) {
    var lower = interface
    if let name = address.interface, name != definition.interface {
      lower = try names.index(name, usedBy: definition.name)
    }
    if let virtual = address.virtualMAC {
      return (try names.index(virtual.interface, usedBy: definition.name), lower)
    }
    let isRouters = lower == interface && address.prefix.address.family == definition.family
    return (isRouters ? carrier : lower, lower)
  }
}

extension PlannedRouter {
  init?(
    _ definition: VirtualRouterDefinition, on links: RouterLinks, addresses: Range<Int>, entries: Range<Int>,
    foreignLinks: [String: String] = [:]
  ) {
    guard
      let advertised = AddressList(definition.family, definition.addresses.map(\.prefix.address)),
      let authentication = Self.authentication(definition.authentication)
    else { return nil }
    name = definition.name
    interface = links.interface
    interfaceName = links.name
    heartbeats = links.heartbeats
    multicastGroup = definition.multicastGroup
    virtualInterface = links.virtual == Plan.absent ? nil : links.virtual
    let made = [definition.virtualMAC] + (definition.addresses + definition.excludedAddresses).map(\.virtualMAC)
    foreignLink =
      foreignLinks.isEmpty ? nil : made.lazy.compactMap { $0 }.compactMap { foreignLinks[$0.interface] }.first
    sendingInterface = definition.virtualMAC?.sendsAdvertsBelow == false ? links.carrier : links.interface
    family = definition.family
    virtualRouterID = definition.core.virtualRouterID
    version = definition.core.version
    configuredSource = definition.sourceAddress
    self.advertised = advertised
    self.addresses = addresses
    self.entries = entries
    isUnicast = definition.isUnicast
    faultsWithoutPeers = definition.faultsWithoutPeers
    destinations = isUnicast ? definition.unicastPeers.map(\.address) : [definition.multicastGroup]
    peers = definition.unicastPeers
    checksPeers = definition.checksUnicastSource && isUnicast
    var expectation = AdvertisementExpectation(
      version: definition.core.version, interval: definition.core.interval, authentication: authentication)
    expectation.refusesOldChecksum = definition.refusesOldChecksum
    self.expectation = expectation
    signing = Self.signing(definition.authentication)
    checksumStyle =
      definition.sendsOldChecksum
      ? .withGroupPseudoHeader : definition.checksumWithoutPseudoHeader ? .messageOnly : .withPseudoHeader
    timeToLive = isUnicast ? definition.unicastTTL : AdvertisementFormat.timeToLive
    ignoresInterfaceFaults = definition.ignoresInterfaceFaults
    skipsAddressCheck = definition.skipsAddressCheck
    accepts = definition.accepts || definition.core.priority == .owner
  }

  private static func authentication(_ definition: AuthenticationDefinition?) -> AdvertisementAuthentication? {
    switch definition {
    case .password(let password): SimplePassword(bytes: password).map(AdvertisementAuthentication.simplePassword)
    case .header: .header
    case .trailer, nil: AdvertisementAuthentication.none
    }
  }

  private static func signing(_ definition: AuthenticationDefinition?) -> AdvertSigning? {
    switch definition {
    case .header(let key): .header(AuthenticationKey(bytes: key))
    case .trailer(let trailer): .trailer(TrailerAuthentication(trailer))
    case .password, nil: nil
    }
  }
}

extension TrailerAuthentication {
  fileprivate init(_ definition: TrailerDefinition) {
    self.init(
      activeKey: TrailerKey(definition.activeKey), otherKeys: definition.otherKeys.map(TrailerKey.init),
      window: definition.window, signs: definition.mode != .receiveOnly,
      demandsTrailers: definition.mode == .enforce)
  }
}

extension TrailerKey {
  fileprivate init(_ definition: TrailerDefinition.Key) {
    self.init(id: definition.id, bytes: definition.bytes)
  }
}
