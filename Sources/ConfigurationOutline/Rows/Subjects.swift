import Configuration
import ConfigurationModel
import NetworkTypes
import VRRPCore

/// A sync group with the other parts of the configuration that its lines depend on.
struct GroupSubject {
  var group: SyncGroupDefinition
  var memberNames: [String]
  var trackers: TrackerDefaults
}

extension ShownProperty where Owner == GroupSubject {
  /// The properties of `vrrp_sync_group`.
  static var group: [ShownProperty<GroupSubject>] {
    ShownProperty<SyncGroupDefinition>.group.map { property in
      switch property.name {
      case "group":
        property.of(\GroupSubject.group) { .entries("group", $0.memberNames.map { ShownEntry(name: $0) }) }
      case _ where property.isByKeyword:
        property.of(\GroupSubject.group) { .lists(of: $0.trackers.lists($0.group.tracked)) }
      default: property.of(\GroupSubject.group)
      }
    }
  }
}

/// A router with the other parts of the configuration that its lines depend on.
struct RouterSubject {
  var router: VirtualRouterDefinition
  var trackers: TrackerDefaults
}

extension ShownProperty where Owner == RouterSubject {
  /// The properties of `vrrp_instance`, in the order in which they are shown.
  static var router: [ShownProperty<RouterSubject>] {
    ShownProperty<VirtualRouterDefinition>.instance.map { property in
      property.isByKeyword
        ? property.of(\RouterSubject.router) { .lists(of: $0.trackers.lists($0.router.tracked)) }
        : property.of(\RouterSubject.router)
    }
  }
}

extension ShownProperty {
  /// The property, of a type that contains its owner.
  ///
  /// - Parameter value: The value in the containing type, where it differs.
  func of<Whole>(
    _ path: KeyPath<Whole, Owner> & Sendable, value: (@Sendable (Whole) -> ShownValue)? = nil
  ) -> ShownProperty<Whole> {
    let own = self.value
    var property = ShownProperty<Whole>(
      inherited: inherited, following: following, isStrict: isStrict, isByKeyword: isByKeyword,
      isSetByGroup: isSetByGroup, value: value ?? { own($0[keyPath: path]) })
    property.keywords = keywords
    return property
  }
}

extension ShownValue {
  /// Blocks of values; `nothing` if there are none.
  static func lists(of lists: [ShownList]) -> ShownValue { lists.isEmpty ? .nothing : .lists(lists) }
}

/// Weights of trackers in their own blocks, which decide what must be written where they are used.
struct TrackerDefaults {
  private var reversed: [TrackerKind: Set<String>] = [:]

  init(_ configuration: Configuration) {
    reversed[.script] = Set(configuration.scripts.filter(\.reverse).map(\.name))
    reversed[.bfd] = Set(configuration.bfdInstances.filter(\.reverse).map(\.name))
    reversed[.file] = Set(configuration.trackedFiles.filter(\.reverse).map(\.name))
    reversed[.process] = Set(configuration.trackedProcesses.filter(\.reverse).map(\.name))
    reversed[.probe] = Set(configuration.probes.filter(\.reverse).map(\.name))
  }

  /// The `track_…` blocks of references, in the order of the references.
  func lists(_ references: [TrackerReference]) -> [ShownList] {
    var lists: [ShownList] = []
    // The block of a track_group shows its routers.
    for reference in references where reference.kind != .group {
      let isReversed = reversed[reference.kind]?.contains(reference.name) ?? false
      let entry = ShownEntry(tracker: reference, isReversedByItself: isReversed)
      if lists.last?.keyword == reference.kind.block {
        lists[lists.count - 1].entries.append(entry)
      } else {
        lists.append(ShownList(keyword: reference.kind.block, entries: [entry]))
      }
    }
    return lists
  }
}

extension ShownEntry {
  init(tracker: TrackerReference, isReversedByItself: Bool) {
    self.init(name: tracker.name)
    words += ["weight", .word("\(tracker.weight)")]
    if tracker.reverse != isReversedByItself { words.append(tracker.reverse ? "reverse" : "noreverse") }
  }
}

extension ShownProperty where Owner == Configuration {
  /// The properties outside all blocks of which there is one each.
  static var top: [ShownProperty<Configuration>] {
    [
      ShownProperty("net_namespace") { configuration in
        configuration.global.networkNamespace.map { .word("net_namespace", $0) } ?? .nothing
      },
      ShownProperty("static_ipaddress") {
        .entries("static_ipaddress", $0.staticEntries.compactMap(ShownEntry.init(staticAddress:)))
      },
      ShownProperty("static_routes") {
        .entries("static_routes", $0.staticEntries.compactMap(ShownEntry.init(route:)))
      },
      ShownProperty("static_rules") { .entries("static_rules", $0.staticEntries.compactMap(ShownEntry.init(rule:))) },
      ShownProperty("interface_up_down_delays") { configuration in
        .entries(
          "interface_up_down_delays",
          configuration.linkDelays.sorted { $0.key < $1.key }.map { name, delay in
            ShownEntry(
              key: name,
              words: [
                .word(name), .word(DecimalText.text(delay.down, unit: .seconds)),
                .word(DecimalText.text(delay.up, unit: .seconds)),
              ])
          })
      },
    ]
  }

  /// The properties of ``top``, and those that are shown as written.
  static var comparedTop: [ShownProperty<Configuration>] {
    top + [
      ShownProperty("garp_group") {
        .entries(
          "garp_group",
          $0.announcementGroups.map { group in
            let interfaces = group.interfaces.joined(separator: " ")
            return ShownEntry(
              key: interfaces,
              words: [
                .word(interfaces), "garp_interval", .word(DecimalText.text(group.garpInterval, unit: .seconds)),
                "gna_interval", .word(DecimalText.text(group.neighborAdvertisementInterval, unit: .seconds)),
              ])
          })
      }
    ]
  }
}
