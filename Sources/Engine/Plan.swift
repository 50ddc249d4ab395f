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
  /// The line of the configuration.
  let definition: VirtualAddress

  var prefix: IPPrefix { definition.prefix }

  var place: AddressPlace { AddressPlace(prefix: prefix, interface: interface) }
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
  /// The interface with its virtual MAC address, if it has one.
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
  /// The multicast group, or the unicast peers.
  let destinations: [IPAddress]
  let peers: [UnicastPeer]
  let checksPeers: Bool
  let expectation: AdvertisementExpectation
  let checksumStyle: ChecksumStyle
  let timeToLive: UInt8
  let ignoresInterfaceFaults: Bool
  let skipsAddressCheck: Bool

  var isUnicast: Bool { !peers.isEmpty }
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
  /// What every name of an interface stood for when the plan was made; ``absent`` for one that did not exist.
  let interfaces: [String: InterfaceIndex]
  let garpInterval: Nanoseconds
  let neighborAdvertisementInterval: Nanoseconds

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
    let fallback: InterfaceIndex? =
      toleratesAbsence || configuration.global.allowsMissingInterfaces ? Self.absent : nil
    var resolved: [String: InterfaceIndex] = [:]
    let trackerNumbers = TrackerNumbers(configuration)
    var routers: [PlannedRouter] = []
    var addresses: [PlannedAddress] = []
    var core: [VirtualRouterConfiguration] = []
    for (index, definition) in configuration.routers.enumerated() {
      guard let interface = interfaces[definition.interface] ?? fallback else {
        throw .missingInterface(definition.interface, usedBy: definition.name)
      }
      resolved[definition.interface] = interface
      var virtual: InterfaceIndex?
      if let name = definition.virtualMAC?.interface {
        // It was made before this, unless its interface is missing.
        guard let index = interfaces[name] ?? (interface == Self.absent ? fallback : nil) else {
          throw .missingInterface(name, usedBy: definition.name)
        }
        virtual = index
        resolved[name] = index
      }
      let first = addresses.count
      for line in definition.addresses + definition.excludedAddresses {
        // Addresses of the other family are none of the virtual MAC address's, which is one family's.
        var carrier = line.prefix.address.family == definition.family ? virtual ?? interface : interface
        if let name = line.interface {
          guard let other = interfaces[name] ?? fallback else { throw .missingInterface(name, usedBy: definition.name) }
          carrier = other
          resolved[name] = other
        }
        addresses.append(PlannedAddress(router: index, interface: carrier, definition: line))
      }
      guard
        let router = PlannedRouter(definition, on: interface, virtual: virtual, addresses: first..<addresses.count)
      else { throw .addresses(router: definition.name) }
      routers.append(router)
      var configured = definition.core
      configured.trackers = trackerNumbers.bindings(definition.trackedScripts, definition.trackedInterfaces)
      core.append(configured)
    }
    self.routers = routers
    self.addresses = addresses
    self.core = core
    self.interfaces = resolved
    groups = configuration.groups.map {
      SyncGroupConfiguration(
        members: $0.members, trackers: trackerNumbers.bindings($0.trackedScripts, $0.trackedInterfaces))
    }
    trackers = configuration.trackers.map { PlannedTracker($0, in: configuration) }
    garpInterval = configuration.global.garpInterval
    neighborAdvertisementInterval = configuration.global.neighborAdvertisementInterval
  }
}

extension PlannedRouter {
  fileprivate init?(
    _ definition: VirtualRouterDefinition, on interface: InterfaceIndex, virtual: InterfaceIndex?, addresses: Range<Int>
  ) {
    guard
      let advertised = AddressList(definition.family, definition.addresses.map(\.prefix.address)),
      let authentication = Self.authentication(definition.password)
    else { return nil }
    name = definition.name
    self.interface = interface
    interfaceName = definition.interface
    virtualInterface = virtual
    sendingInterface = definition.virtualMAC?.sendsAdvertsBelow == false ? virtual ?? interface : interface
    family = definition.family
    virtualRouterID = definition.core.virtualRouterID
    version = definition.core.version
    configuredSource = definition.sourceAddress
    self.advertised = advertised
    self.addresses = addresses
    destinations =
      definition.unicastPeers.isEmpty ? [definition.multicastGroup] : definition.unicastPeers.map(\.address)
    peers = definition.unicastPeers
    checksPeers = definition.checksUnicastSource && !definition.unicastPeers.isEmpty
    expectation = AdvertisementExpectation(
      version: definition.core.version, interval: definition.core.interval, authentication: authentication)
    checksumStyle = definition.checksumWithoutPseudoHeader ? .messageOnly : .withPseudoHeader
    timeToLive = definition.unicastPeers.isEmpty ? AdvertisementFormat.timeToLive : definition.unicastTTL
    ignoresInterfaceFaults = definition.ignoresInterfaceFaults
    skipsAddressCheck = definition.skipsAddressCheck
  }

  private static func authentication(_ password: [UInt8]?) -> AdvertisementAuthentication? {
    guard let password else { return AdvertisementAuthentication.none }
    return SimplePassword(bytes: password).map(AdvertisementAuthentication.simplePassword)
  }
}

/// A tracker with what the next engine knows it by.
struct PlannedTracker {
  let name: String
  /// The interface it watches, if it watches one; else its verdicts come from the prober.
  let interfaceName: String?
  let fingerprint: UInt64
  let isInitiallyFailed: Bool

  init(_ definition: TrackerDefinition, in configuration: Configuration) {
    switch definition {
    case .interface(let name):
      self.name = name
      interfaceName = name
      fingerprint = 0
      isInitiallyFailed = false
    case .script(let index):
      guard configuration.scripts.indices.contains(index) else {
        name = ""
        interfaceName = nil
        fingerprint = 0
        isInitiallyFailed = false
        return
      }
      let script = configuration.scripts[index]
      name = script.name
      interfaceName = nil
      fingerprint = Self.fingerprint(of: script.command)
      isInitiallyFailed = script.initiallyFailed
    }
  }

  /// FNV-1a over the command: the same text gives the same number in every process, which `Hasher` does not.
  private static func fingerprint(of command: CommandDefinition) -> UInt64 {
    let user = command.user.map { "\($0.user):\($0.group ?? "")" } ?? ""
    return "\(command.text)\0\(user)".utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }
}

/// From the names in `track_script` and `track_interface` to positions in the list of trackers.
private struct TrackerNumbers {
  private var scripts: [String: TrackerID] = [:]
  private var interfaces: [String: TrackerID] = [:]

  init(_ configuration: Configuration) {
    for (position, tracker) in configuration.trackers.enumerated() {
      switch tracker {
      case .script(let index): scripts[configuration.scripts[index].name] = TrackerID(rawValue: position)
      case .interface(let name): interfaces[name] = TrackerID(rawValue: position)
      }
    }
  }

  func bindings(_ scriptReferences: [TrackerReference], _ interfaceReferences: [TrackerReference]) -> [TrackerBinding] {
    func bind(_ references: [TrackerReference], _ numbers: [String: TrackerID]) -> [TrackerBinding] {
      references.compactMap { reference in
        numbers[reference.name].map {
          TrackerBinding(tracker: $0, weight: reference.weight, reverse: reference.reverse)
        }
      }
    }
    return bind(scriptReferences, scripts) + bind(interfaceReferences, interfaces)
  }
}
