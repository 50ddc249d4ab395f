import ConfigurationModel
import ControlModel
import VRRPCore

/// Parts of a served configuration that the prober keeps. Most of a virtual router concerns the engine alone, and there
/// may be thousands of routers.
final class ServedConfiguration {
  /// Parts of a virtual router that notifications need.
  struct Router {
    let name: String
    /// Configured priority.
    let priority: Priority
    @Boxed var notify: NotifyDefinition
  }

  let global: GlobalSettings
  /// Virtual routers, by their position in the engine.
  let routers: [Router]
  let groups: [SyncGroupDefinition]
  /// Positions of the groups of each router that is in any, by its name.
  let groupsOfRouter: [String: [Int]]
  let names: Names
  /// Number of each tracker in the engine.
  let trackers: [TrackerName: TrackerID]

  init(_ configuration: Configuration) {
    global = configuration.global
    groups = configuration.groups
    routers = configuration.routers.map { router in
      var served = Router(name: router.name, priority: router.core.priority)
      served.notify = router.notify
      return served
    }
    var groupsOfRouter: [String: [Int]] = [:]
    for (position, group) in groups.enumerated() {
      for member in group.members where routers.indices.contains(member) {
        groupsOfRouter[routers[member].name, default: []].append(position)
      }
    }
    self.groupsOfRouter = groupsOfRouter
    trackers = configuration.trackerNumbers
    names = Names(configuration, trackers)
  }
}
