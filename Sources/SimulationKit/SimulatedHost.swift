import NetworkTypes
import VRRPCore
import VRRPWire

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
struct SimulatedHost: Sendable {
  /// What its socket holds while nobody reads it.
  static let queueLength = 256

  var definition: HostDefinition
  /// Where each router's adverts leave from.
  let sources: [IPAddress]
  /// The same addresses, each once.
  private let ownAddresses: Set<IPAddress>
  /// The adverts of each router to each of its destinations, ready to be sent.
  private var templates: [[AdvertisementTemplate]]
  /// What signs each router's adverts and verifies those of others, if anything does.
  private var signers: [SimulatedSigner?]
  /// The last advert that each router took.
  private var remembered: [RememberedAdvertisement]
  /// Each router's place in the cluster.
  var seats: [Seat] = []
  /// The group of each router that is in one.
  let groupOfRouter: [Int?]
  var condition = HostCondition.off
  /// Whether each interface is up.
  var isUp: [Bool]
  var trackers: [TrackerStatus]
  var core: VirtualRouterSet
  /// Which routers' addresses its kernel has.
  var holds: [Bool]
  /// Whether its kernel refuses to take addresses.
  var refusesAddresses = false
  /// Which routers have been refused their addresses since the kernel last took any, and know it.
  var refused: [Bool]
  /// What arrived while it was frozen, and for which router.
  var queue: [(Packet, router: Int)] = []

  init(_ definition: HostDefinition, number: Int) throws(AdvertisementTemplateError) {
    self.definition = definition
    sources = definition.routers.map { router in
      router.source
        ?? Self.source(host: number, lan: definition.lans[router.interface], router.policy.family)
    }
    ownAddresses = Set(sources)
    var templates: [[AdvertisementTemplate]] = []
    for (router, source) in zip(definition.routers, sources) {
      var own: [AdvertisementTemplate] = []
      for destination in router.destinations { own.append(try router.policy.template(from: source, to: destination)) }
      templates.append(own)
    }
    self.templates = templates
    signers = definition.routers.map { _ in nil }
    remembered = definition.routers.map { _ in RememberedAdvertisement() }
    var groupOfRouter: [Int?] = Array(repeating: nil, count: definition.routers.count)
    for (position, group) in definition.groups.enumerated() {
      for member in group.members where groupOfRouter[member] == nil { groupOfRouter[member] = position }
    }
    self.groupOfRouter = groupOfRouter
    isUp = Array(repeating: true, count: definition.lans.count)
    trackers = Array(repeating: .up, count: definition.trackerCount)
    holds = Array(repeating: false, count: definition.routers.count)
    refused = holds
    core = definition.freshCore
  }

  /// What the host's wall clock shows at a moment of the cluster's; a run begins with the year 2026.
  private func calendar(at now: MonotonicInstant) -> CalendarInstant {
    CalendarInstant(nanosecondsSince1970: 1_767_225_600_000_000_000 + definition.clock.reading(at: now).nanoseconds)
  }

  /// Begins a process that knows nothing of one before it.
  mutating func startProcess(at now: MonotonicInstant) {
    let time = calendar(at: now)
    signers = definition.routers.map { SimulatedSigner($0.policy.signing, at: time) }
    replaceCore()
  }

  /// Makes the state machines anew, and forgets what an engine does not leave to the next one.
  mutating func replaceCore() {
    core = definition.freshCore
    remembered = definition.routers.map { _ in RememberedAdvertisement() }
  }

  /// How many packets a router's advert is.
  func destinationCount(of router: Int) -> Int { templates[router].count }

  /// A router's advert, a packet for each of its destinations.
  mutating func packets(of router: Int, _ priority: Priority, at now: MonotonicInstant) -> [Packet] {
    for destination in templates[router].indices { templates[router][destination].setPriority(priority) }
    let policy = definition.routers[router].policy
    let time = calendar(at: now)
    let bytes =
      signers[router]?.seal(templates[router], timeToLive: policy.timeToLive, at: time)
      ?? templates[router].map(\.bytes)
    return zip(templates[router], bytes).map { template, bytes in
      let origin = DatagramOrigin(
        source: template.source, destination: template.destination, timeToLive: policy.timeToLive)
      return Packet(bytes, origin: origin, isBehindHeader: policy.signing?.makesWholePackets == true)
    }
  }

