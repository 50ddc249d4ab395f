import Configuration
import ConfigurationModel
import NetworkTypes
import VRRPCore

/// A sync group with the other parts of the configuration that its lines depend on.
struct GroupSubject {
  var group: SyncGroupDefinition
  var memberNames: [String]
  /// Trackers that are reversed by themselves.
  var reversed: Set<TrackerName>
}

extension ShownProperty where Owner == GroupSubject {
  /// The properties of `vrrp_sync_group`.
  static var group: [ShownProperty<GroupSubject>] {
    ShownProperty<SyncGroupDefinition>.group.map { property in
      switch property.name {
      case "group":
        property.of(\GroupSubject.group) { .entries("group", $0.memberNames.map { ShownEntry(name: $0) }) }
      case _ where property.isByKeyword:
        property.of(\GroupSubject.group) { .tracked($0.group.tracked, reversed: $0.reversed) }
      default: property.of(\GroupSubject.group)
      }
    }
  }
}

/// A router with the other parts of the configuration that its lines depend on.
struct RouterSubject {
  var router: VirtualRouterDefinition
  /// Trackers that are reversed by themselves.
  var reversed: Set<TrackerName>
}

extension ShownProperty where Owner == RouterSubject {
  /// The properties of `vrrp_instance`, in the order in which they are shown.
  static var router: [ShownProperty<RouterSubject>] {
    ShownProperty<VirtualRouterDefinition>.instance.map { property in
      property.isByKeyword
        ? property.of(\RouterSubject.router) { .tracked($0.router.tracked, reversed: $0.reversed) }
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

extension Configuration {
  /// Trackers that are reversed by themselves, which decides what has to be written where they are used.
  var reversedTrackers: Set<TrackerName> {
    Set(
      scripts.filter(\.reverse).map { TrackerName(.script, $0.name) }
        + bfdInstances.filter(\.reverse).map { TrackerName(.bfd, $0.name) }
        + trackedFiles.filter(\.reverse).map { TrackerName(.file, $0.name) }
        + trackedProcesses.filter(\.reverse).map { TrackerName(.process, $0.name) }
        + probes.filter(\.reverse).map { TrackerName(.probe, $0.name) })
  }
}

extension ShownValue {
  /// The `track_…` blocks that make up what is tracked, in its order; nothing if there are none.
  static func tracked(_ references: [TrackerReference], reversed: Set<TrackerName>) -> ShownValue {
    var lists: [ShownList] = []
    // What a track_group makes of its routers is said by its own block.
    for reference in references where reference.tracker.kind != .group {
      let entry = ShownEntry(reference, isReversedByItself: reversed.contains(reference.tracker))
      let keyword = reference.tracker.kind.block
      if lists.last?.keyword == keyword {
        lists[lists.count - 1].entries.append(entry)
      } else {
        lists.append(ShownList(keyword: keyword, entries: [entry]))
      }
    }
    return lists.isEmpty ? .nothing : .lists(lists)
  }
}

extension ShownEntry {
  init(_ reference: TrackerReference, isReversedByItself: Bool) {
    self.init(name: reference.tracker.name)
    words += ["weight", .word("\(reference.weight)")]
    if reference.reverse != isReversedByItself { words.append(reference.reverse ? "reverse" : "noreverse") }
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
