import Configuration
import NetworkTypes
import VRRPCore

/// A sync group with what its lines say only together with other parts of the configuration.
struct GroupSubject {
  var group: SyncGroupDefinition
  var memberNames: [String]
  var trackers: TrackerDefaults
}

extension ShownProperty where Owner == GroupSubject {
  /// The properties of `vrrp_sync_group`.
  static var group: [ShownProperty<GroupSubject>] {
    [
      ShownProperty("group") { .entries("group", $0.memberNames.map { ShownEntry(name: $0) }) },
      .tracking { $0.trackers.lists($0.group.tracked) },
    ] + notify(\.group.notify) + [
      ShownProperty("notify_priority_changes", inherited: ["vrrp_notify_priority_changes"]) {
        .boolean("notify_priority_changes", $0.group.notify.priorityChanges)
      }
    ]
  }
}

extension ShownProperty where Owner == GlobalSettings {
  /// The properties of `global_defs` that are no mere defaults for instances.
  static var global: [ShownProperty<GlobalSettings>] {
    [
      ShownProperty("router_id") { $0.routerID.map { .word("router_id", $0) } ?? .none("the name of the host") },
      ShownProperty("vrrp_version") { .word("vrrp_version", $0.version == .v3 ? 3 : 2) },
      ShownProperty("vrrp_mcast_group4") { .word("vrrp_mcast_group4", $0.multicastGroup4) },
      ShownProperty("vrrp_mcast_group6") { .word("vrrp_mcast_group6", $0.multicastGroup6) },
      ShownProperty("vrrp_garp_interval") {
        .length("vrrp_garp_interval", $0.garpInterval, otherwise: "no pause between announcements")
      },
      ShownProperty("vrrp_gna_interval") {
        .length("vrrp_gna_interval", $0.neighborAdvertisementInterval, otherwise: "no pause between announcements")
      },
      ShownProperty("vrrp_startup_delay") {
        .length("vrrp_startup_delay", $0.startupDelay, otherwise: "routers start at once")
      },
      ShownProperty("vrrp_delay_after_boot") {
        .length("vrrp_delay_after_boot", $0.delayAfterBoot, otherwise: "routers start at once")
      },
      ShownProperty("default_interface") { .word("default_interface", $0.defaultInterface) },
      ShownProperty("dynamic_interfaces") { .flag("dynamic_interfaces", $0.allowsMissingInterfaces) },
      ShownProperty("log_unknown_vrids") { .flag("log_unknown_vrids", $0.logUnknownVRIDs) },
      ShownProperty("script_user") {
        $0.scriptUser == nil
          ? .none("scripts run as the user of the service")
          : .line(["script_user"] + ShownValue.words(of: $0.scriptUser))
      },
      ShownProperty("umask") { .word("umask", "0" + String($0.scriptMask, radix: 8)) },
      ShownProperty("enable_script_security") { .flag("enable_script_security", $0.scriptSecurity) },
      ShownProperty("notify_fifo") { .fifo("notify_fifo", $0.notifyFIFO) },
      ShownProperty("notify_fifo_script") { .command("notify_fifo_script", $0.notifyFIFO?.script) },
      ShownProperty("vrrp_notify_fifo") { .fifo("vrrp_notify_fifo", $0.vrrpNotifyFIFO) },
      ShownProperty("vrrp_notify_fifo_script") { .command("vrrp_notify_fifo_script", $0.vrrpNotifyFIFO?.script) },
      ShownProperty("fifo_write_vrrp_states_on_reload") {
        .flag("fifo_write_vrrp_states_on_reload", $0.writesStatesOnReload)
      },
      ShownProperty("startup_script") { .command("startup_script", $0.startupScript?.command) },
      ShownProperty("startup_script_timeout") { .timeout("startup_script_timeout", $0.startupScript) },
      ShownProperty("shutdown_script") { .command("shutdown_script", $0.shutdownScript?.command) },
      ShownProperty("shutdown_script_timeout") { .timeout("shutdown_script_timeout", $0.shutdownScript) },
    ]
  }
}

extension ShownValue {
  /// A length of time, which cannot be written if it is none.
  fileprivate static func length(
    _ keyword: String, _ length: Nanoseconds, otherwise: String
  ) -> ShownValue {
    length == .zero ? .none(otherwise) : .word(keyword, DecimalText.text(length, unit: .seconds))
  }

  fileprivate static func timeout(_ keyword: String, _ script: LifecycleScript?) -> ShownValue {
    script.map { .word(keyword, DecimalText.seconds($0.timeout)) } ?? .nothing
  }

  fileprivate static func fifo(_ keyword: String, _ fifo: NotifyFIFO?) -> ShownValue {
    fifo.map { .line([.word(keyword), .word($0.path)] + words(of: $0.owner)) } ?? .nothing
  }
}

extension ShownProperty where Owner == Configuration {
  /// What stands outside all blocks and has no name, as far as it is one thing of its kind.
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

  /// The same, with what is shown as it is written.
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