  /// Reads an advert as an engine does: it is the same as the last one, or the router's policy and its signer take it.
  mutating func admit(
    _ packet: Packet, of router: Int, at now: MonotonicInstant
  ) throws(AdvertisementError) -> ReceivedAdvertisement {
    let (bytes, origin, own) = (packet.bytes, packet.origin, ownAddresses)
    let (policy, time) = (definition.routers[router].policy, calendar(at: now))
    guard !packet.isBehindHeader else {
      let header = try AuthenticationHeader(decoding: bytes.span.bytes)
      let received = try policy.admit(
        bytes.span.bytes.extracting(header.message), origin, isBehindHeader: true, isOwnAddress: { own.contains($0) })
      try signers[router]?.verify(header, of: bytes.span.bytes)
      return received
    }
    if let known = remembered[router].match(bytes.span.bytes, origin: origin) { return known }
    let received = try policy.admit(bytes.span.bytes, origin, isOwnAddress: { own.contains($0) })
    if received.hasTrailer {
      try signers[router]?.verify(received, bytes.span.bytes, from: origin.source, at: time)
    } else if policy.addressDifference(of: received, in: bytes.span.bytes) == nil {
      remembered[router].remember(received, message: bytes.span.bytes, origin: origin)
    }
    return received
  }

  /// An address made up for a host on a LAN: from 198.18.0.0/15 (RFC 2544), or link-local.
  private static func source(host: Int, lan: Int, _ family: AddressFamily) -> IPAddress {
    let number = UInt32(truncatingIfNeeded: lan << 11 | host) & 0x1_FFFF
    return switch family {
    case .ipv4: IPAddress(v4: 0xC612_0001 + number)
    case .ipv6: IPAddress(v6High: 0xFE80_0000_0000_0000, low: UInt64(number) + 1)
    }
  }

  /// The members of a router's group, itself included; it alone if it has none.
  func companions(of router: Int) -> [Int] {
    groupOfRouter[router].map { definition.groups[$0].members } ?? [router]
  }

  /// The LAN that a router's adverts use.
  func lan(of router: Int) -> Int { definition.lans[definition.routers[router].interface] }

  /// Whether the interface of a router's adverts is up.
  func isConnected(_ router: Int) -> Bool { isUp[definition.routers[router].interface] }

  /// Whether a router's addresses are held by a process that can act.
  func isMaster(_ router: Int) -> Bool { condition == .running && holds[router] }

  /// Whether nothing keeps a router from taking part: no interface that matters and no tracker without a weight has failed,
  /// of it or of its group.
  func isHealthy(_ router: Int) -> Bool {
    let group = groupOfRouter[router].map { definition.groups[$0].trackers } ?? []
    return !hasFailed(group)
      && companions(of: router).allSatisfy { member in
        let router = definition.routers[member]
        return (isUp[router.interface] || router.ignoresInterfaceFaults) && !router.lacksPeers
          && !hasFailed(router.configuration.trackers)
      }
  }

  private func hasFailed(_ bindings: [TrackerBinding]) -> Bool {
    bindings.contains { binding in
      guard trackers.indices.contains(binding.tracker.rawValue) else { return false }
      return binding.isFault(under: trackers[binding.tracker.rawValue])
    }
  }
}

/// A router of a host, by its host's number and its position there.
public struct RouterPlace: Sendable, Hashable {
  /// The host.
  public let host: Int
  /// The router's position in ``HostDefinition/routers``.
  public let router: Int
}

/// Where a host's router stands among all of its VRID: the virtual router of the cluster, and its place in it.
struct Seat: Sendable, Hashable {
  let router: Int
  let member: Int
}

/// A virtual router of the cluster: the routers of all hosts that have its VRID and family on one LAN.
public struct ClusterRouter: Sendable, Hashable {
  /// The LAN its adverts use.
  public let lan: Int
  /// Its family.
  public let family: AddressFamily
  /// Its VRID.
  public let identifier: VirtualRouterID
  /// Its routers in the order of their hosts.
  public internal(set) var members: [RouterPlace] = []

  /// The virtual routers of hosts in the order in which they first appear.
  static func all(in hosts: inout [SimulatedHost]) -> [ClusterRouter] {
    var numbers: [ClusterRouter: Int] = [:]
    var all: [ClusterRouter] = []
    for host in hosts.indices {
      for (position, router) in hosts[host].definition.routers.enumerated() {
        let key = ClusterRouter(
          lan: hosts[host].lan(of: position), family: router.policy.family,
          identifier: router.configuration.virtualRouterID)
        let number = numbers[key] ?? all.count
        if number == all.count {
          numbers[key] = number
          all.append(key)
        }
        hosts[host].seats.append(Seat(router: number, member: all[number].members.count))
        all[number].members.append(RouterPlace(host: host, router: position))
      }
    }
    return all
  }
}
