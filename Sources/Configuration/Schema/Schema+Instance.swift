extension Schema {
  /// Keywords of `vrrp_instance` and of the blocks in it.
  static let instance: [[Keyword]] = [
    rows("vrrp_instance", links), rows("vrrp_instance", trackingKeywords(changing: "the priority")),
    rows("vrrp_instance", adverts), rows("vrrp_instance", election), rows("vrrp_instance", announcements),
    vrrpInstanceAuthenticationKeywords, vrrpInstanceAuthHmacKeywords,
  ]

  private static let links: [Keyword] = [
    Keyword(
      "use_vmac", "Puts the addresses on an interface of their own, which has the virtual router's MAC address",
      .optionalWords, arguments: "[[name] IFNAME] [MAC] [netlink_notify_msg] [group ID]",
      default: "name vrrp.VRID, MAC 00:00:5e:00:01:VRID or 02 for IPv6", .acts),
    Keyword(
      "use_vmac_addr", "Gives addresses on other interfaces, or of the other family, a virtual MAC address too", .flag,
      .acts),
    Keyword(
      "vmac_xmit_base", "Sends adverts from the interface below use_vmac's, with that one's own MAC address", .flag,
      .acts),
    Keyword(
      "use_ipvlan", "Puts the addresses on an ipvlan interface, which has the MAC address of the interface below",
      .optionalWords, arguments: "[[name] IFNAME] [IP] [bridge/private/vepa] [group ID]", default: "bridge",
      .lacks(.ipvlan)),
    Keyword(
      "unicast_peer", "Lists the other hosts; adverts are sent to each of them instead of a multicast group", .values,
      arguments: "IP [min_ttl N] [max_ttl N]", .acts),
    Keyword(
      "unicast_fault_no_peer",
      "Keeps the instance in FAULT while it has no unicast peer, instead of sending by multicast", .flag, .acts),
    Keyword("check_unicast_src", Shared.checkUnicastSource, .boolean, default: "vrrp_check_unicast_src", .acts),
    Keyword(
      "old_unicast_checksum",
      "Sends version 3 adverts to peers with keepalived 1.3.6's checksum; with never, refuses such adverts",
      .optionalWords, arguments: "[never]", default: "sent never, taken always", .acts),
    Keyword(
      "native_ipv6", "Makes it an IPv6 instance, which speaks version 3", .flag,
      instead: "nothing; the family follows the addresses", .acts),
    Keyword(
      "state", "Names the host's usual role; the election decides, but MASTER makes nopreempt and preempt_delay void",
      .choice(["MASTER", "BACKUP"]), default: "BACKUP, or MASTER when priority is 255", repetition: .word("MASTER"),
      .acts),
    Keyword(
      "interface", "Names the interface on which adverts are sent and heard, and which carries the addresses",
      .interface, .acts),
    Keyword(
      "vrf", "Binds the sockets of a unicast instance without interface to a VRF", .interface,
      .accepted(.boundToInterface)),
    Keyword(
      "dont_track_primary", "Ignores faults of the instance's own interface, which otherwise mean FAULT", .flag, .acts),
  ]

  private static let adverts: [Keyword] = [
    Keyword(
      "mcast_src_ip", "Sets the source address of multicast adverts", .address,
      default: "first address of the interface", .acts),
    Keyword(
      "unicast_src_ip", "Sets the source address of unicast adverts", .address,
      default: "first address of the interface", .acts),
    Keyword(
      "mcast_dst_ip", "Sets the multicast group that adverts are sent to", .address, default: "vrrp_mcast_group4/6",
      .acts),
    Keyword(
      "heartbeat_interface",
      "Sends and hears adverts on further interfaces, so that one cut link makes no second master", .values,
      arguments: "IFNAME", since: Keyword.own, .acts),
    Keyword("track_src_ip", "Goes to FAULT when the configured source address is removed", .flag, .accepted(.always)),
    Keyword(
      "virtual_router_id",
      "Sets the number of the virtual router, the same on its hosts and used by no other router on the network",
      .integer(1, 255), .acts),
    Keyword(
      "unicast_ttl", "Sets the TTL or hop limit of unicast adverts", .integer(0, 255),
      default: "255 for IPv4, kernel for IPv6", .acts),
    Keyword("version", Shared.version, .integer(2, 3), default: "vrrp_version, IPv6 = 3", repetition: .first, .acts),
    Keyword(
      "priority", "Ranks this host: the highest number wins the election, and 255 is for the owner of the addresses",
      .integer(1, 255), default: "255 if state MASTER, else 100", .acts),
    Keyword(
      "advert_int", "Sets the time from one advert of the master to the next, the same on all hosts",
      .decimal(10000, 255000000), default: "1", unit: .seconds, .acts),
    Keyword(
      "virtual_ipaddress", "Lists the virtual addresses: the master has them and names them in its adverts", .values,
      arguments: "ADDRESS-LINE", .acts),
    Keyword(
      "virtual_ipaddress_excluded",
      "Lists further virtual addresses, which the master has too but does not name in its adverts", .values,
      arguments: "ADDRESS-LINE", .acts),
    Keyword("no_virtual_ipaddress", "Allows an instance without virtual_ipaddress", .flag, since: "2.2.8", .acts),
    Keyword(
      "promote_secondaries", "Keeps the other addresses of a network on the interface when the first one is removed",
      .flag, .acts),
    Keyword(
      "linkbeat_use_polling",
      "Polls the link state of the instance's interface instead of waiting for the kernel to report changes", .flag,
      instead: "linkbeat_interfaces", .accepted(.kernelLinks)),
    Keyword("v3_checksum_as_v2", Shared.checksum, .boolean, default: "global v3_checksum_as_v2", since: "2.2.8", .acts),
    Keyword(
      "virtual_routes", "Lists routes that the host has while it is master", .values, arguments: "ROUTE-LINE", .acts),
    Keyword(
      "virtual_rules", "Lists routing rules that the host has while it is master", .values, arguments: "RULE-LINE",
      .acts),
    Keyword(
      "accept", "Takes packets to the virtual addresses, also in strict mode if the version is 3", .flag,
      default: "on unless strict_mode", .acts),
    Keyword(
      "no_accept", "Drops packets to the virtual addresses, unless this host owns them (priority 255)", .flag, .acts),
    Keyword("skip_check_adv_addr", Shared.skipAddressCheck, .boolean, default: "vrrp_skip_check_adv_addr", .acts),
    Keyword("strict_mode", Shared.strictMode, .boolean, default: "vrrp_strict", .acts),
  ]

  private static let election: [Keyword] = [
    Keyword(
      "preempt", "Lets this host take over from a master of lower priority, as is the default", .flag, default: "on",
      .acts),
    Keyword(
      "nopreempt", "Keeps this host from taking over while a master of lower priority sends adverts", .flag, .acts),
    Keyword(
      "preempt_delay", "Sets how long a master of lower priority must be heard before this host takes over from it",
      .decimal(0, 1000000000), default: "0", unit: .seconds, .acts),
    Keyword(
      "debug", "Sets a level of debug output, which keepalived reads and does not use", .integer(0, 4), default: "0",
      .accepted(.debugging)),
    Keyword("notify_backup", "Runs a script when the instance becomes backup", .command, .acts),
    Keyword("notify_master", "Runs a script when the instance becomes master", .command, .acts),
    Keyword("notify_fault", "Runs a script when the instance goes to FAULT", .command, .acts),
    Keyword("notify_stop", "Runs a script for the instance when the service stops", .command, .acts),
    Keyword(
      "notify_deleted",
      "Reports DELETED instead of FAULT when a reload takes the instance out, and runs a script if one is named",
      .optionalCommand, .acts),
    Keyword(
      "notify", "Runs a script at each change of state, with INSTANCE, name, new state and priority as arguments",
      .command,
      .acts),
    Keyword(
      "notify_master_rx_lower_pri", "Runs a script when this host is master and hears a master of lower priority",
      .command, .acts),
    Keyword(
      "smtp_alert", "Sends mail when the instance changes its state", .boolean,
      default: "smtp_alert_vrrp, then smtp_alert, then false", .lacks(.mail)),
    Keyword(
      "notify_priority_changes", Shared.priorityChanges, .boolean,
      default: "sync group's, then vrrp_notify_priority_changes", .acts),
    Keyword(
      "lvs_sync_daemon_interface", "Names the interface over which LVS copies its connections to the other hosts",
      .interface, instead: "global lvs_sync_daemon", .notManaged),
  ]

  private static let announcements: [Keyword] = [
    Keyword(
      "garp_master_delay", Shared.garpDelay, .integer(0, 4294), default: "vrrp_garp_master_delay", unit: .seconds, .acts
    ),
    Keyword(
      "garp_master_refresh", Shared.garpRefresh, .integer(0, 4294967295), default: "vrrp_garp_master_refresh",
      unit: .seconds, .acts),
    Keyword(
      "garp_master_repeat", Shared.garpRepeat, .integer(0, 4294967295), default: "vrrp_garp_master_repeat", .acts),
    Keyword(
      "garp_master_refresh_repeat", Shared.garpRefreshRepeat, .integer(0, 4294967295),
      default: "vrrp_garp_master_refresh_repeat", .acts),
    Keyword(
      "garp_lower_prio_delay", Shared.garpLowerDelay, .integer(0, 4294),
      default: "vrrp_garp_lower_prio_delay (0 in strict mode)", unit: .seconds, .acts),
    Keyword(
      "garp_lower_prio_repeat", Shared.garpLowerRepeat, .integer(0, 2147483647),
      default: "vrrp_garp_lower_prio_repeat (0 in strict mode)", .acts),
    Keyword(
      "down_timer_adverts", Shared.downTimer, .integer(1, 100), default: "vrrp_down_timer_adverts", unit: .adverts,
      .acts),
    Keyword(
      "timer_expired_backup",
      "Puts a master that was held up into BACKUP if a host of the given priority may have taken over",
      .optionalInteger(1, 254), default: "off; bare = 254", since: "2.2.8", .acts),
    Keyword(
      "thread_timer_expired", "Means the same as timer_expired_backup", .optionalInteger(1, 254),
      default: "off; bare = 254", since: "2.3.2", instead: "timer_expired_backup", .acts),
    Keyword(
      "garp_extra_if", Shared.garpExtra, .optionalWords, arguments: "[all] INT", default: "vrrp_garp_extra_if", .acts),
    Keyword(
      "vmac_garp_intvl", "Means the same as garp_extra_if", .optionalWords, arguments: "[all] INT",
      default: "vrrp_garp_extra_if", instead: "garp_extra_if", .acts),
    Keyword(
      "lower_prio_no_advert", Shared.lowerNoAdvert, .boolean,
      default: "vrrp_lower_prio_no_advert (true in strict mode)", .acts),
    Keyword(
      "higher_prio_send_advert", Shared.higherSendAdvert, .boolean, default: "vrrp_higher_prio_send_advert", .acts),
    Keyword(
      "owner_ignore_adverts", Shared.ownerIgnoresAdverts, .boolean,
      default: "vrrp_owner_ignore_adverts (true if strict)", since: "2.3.3", .acts),
    Keyword(
      "kernel_rx_buf_size", "Sets the size of the receive buffer of the instance's sockets", .integer(0, 4294967295),
      default: "system", unit: .bytes, .accepted(.buffers)),
    Keyword(
      "authentication", "Authenticates adverts of version 2 by a password or key that the hosts share", .block, .acts),
    Keyword(
      "auth_hmac", "Signs adverts with HMAC-SHA256 and refuses those without a valid signature", .block, since: "2.4.0",
      .acts),
  ]

  private static let vrrpInstanceAuthenticationKeywords: [Keyword] = rows(
    "vrrp_instance/authentication",
    [
      Keyword(
        "auth_type", "Chooses the way: PASS puts the password into each advert, AH signs each advert with it",
        .choice(["PASS", "AH"]), .acts),
      Keyword(
        "auth_pass", "Sets the password or key, the same on all hosts; only its first 8 bytes count", .word,
        arguments: "STRING", .acts),
    ])

  private static let vrrpInstanceAuthHmacKeywords: [Keyword] = rows(
    "vrrp_instance/auth_hmac",
    [
      Keyword(
        "key", "Defines a key of 32 to 64 bytes by its number and its text, hex:DIGITS or file:PATH", .words,
        arguments: "ID VALUE", since: "2.4.0", .acts),
      Keyword(
        "active_key", "Chooses by its number the key that this host signs with", .integer(1, 255), since: "2.4.0", .acts
      ),
      Keyword(
        "time_window", "Sets by how much the time in an advert may differ from this host's clock", .integer(1, 300),
        default: "max(3 x advert_int, 5), at most 300", unit: .seconds, since: "2.4.0", .acts),
      Keyword(
        "anti_replay",
        "Chooses what makes an advert too old: its time, or only a number below the last one heard (monotonic)",
        .choice(["time", "monotonic"]), default: "time", since: "2.4.0", .acts),
      Keyword(
        "mode", "Chooses whether own adverts are signed and unsigned ones refused, to turn signing on step by step",
        .choice(["enforce", "permissive", "receive-only"]), default: "enforce", since: "2.4.0", .acts),
    ])
}
