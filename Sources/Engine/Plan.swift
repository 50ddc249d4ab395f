import Configuration
import Netlink
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
  /// Positions of entries that the kernel cannot tell apart, as when two routers list the same route.
  let twins: [Int: [Int]]
  /// Positions of static addresses among ``entries``, by where they are.
  let entriesOfPlace: [AddressPlace: [Int]]
  /// Positions of each `track_group`'s members among ``entries``, by the position of its tracker.
  let entriesOfGroup: [Int: [Int]]
  /// What every name of an interface stood for when the plan was made; ``absent`` for one that did not exist.
  let interfaces: [String: InterfaceIndex]
  /// The interfaces with virtual MAC addresses, and those below them.
  let virtualLinks: [PlannedLink]
  let announcementLanes: AnnouncementLanes
  let linkDelays: [String: LinkDelay]
  let startupDelay: Nanoseconds
  let delayAfterBoot: Nanoseconds
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
  /// - Throws: ``PlanError`` for the first thing that cannot be.
  init(
    _ configuration: Configuration, interfaces: [String: InterfaceIndex], toleratesAbsence: Bool = false
  ) throws(PlanError) {
    var names = InterfaceNames(
      interfaces, fallback: toleratesAbsence || configuration.global.allowsMissingInterfaces ? Self.absent : nil)
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
          definition, on: links, addresses: first.0..<addresses.count, entries: first.1..<entries.count)
      else { throw .addresses(router: definition.name) }
      routers.append(router)
      var configured = definition.core
      configured.trackers = trackerNumbers.bindings(definition.followed)
      core.append(configured)
    }
    virtualLinks = try configuration.virtualLinks.map { link throws(PlanError) in
      PlannedLink(
        interface: try names.index(link.virtual.interface, usedBy: link.router),
        lower: try names.index(link.lower, usedBy: link.router), mac: link.virtual.mac)
    }
    self.routers = routers
    self.addresses = addresses
    self.core = core
    self.interfaces = names.resolved
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
    twins = equals.values.filter { $0.count > 1 }.reduce(into: [:]) { twins, group in
      for position in group { twins[position] = group.filter { $0 != position } }
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
  /// What stands for one that does not exist, if that is allowed.
  private let fallback: InterfaceIndex?
  private(set) var resolved: [String: InterfaceIndex] = [:]

  init(_ interfaces: [String: InterfaceIndex], fallback: InterfaceIndex?) {
    self.interfaces = interfaces
    self.fallback = fallback
  }

  mutating func index(_ name: String, usedBy user: String) throws(PlanError) -> InterfaceIndex {
    guard let index = interfaces[name] ?? fallback else { throw .missingInterface(name, usedBy: user) }
    resolved[name] = index
    return index
  }
}

/// The interfaces of one router.
private struct RouterLinks {
  let interface: InterfaceIndex
  /// The interface with its virtual MAC address, if it has one.
  let virtual: InterfaceIndex?
  let heartbeats: [PlannedRouter.Heartbeat]

  init(_ definition: VirtualRouterDefinition, _ names: inout InterfaceNames) throws(PlanError) {
    interface = try names.index(definition.interface, usedBy: definition.name)
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
  fileprivate init?(
    _ definition: VirtualRouterDefinition, on links: RouterLinks, addresses: Range<Int>, entries: Range<Int>
  ) {
    guard
      let advertised = AddressList(definition.family, definition.addresses.map(\.prefix.address)),
      let authentication = Self.authentication(definition.authentication)
    else { return nil }
    name = definition.name
    interface = links.interface
    interfaceName = definition.interface
    heartbeats = links.heartbeats
    multicastGroup = definition.multicastGroup
    virtualInterface = links.virtual
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

/// A tracker with what the next engine knows it by.
struct PlannedTracker {
  let name: String
  /// The interface it watches, if it watches one.
  let interfaceName: String?
  /// Whether it is a `track_group`.
  let isGroup: Bool
  /// The position in ``Plan/sessions`` of the BFD session it stands for, if it does.
  let session: Int?
  let fingerprint: UInt64
  let isInitiallyFailed: Bool

  init(_ definition: TrackerDefinition, in configuration: Configuration) {
    name = configuration.name(of: definition)
    interfaceName = definition.kind == .interface ? name : nil
    isGroup = definition.kind == .group
    var session: Int?
    var isInitiallyFailed = false
    switch definition {
    case .interface, .group:
      fingerprint = 0
    case .script(let index):
      let script = configuration.scripts[index]
      fingerprint = Self.fingerprint(of: script.command)
      isInitiallyFailed = script.initiallyFailed
    case .probe(let index):
      let probe = configuration.probes[index]
      fingerprint = Self.fingerprint(of: "\(probe.question)")
      isInitiallyFailed = probe.initiallyFailed
    case .bfd(let index):
      fingerprint = PlannedSession(configuration.bfdInstances[index]).fingerprint
      session = index
    case .file(let index):
      fingerprint = Self.fingerprint(of: configuration.trackedFiles[index].path)
    case .process(let index):
      let process = configuration.trackedProcesses[index]
      let words = [process.command] + process.parameters
      fingerprint = Self.fingerprint(
        of: words.joined(separator: "\0") + "\0\(process.parameterMatch) \(process.usesCommandLine)")
    }
    self.session = session
    self.isInitiallyFailed = isInitiallyFailed
  }

  /// Whether its verdicts come from the prober.
  var isProbers: Bool { interfaceName == nil && session == nil && !isGroup }

  /// FNV-1a over the command: the same text gives the same number in every process, which `Hasher` does not.
  private static func fingerprint(of command: CommandDefinition) -> UInt64 {
    let user = command.user.map { "\($0.user):\($0.group ?? "")" } ?? ""
    return fingerprint(of: "\(command.text)\0\(user)")
  }

  static func fingerprint(of text: String) -> UInt64 {
    text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }
}
