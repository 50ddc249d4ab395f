extension Schema {
  /// Keywords of `vrrp_instance` and of the blocks in it.
  static let instance: [[Keyword]] = [
    vrrpInstanceKeywords, vrrpInstanceAuthenticationKeywords, vrrpInstanceAuthHmacKeywords,
  ]

  private static let vrrpInstanceKeywords: [Keyword] = rows(
    "vrrp_instance",
    [
      Keyword(
        "use_vmac", .optionalWords, arguments: "[[name] IFNAME] [MAC] [netlink_notify_msg] [group ID]",
        default: "name vrrp.VRID, MAC 00:00:5e:00:01:VRID or 02 for IPv6", .acts),
      Keyword("use_vmac_addr", .flag, .acts),
      Keyword("vmac_xmit_base", .flag, .acts),
      Keyword(
        "use_ipvlan", .optionalWords, arguments: "[[name] IFNAME] [IP] [bridge/private/vepa] [group ID]",
        default: "bridge", .lacks(.ipvlan)),
      Keyword("unicast_peer", .values, arguments: "IP [min_ttl N] [max_ttl N]", .acts),
      Keyword("unicast_fault_no_peer", .flag, .acts),
      Keyword("check_unicast_src", .boolean, default: "vrrp_check_unicast_src", .acts),
      Keyword("old_unicast_checksum", .optionalWords, arguments: "[never]", default: "sent never, taken always", .acts),
      Keyword("native_ipv6", .flag, instead: "nothing; the family follows the addresses", .acts),
      Keyword(
        "state", .choice(["MASTER", "BACKUP"]), default: "BACKUP, or MASTER when priority is 255",
        repetition: .word("MASTER"), .acts),
      Keyword("interface", .interface, .acts),
      Keyword("vrf", .interface, .accepted(.boundToInterface)),
      Keyword("dont_track_primary", .flag, .acts),
      Keyword("track_interface", .values, arguments: "IFNAME [weight N [reverse]]", .acts),
      Keyword("track_script", .values, arguments: "NAME [weight N [reverse/noreverse]]", .acts),
      Keyword("track_file", .values, arguments: "NAME [weight N [reverse/noreverse]]", .acts),
      Keyword("track_process", .values, arguments: "NAME [weight N [reverse/noreverse]]", .acts),
      Keyword("track_bfd", .values, arguments: "NAME [weight N [reverse/noreverse]]", .acts),
      Keyword("track_probe", .values, arguments: "NAME [weight N [reverse/noreverse]]", since: Keyword.own, .acts),
      Keyword("mcast_src_ip", .address, default: "first address of the interface", .acts),
      Keyword("unicast_src_ip", .address, default: "first address of the interface", .acts),
      Keyword("mcast_dst_ip", .address, default: "vrrp_mcast_group4/6", .acts),
      Keyword("heartbeat_interface", .values, arguments: "IFNAME", since: Keyword.own, .acts),
      Keyword("track_src_ip", .flag, .accepted(.always)),
      Keyword("virtual_router_id", .integer(1, 255), .acts),
      Keyword("unicast_ttl", .integer(0, 255), default: "255 for IPv4, kernel for IPv6", .acts),
      Keyword("version", .integer(2, 3), default: "vrrp_version, IPv6 = 3", repetition: .first, .acts),
      Keyword("priority", .integer(1, 255), default: "255 if state MASTER, else 100", .acts),
      Keyword("advert_int", .decimal(10000, 255000000), default: "1", unit: .seconds, .acts),
      Keyword("virtual_ipaddress", .values, arguments: "ADDRESS-LINE", .acts),
      Keyword("virtual_ipaddress_excluded", .values, arguments: "ADDRESS-LINE", .acts),
      Keyword("no_virtual_ipaddress", .flag, since: "2.2.8", .acts),
      Keyword("promote_secondaries", .flag, .acts),
      Keyword("linkbeat_use_polling", .flag, instead: "linkbeat_interfaces", .accepted(.kernelLinks)),
      Keyword("v3_checksum_as_v2", .boolean, default: "global v3_checksum_as_v2", since: "2.2.8", .acts),
      Keyword("virtual_routes", .values, arguments: "ROUTE-LINE", .acts),
      Keyword("virtual_rules", .values, arguments: "RULE-LINE", .acts),
      Keyword("accept", .flag, default: "on unless strict_mode", .acts),
      Keyword("no_accept", .flag, .acts),
      Keyword("skip_check_adv_addr", .boolean, default: "vrrp_skip_check_adv_addr", .acts),
      Keyword("strict_mode", .boolean, default: "vrrp_strict", .acts),
      Keyword("preempt", .flag, default: "on", .acts),
      Keyword("nopreempt", .flag, .acts),
      Keyword("preempt_delay", .decimal(0, 1000000000), default: "0", unit: .seconds, .acts),
      Keyword("debug", .integer(0, 4), default: "0", .accepted(.debugging)),
      Keyword("notify_backup", .command, .acts),
      Keyword("notify_master", .command, .acts),
      Keyword("notify_fault", .command, .acts),
      Keyword("notify_stop", .command, .acts),
      Keyword("notify_deleted", .optionalCommand, .acts),
      Keyword("notify", .command, .acts),
      Keyword("notify_master_rx_lower_pri", .command, .acts),
      Keyword("smtp_alert", .boolean, default: "smtp_alert_vrrp, then smtp_alert, then false", .lacks(.mail)),
      Keyword("notify_priority_changes", .boolean, default: "sync group's, then vrrp_notify_priority_changes", .acts),
      Keyword("lvs_sync_daemon_interface", .interface, instead: "global lvs_sync_daemon", .notManaged),
      Keyword("garp_master_delay", .integer(0, 4294), default: "vrrp_garp_master_delay", unit: .seconds, .acts),
      Keyword(
        "garp_master_refresh", .integer(0, 4294967295), default: "vrrp_garp_master_refresh", unit: .seconds, .acts),
      Keyword("garp_master_repeat", .integer(0, 4294967295), default: "vrrp_garp_master_repeat", .acts),
      Keyword("garp_master_refresh_repeat", .integer(0, 4294967295), default: "vrrp_garp_master_refresh_repeat", .acts),
      Keyword(
        "garp_lower_prio_delay", .integer(0, 4294), default: "vrrp_garp_lower_prio_delay (0 in strict mode)",
        unit: .seconds, .acts),
      Keyword(
        "garp_lower_prio_repeat", .integer(0, 2147483647), default: "vrrp_garp_lower_prio_repeat (0 in strict mode)",
        .acts),
      Keyword("down_timer_adverts", .integer(1, 100), default: "vrrp_down_timer_adverts", unit: .adverts, .acts),
      Keyword("timer_expired_backup", .optionalInteger(1, 254), default: "off; bare = 254", since: "2.2.8", .acts),
      Keyword(
        "thread_timer_expired", .optionalInteger(1, 254), default: "off; bare = 254", since: "2.3.2",
        instead: "timer_expired_backup", .acts),
      Keyword("garp_extra_if", .optionalWords, arguments: "[all] INT", default: "vrrp_garp_extra_if", .acts),
      Keyword(
        "vmac_garp_intvl", .optionalWords, arguments: "[all] INT", default: "vrrp_garp_extra_if",
        instead: "garp_extra_if", .acts),
      Keyword("lower_prio_no_advert", .boolean, default: "vrrp_lower_prio_no_advert (true in strict mode)", .acts),
      Keyword("higher_prio_send_advert", .boolean, default: "vrrp_higher_prio_send_advert", .acts),
      Keyword(
        "owner_ignore_adverts", .boolean, default: "vrrp_owner_ignore_adverts (true if strict)", since: "2.3.3", .acts),
      Keyword("kernel_rx_buf_size", .integer(0, 4294967295), default: "system", unit: .bytes, .accepted(.buffers)),
      Keyword("authentication", .block, .acts),
      Keyword("auth_hmac", .block, since: "2.4.0", .acts),
    ])

  private static let vrrpInstanceAuthenticationKeywords: [Keyword] = rows(
    "vrrp_instance/authentication",
    [
      Keyword("auth_type", .choice(["PASS", "AH"]), .acts),
      Keyword("auth_pass", .word, arguments: "STRING", .acts),
    ])

  private static let vrrpInstanceAuthHmacKeywords: [Keyword] = rows(
    "vrrp_instance/auth_hmac",
    [
      Keyword("key", .words, arguments: "ID VALUE", since: "2.4.0", .acts),
      Keyword("active_key", .integer(1, 255), since: "2.4.0", .acts),
      Keyword(
        "time_window", .integer(1, 300), default: "max(3 x advert_int, 5), at most 300", unit: .seconds,
        since: "2.4.0", .acts),
      Keyword("anti_replay", .choice(["time", "monotonic"]), default: "time", since: "2.4.0", .acts),
      Keyword("mode", .choice(["enforce", "permissive", "receive-only"]), default: "enforce", since: "2.4.0", .acts),
    ])
}
