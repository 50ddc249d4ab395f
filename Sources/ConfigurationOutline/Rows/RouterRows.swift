import Configuration
import NetworkTypes
import VRRPCore

/// A router with what its lines say only together with other parts of the configuration.
struct RouterSubject {
  var router: VirtualRouterDefinition
  var trackers: TrackerDefaults

  var core: VirtualRouterConfiguration { router.core }
  var isUnicast: Bool { router.isUnicast }
}

extension OutlineRow where Subject == RouterSubject {
  /// The properties of `vrrp_instance`, in the order in which they are shown.
  static var router: [OutlineRow<RouterSubject>] {
    identity + elections + links + adverts + announcements + addresses + tracking + notify(\.router.notify)
      + routerNotify
  }

  private static var identity: [OutlineRow<RouterSubject>] {
    [
      OutlineRow("state", following: "priority") {
        .word("state", $0.router.initialState == .master ? "MASTER" : "BACKUP")
      },
      OutlineRow("interface") { .word("interface", $0.router.interface) },
      OutlineRow("virtual_router_id") { .word("virtual_router_id", $0.core.virtualRouterID.rawValue) },
      OutlineRow("version", inherited: ["vrrp_version"]) { .word("version", $0.core.version == .v3 ? 3 : 2) },
      // Elsewhere the addresses say so.
      OutlineRow("native_ipv6") { .flag("native_ipv6", $0.router.family == .ipv6 && $0.router.addresses.isEmpty) },
      OutlineRow("priority", following: "state") { .word("priority", $0.core.priority.rawValue) },
      OutlineRow("advert_int") { .word("advert_int", Decimal.text($0.core.interval.nanoseconds, unit: .seconds)) },
      OutlineRow("authentication") { .entries("authentication", authentication($0.router.authentication)) },
      OutlineRow("auth_hmac") { .entries("auth_hmac", trailer($0.router.authentication)) },
    ]
  }

  private static func authentication(_ definition: AuthenticationDefinition?) -> [OutlineEntry] {
    func entries(_ type: String, _ secret: [UInt8]) -> [OutlineEntry] {
      [
        OutlineEntry(key: "auth_type", words: ["auth_type", .word(type)]),
        OutlineEntry(key: "auth_pass", words: ["auth_pass", .secret(OutlineWord.Secret(secret))]),
      ]
    }
    return switch definition {
    case .password(let password): entries("PASS", password)
    case .header(let key): entries("AH", key)
    case .trailer, nil: []
    }
  }

  private static func trailer(_ definition: AuthenticationDefinition?) -> [OutlineEntry] {
    guard case .trailer(let trailer) = definition else { return [] }
    func line(_ keyword: String, _ value: some CustomStringConvertible) -> OutlineEntry {
      OutlineEntry(key: keyword, words: [.word(keyword), .word("\(value)")])
    }
    let keys = ([trailer.activeKey] + trailer.otherKeys).map { key in
      OutlineEntry(
        key: "key \(key.id)",
        words: ["key", .word("\(key.id)"), .secret(OutlineWord.Secret(key.bytes, isLong: true))])
    }
    let window = trailer.window.map { [line("anti_replay", "time"), line("time_window", $0)] }
    let mode =
      switch trailer.mode {
      case .enforce: "enforce"
      case .permissive: "permissive"
      case .receiveOnly: "receive-only"
      }
    return keys + [line("active_key", trailer.activeKey.id)] + (window ?? [line("anti_replay", "monotonic")])
      + [line("mode", mode)]
  }

