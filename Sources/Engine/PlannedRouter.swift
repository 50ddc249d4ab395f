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
  /// The further links that its adverts travel by.
  let heartbeats: [Heartbeat]
  /// The one with its virtual MAC address; `nil` if it has none.
  let virtualInterface: InterfaceIndex?
  /// Why one of the interfaces with its virtual MAC addresses is none of martlet's, so that it is in FAULT; `nil` if all are.
  let foreignLink: String?
  /// The interface that its adverts leave by.
  let sendingInterface: InterfaceIndex
  /// How its adverts are sent, and which are taken.
  let policy: AdvertPolicy
  let configuredSource: IPAddress?
  /// Positions of all its addresses, the excluded ones too, in ``Plan/addresses``.
  let addresses: Range<Int>
  /// Positions of its routes and rules in ``Plan/entries``.
  let entries: Range<Int>
  let faultsWithoutPeers: Bool
  let ignoresInterfaceFaults: Bool
  /// Whether packets to its addresses are accepted; an owner's always are (RFC 9568 section 6.1).
  let accepts: Bool

  /// A further link.
  struct Heartbeat {
    let interface: InterfaceIndex
    let name: String
  }

  var family: AddressFamily { policy.family }
  var isUnicast: Bool { policy.isUnicast }
  /// The multicast group, or the unicast peers.
  var destinations: [IPAddress] { policy.destinations() }
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
    guard let policy = definition.advertPolicy else { return nil }
    name = definition.name
    interface = links.interface
    interfaceName = links.name
    heartbeats = links.heartbeats
    self.policy = policy
    virtualInterface = links.virtual == Plan.absent ? nil : links.virtual
    let made = [definition.virtualMAC] + (definition.addresses + definition.excludedAddresses).map(\.virtualMAC)
    foreignLink =
      foreignLinks.isEmpty ? nil : made.lazy.compactMap { $0 }.compactMap { foreignLinks[$0.interface] }.first
    sendingInterface = definition.virtualMAC?.sendsAdvertsBelow == false ? links.carrier : links.interface
    configuredSource = definition.sourceAddress
    self.addresses = addresses
    self.entries = entries
    faultsWithoutPeers = definition.faultsWithoutPeers
    ignoresInterfaceFaults = definition.ignoresInterfaceFaults
    accepts = definition.accepts || definition.core.priority == .owner
  }
}
