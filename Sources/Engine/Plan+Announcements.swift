import ConfigurationModel
import NetworkTypes

extension AnnouncementLanes {
  /// Whose announcements keep a common space.
  private enum Shared: Hashable {
    /// Those on the interfaces of a `garp_group`, by its position.
    case group(Int, AddressFamily)
    /// Those on one interface, which follows `vrrp_garp_interval` and `vrrp_gna_interval`.
    case interface(InterfaceIndex, AddressFamily)
  }

  /// The lanes that a configuration comes to. Addresses with a virtual MAC address count as those of the interface below, whose switch
  /// is the one to be spared.
  init(
    _ configuration: Configuration, routers: [PlannedRouter], addresses: [PlannedAddress],
    interfaces: [String: InterfaceIndex]
  ) {
    let global = configuration.global
    let isNeedless = global.garpInterval <= .zero && global.neighborAdvertisementInterval <= .zero
    guard !isNeedless || !configuration.announcementGroups.isEmpty else {
      self = .free
      return
    }
    var groups: [InterfaceIndex: Int] = [:]
    for (number, group) in configuration.announcementGroups.enumerated() {
      for name in group.interfaces { if let index = interfaces[name] { groups[index] = number } }
    }
    var intervals = [Nanoseconds.zero]
    var known: [Shared: Int] = [:]
    func lane(_ address: PlannedAddress) -> Int {
      let family = address.prefix.address.family
      let group = groups[address.lower]
      let interval =
        if let group {
          configuration.announcementGroups[group].interval(family)
        } else {
          family == .ipv4 ? global.garpInterval : global.neighborAdvertisementInterval
        }
      guard interval > .zero else { return 0 }
      let key = group.map { Shared.group($0, family) } ?? .interface(address.lower, family)
      if let lane = known[key] { return lane }
      known[key] = intervals.count
      intervals.append(interval)
      return intervals.count - 1
    }
    let lanes = routers.map { router in router.addresses.map { lane(addresses[$0]) } }
    self.init(intervals: intervals, lanes: lanes)
  }
}
