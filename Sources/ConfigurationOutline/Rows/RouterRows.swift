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

extension ShownProperty where Owner == RouterSubject {
  /// The properties of `vrrp_instance`, in the order in which they are shown.
  static var router: [ShownProperty<RouterSubject>] {
    identity + elections + links + adverts + announcements + addresses + tracking + notify(\.router.notify)
      + routerNotify
  }

  private static var identity: [ShownProperty<RouterSubject>] {
    [
      ShownProperty("state", following: "priority") {
        .word("state", $0.router.initialState == .master ? "MASTER" : "BACKUP")
      },
      ShownProperty("interface") { .word("interface", $0.router.interface) },
      ShownProperty("virtual_router_id") { .word("virtual_router_id", $0.core.virtualRouterID.rawValue) },
      ShownProperty("version", inherited: ["vrrp_version"]) { .word("version", $0.core.version == .v3 ? 3 : 2) },
      // Elsewhere the addresses say so.
      ShownProperty("native_ipv6") { .flag("native_ipv6", $0.router.family == .ipv6 && $0.router.addresses.isEmpty) },
      ShownProperty("priority", following: "state") { .word("priority", $0.core.priority.rawValue) },
      ShownProperty("advert_int") {
        .word("advert_int", DecimalText.text($0.core.interval.nanoseconds, unit: .seconds))
      },
      ShownProperty("authentication") { .entries("authentication", authentication($0.router.authentication)) },
      ShownProperty("auth_hmac") { .entries("auth_hmac", trailer($0.router.authentication)) },
    ]
  }

  private static func authentication(_ definition: AuthenticationDefinition?) -> [ShownEntry] {
    func entries(_ type: String, _ secret: [UInt8]) -> [ShownEntry] {
      [
        ShownEntry(key: "auth_type", words: ["auth_type", .word(type)]),
        ShownEntry(key: "auth_pass", words: ["auth_pass", .secret(ShownWord.Secret(secret))]),
      ]
    }
    return switch definition {
    case .password(let password): entries("PASS", password)
    case .header(let key): entries("AH", key)
    case .trailer, nil: []
    }
  }

