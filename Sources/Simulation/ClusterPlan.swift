import Configuration
import NetworkTypes
import SimulationKit
import VRRPCore
import VRRPWire

/// Configurations as the hosts of a cluster: interfaces of one name are one LAN.
struct ClusterPlan {
  let hosts: [RehearsedHost]
  let definitions: [HostDefinition]

  /// - Throws: what no advert can hold.
  init(_ hosts: [RehearsedHost]) throws(AdvertisementTemplateError) {
    self.hosts = hosts
    let sources = SourceAddresses(hosts)
    let lans = Self.lans(of: hosts, sources)
    definitions = try hosts.enumerated().map { number, host throws(AdvertisementTemplateError) in
      let routers = try host.configuration.routers.enumerated().map {
        position, definition throws(AdvertisementTemplateError) in
        try SimulatedRouter(definition, on: host, source: sources[number, position])
      }
      let groups = host.configuration.groups.map { group in
        SyncGroupConfiguration(
          members: group.members,
          trackers: host.trackers.bindings(group.tracked))
      }
      return HostDefinition(
        lans: host.interfaces.map { lans[$0] ?? 0 }, routers: routers, groups: groups,
        trackerCount: host.configuration.trackers.count)
    }
  }

  /// The LAN of each interface's name. Interfaces of other names are joined with it where routers on them are unicast peers.
  private static func lans(of hosts: [RehearsedHost], _ sources: SourceAddresses) -> [String: Int] {
    var lans: [String: Int] = [:]
    for name in hosts.flatMap(\.interfaces) where lans[name] == nil { lans[name] = lans.count }
    for host in hosts {
      for router in host.configuration.routers {
        for peer in router.unicastPeers {
          guard let other = sources.interface(of: peer.address), let from = lans[other], let to = lans[router.interface]
          else { continue }
          lans = lans.mapValues { $0 == from ? to : $0 }
        }
      }
    }
    return lans
  }
}

/// Where each router's adverts leave from, as far as the files tell.
struct SourceAddresses {
  private var known: [[IPAddress?]]
  private var interfaces: [IPAddress: String] = [:]

  init(_ hosts: [RehearsedHost]) {
    known = hosts.map { $0.configuration.routers.map(\.sourceAddress) }
    for (number, host) in hosts.enumerated() {
      for (position, router) in host.configuration.routers.enumerated() {
        let address = known[number][position] ?? guess(for: router, of: number, among: hosts)
        known[number][position] = address
        if let address, interfaces[address] == nil { interfaces[address] = router.interface }
      }
    }
  }

  /// A unicast router that does not name its own address is known by its peers, who name it: theirs is the address that the others
  /// send to and it does not, or, if all have the same list, the next that no host has taken.
  private func guess(for router: VirtualRouterDefinition, of host: Int, among hosts: [RehearsedHost]) -> IPAddress? {
    guard !router.unicastPeers.isEmpty else { return nil }
    let own = router.unicastPeers.map(\.address)
    let others = hosts.enumerated().filter { $0.offset != host }.flatMap { $0.element.configuration.routers }
      .filter { $0.core.virtualRouterID == router.core.virtualRouterID && $0.family == router.family }
    let candidates = others.flatMap { $0.unicastPeers.map(\.address) }
    let taken = known.enumerated().filter { $0.offset != host }.flatMap { $0.element.compactMap(\.self) }
    let free = candidates.filter { !taken.contains($0) }
    return free.first { !own.contains($0) } ?? free.first
  }

  /// Of a host's router; `nil` if nothing tells.
  subscript(host: Int, router: Int) -> IPAddress? { known[host][router] }

  /// The interface that has an address.
  func interface(of address: IPAddress) -> String? { interfaces[address] }
}

extension SimulatedRouter {
  /// A router as its file sets it.
  fileprivate init(
    _ definition: VirtualRouterDefinition, on host: RehearsedHost, source: IPAddress?
  ) throws(AdvertisementTemplateError) {
    guard let policy = definition.advertPolicy else { throw .mixedFamilies }
    var configuration = definition.core
    configuration.trackers = host.trackers.bindings(definition.followed)
    self.init(configuration, policy: policy, interface: host.interfaces.firstIndex(of: definition.interface) ?? 0)
    self.source = source
    faultsWithoutPeers = definition.faultsWithoutPeers
    ignoresInterfaceFaults = definition.ignoresInterfaceFaults
  }
}
