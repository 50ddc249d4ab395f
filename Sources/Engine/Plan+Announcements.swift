import ConfigurationModel
import NetworkTypes

extension AnnouncementLanes {
  /// Announcements that share a lane.
  private enum Shared: Hashable {
    /// Announcements on the interfaces of a `garp_group`, by its position.
    case group(Int, AddressFamily)
    /// Announcements on one interface, which follow `vrrp_garp_interval` and `vrrp_gna_interval`.
    case interface(InterfaceIndex, AddressFamily)
  }

  /// Lanes of a configuration. Addresses with a virtual MAC address count as those of the interface below, whose switch
  /// the intervals protect.
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
