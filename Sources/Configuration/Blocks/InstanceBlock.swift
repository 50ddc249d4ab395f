import ConfigurationModel
import ConfigurationSyntax
import NetworkTypes
import VRRPCore

/// Made once: it takes a millisecond.
private let instanceBlock = Block<VirtualRouterDefinition>.makeInstance()

extension Block<VirtualRouterDefinition> {
  private typealias Shared = Schema.Shared

  /// `vrrp_instance`.
  static var instance: Block { instanceBlock }

  fileprivate static func makeInstance() -> Block {
    Block("vrrp_instance") {
      identity
      elections
      links
      adverts
      announcements
      addresses
      Setting.tracking(changing: "the priority", in: \.notes.tracked)
      notifications
      withoutEffect
    }
  }

  @Settings<Model>
  private static var identity: [Setting<Model>] {
    Setting.state
    Setting(
      Keyword(
        "interface", "Names the interface on which adverts are sent and heard, and which carries the addresses",
        .interface, default: "for unicast that with unicast_src_ip", .acts),
      shown: ShownProperty("interface") { router in
        router.interface.isEmpty
          ? .none(router.interfaceText) : .word("interface", router.interface)
      }
    ) { $2.readInterface($1, into: &$0) }
    Setting.virtualRouterID
    Setting.version
    Setting(
      Keyword(
        "native_ipv6", "Makes it an IPv6 instance, which speaks version 3", .flag,
        instead: "nothing; the family follows the addresses", .acts),
      // With addresses, these decide the family.
      shown: ShownProperty("native_ipv6") { .flag("native_ipv6", $0.family == .ipv6 && $0.addresses.isEmpty) }
    ) { block, statement, lowering in
      lowering.setFamily(.ipv6, at: statement.span, in: &block, by: "native_ipv6") ? statement.span : nil
    }
    Setting.priority
    Setting.interval
    Setting.authentication
    Setting.trailer
  }

  @Settings<Model>
  private static var elections: [Setting<Model>] {
    Setting.preempt
    Setting(
      "preempt_delay", "Sets how long a master of lower priority must be heard before this host takes over from it",
      .seconds(0...1_000_000_000), \.core.preemptDelay, bad: .decisive())
    Setting.successor
    Setting(
      "down_timer_adverts", Shared.downTimer, .integer(1...100, unit: .adverts), \.core.downTimerAdverts,
      inherits: InheritedFrom("vrrp_down_timer_adverts"), bad: .decisive()
    ).strict
    Setting(
      "lower_prio_no_advert", Shared.lowerNoAdvert, .boolean, \.core.lowerPriorityNoAdvert,
      inherits: InheritedFrom("vrrp_lower_prio_no_advert", default: "false"), strict: "true in strict mode")
    Setting(
      "higher_prio_send_advert", Shared.higherSendAdvert, .boolean, \.core.higherPrioritySendAdvert,
      inherits: InheritedFrom("vrrp_higher_prio_send_advert", default: "false")
    ).strict
    Setting(
      "owner_ignore_adverts", Shared.ownerIgnoresAdverts, .boolean, \.core.ownerIgnoresAdverts,
      inherits: InheritedFrom("vrrp_owner_ignore_adverts", default: "false"), since: "2.3.3"
    ).default("vrrp_owner_ignore_adverts (true if strict)")
    Setting(
      Keyword("strict_mode", Shared.strictMode, .boolean, default: "vrrp_strict", .acts)
    ) { block, statement, lowering in
      guard let value = lowering.boolean(statement) else { return nil }
      block.notes.isStrict = value
      return statement.span
    }
  }

  @Settings<Model>
  private static var links: [Setting<Model>] {
    Setting.virtualMAC
    Setting.mark(
      Keyword(
        "vmac_xmit_base", "Sends adverts from the interface below use_vmac's, with that one's own MAC address", .flag,
        .acts),
      shown: ShownProperty("vmac_xmit_base") {
        .flag("vmac_xmit_base", $0.virtualMAC?.sendsAdvertsBelow == true)
      })
    Setting.mark(
      Keyword(
        "use_vmac_addr",
        "Gives addresses on other interfaces, or of the other family, a virtual MAC address too", .flag, .acts))
    Setting(
      Keyword(
        "heartbeat_interface",
        "Sends and hears adverts on further interfaces, so that one cut link makes no second master", .values,
        arguments: "IFNAME", since: Keyword.own, .acts),
      shown: ShownProperty("heartbeat_interface") {
        .entries("heartbeat_interface", $0.heartbeatInterfaces.map { ShownEntry(name: $0) })
      }
    ) { $2.readHeartbeats($1, into: &$0) }
    Setting(
      "dont_track_primary", "Ignores faults of the instance's own interface, which otherwise mean FAULT", .flag,
      \.ignoresInterfaceFaults)
    Setting(
      "promote_secondaries",
      "Keeps the other addresses of a network on the interface when the first one is removed", .flag,
      \.promotesSecondaries)
    Setting.accept
  }

