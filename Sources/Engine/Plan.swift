import ConfigurationModel
import Netlink
import NetworkTypes
import VRRPCore

/// Why a configuration cannot be served on this host.
enum PlanError: Error, Equatable {
  /// A named interface does not exist.
  case missingInterface(String, usedBy: String)
  /// More or other addresses than one advert can carry; the configuration's own checks let none of these through.
  case addresses(router: String)
}

/// A configuration bound to this host: names are numbers now, and nothing of it changes while the engine lives.
struct Plan {
  let routers: [PlannedRouter]
  let addresses: [PlannedAddress]
  let core: [VirtualRouterConfiguration]
  let groups: [SyncGroupConfiguration]
  let trackers: [PlannedTracker]
  let sessions: [PlannedSession]
  /// Routes, rules and static addresses: the static ones first, then each router's.
  let entries: [PlannedEntry]
  /// Positions of routes among ``entries``, by what the kernel tells when one goes.
  let entriesOfRoute: [RouteIdentity: [Int]]
  /// Positions of rules among ``entries``.
  let rules: [Int]
  /// For each entry that the kernel cannot tell from others, as when two routers list the same route, the positions of those.
  let duplicateEntries: [Int: [Int]]
  /// Positions of static addresses among ``entries``, by where they are.
  let entriesOfPlace: [AddressPlace: [Int]]
  /// Positions of each `track_group`'s members among ``entries``, by the position of its tracker.
  let entriesOfGroup: [Int: [Int]]
  /// What every name of an interface stood for when the plan was made; ``absent`` for one that did not exist.
  let interfaces: [String: InterfaceIndex]
  /// The interfaces of routers that are wherever their source address is, by that; ``absent`` where it was nowhere.
  let placedSources: [IPAddress: InterfaceIndex]
  /// The interfaces with virtual MAC addresses, and those below them.
  let virtualLinks: [PlannedLink]
  /// Why a link that should carry a virtual MAC address is none of martlet's, by its name. Who needs it is in FAULT.
  let foreignLinks: [String: String]
  let announcementLanes: AnnouncementLanes
  let linkDelays: [String: LinkDelay]
  let startupDelay: Nanoseconds
  let delayAfterBoot: Nanoseconds
  /// The addresses that an engine before this one can have put there, on whatever interface; `nil` if it may have had another
  /// configuration, and so any.
  let inheritable: Set<IPPrefix>?
  /// Interfaces on which the other addresses of a network stay when the first is removed.
  let promotedInterfaces: Set<InterfaceIndex>

  /// The addresses that packets are not accepted for.
  var unacceptedAddresses: [AddressFilter.Address] {
    addresses.filter { !routers[$0.router].accepts }.map { AddressFilter.Address($0.prefix.address, on: $0.interface) }
  }

  /// What the file calls an interface.
  func name(of interface: InterfaceIndex) -> String { interfaces.first { $0.value == interface }?.key ?? "" }

  /// What stands for an interface that does not exist.
  static let absent = InterfaceIndex(rawValue: 0)

