import Configuration
import NetworkTypes
import VRRPCore

/// A sync group with what its lines say only together with other parts of the configuration.
struct GroupSubject {
  var group: SyncGroupDefinition
  var memberNames: [String]
  var trackers: TrackerDefaults
}

extension OutlineRow where Subject == GroupSubject {
  /// The properties of `vrrp_sync_group`.
  static var group: [OutlineRow<GroupSubject>] {
    [
      OutlineRow("group") { .entries("group", $0.memberNames.map { OutlineEntry(name: $0) }) },
      .tracking { $0.trackers.lists($0.group.tracked) },
    ] + notify(\.group.notify) + [
      OutlineRow("notify_priority_changes", inherited: ["vrrp_notify_priority_changes"]) {
        .boolean("notify_priority_changes", $0.group.notify.priorityChanges)
      }
    ]
  }
}

extension OutlineRow where Subject == ScriptCheckDefinition {
  /// The properties of `vrrp_script`.
  static var script: [OutlineRow<ScriptCheckDefinition>] {
    [
      OutlineRow("script") { .line(["script", .command($0.command.text)]) },
      OutlineRow("interval") { .word("interval", Decimal.text($0.interval, unit: .seconds)) },
      OutlineRow("timeout", following: "interval") { .word("timeout", Decimal.text($0.timeout, unit: .seconds)) },
      OutlineRow("weight") { .weight($0.weight, $0.reverse) },
      OutlineRow("rise") { .word("rise", $0.rise) },
      OutlineRow("fall") { .word("fall", $0.fall) },
      OutlineRow("user", inherited: ["script_user"]) {
        $0.command.user == nil
          ? .none("runs as script_user says") : .line(["user"] + OutlineContent.words(of: $0.command.user))
      },
      OutlineRow("init_fail") { .flag("init_fail", $0.initiallyFailed) },
      OutlineRow("sandbox") {
        switch $0.sandbox {
        case .off: .nothing
        case .closed: .line(["sandbox", "on"])
        case .withNetwork: .line(["sandbox", "network"])
        }
      },
      OutlineRow("damp") { .damping($0.steadiness) },
      OutlineRow("verdict_expiry") { .expiry($0.steadiness) },
    ]
  }
}

extension OutlineRow where Subject == BFDInstanceDefinition {
  /// The properties of `bfd_instance`.
  static var session: [OutlineRow<BFDInstanceDefinition>] {
    [
      OutlineRow("neighbor_ip", "neighbour_ip") { .word("neighbor_ip", $0.neighbor) },
      OutlineRow("source_ip") { session in
        session.source.map { .word("source_ip", $0) } ?? .none("packets leave from the address that the kernel chooses")
      },
      OutlineRow("min_tx") { .word("min_tx", Decimal.milliseconds($0.session.desiredMinTx)) },
      OutlineRow("min_rx") { .word("min_rx", Decimal.milliseconds($0.session.requiredMinRx)) },
      OutlineRow("idle_tx", following: "min_tx") { .word("idle_tx", Decimal.milliseconds($0.session.idleTx)) },
      OutlineRow("multiplier") { .word("multiplier", $0.session.multiplier) },
      OutlineRow("passive") { .flag("passive", $0.session.isPassive) },
      OutlineRow("ttl", "hoplimit") { .word($0.neighbor.family == .ipv4 ? "ttl" : "hoplimit", $0.hopLimit) },
      OutlineRow("max_hops") { .word("max_hops", Int($0.hopLimit) - Int($0.leastHopLimit)) },
      OutlineRow("multihop") { .boolean("multihop", $0.isMultihop) },
      OutlineRow("weight") { .weight($0.weight, $0.reverse) },
    ]
  }
}

