import Configuration
import ControlModel
import NetworkTypes
import VRRPCore

extension ConfigurationDifference {
  // MARK: Virtual routers

  /// What the next engine knows a router by; ``ControlModel/RouterIdentity`` has the interface's number in place of its name.
  private struct Identity: Hashable {
    var interface: String
    var family: AddressFamily
    var virtualRouterID: VirtualRouterID
    var name: String

    init(_ router: VirtualRouterDefinition) {
      interface = router.interface
      family = router.family
      virtualRouterID = router.core.virtualRouterID
      name = RouterRecord.kept(router.name)
    }

    var nameless: Identity {
      var identity = self
      identity.name = ""
      return identity
    }
  }

  static func routers(_ old: Configuration, _ new: Configuration) -> [Item] {
    let succession = RouterSuccession(
      from: old.routers.map(Identity.init), to: new.routers.map(Identity.init), nameless: \.nameless)
    let before = TrackerDefaults(old)
    let after = TrackerDefaults(new)
    let rows = ShownProperty<RouterSubject>.router
    let gone = old.routers.indices.filter { !succession.isSucceeded($0) }
    let goneByName = Dictionary(gone.map { (old.routers[$0].name, $0) }) { first, _ in first }
    var restarted: Set<Int> = []
    var items = new.routers.enumerated().map { position, router in
      func changes(from predecessor: Int) -> [Change] {
        Self.changes(
          rows, RouterSubject(router: old.routers[predecessor], trackers: before),
          RouterSubject(router: router, trackers: after))
      }
      var item = Item(keyword: "vrrp_instance", name: router.name, fate: .added, changes: [])
      if let predecessor = succession.predecessors[position] {
        item.changes = renaming(old.routers[predecessor].name, router.name) + changes(from: predecessor)
        item.fate = item.changes.isEmpty ? .untouched : .changed
      } else if let predecessor = goneByName[router.name] {
        restarted.insert(predecessor)
        item.fate = .restarted
        item.changes = changes(from: predecessor)
      }
      return item
    }
    items += gone.filter { !restarted.contains($0) }.map {
      Item(keyword: "vrrp_instance", name: old.routers[$0].name, fate: .removed, changes: [])
    }
    return items
  }

  private static func renaming(_ old: String, _ new: String) -> [Change] {
    old == new
      ? []
      : [.line(property: "vrrp_instance", from: ["vrrp_instance", .word(old)], to: ["vrrp_instance", .word(new)])]
  }

  // MARK: Things that are known by their names

  private static func named<Owner>(
    _ keyword: String, _ rows: [ShownProperty<Owner>], _ old: [Owner], _ new: [Owner], name: (Owner) -> String,
    goesOn: (Owner, Owner) -> Bool, remark: (Item) -> String?
  ) -> [Item] {
    let before = Dictionary(old.map { (name($0), $0) }) { first, _ in first }
    let names = Set(new.map(name))
    var items = new.map { subject in
      var item = Item(keyword: keyword, name: name(subject), fate: .added, changes: [])
      if let known = before[item.name] {
        item.changes = changes(rows, known, subject)
        item.fate = !goesOn(known, subject) ? .restarted : item.changes.isEmpty ? .untouched : .changed
      }
      item.remark = remark(item)
      return item
    }
    items += old.filter { !names.contains(name($0)) }.map {
      Item(keyword: keyword, name: name($0), fate: .removed, changes: [])
    }
    return items
  }

  private static func checkRemark(_ item: Item) -> String? {
    switch item.fate {
    case .changed: "it is made again soon, and keeps its verdict until then"
    case .restarted: "it has no verdict until its first result"
    case .added, .removed, .untouched: nil
    }
  }

  /// The prober's part: it goes on with a check of which nothing has changed, and starts any other.
  static func scripts(_ old: Configuration, _ new: Configuration) -> [Item] {
    named(
      "vrrp_script", ShownProperty.script, old.scripts, new.scripts, name: \.name,
      goesOn: { $0.command == $1.command }, remark: checkRemark)
  }

  static func probes(_ old: Configuration, _ new: Configuration) -> [Item] {
    named(
      "vrrp_probe", ShownProperty.comparedProbe, old.probes, new.probes, name: \.name,
      goesOn: { $0.question == $1.question }, remark: checkRemark)
  }

  static func filesAndProcesses(_ old: Configuration, _ new: Configuration) -> [Item] {
    let files = named(
      "track_file", ShownProperty.file, old.trackedFiles, new.trackedFiles, name: \.name,
      goesOn: { $0.path == $1.path }, remark: { _ in nil })
    let processes = named(
      "vrrp_track_process", ShownProperty.process, old.trackedProcesses, new.trackedProcesses, name: \.name,
      goesOn: { before, after in
        before.command == after.command && before.parameters == after.parameters
          && before.parameterMatch == after.parameterMatch && before.usesCommandLine == after.usesCommandLine
      }, remark: { _ in nil })
    return files + processes
  }

  static func sessions(_ old: Configuration, _ new: Configuration) -> [Item] {
    named("bfd_instance", ShownProperty.session, old.bfdInstances, new.bfdInstances, name: \.name) { before, after in
      before.neighbor == after.neighbor && before.source == after.source && before.isMultihop == after.isMultihop
    } remark: { item in
      item.fate == .restarted ? "the session with the old end is taken down" : nil
    }
  }

  static func groups(_ old: Configuration, _ new: Configuration) -> [Item] {
    func subjects(_ configuration: Configuration) -> [GroupSubject] {
      let trackers = TrackerDefaults(configuration)
      return configuration.groups.map { group in
        GroupSubject(
          group: group,
          memberNames: group.members.filter(configuration.routers.indices.contains).map {
            configuration.routers[$0].name
          }, trackers: trackers)
      }
    }
    return named("vrrp_sync_group", ShownProperty.group, subjects(old), subjects(new), name: \.group.name) { _, _ in
      true
    } remark: { _ in
      nil
    }
  }
}
