import ConfigurationModel
import NetworkTypes
import VRRPCore
import VRRPWire

/// Address that a router claims, bound to its interface.
struct PlannedAddress {
  /// Position of its router.
  let router: Int
  let interface: InterfaceIndex
  /// Interface by which its packets leave the host: the one below, if it has a virtual MAC address.
  let lower: InterfaceIndex
  /// Address as configured.
  let definition: VirtualAddress

  var prefix: IPPrefix { definition.prefix }

  var place: AddressPlace { AddressPlace(prefix: prefix, interface: interface) }
}

/// Interface with a virtual MAC address.
struct PlannedLink {
  let interface: InterfaceIndex
  /// Interface below.
  let lower: InterfaceIndex
  let mac: MACAddress
}

/// Address on an interface, by which it is found in the plan.
struct AddressPlace: Hashable {
  let prefix: IPPrefix
  let interface: InterfaceIndex
}

/// Virtual router bound to the interfaces of this host. A class, since it is large, never changes, and is looked at for each advert.
final class PlannedRouter: Sendable {
  let name: String
  let interface: InterfaceIndex
  let interfaceName: String
  /// Heartbeat links of its adverts.
  let heartbeats: [Heartbeat]
  /// Interface with its virtual MAC address; `nil` if it has none.
  let virtualInterface: InterfaceIndex?
  /// Reason for which one of the interfaces with its virtual MAC addresses cannot be used, so that it is in FAULT;
  /// `nil` if all can.
  let unusableLink: String?
  /// Interface by which its adverts leave.
  let sendingInterface: InterfaceIndex
  /// Rules for sending and accepting its adverts.
  let policy: AdvertPolicy
  let configuredSource: IPAddress?
  /// Positions of all its addresses in ``Plan/addresses``, including the excluded ones.
  let addresses: Range<Int>
  /// Positions of its routes and rules in ``Plan/entries``.
  let entries: Range<Int>
  let faultsWithoutPeers: Bool
  let ignoresInterfaceFaults: Bool
  /// Configured priority, before trackers.
  let priority: Priority
  /// Rounds of announcements on becoming master.
  let announcementRounds: Int
  /// Advert intervals without an advert after which a master counts as down.
  let downTimerAdverts: Int
  /// True if the router accepts packets to its addresses. An owner always does (RFC 9568 section 6.1, Accept_Mode).
  let accepts: Bool

  /// Heartbeat link.
  struct Heartbeat {
    let interface: InterfaceIndex
    let name: String
  }

  init?(
    _ definition: VirtualRouterDefinition, on links: RouterLinks, addresses: Range<Int>, entries: Range<Int>,
    unusableLinks: [String: String] = [:]
  ) {
    guard let policy = definition.advertPolicy else { return nil }
    name = definition.name
    interface = links.interface
    interfaceName = links.name
    heartbeats = links.heartbeats
    self.policy = policy
    virtualInterface = links.virtual == Plan.absent ? nil : links.virtual
    unusableLink = unusableLinks.isEmpty ? nil : Self.unusableLink(of: definition, unusableLinks)
    sendingInterface = definition.virtualMAC?.sendsAdvertsBelow == false ? links.carrier : links.interface
    configuredSource = definition.sourceAddress
    self.addresses = addresses
    self.entries = entries
    faultsWithoutPeers = definition.faultsWithoutPeers
    ignoresInterfaceFaults = definition.ignoresInterfaceFaults
    priority = definition.core.priority
    announcementRounds = definition.core.announcements.repeats
    downTimerAdverts = definition.core.downTimerAdverts
    accepts = definition.accepts || definition.core.priority == .owner
  }

  private static func unusableLink(of definition: VirtualRouterDefinition, _ reasons: [String: String]) -> String? {
    let made = [definition.virtualMAC] + (definition.addresses + definition.excludedAddresses).map(\.virtualMAC)
    return made.lazy.compactMap { $0 }.compactMap { reasons[$0.interface] }.first
  }

  /// The router owns its addresses (RFC 9568 section 1.7).
  var ownsAddresses: Bool { priority == .owner }
  var family: AddressFamily { policy.family }
  var isUnicast: Bool { policy.isUnicast }
  /// Multicast group or unicast peers.
  var destinations: [IPAddress] { policy.destinations() }
}

/// Interfaces of one router.
struct RouterLinks {
  let interface: InterfaceIndex
  let name: String
  /// Interface with its virtual MAC address; `nil` if it has none.
  let virtual: InterfaceIndex?
  let heartbeats: [PlannedRouter.Heartbeat]

  init(_ definition: VirtualRouterDefinition, _ names: inout InterfaceNames) throws(PlanError) {
    (interface, name) = try names.interface(of: definition)
    // The virtual interface was made before this, unless its interface below is missing.
    virtual = try definition.virtualMAC.map { mac throws(PlanError) in
      try names.index(mac.interface, usedBy: definition.name)
    }
    heartbeats = try definition.heartbeatInterfaces.map { name throws(PlanError) in
      PlannedRouter.Heartbeat(interface: try names.index(name, usedBy: definition.name), name: name)
    }
  }

  var carrier: InterfaceIndex { virtual ?? interface }

  /// Interface of an address, and the interface below that: one with a virtual MAC address of its own, the interface
  /// that its line names, or the router's. The router's virtual MAC address belongs to one family, so addresses of the
  /// other family do not use it.
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
