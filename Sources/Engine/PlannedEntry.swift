import ConfigurationModel
import Netlink
import NetworkTypes

/// A route, a rule or a static address bound to the interfaces of this host.
struct PlannedEntry {
  /// By what the kernel tells that it is gone.
  enum Trace: Hashable {
    case route(RouteIdentity)
    case rule
    case address(AddressPlace)
  }

  /// The router that must be master for it, by its position; `nil` for what is there always.
  let router: Int?
  /// The line of the configuration.
  let text: String
  let trace: Trace
  /// Whether it is put back when somebody removes it.
  let isTracked: Bool
  /// The names of the interfaces it needs.
  let links: [String]
  /// What the kernel is asked for; `nil` while its interface does not exist.
  let entry: KernelEntry?

  /// Whether it bears the number of failover daemons. What does not and is there already is somebody else's, to be left alone.
  let isMarked: Bool
  /// Whether another of the same name keeps it out (`add`).
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
      trace = .address(planned.place)
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
      trace = .route(RouteIdentity(destination: route.destination, table: route.table))
      isTracked = route.isTracked
      isMarked = route.originator == RoutingTable.failoverProtocol
      mustBeNew = route.placement == .only
      entry = KernelEntry(route) { found[$0] }
    case .rule(let rule):
      trace = .rule
      isTracked = rule.isTracked
      isMarked = rule.originator == RoutingTable.failoverProtocol
      mustBeNew = false
      entry = KernelEntry(rule)
    }
  }
}