  private static var elections: [OutlineRow<RouterSubject>] {
    [
      OutlineRow("preempt", "nopreempt") { .line([$0.core.preempt ? "preempt" : "nopreempt"]) },
      OutlineRow("preempt_delay") { .word("preempt_delay", Decimal.text($0.core.preemptDelay, unit: .seconds)) },
      OutlineRow("timer_expired_backup", "thread_timer_expired") { subject in
        subject.core.successorPriority.map { .word("timer_expired_backup", $0.rawValue) } ?? .nothing
      },
      OutlineRow("down_timer_adverts", inherited: ["vrrp_down_timer_adverts"], isStrict: true) {
        .word("down_timer_adverts", $0.core.downTimerAdverts)
      },
      OutlineRow("lower_prio_no_advert", inherited: ["vrrp_lower_prio_no_advert"], isStrict: true) {
        .boolean("lower_prio_no_advert", $0.core.lowerPriorityNoAdvert)
      },
      OutlineRow("higher_prio_send_advert", inherited: ["vrrp_higher_prio_send_advert"], isStrict: true) {
        .boolean("higher_prio_send_advert", $0.core.higherPrioritySendAdvert)
      },
      OutlineRow("owner_ignore_adverts", inherited: ["vrrp_owner_ignore_adverts"]) {
        .boolean("owner_ignore_adverts", $0.core.ownerIgnoresAdverts)
      },
    ]
  }

  private static var links: [OutlineRow<RouterSubject>] {
    [
      OutlineRow("use_vmac") { .virtualMAC($0.router) },
      OutlineRow("vmac_xmit_base") { .flag("vmac_xmit_base", $0.router.virtualMAC?.sendsAdvertsBelow == true) },
      OutlineRow("heartbeat_interface") {
        .entries("heartbeat_interface", $0.router.heartbeatInterfaces.map { OutlineEntry(name: $0) })
      },
      OutlineRow("dont_track_primary") { .flag("dont_track_primary", $0.router.ignoresInterfaceFaults) },
      OutlineRow("promote_secondaries") { .flag("promote_secondaries", $0.router.promotesSecondaries) },
      OutlineRow("accept", "no_accept", isStrict: true) { .line([$0.router.accepts ? "accept" : "no_accept"]) },
    ]
  }

  private static var adverts: [OutlineRow<RouterSubject>] {
    [
      OutlineRow("mcast_src_ip", "unicast_src_ip") { subject in
        guard let source = subject.router.sourceAddress else {
          return .none("adverts leave from the first address of \(subject.router.interface)")
        }
        return .word(subject.isUnicast ? "unicast_src_ip" : "mcast_src_ip", source)
      },
      OutlineRow("mcast_dst_ip", inherited: ["vrrp_mcast_group4", "vrrp_mcast_group6"]) { subject in
        let group = subject.router.multicastGroup
        // Any group may stand in global_defs, but in an instance an IPv6 one must be of the link.
        let fits = group.family == .ipv4 || group.byte(at: 1) & 0xF == 2
        return subject.isUnicast || !fits ? .nothing : .word("mcast_dst_ip", group)
      },
      OutlineRow("unicast_peer") { .entries("unicast_peer", $0.router.unicastPeers.map(OutlineEntry.init(peer:))) },
      OutlineRow("unicast_fault_no_peer") { .flag("unicast_fault_no_peer", $0.router.faultsWithoutPeers) },
      OutlineRow("check_unicast_src", inherited: ["vrrp_check_unicast_src"]) {
        $0.isUnicast ? .boolean("check_unicast_src", $0.router.checksUnicastSource) : .nothing
      },
      OutlineRow("unicast_ttl") { $0.isUnicast ? .word("unicast_ttl", $0.router.unicastTTL) : .nothing },
      OutlineRow("v3_checksum_as_v2", inherited: ["v3_checksum_as_v2"]) {
        let mayLeaveOut = $0.core.version == .v3 && $0.router.family == .ipv4
        return mayLeaveOut ? .boolean("v3_checksum_as_v2", $0.router.checksumWithoutPseudoHeader) : .nothing
      },
      OutlineRow("old_unicast_checksum") { subject in
        if subject.router.refusesOldChecksum { return .line(["old_unicast_checksum", "never"]) }
        return .flag("old_unicast_checksum", subject.router.sendsOldChecksum)
      },
      // It is on whatever follows it, so off cannot be written.
      OutlineRow("skip_check_adv_addr", inherited: ["vrrp_skip_check_adv_addr"]) {
        .flag("skip_check_adv_addr", $0.router.skipsAddressCheck)
      },
    ]
  }

