import Configuration
import ConfigurationModel
import NetworkTypes
import SimulationKit
import VRRPCore

/// Addresses that the same routers carry, and who held them when.
public struct AddressStory: Sendable {
  /// A time in which the holders did not change.
  public struct Period: Sendable, Hashable {
    /// When it began.
    public let from: MonotonicInstant
    /// When it ended; the end of the rehearsal for the last one.
    public let to: MonotonicInstant
    /// The hosts that held the addresses, by position.
    public let holders: [Int]

    /// How long it lasted.
    public var length: Nanoseconds { to - from }
  }

  /// The addresses in the order of the files.
  public let addresses: [IPAddress]
  /// The routers that carry them.
  let carriers: [Carrier]
  /// The times in their order, without a gap.
  public private(set) var periods: [Period] = []
  /// The longest that the protocol leaves them without a holder: the master-down interval of the slowest.
  public let noHolderBound: Nanoseconds
  /// The longest that the protocol leaves them with two: until the next advert of the better one.
  public let twoHoldersBound: Nanoseconds

  /// A host's router.
  struct Carrier: Sendable, Hashable {
    let host: Int
    let router: Int
  }

  /// What a packet and its reading may take on top of the protocol's own times.
  private static let allowance = Nanoseconds.milliseconds(1)

  /// The stories of all addresses that hosts carry; those of the same routers are one.
  static func all(of cluster: Cluster, hosts: [RehearsedHost]) -> [AddressStory] {
    var order: [IPAddress] = []
    var carriers: [IPAddress: [Carrier]] = [:]
    for (number, host) in hosts.enumerated() {
      for (position, router) in host.configuration.routers.enumerated() {
        for address in (router.addresses + router.excludedAddresses).map(\.prefix.address) {
          if carriers[address] == nil { order.append(address) }
          carriers[address, default: []].append(Carrier(host: number, router: position))
        }
      }
    }
    var groups: [[Carrier]] = []
    var addresses: [[Carrier]: [IPAddress]] = [:]
    for address in order {
      guard let shared = carriers[address] else { continue }
      if addresses[shared] == nil { groups.append(shared) }
      addresses[shared, default: []].append(address)
    }
    return groups.map { AddressStory(addresses[$0] ?? [], $0, in: cluster, hosts: hosts) }
  }

  private init(_ addresses: [IPAddress], _ carriers: [Carrier], in cluster: Cluster, hosts: [RehearsedHost]) {
    self.addresses = addresses
    self.carriers = carriers
    let settings = carriers.map { hosts[$0.host].configuration.routers[$0.router].core }
    noHolderBound = (settings.map(Self.masterDown).max() ?? .zero) + Self.allowance
    twoHoldersBound = (settings.map(\.interval.nanoseconds).max() ?? .zero) + Self.allowance
    periods = Self.periods(of: changes(in: cluster), until: cluster.now)
  }

  /// The master-down interval at the lowest priority: in version 2 the skew is of a second (RFC 3768 section 6.1), in version 3 of
  /// the interval (RFC 9568 section 6.1).
  private static func masterDown(_ settings: VirtualRouterConfiguration) -> Nanoseconds {
    let skew: Nanoseconds =
      switch settings.version {
      case .v2: .seconds(1)
      case .v3: settings.interval.nanoseconds
      }
    return settings.interval.nanoseconds * Int64(settings.downTimerAdverts) + skew
  }

  /// Who held the addresses from each moment of a change on.
  private func changes(in cluster: Cluster) -> [(at: MonotonicInstant, holders: [Int])] {
    var events: [(at: MonotonicInstant, carrier: Carrier, holds: Bool)] = []
    for (at, what) in cluster.disturbances {
      guard case .crash(let host) = what else { continue }
      for carrier in carriers where carrier.host == host { events.append((at, carrier, false)) }
    }
    for deed in cluster.deeds where deed.action == .claim || deed.action == .release {
      events.append((deed.at, Carrier(host: deed.host, router: deed.router), deed.action == .claim))
    }
    // A crash stands before the deeds of its moment: whoever starts again in it holds nothing yet.
    let order = events.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }
    var holding: Set<Carrier> = []
    return order.compactMap { _, event in
      guard carriers.contains(event.carrier) else { return nil }
      if event.holds { holding.insert(event.carrier) } else { holding.remove(event.carrier) }
      return (event.at, Set(holding.map(\.host)).sorted())
    }
  }

  private static func periods(
    of changes: [(at: MonotonicInstant, holders: [Int])], until end: MonotonicInstant
  ) -> [Period] {
    var periods: [Period] = []
    var from = MonotonicInstant(nanoseconds: 0)
    var holders: [Int] = []
    for change in changes where change.holders != holders {
      if change.at > from { Self.append(Period(from: from, to: change.at, holders: holders), to: &periods) }
      from = change.at
      holders = change.holders
    }
    Self.append(Period(from: from, to: end, holders: holders), to: &periods)
    return periods
  }

  /// Appends a period, or lengthens the last if nothing is different: what changed back in the same moment did not change.
  private static func append(_ period: Period, to periods: inout [Period]) {
    guard let last = periods.last, last.holders == period.holders else { return periods.append(period) }
    periods[periods.count - 1] = Period(from: last.from, to: period.to, holders: period.holders)
  }

  /// Whether a time without a holder, or with two, is longer than the protocol lets it be.
  public func isOverrun(_ period: Period) -> Bool {
    switch period.holders.count {
    case 0: period.length > noHolderBound
    case 1: false
    default: period.length > twoHoldersBound
    }
  }

  /// The takeovers: every moment at which another host than the last alone became the holder, and how long nobody was.
  public var takeovers: [(at: MonotonicInstant, from: Int, to: Int, gap: Nanoseconds)] {
    var list: [(at: MonotonicInstant, from: Int, to: Int, gap: Nanoseconds)] = []
    var last: Period?
    for period in periods where !period.holders.isEmpty {
      defer { last = period }
      guard let last, let old = last.holders.first,
        let new = period.holders.first(where: { !last.holders.contains($0) })
      else { continue }
      list.append((period.from, old, new, period.from - last.to))
    }
    return list
  }
}