  /// Binds a configuration to the interfaces of this host.
  /// - Parameter toleratesAbsence: whether a router may lack its interface and be in fault for it, also if the configuration does
  ///   not allow it (`dynamic_interfaces`). An engine that goes on where another was must not give up the routers on all other
  ///   interfaces because one interface has gone.
  /// - Parameter carriers: The interfaces by the addresses on them, for routers that name none.
  /// - Parameter foreignLinks: links with a name that a virtual MAC address should have, which cannot be used; and why.
  /// - Throws: ``PlanError`` for the first thing that cannot be.
  init(
    _ configuration: Configuration, interfaces: [String: InterfaceIndex], carriers: [IPAddress: InterfaceIndex] = [:],
    toleratesAbsence: Bool = false, foreignLinks: [String: String] = [:]
  ) throws(PlanError) {
    self.foreignLinks = foreignLinks
    var names = InterfaceNames(
      interfaces, carriers, unusable: Set(foreignLinks.keys),
      fallback: toleratesAbsence || configuration.global.allowsMissingInterfaces ? Self.absent : nil)
    let trackerNumbers = TrackerNumbers(configuration)
    var routers: [PlannedRouter] = []
    var addresses: [PlannedAddress] = []
    var core: [VirtualRouterConfiguration] = []
    var entries: [PlannedEntry] = []
    for definition in configuration.staticEntries { entries.append(try PlannedEntry(definition, of: nil, &names)) }
    for (index, definition) in configuration.routers.enumerated() {
      let links = try RouterLinks(definition, &names)
      let first = (addresses.count, entries.count)
      for line in definition.addresses + definition.excludedAddresses {
        let carrier = try links.carrier(of: line, definition, &names)
        addresses.append(
          PlannedAddress(router: index, interface: carrier.interface, lower: carrier.lower, definition: line))
      }
      for line in definition.entries {
        entries.append(try PlannedEntry(line, of: (index, definition.name), &names))
      }
      guard
        let router = PlannedRouter(
          definition, on: links, addresses: first.0..<addresses.count, entries: first.1..<entries.count,
          foreignLinks: foreignLinks)
      else { throw .addresses(router: definition.name) }
      routers.append(router)
      var configured = definition.core
      configured.trackers = trackerNumbers.bindings(definition.followed)
      core.append(configured)
    }
    virtualLinks = try configuration.virtualLinks.filter { foreignLinks[$0.virtual.interface] == nil }.map {
      link throws(PlanError) in
      PlannedLink(
        interface: try names.index(link.virtual.interface, usedBy: link.router),
        lower: try names.index(link.lower, usedBy: link.router), mac: link.virtual.mac)
    }
    self.routers = routers
    self.addresses = addresses
    inheritable = toleratesAbsence ? Set(addresses.map(\.prefix)) : nil
    self.core = core
    placedSources = names.placed
    self.interfaces = names.resolved.filter { foreignLinks[$0.key] == nil }
    self.entries = entries
    var routes: [RouteIdentity: [Int]] = [:]
    var places: [AddressPlace: [Int]] = [:]
    for (position, entry) in entries.enumerated() {
      switch entry.trace {
      case .route(let route): routes[route, default: []].append(position)
      case .address(let place): places[place, default: []].append(position)
      case .rule: continue
      }
    }
    let equals = Dictionary(grouping: entries.indices.filter { entries[$0].entry != nil }) {
      entries[$0].entry?.removal
    }
    duplicateEntries = equals.values.filter { $0.count > 1 }.reduce(into: [:]) { duplicates, group in
      for position in group { duplicates[position] = group.filter { $0 != position } }
    }
    entriesOfRoute = routes
    entriesOfPlace = places
    rules = entries.indices.filter { entries[$0].trace == .rule }
    groups = configuration.groups.map {
      SyncGroupConfiguration(
        members: $0.members,
        trackers: trackerNumbers.bindings($0.tracked))
    }
    trackers = configuration.trackers.map { PlannedTracker($0, in: configuration) }
    entriesOfGroup = configuration.staticEntries.enumerated().reduce(into: [:]) { members, entry in
      if let tracker = entry.element.trackGroup.flatMap({ trackerNumbers[.group, $0] }) {
        members[tracker.rawValue, default: []].append(entry.offset)
      }
    }
    sessions = configuration.bfdInstances.map(PlannedSession.init)
    promotedInterfaces = Set(
      zip(configuration.routers, routers).filter { $0.0.promotesSecondaries }.map(\.1.interface).filter {
        $0 != Self.absent
      })
    linkDelays = configuration.linkDelays
    startupDelay = configuration.global.startupDelay
    delayAfterBoot = configuration.global.delayAfterBoot
    announcementLanes = AnnouncementLanes(
      configuration, routers: routers, addresses: addresses, interfaces: interfaces)
  }
}

/// The interfaces of this host by name, and which of them the plan uses.
struct InterfaceNames {
  private let interfaces: [String: InterfaceIndex]
  private let carriers: [IPAddress: InterfaceIndex]
  /// Those that are there and nobody's to use.
  private let unusable: Set<String>
  /// What stands for one that does not exist, if that is allowed.
  private let fallback: InterfaceIndex?
  private(set) var resolved: [String: InterfaceIndex] = [:]
  /// The interfaces of routers that name none, by their source address.
  private(set) var placed: [IPAddress: InterfaceIndex] = [:]

  init(
    _ interfaces: [String: InterfaceIndex], _ carriers: [IPAddress: InterfaceIndex] = [:],
    unusable: Set<String> = [], fallback: InterfaceIndex?
  ) {
    self.interfaces = interfaces
    self.carriers = carriers
    self.unusable = unusable
    self.fallback = fallback
  }

  mutating func index(_ name: String, usedBy user: String) throws(PlanError) -> InterfaceIndex {
    guard !unusable.contains(name) else {
      resolved[name] = Plan.absent
      return Plan.absent
    }
    guard let index = interfaces[name] ?? fallback else { throw .missingInterface(name, usedBy: user) }
    resolved[name] = index
    return index
  }

  /// The interface of a router, and its name: that which it names, or else that which has its source address. While none has, the
  /// router is in fault.
  mutating func interface(
    of router: VirtualRouterDefinition
  ) throws(PlanError) -> (index: InterfaceIndex, name: String) {
    guard router.interface.isEmpty, let source = router.sourceAddress else {
      return (try index(router.interface, usedBy: router.name), router.interface)
    }
    let index = carriers[source] ?? Plan.absent
    placed[source] = index
    return (index, interfaces.first { $0.value == index }?.key ?? router.interfaceText)
  }
}