extension OutlineRow where Subject == GlobalSettings {
  /// The properties of `global_defs` that are no mere defaults for instances.
  static var global: [OutlineRow<GlobalSettings>] {
    [
      OutlineRow("router_id") { $0.routerID.map { .word("router_id", $0) } ?? .none("the name of the host") },
      OutlineRow("vrrp_version") { .word("vrrp_version", $0.version == .v3 ? 3 : 2) },
      OutlineRow("vrrp_mcast_group4") { .word("vrrp_mcast_group4", $0.multicastGroup4) },
      OutlineRow("vrrp_mcast_group6") { .word("vrrp_mcast_group6", $0.multicastGroup6) },
      OutlineRow("vrrp_garp_interval") {
        .length("vrrp_garp_interval", $0.garpInterval, otherwise: "no pause between announcements")
      },
      OutlineRow("vrrp_gna_interval") {
        .length("vrrp_gna_interval", $0.neighborAdvertisementInterval, otherwise: "no pause between announcements")
      },
      OutlineRow("vrrp_startup_delay") {
        .length("vrrp_startup_delay", $0.startupDelay, otherwise: "routers start at once")
      },
      OutlineRow("vrrp_delay_after_boot") {
        .length("vrrp_delay_after_boot", $0.delayAfterBoot, otherwise: "routers start at once")
      },
      OutlineRow("default_interface") { .word("default_interface", $0.defaultInterface) },
      OutlineRow("dynamic_interfaces") { .flag("dynamic_interfaces", $0.allowsMissingInterfaces) },
      OutlineRow("log_unknown_vrids") { .flag("log_unknown_vrids", $0.logUnknownVRIDs) },
      OutlineRow("script_user") {
        $0.scriptUser == nil
          ? .none("scripts run as the user of the service")
          : .line(["script_user"] + OutlineContent.words(of: $0.scriptUser))
      },
      OutlineRow("umask") { .word("umask", "0" + String($0.scriptMask, radix: 8)) },
      OutlineRow("enable_script_security") { .flag("enable_script_security", $0.scriptSecurity) },
      OutlineRow("notify_fifo") { .fifo("notify_fifo", $0.notifyFIFO) },
      OutlineRow("notify_fifo_script") { .command("notify_fifo_script", $0.notifyFIFO?.script) },
      OutlineRow("vrrp_notify_fifo") { .fifo("vrrp_notify_fifo", $0.vrrpNotifyFIFO) },
      OutlineRow("vrrp_notify_fifo_script") { .command("vrrp_notify_fifo_script", $0.vrrpNotifyFIFO?.script) },
      OutlineRow("fifo_write_vrrp_states_on_reload") {
        .flag("fifo_write_vrrp_states_on_reload", $0.writesStatesOnReload)
      },
      OutlineRow("startup_script") { .command("startup_script", $0.startupScript?.command) },
      OutlineRow("startup_script_timeout") { .timeout("startup_script_timeout", $0.startupScript) },
      OutlineRow("shutdown_script") { .command("shutdown_script", $0.shutdownScript?.command) },
      OutlineRow("shutdown_script_timeout") { .timeout("shutdown_script_timeout", $0.shutdownScript) },
    ]
  }
}

extension OutlineContent {
  /// A length of time, which cannot be written if it is none.
  fileprivate static func length(
    _ keyword: String, _ length: Nanoseconds, otherwise: String
  ) -> OutlineContent {
    length == .zero ? .none(otherwise) : .word(keyword, Decimal.text(length, unit: .seconds))
  }

  fileprivate static func timeout(_ keyword: String, _ script: LifecycleScript?) -> OutlineContent {
    script.map { .word(keyword, Decimal.seconds($0.timeout)) } ?? .nothing
  }

  fileprivate static func fifo(_ keyword: String, _ fifo: NotifyFIFO?) -> OutlineContent {
    fifo.map { .line([.word(keyword), .word($0.path)] + words(of: $0.owner)) } ?? .nothing
  }
}

extension OutlineRow where Subject == Configuration {
  /// What stands outside all blocks and has no name, as far as it is one thing of its kind.
  static var top: [OutlineRow<Configuration>] {
    [
      OutlineRow("net_namespace") { configuration in
        configuration.global.networkNamespace.map { .word("net_namespace", $0) } ?? .nothing
      },
      OutlineRow("static_ipaddress") {
        .entries("static_ipaddress", $0.staticEntries.compactMap(OutlineEntry.init(staticAddress:)))
      },
      OutlineRow("static_routes") { .entries("static_routes", $0.staticEntries.compactMap(OutlineEntry.init(route:))) },
      OutlineRow("static_rules") { .entries("static_rules", $0.staticEntries.compactMap(OutlineEntry.init(rule:))) },
      OutlineRow("interface_up_down_delays") { configuration in
        .entries(
          "interface_up_down_delays",
          configuration.linkDelays.sorted { $0.key < $1.key }.map { name, delay in
            OutlineEntry(
              key: name,
              words: [
                .word(name), .word(Decimal.text(delay.down, unit: .seconds)),
                .word(Decimal.text(delay.up, unit: .seconds)),
              ])
          })
      },
    ]
  }

  /// The same, with what is shown as it is written.
  static var comparedTop: [OutlineRow<Configuration>] {
    top + [
      OutlineRow("garp_group") {
        .entries(
          "garp_group",
          $0.announcementGroups.map { group in
            let interfaces = group.interfaces.joined(separator: " ")
            return OutlineEntry(
              key: interfaces,
              words: [
                .word(interfaces), "garp_interval", .word(Decimal.text(group.garpInterval, unit: .seconds)),
                "gna_interval", .word(Decimal.text(group.neighborAdvertisementInterval, unit: .seconds)),
              ])
          })
      }
    ]
  }
}
