import Configuration
import ConfigurationModel
import ControlModel
import NetworkTypes
import VRRPCore

extension ConfigurationDifference {
  // MARK: Virtual routers

  /// Identity of a router for the next engine; ``ControlModel/RouterIdentity`` has the interface's number in place of its name.
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
    let before = old.reversedTrackers
    let after = new.reversedTrackers
    let rows = ShownProperty<RouterSubject>.router
    let gone = old.routers.indices.filter { !succession.isSucceeded($0) }
    let goneByName = Dictionary(gone.map { (old.routers[$0].name, $0) }) { first, _ in first }
    var restarted: Set<Int> = []
    var items = new.routers.enumerated().map { position, router in
      func changes(from predecessor: Int) -> [Change] {
        Self.changes(
          rows, RouterSubject(router: old.routers[predecessor], reversed: before),
          RouterSubject(router: router, reversed: after))
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

  // MARK: Items identified by name

  private static func named<Owner>(
    _ keyword: String, _ rows: [ShownProperty<Owner>], _ old: [Owner], _ new: [Owner], name: (Owner) -> String,
    continuity: (Owner, Owner) -> Continuity, remark: (Continuity) -> String? = { _ in nil }
  ) -> [Item] {
    let before = Dictionary(old.map { (name($0), $0) }) { first, _ in first }
    let names = Set(new.map(name))
    var items = new.map { subject in
      var item = Item(keyword: keyword, name: name(subject), fate: .added, changes: [])
      if let known = before[item.name] {
        let continuity = continuity(known, subject)
        item.changes = changes(rows, known, subject)
        item.fate = continuity == .nothing ? .restarted : item.changes.isEmpty ? .untouched : .changed
        item.remark = remark(continuity)
      }
      return item
    }
    items += old.filter { !names.contains(name($0)) }.map {
      Item(keyword: keyword, name: name($0), fate: .removed, changes: [])
    }
    return items
  }

  private static func checkRemark(_ continuity: Continuity) -> String? {
    switch continuity {
    case .nothing: "it has no verdict until its first result"
    case .verdict: "it asks something else now; its verdict holds until new results have come to another"
    case .findings: "a run that is under way ends, and the next one follows soon; what was found so far counts on"
    case .everything: nil
    }
  }

  static func scripts(_ old: Configuration, _ new: Configuration) -> [Item] {
    named(
      "vrrp_script", ShownProperty.script, old.scripts, new.scripts, name: \.name,
      continuity: { $1.continuity(from: $0) }, remark: checkRemark)
  }

  static func probes(_ old: Configuration, _ new: Configuration) -> [Item] {
    named(
      "vrrp_probe", ShownProperty.comparedProbe, old.probes, new.probes, name: \.name,
      continuity: { $1.continuity(from: $0) }, remark: checkRemark)
  }

  static func filesAndProcesses(_ old: Configuration, _ new: Configuration) -> [Item] {
    let files = named(
      "track_file", ShownProperty.file, old.trackedFiles, new.trackedFiles, name: \.name,
      continuity: { $1.continuity(from: $0) },
      remark: { $0 == .verdict ? "its number holds until one has been read at the new place" : nil })
    let processes = named(
      "vrrp_track_process", ShownProperty.process, old.trackedProcesses, new.trackedProcesses, name: \.name,
      continuity: { $1.continuity(from: $0) },
      remark: { $0 == .verdict ? "its verdict holds until what runs of the new processes has lasted long enough" : nil }
    )
    return files + processes
  }

  static func sessions(_ old: Configuration, _ new: Configuration) -> [Item] {
    named(
      "bfd_instance", ShownProperty.session, old.bfdInstances, new.bfdInstances, name: \.name,
      continuity: { $1.continuity(from: $0) },
      remark: { $0 == .nothing ? "the session with the old end is taken down" : nil })
  }

  static func groups(_ old: Configuration, _ new: Configuration) -> [Item] {
    func subjects(_ configuration: Configuration) -> [GroupSubject] {
      let reversed = configuration.reversedTrackers
      return configuration.groups.map { group in
        GroupSubject(
          group: group,
          memberNames: group.members.filter(configuration.routers.indices.contains).map {
            configuration.routers[$0].name
          }, reversed: reversed)
      }
    }
    return named(
      "vrrp_sync_group", ShownProperty.group, subjects(old), subjects(new), name: \.group.name,
      continuity: { _, _ in .everything })
  }
}