  private static func trailer(_ definition: AuthenticationDefinition?) -> [ShownEntry] {
    guard case .trailer(let trailer) = definition else { return [] }
    func line(_ keyword: String, _ value: some CustomStringConvertible) -> ShownEntry {
      ShownEntry(key: keyword, words: [.word(keyword), .word("\(value)")])
    }
    let keys = ([trailer.activeKey] + trailer.otherKeys).map { key in
      ShownEntry(
        key: "key \(key.id)",
        words: ["key", .word("\(key.id)"), .secret(ShownWord.Secret(key.bytes, isLong: true))])
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

  private static var elections: [ShownProperty<RouterSubject>] {
    [
      ShownProperty("preempt", "nopreempt") { .line([$0.core.preempt ? "preempt" : "nopreempt"]) },
      ShownProperty("preempt_delay") { .word("preempt_delay", DecimalText.text($0.core.preemptDelay, unit: .seconds)) },
      ShownProperty("timer_expired_backup", "thread_timer_expired") { subject in
        subject.core.successorPriority.map { .word("timer_expired_backup", $0.rawValue) } ?? .nothing
      },
      ShownProperty("down_timer_adverts", inherited: ["vrrp_down_timer_adverts"], isStrict: true) {
        .word("down_timer_adverts", $0.core.downTimerAdverts)
      },
      ShownProperty("lower_prio_no_advert", inherited: ["vrrp_lower_prio_no_advert"], isStrict: true) {
        .boolean("lower_prio_no_advert", $0.core.lowerPriorityNoAdvert)
      },
      ShownProperty("higher_prio_send_advert", inherited: ["vrrp_higher_prio_send_advert"], isStrict: true) {
        .boolean("higher_prio_send_advert", $0.core.higherPrioritySendAdvert)
      },
      ShownProperty("owner_ignore_adverts", inherited: ["vrrp_owner_ignore_adverts"]) {
        .boolean("owner_ignore_adverts", $0.core.ownerIgnoresAdverts)
      },
    ]
  }

  private static var links: [ShownProperty<RouterSubject>] {
    [
      ShownProperty("use_vmac") { .virtualMAC($0.router) },
      ShownProperty("vmac_xmit_base") { .flag("vmac_xmit_base", $0.router.virtualMAC?.sendsAdvertsBelow == true) },
      ShownProperty("heartbeat_interface") {
        .entries("heartbeat_interface", $0.router.heartbeatInterfaces.map { ShownEntry(name: $0) })
      },
      ShownProperty("dont_track_primary") { .flag("dont_track_primary", $0.router.ignoresInterfaceFaults) },
      ShownProperty("promote_secondaries") { .flag("promote_secondaries", $0.router.promotesSecondaries) },
      ShownProperty("accept", "no_accept", isStrict: true) { .line([$0.router.accepts ? "accept" : "no_accept"]) },
    ]
  }

  private static var adverts: [ShownProperty<RouterSubject>] {
    [
      ShownProperty("mcast_src_ip", "unicast_src_ip") { subject in
        guard let source = subject.router.sourceAddress else {
          return .none("adverts leave from the first address of \(subject.router.interface)")
        }
        return .word(subject.isUnicast ? "unicast_src_ip" : "mcast_src_ip", source)
      },
      ShownProperty("mcast_dst_ip", inherited: ["vrrp_mcast_group4", "vrrp_mcast_group6"]) { subject in
        let group = subject.router.multicastGroup
        // Any group may stand in global_defs, but in an instance an IPv6 one must be of the link.
        let fits = group.family == .ipv4 || group.byte(at: 1) & 0xF == 2
        return subject.isUnicast || !fits ? .nothing : .word("mcast_dst_ip", group)
      },
      ShownProperty("unicast_peer") { .entries("unicast_peer", $0.router.unicastPeers.map(ShownEntry.init(peer:))) },
      ShownProperty("unicast_fault_no_peer") { .flag("unicast_fault_no_peer", $0.router.faultsWithoutPeers) },
      ShownProperty("check_unicast_src", inherited: ["vrrp_check_unicast_src"]) {
        $0.isUnicast ? .boolean("check_unicast_src", $0.router.checksUnicastSource) : .nothing
      },
      ShownProperty("unicast_ttl") { $0.isUnicast ? .word("unicast_ttl", $0.router.unicastTTL) : .nothing },
      ShownProperty("v3_checksum_as_v2", inherited: ["v3_checksum_as_v2"]) {
        let mayLeaveOut = $0.core.version == .v3 && $0.router.family == .ipv4
        return mayLeaveOut ? .boolean("v3_checksum_as_v2", $0.router.checksumWithoutPseudoHeader) : .nothing
      },
      ShownProperty("old_unicast_checksum") { subject in
        if subject.router.refusesOldChecksum { return .line(["old_unicast_checksum", "never"]) }
        return .flag("old_unicast_checksum", subject.router.sendsOldChecksum)
      },
      // It is on whatever follows it, so off cannot be written.
      ShownProperty("skip_check_adv_addr", inherited: ["vrrp_skip_check_adv_addr"]) {
        .flag("skip_check_adv_addr", $0.router.skipsAddressCheck)
      },
    ]
  }

  private static var announcements: [ShownProperty<RouterSubject>] {
    [
      ShownProperty("garp_master_delay", inherited: ["vrrp_garp_master_delay", "vrrp_min_garp"]) {
        .word("garp_master_delay", DecimalText.seconds($0.core.announcements.secondSetDelay))
      },
      ShownProperty("garp_master_repeat", inherited: ["vrrp_garp_master_repeat", "vrrp_min_garp"]) {
        .word("garp_master_repeat", $0.core.announcements.repeats)
      },
      ShownProperty(
        "garp_master_refresh", inherited: ["vrrp_garp_master_refresh", "vrrp_garp_extra_if"], following: "garp_extra_if"
      ) {
        .word("garp_master_refresh", DecimalText.seconds($0.core.announcements.refreshInterval))
      },
      ShownProperty("garp_master_refresh_repeat", inherited: ["vrrp_garp_master_refresh_repeat"]) {
        .word("garp_master_refresh_repeat", $0.core.announcements.refreshRepeats)
      },
      ShownProperty(
        "garp_lower_prio_delay", inherited: ["vrrp_garp_lower_prio_delay", "vrrp_garp_master_delay", "vrrp_min_garp"],
        isStrict: true
      ) {
        .word("garp_lower_prio_delay", DecimalText.seconds($0.core.announcements.lowerPriorityDelay))
      },
      ShownProperty(
        "garp_lower_prio_repeat",
        inherited: ["vrrp_garp_lower_prio_repeat", "vrrp_garp_master_repeat", "vrrp_min_garp"], isStrict: true
      ) {
        .word("garp_lower_prio_repeat", $0.core.announcements.lowerPriorityRepeats)
      },
    ]
  }

  private static var addresses: [ShownProperty<RouterSubject>] {
    [
      ShownProperty("virtual_ipaddress") {
        .entries("virtual_ipaddress", $0.router.addresses.map(ShownEntry.init(address:)))
      },
      // More addresses than an advert holds move there.
      ShownProperty("virtual_ipaddress_excluded", "virtual_ipaddress") {
        .entries("virtual_ipaddress_excluded", $0.router.excludedAddresses.map(ShownEntry.init(address:)))
      },
      ShownProperty("virtual_routes") {
        .entries("virtual_routes", $0.router.entries.compactMap(ShownEntry.init(route:)))
      },
      ShownProperty("virtual_rules") {
        .entries("virtual_rules", $0.router.entries.compactMap(ShownEntry.init(rule:)))
      },
    ]
  }

  private static var tracking: [ShownProperty<RouterSubject>] { [.tracking { $0.trackers.lists($0.router.tracked) }] }

  private static var routerNotify: [ShownProperty<RouterSubject>] {
    [
      ShownProperty("notify_deleted") { subject in
        let notify = subject.router.notify
        guard notify.reportsDeletion else { return .nothing }
        return notify.deleted.map { .command("notify_deleted", $0) } ?? .line(["notify_deleted"])
      },
      ShownProperty("notify_master_rx_lower_pri") {
        .command("notify_master_rx_lower_pri", $0.router.notify.masterHeardLowerPriority)
      },
      ShownProperty("notify_priority_changes", inherited: ["vrrp_notify_priority_changes"], isSetByGroup: true) {
        .boolean("notify_priority_changes", $0.router.notify.priorityChanges)
      },
    ]
  }
}

extension ShownValue {
  /// `use_vmac`. The address of RFC 9568 is the usual one, and cannot be written.
  fileprivate static func virtualMAC(_ router: VirtualRouterDefinition) -> ShownValue {
    guard let virtual = router.virtualMAC else { return .nothing }
    var words: [ShownWord] = ["use_vmac"]
    if virtual.interface.contains(":") || ["name", "group", "netlink_notify_msg"].contains(virtual.interface) {
      words.append("name")
    }
    words.append(.word(virtual.interface))
    let usual = MACAddress(virtualRouter: router.core.virtualRouterID.rawValue, router.family)
    if virtual.mac != usual { words.append(.word("\(virtual.mac)")) }
    return .line(words)
  }
}