  @Settings<Model>
  private static var adverts: [Setting<Model>] {
    Setting.source
    Setting(
      Keyword(
        "mcast_dst_ip", "Sets the multicast group that adverts are sent to", .address, default: "vrrp_mcast_group4/6",
        .acts),
      shown: ShownProperty("mcast_dst_ip", inherited: ["vrrp_mcast_group4", "vrrp_mcast_group6"]) { router in
        // Any group may stand in global_defs, but in an instance an IPv6 one must be of the link.
        let fits = router.multicastGroup.family == .ipv4 || router.multicastGroup.byte(at: 1) & 0xF == 2
        return router.isUnicast || !fits ? .nothing : .word("mcast_dst_ip", router.multicastGroup)
      }
    ) { $2.readMulticastGroup($1, into: &$0) }
    Setting(
      Keyword(
        "unicast_peer", "Lists the other hosts; adverts are sent to each of them instead of a multicast group",
        .values, arguments: "IP [min_ttl N] [max_ttl N]", .acts),
      shown: ShownProperty("unicast_peer") { .entries("unicast_peer", $0.unicastPeers.map(ShownEntry.init(peer:))) }
    ) { $2.readPeers($1, into: &$0) }
    Setting(
      "unicast_fault_no_peer",
      "Keeps the instance in FAULT while it has no unicast peer, instead of sending by multicast", .flag,
      \.faultsWithoutPeers)
    Setting(
      Keyword("check_unicast_src", Shared.checkUnicastSource, .boolean, default: "vrrp_check_unicast_src", .acts),
      shown: ShownProperty("check_unicast_src") {
        $0.isUnicast ? .boolean("check_unicast_src", $0.checksUnicastSource) : .nothing
      }
    ) { block, statement, lowering in
      block.notes.unicastKeyword = statement.span
      block.checksUnicastSource = lowering.readCheckOfSource(statement).value
      return statement.span
    }.inheriting("vrrp_check_unicast_src", path: \.checksUnicastSource)
    Setting(
      "unicast_ttl", "Sets the TTL or hop limit of unicast adverts", .integer(0...255), \.unicastTTL,
      default: "255 for IPv4, kernel for IPv6"
    ).shown { $0.isUnicast ? .word("unicast_ttl", $0.unicastTTL) : .nothing }
    Setting(
      "v3_checksum_as_v2", Shared.checksum, .boolean, \.checksumWithoutPseudoHeader,
      default: "global v3_checksum_as_v2", since: "2.2.8"
    ).shown { router in
      let mayLeaveOut = router.core.version == .v3 && router.family == .ipv4
      return mayLeaveOut ? .boolean("v3_checksum_as_v2", router.checksumWithoutPseudoHeader) : .nothing
    }.inheriting("v3_checksum_as_v2", path: \.checksumWithoutPseudoHeader)
    Setting.oldChecksum
    Setting.skipCheck
  }

  @Settings<Model>
  private static var announcements: [Setting<Model>] {
    let seconds = 0...4294
    Setting(
      "garp_master_delay", Shared.garpDelay, .wholeSeconds(seconds), \.core.announcements.secondSetDelay,
      inherits: InheritedFrom("vrrp_garp_master_delay", others: "vrrp_min_garp"))
    Setting(
      "garp_master_repeat", Shared.garpRepeat, .atLeastOne(4_294_967_295), \.core.announcements.repeats,
      inherits: InheritedFrom("vrrp_garp_master_repeat", others: "vrrp_min_garp"))
    Setting(
      "garp_master_refresh", Shared.garpRefresh, .wholeSeconds(0...4_294_967_295), \.core.announcements.refreshInterval,
      inherits: InheritedFrom("vrrp_garp_master_refresh", default: "0 (off)", others: "vrrp_garp_extra_if")
    ).shownFollowing("garp_extra_if")
    Setting(
      "garp_master_refresh_repeat", Shared.garpRefreshRepeat, .atLeastOne(4_294_967_295),
      \.core.announcements.refreshRepeats, inherits: InheritedFrom("vrrp_garp_master_refresh_repeat"))
    Setting(
      "garp_lower_prio_delay", Shared.garpLowerDelay, .wholeSeconds(seconds), \.core.announcements.lowerPriorityDelay,
      inherits: InheritedFrom(
        "vrrp_garp_lower_prio_delay", default: "vrrp_garp_master_delay", others: "vrrp_garp_master_delay",
        "vrrp_min_garp"), strict: "0 in strict mode")
    Setting(
      "garp_lower_prio_repeat", Shared.garpLowerRepeat, .integer(0...2_147_483_647),
      \.core.announcements.lowerPriorityRepeats,
      inherits: InheritedFrom(
        "vrrp_garp_lower_prio_repeat", default: "vrrp_garp_master_repeat", others: "vrrp_garp_master_repeat",
        "vrrp_min_garp"), strict: "0 in strict mode")
    Setting.extraRefresh
  }

