import ConfigurationModel
import Netlink
import NetworkTypes
import VRRPCore

/// Reason for which a configuration cannot be served on this host.
enum PlanError: Error, Equatable {
  /// A named interface does not exist.
  case missingInterface(String, usedBy: String)
  /// A router has addresses that one advert cannot carry. The configuration's own checks exclude this.
  case addresses(router: String)
}

/// Configuration bound to this host, with numbers in place of names. It never changes while the engine runs.
struct Plan {
  let routers: [PlannedRouter]
  let addresses: [PlannedAddress]
  /// Settings of the routers for their state machines, until they have them (``takeCore()``).
  private(set) var core: [VirtualRouterConfiguration]
  let groups: [SyncGroupConfiguration]
  let trackers: [PlannedTracker]
  let trackerNumbers: [TrackerName: TrackerID]
  let sessions: [PlannedSession]
  /// Routes, rules and static addresses: the static ones first, then each router's.
  let entries: [PlannedEntry]
  /// Positions of routes among ``entries``, by the identity that the kernel reports when one is removed.
  let entriesOfRoute: [RouteIdentity: [Int]]
  /// Positions of rules among ``entries``.
  let rules: [Int]
  /// For each entry that the kernel cannot tell from others, as when two routers list the same route, the positions of
  /// those.
  let duplicateEntries: [Int: [Int]]
  /// Positions of static addresses among ``entries``, by interface and address.
  let entriesOfPlace: [AddressPlace: [Int]]
  /// Positions of each `track_group`'s members among ``entries``, by the position of its tracker.
  let entriesOfGroup: [Int: [Int]]
  /// Interface of every name when the plan was made; ``absent`` for one that did not exist.
  let interfaces: [String: InterfaceIndex]
  /// Interfaces of routers that are placed by their source address, by that address; ``absent`` if no interface had it.
  let placedSources: [IPAddress: InterfaceIndex]
  /// Interfaces with virtual MAC addresses, and those below them.
  let virtualLinks: [PlannedLink]
  /// Reason for which a link that should have a virtual MAC address cannot be used, by its name. Its routers are in
  /// FAULT.
  let unusableLinks: [String: String]
  let announcementLanes: AnnouncementLanes
  let linkDelays: [String: LinkDelay]
  let startupDelay: Nanoseconds
  let delayAfterBoot: Nanoseconds
  /// Addresses that a previous engine may have added, on whatever interface; `nil` if it may have had another
  /// configuration, and so any address.
  let inheritable: Set<IPPrefix>?
  /// Interfaces on which the other addresses of a network stay when the first is removed.
  let promotedInterfaces: Set<InterfaceIndex>

  /// Addresses for which packets are not accepted.
  var unacceptedAddresses: [AddressFilter.Address] {
    addresses.filter { !routers[$0.router].accepts }.map { AddressFilter.Address($0.prefix.address, on: $0.interface) }
  }

  /// Hands over the settings for the state machines, which keep them: two copies of thousands are too many.
  mutating func takeCore() -> [VirtualRouterConfiguration] {
    defer { core = [] }
    return core
  }

  /// Name of an interface in the configuration.
  func name(of interface: InterfaceIndex) -> String { interfaces.first { $0.value == interface }?.key ?? "" }

  /// Number for an interface that does not exist.
  static let absent = InterfaceIndex(rawValue: 0)

  /// Binds a configuration to the interfaces of this host.
  /// - Parameter toleratesAbsence: true if a router may lack its interface and be in fault because of it, even if the
  ///   configuration does not allow it (`dynamic_interfaces`). An engine that continues another must not stop the routers
  ///   on all other interfaces because one interface has gone.
  /// - Parameter carriers: the interfaces by the addresses on them, for routers that name no interface.
  /// - Parameter unusableLinks: reasons for which links that should have a virtual MAC address cannot be used, by name.
  /// - Throws: ``PlanError`` for the first failure.
  init(
    _ configuration: Configuration, interfaces: [String: InterfaceIndex], carriers: [IPAddress: InterfaceIndex] = [:],
    toleratesAbsence: Bool = false, unusableLinks: [String: String] = [:]
  ) throws(PlanError) {
    self.unusableLinks = unusableLinks
    var names = InterfaceNames(
      interfaces, carriers, unusable: Set(unusableLinks.keys),
      fallback: toleratesAbsence || configuration.global.allowsMissingInterfaces ? Self.absent : nil)
    let trackerNumbers = configuration.trackerNumbers
    var routers: [PlannedRouter] = []
    var addresses: [PlannedAddress] = []
    var core: [VirtualRouterConfiguration] = []
    routers.reserveCapacity(configuration.routers.count)
    core.reserveCapacity(configuration.routers.count)
    addresses.reserveCapacity(configuration.routers.reduce(0) { $0 + $1.addresses.count + $1.excludedAddresses.count })
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
          unusableLinks: unusableLinks)
      else { throw .addresses(router: definition.name) }
      routers.append(router)
      var configured = definition.core
      configured.trackers = trackerNumbers.bindings(definition.followed)
      core.append(configured)
    }
    virtualLinks = try configuration.virtualLinks.filter { unusableLinks[$0.virtual.interface] == nil }.map {
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
    self.interfaces = names.resolved.filter { unusableLinks[$0.key] == nil }
    self.entries = entries
    var routes: [RouteIdentity: [Int]] = [:]
    var places: [AddressPlace: [Int]] = [:]
    for (position, entry) in entries.enumerated() {
      switch entry.removalKey {
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
    rules = entries.indices.filter { entries[$0].removalKey == .rule }
    groups = configuration.groups.map {
      SyncGroupConfiguration(
        members: $0.members,
        trackers: trackerNumbers.bindings($0.tracked))
    }
    trackers = PlannedTracker.all(of: configuration)
    self.trackerNumbers = trackerNumbers
    entriesOfGroup = configuration.staticEntries.enumerated().reduce(into: [:]) { members, entry in
      if let tracker = entry.element.trackGroup.flatMap({ trackerNumbers[TrackerName(.group, $0)] }) {
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

/// Interfaces of this host by name, and which of them the plan uses.
struct InterfaceNames {
  private let interfaces: [String: InterfaceIndex]
  private let carriers: [IPAddress: InterfaceIndex]
  /// Interfaces that exist but cannot be used.
  private let unusable: Set<String>
  /// Number for an interface that does not exist; `nil` if that is not allowed.
  private let fallback: InterfaceIndex?
  private(set) var resolved: [String: InterfaceIndex] = [:]
  /// Interfaces of routers that name none, by their source address.
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

  /// Interface of a router and its name: the one that it names, otherwise the one with its source address. While none
  /// has it, the router is in fault.
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