  private static var announcements: [OutlineRow<RouterSubject>] {
    [
      OutlineRow("garp_master_delay", inherited: ["vrrp_garp_master_delay", "vrrp_min_garp"]) {
        .word("garp_master_delay", Decimal.seconds($0.core.announcements.secondSetDelay))
      },
      OutlineRow("garp_master_repeat", inherited: ["vrrp_garp_master_repeat", "vrrp_min_garp"]) {
        .word("garp_master_repeat", $0.core.announcements.repeats)
      },
      OutlineRow(
        "garp_master_refresh", inherited: ["vrrp_garp_master_refresh", "vrrp_garp_extra_if"], following: "garp_extra_if"
      ) {
        .word("garp_master_refresh", Decimal.seconds($0.core.announcements.refreshInterval))
      },
      OutlineRow("garp_master_refresh_repeat", inherited: ["vrrp_garp_master_refresh_repeat"]) {
        .word("garp_master_refresh_repeat", $0.core.announcements.refreshRepeats)
      },
      OutlineRow(
        "garp_lower_prio_delay", inherited: ["vrrp_garp_lower_prio_delay", "vrrp_garp_master_delay", "vrrp_min_garp"],
        isStrict: true
      ) {
        .word("garp_lower_prio_delay", Decimal.seconds($0.core.announcements.lowerPriorityDelay))
      },
      OutlineRow(
        "garp_lower_prio_repeat",
        inherited: ["vrrp_garp_lower_prio_repeat", "vrrp_garp_master_repeat", "vrrp_min_garp"], isStrict: true
      ) {
        .word("garp_lower_prio_repeat", $0.core.announcements.lowerPriorityRepeats)
      },
    ]
  }

  private static var addresses: [OutlineRow<RouterSubject>] {
    [
      OutlineRow("virtual_ipaddress") {
        .entries("virtual_ipaddress", $0.router.addresses.map(OutlineEntry.init(address:)))
      },
      // More addresses than an advert holds move there.
      OutlineRow("virtual_ipaddress_excluded", "virtual_ipaddress") {
        .entries("virtual_ipaddress_excluded", $0.router.excludedAddresses.map(OutlineEntry.init(address:)))
      },
      OutlineRow("virtual_routes") {
        .entries("virtual_routes", $0.router.entries.compactMap(OutlineEntry.init(route:)))
      },
      OutlineRow("virtual_rules") { .entries("virtual_rules", $0.router.entries.compactMap(OutlineEntry.init(rule:))) },
    ]
  }

  private static var tracking: [OutlineRow<RouterSubject>] { [.tracking { $0.trackers.lists($0.router.tracked) }] }

  private static var routerNotify: [OutlineRow<RouterSubject>] {
    [
      OutlineRow("notify_deleted") { subject in
        let notify = subject.router.notify
        guard notify.reportsDeletion else { return .nothing }
        return notify.deleted.map { .command("notify_deleted", $0) } ?? .line(["notify_deleted"])
      },
      OutlineRow("notify_master_rx_lower_pri") {
        .command("notify_master_rx_lower_pri", $0.router.notify.masterHeardLowerPriority)
      },
      OutlineRow("notify_priority_changes", inherited: ["vrrp_notify_priority_changes"], isSetByGroup: true) {
        .boolean("notify_priority_changes", $0.router.notify.priorityChanges)
      },
    ]
  }
}

extension OutlineContent {
  /// `use_vmac`. The address of RFC 9568 is the usual one, and cannot be written.
  fileprivate static func virtualMAC(_ router: VirtualRouterDefinition) -> OutlineContent {
    guard let virtual = router.virtualMAC else { return .nothing }
    var words: [OutlineWord] = ["use_vmac"]
    if virtual.interface.contains(":") || ["name", "group", "netlink_notify_msg"].contains(virtual.interface) {
      words.append("name")
    }
    words.append(.word(virtual.interface))
    let usual = MACAddress(virtualRouter: router.core.virtualRouterID.rawValue, router.family)
    if virtual.mac != usual { words.append(.word("\(virtual.mac)")) }
    return .line(words)
  }
}