  @Settings<Model>
  private static var addresses: [Setting<Model>] {
    Setting(
      Keyword(
        "virtual_ipaddress", "Lists the virtual addresses: the master has them and names them in its adverts", .values,
        arguments: "ADDRESS-LINE", .acts),
      shown: ShownProperty("virtual_ipaddress") {
        .entries("virtual_ipaddress", $0.addresses.map(ShownEntry.init(address:)))
      }
    ) { $2.readAddresses($1, into: &$0, excluded: false) }
    Setting(
      Keyword(
        "virtual_ipaddress_excluded",
        "Lists further virtual addresses, which the master has too but does not name in its adverts", .values,
        arguments: "ADDRESS-LINE", .acts),
      // Addresses beyond what an advert holds move there.
      shown: ShownProperty("virtual_ipaddress_excluded", "virtual_ipaddress") {
        .entries("virtual_ipaddress_excluded", $0.excludedAddresses.map(ShownEntry.init(address:)))
      }
    ) { $2.readAddresses($1, into: &$0, excluded: true) }
    Setting(
      Keyword(
        "virtual_routes", "Lists routes that the host has while it is master", .values, arguments: "ROUTE-LINE",
        .acts),
      shown: ShownProperty("virtual_routes") {
        .entries("virtual_routes", $0.entries.compactMap(ShownEntry.init(route:)))
      }
    ) { block, statement, lowering in
      block.entries += lowering.routes(statement)
      return statement.span
    }
    Setting(
      Keyword(
        "virtual_rules", "Lists routing rules that the host has while it is master", .values, arguments: "RULE-LINE",
        .acts),
      shown: ShownProperty("virtual_rules") { .entries("virtual_rules", $0.entries.compactMap(ShownEntry.init(rule:))) }
    ) { block, statement, lowering in
      block.entries += lowering.rules(statement)
      return statement.span
    }
    Setting.mark(
      Keyword(
        "no_virtual_ipaddress", "Allows an instance without virtual_ipaddress", .flag, since: "2.2.8", .acts))
  }

  @Settings<Model>
  private static var notifications: [Setting<Model>] {
    Setting.command("notify_master", "Runs a script when the instance becomes master", \.notify.master)
    Setting.command("notify_backup", "Runs a script when the instance becomes backup", \.notify.backup)
    Setting.command("notify_fault", "Runs a script when the instance goes to FAULT", \.notify.fault)
    Setting.command("notify_stop", "Runs a script for the instance when the service stops", \.notify.stop)
    Setting.command(
      "notify", "Runs a script at each change of state, with INSTANCE, name, new state and priority as arguments",
      \.notify.any)
    Setting.deletion
    Setting.command(
      "notify_master_rx_lower_pri", "Runs a script when this host is master and hears a master of lower priority",
      \.notify.masterHeardLowerPriority)
    Setting(
      "notify_priority_changes", Shared.priorityChanges, .boolean, \.notify.priorityChanges,
      inherits: InheritedFrom("vrrp_notify_priority_changes", default: "false")
    )
    .default("sync group's, then vrrp_notify_priority_changes").setByGroup
  }

  @Settings<Model>
  private static var withoutEffect: [Setting<Model>] {
    Setting(
      Keyword(
        "vrf", "Binds the sockets of a unicast instance without interface to a VRF", .interface,
        .accepted(.boundToInterface))
    ) { $2.readRoutingDomain($1, into: &$0) }
    Setting(
      Keyword(
        "use_ipvlan", "Puts the addresses on an ipvlan interface, which has the MAC address of the interface below",
        .optionalWords, arguments: "[[name] IFNAME] [IP] [bridge/private/vepa] [group ID]", default: "bridge",
        .lacks(.ipvlan))
    ) { $2.readIPVLAN($1, into: &$0) }
    Setting(
      Keyword(
        "track_src_ip", "Goes to FAULT when the configured source address is removed", .flag, .accepted(.always)))
    Setting(
      Keyword(
        "linkbeat_use_polling",
        "Polls the link state of the instance's interface instead of waiting for the kernel to report changes", .flag,
        instead: "linkbeat_interfaces", .accepted(.kernelLinks)))
    Setting(
      Keyword(
        "debug", "Sets a level of debug output, which keepalived reads and does not use", .integer(0, 4), default: "0",
        .accepted(.debugging)))
    Setting(
      Keyword(
        "smtp_alert", "Sends mail when the instance changes its state", .boolean,
        default: "smtp_alert_vrrp, then smtp_alert, then false", .lacks(.mail)))
    Setting(
      Keyword(
        "lvs_sync_daemon_interface", "Names the interface over which LVS copies its connections to the other hosts",
        .interface, instead: "global lvs_sync_daemon", .notManaged))
    Setting(
      Keyword(
        "kernel_rx_buf_size", "Sets the size of the receive buffer of the instance's sockets",
        .integer(0, 4_294_967_295), default: "system", unit: .bytes, .accepted(.buffers)))
  }
}

extension ShownProperty where Owner == VirtualRouterDefinition {
  /// The properties of `vrrp_instance`.
  package static var instance: [ShownProperty<Owner>] { Block.instance.properties }
}
