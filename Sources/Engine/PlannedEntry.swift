import ConfigurationModel
import Netlink
import NetworkTypes

/// Route, rule or static address bound to the interfaces of this host.
struct PlannedEntry {
  /// Key by which the kernel reports the removal of an entry.
  enum RemovalKey: Hashable {
    case route(RouteIdentity)
    case rule
    case address(AddressPlace)
  }

  /// Position of the router that must be master for it; `nil` for a static entry.
  let router: Int?
  /// Text of the entry in the configuration.
  let text: String
  let removalKey: RemovalKey
  /// True if the entry is added again when another program removes it.
  let isTracked: Bool
  /// Names of the interfaces that it needs.
  let links: [String]
  /// Entry for the kernel; `nil` while its interface does not exist.
  let entry: KernelEntry?

  /// True if the entry has the protocol number of failover daemons. An entry without that number that exists already
  /// belongs to another program, and stays.
  let isMarked: Bool
  /// True if the kernel is to refuse the entry when another with the same key exists (`add`).
  let mustBeNew: Bool

  init(
    _ definition: KernelEntryDefinition, of router: (position: Int, name: String)?, _ names: inout InterfaceNames
  ) throws(PlanError) {
    self.router = router?.position
    text = definition.text
    links = definition.interfaces
    let user = router?.name ?? "\"\(definition.text)\""
    switch definition.content {
    case .address(let address):
      let interface = try names.index(address.interface ?? "", usedBy: user)
      let planned = PlannedAddress(router: -1, interface: interface, lower: interface, definition: address)
      removalKey = .address(planned.place)
      isTracked = true
      isMarked = false
      mustBeNew = false
      entry = planned.interface == Plan.absent ? nil : KernelEntry(planned.specification)
    case .route(let route):
      var found: [String: InterfaceIndex] = [:]
      for name in [route.interface].compactMap(\.self) + route.nextHops.compactMap(\.interface) {
        let index = try names.index(name, usedBy: user)
        if index != Plan.absent { found[name] = index }
      }
      removalKey = .route(RouteIdentity(destination: route.destination, table: route.table))
      isTracked = route.isTracked
      isMarked = route.originator == RoutingTable.failoverProtocol
      mustBeNew = route.placement == .only
      entry = KernelEntry(route) { found[$0] }
    case .rule(let rule):
      removalKey = .rule
      isTracked = rule.isTracked
      isMarked = rule.originator == RoutingTable.failoverProtocol
      mustBeNew = false
      entry = KernelEntry(rule)
    }
  }
}
