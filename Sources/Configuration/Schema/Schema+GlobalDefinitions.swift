extension Schema {
  /// Keywords of `global_defs`.
  static let globalDefinitions: [[Keyword]] = [globalDefsKeywords]

  private static let globalDefsKeywords: [Keyword] = rows(
    "global_defs",
    [
      Keyword("process_names", .flag, .accepted(.processes)),
      Keyword("process_name", .word, arguments: "NAME", default: "keepalived", excess: .cut(15), .accepted(.processes)),
      Keyword(
        "vrrp_process_name", .word, arguments: "NAME", default: "keepalived", excess: .cut(15), .accepted(.processes)),
      Keyword(
        "checker_process_name", .word, arguments: "NAME", default: "keepalived", excess: .cut(15), .accepted(.processes)
      ),
      Keyword(
        "lvs_process_name", .word, arguments: "NAME", default: "keepalived", instead: "checker_process_name",
        excess: .cut(15), .accepted(.processes)),
      Keyword(
        "bfd_process_name", .word, arguments: "NAME", default: "keepalived", excess: .cut(15), .accepted(.processes)),
      Keyword("use_symlink_paths", .boolean, default: "false", since: "2.3.0", .accepted(.scriptPaths)),
      Keyword("set_supplementary_groups", .boolean, default: "false", since: "after 2.4.3", .accepted(.scriptGroups)),
      Keyword("router_id", .word, arguments: "STRING", default: "local host name", .acts),
      Keyword("notification_email_from", .word, arguments: "EMAIL", default: "keepalived@<local host>", .lacks(.mail)),
      Keyword("smtp_server", .words, arguments: "IP-or-DOMAIN [PORT]", .lacks(.mail)),
      Keyword("smtp_helo_name", .word, arguments: "STRING", default: "local host name", .lacks(.mail)),
      Keyword("smtp_connect_timeout", .integer(0, 4294), default: "30", unit: .seconds, .lacks(.mail)),
      Keyword("notification_email", .values, arguments: "EMAIL", .lacks(.mail)),
      Keyword("smtp_alert", .boolean, default: "unset", .lacks(.mail)),
      Keyword("startup_script", .command, .acts),
      Keyword("startup_script_timeout", .integer(1, 1000), default: "10", unit: .seconds, .acts),
      Keyword("shutdown_script", .command, .acts),
      Keyword("shutdown_script_timeout", .integer(1, 1000), default: "10", unit: .seconds, .acts),
      Keyword("max_auto_priority", .optionalInteger(-1, 99), default: "0 (off); bare = 99", .accepted(.scheduling)),
      Keyword(
        "min_auto_priority_delay", .integer(1, 10000000), default: "1000000", unit: .microseconds,
        .accepted(.scheduling)),
      Keyword("smtp_alert_vrrp", .boolean, default: "unset", .lacks(.mail)),
      Keyword("smtp_alert_checker", .boolean, default: "unset", .notManaged),
      Keyword("checker_log_all_failures", .boolean, default: "false", .notManaged),
      Keyword("dynamic_interfaces", .optionalWords, arguments: "[allow_if_changes]", default: "off", .acts),
      Keyword("no_email_faults", .flag, .lacks(.mail)),
      Keyword("default_interface", .interface, default: "eth0", .acts),
      Keyword("disable_local_igmp", .flag, .lacks(.localReports)),
      Keyword("v3_checksum_as_v2", .flag, default: "false", since: "2.2.8", .acts),
      Keyword(
        "lvs_timeouts", .optionalWords, arguments: "[tcp N] [tcpfin N] [udp N]", default: "kernel values", .notManaged),
      Keyword("lvs_flush", .flag, .notManaged),
      Keyword("lvs_flush_on_stop", .optionalWords, arguments: "[VS]", .notManaged),
      Keyword("lvs_flush_onstop", .optionalWords, arguments: "[VS]", instead: "lvs_flush_on_stop", .notManaged),
      Keyword(
        "lvs_sync_daemon", .words,
        arguments: "IFNAME [[inst] INSTANCE] [id N] [maxlen N] [port N] [ttl N] [group MCAST-IP]", .notManaged),
      Keyword("vrrp_mcast_group4", .address, arguments: "IPV4", default: "224.0.0.18", .acts),
      Keyword("vrrp_mcast_group6", .address, arguments: "IPV6", default: "ff02::12", .acts),
      Keyword("vrrp_garp_master_delay", .integer(0, 4294), default: "5", unit: .seconds, .acts),
      Keyword("vrrp_garp_master_repeat", .integer(0, 4294967295), default: "5", .acts),
      Keyword("vrrp_garp_master_refresh", .integer(0, 4294967295), default: "0 (off)", unit: .seconds, .acts),
      Keyword("vrrp_garp_master_refresh_repeat", .integer(0, 4294967295), default: "1", .acts),
      Keyword(
        "vrrp_garp_lower_prio_delay", .integer(0, 4294), default: "vrrp_garp_master_delay", unit: .seconds, .acts),
      Keyword("vrrp_garp_lower_prio_repeat", .integer(0, 2147483647), default: "vrrp_garp_master_repeat", .acts),
      Keyword("vrrp_down_timer_adverts", .integer(1, 100), default: "3", unit: .adverts, .acts),
      Keyword("vrrp_garp_interval", .decimal(1, 4294967295), default: "0 (none)", unit: .seconds, .acts),
      Keyword("vrrp_gna_interval", .decimal(1, 4294967295), default: "0 (none)", unit: .seconds, .acts),
      Keyword("vrrp_min_garp", .boolean, default: "false", .acts),
      Keyword("vrrp_garp_extra_if", .optionalWords, arguments: "[all] INT", default: "0 (off)", .acts),
      Keyword(
        "vrrp_vmac_garp_intvl", .optionalWords, arguments: "[all] INT", default: "0 (off)",
        instead: "vrrp_garp_extra_if", .acts),
      Keyword("vrrp_lower_prio_no_advert", .boolean, default: "false", .acts),
      Keyword("vrrp_higher_prio_send_advert", .boolean, default: "false", .acts),
      Keyword("vrrp_version", .integer(2, 3), default: "2", .acts),
      Keyword(
        "vrrp_iptables", .optionalWords, arguments: "[IN-CHAIN [OUT-CHAIN]]", default: "off; bare = INPUT OUTPUT",
        .accepted(.firewall)),
      Keyword(
        "vrrp_ipsets", .optionalWords, arguments: "[ADDR [ADDR6 [ADDR_IF6 [IGMP [MLD [VMAC_ND]]]]]]",
        default: "keepalived keepalived6 keepalived_if6 keepalived_igmp keepalived_mld keepalived_nd",
        .accepted(.firewall)),
      Keyword(
        "nftables", .optionalWords, arguments: "[TABLE]", default: "off; bare = keepalived", repetition: .first,
        .accepted(.firewall)),
      Keyword("nftables_priority", .integer(-2147483648, 2147483647), default: "-1", .accepted(.firewall)),
      Keyword("nftables_ifindex", .flag, .accepted(.firewall)),
      Keyword("vrrp_check_unicast_src", .boolean, default: "true", .acts),
      Keyword("vrrp_skip_check_adv_addr", .boolean, default: "false", wasFlag: true, .acts),
      Keyword("vrrp_strict", .boolean, default: "false", wasFlag: true, .acts),
      Keyword("vrrp_priority", .integer(-20, 19), default: "0", .accepted(.scheduling)),
      Keyword("vrrp_no_swap", .flag, .accepted(.scheduling)),
      Keyword("vrrp_rt_priority", .integer(1, 99), excess: .nearest, .accepted(.scheduling)),
      Keyword("vrrp_cpu_affinity", .words, arguments: "INT ...", default: "all CPUs", .accepted(.scheduling)),
      Keyword(
        "vrrp_rlimit_rttime", .integer(1, 4294967295), default: "10000", unit: .microseconds, .accepted(.scheduling)),
      Keyword(
        "vrrp_rlimit_rtime", .integer(1, 4294967295), default: "10000", unit: .microseconds,
        instead: "vrrp_rlimit_rttime", .accepted(.scheduling)),
      Keyword(
        "nftables_ipvs", .optionalWords, arguments: "[TABLE]", default: "off; bare = keepalived_ipvs", .notManaged),
      Keyword("nftables_ipvs_priority", .integer(-2147483648, 2147483647), default: "-1", .notManaged),
      Keyword("nftables_ipvs_start_fwmark", .integer(1, 4294967295), default: "1000", .notManaged),
      Keyword("nftables_counters", .flag, .accepted(.firewall)),
      Keyword("notify_fifo", .words, arguments: "PATH [USER [GROUP]]", .acts),
      Keyword("notify_fifo_script", .command, .acts),
      Keyword("vrrp_notify_fifo", .words, arguments: "PATH [USER [GROUP]]", .acts),
      Keyword("vrrp_notify_fifo_script", .command, .acts),
      Keyword("vrrp_notify_priority_changes", .boolean, default: "false", .acts),
      Keyword("fifo_write_vrrp_states_on_reload", .flag, .acts),
      Keyword("lvs_notify_fifo", .words, arguments: "PATH [USER [GROUP]]", .notManaged),
      Keyword("lvs_notify_fifo_script", .command, .notManaged),
      Keyword("checker_priority", .integer(-20, 19), default: "0", .accepted(.scheduling)),
      Keyword("checker_no_swap", .flag, .accepted(.scheduling)),
      Keyword("checker_rt_priority", .integer(1, 99), excess: .nearest, .accepted(.scheduling)),
      Keyword("checker_cpu_affinity", .words, arguments: "INT ...", default: "all CPUs", .accepted(.scheduling)),
      Keyword(
        "checker_rlimit_rttime", .integer(1, 4294967295), default: "10000", unit: .microseconds, .accepted(.scheduling)),
      Keyword(
        "checker_rlimit_rtime", .integer(1, 4294967295), default: "10000", unit: .microseconds,
        instead: "checker_rlimit_rttime", .accepted(.scheduling)),
      Keyword("bfd_priority", .integer(-20, 19), default: "0", .accepted(.scheduling)),
      Keyword("bfd_no_swap", .flag, .accepted(.scheduling)),
      Keyword("bfd_rt_priority", .integer(1, 99), excess: .nearest, .accepted(.scheduling)),
      Keyword("bfd_cpu_affinity", .words, arguments: "INT ...", default: "all CPUs", .accepted(.scheduling)),
      Keyword(
        "bfd_rlimit_rttime", .integer(1, 4294967295), default: "10000", unit: .microseconds, .accepted(.scheduling)),
      Keyword(
        "bfd_rlimit_rtime", .integer(1, 4294967295), default: "10000", unit: .microseconds,
        instead: "bfd_rlimit_rttime", .accepted(.scheduling)),
      Keyword("snmp_socket", .word, arguments: "SOCKET", default: "unix:/var/agentx/master", .lacks(.snmp)),
      Keyword("enable_traps", .flag, .lacks(.snmp)),
      Keyword("enable_snmp_vrrp", .flag, .lacks(.snmp)),
      Keyword("enable_snmp_keepalived", .flag, instead: "enable_snmp_vrrp", .lacks(.snmp)),
      Keyword("enable_snmp_rfc", .flag, .lacks(.snmp)),
      Keyword("enable_snmp_rfcv2", .flag, .lacks(.snmp)),
      Keyword("enable_snmp_rfcv3", .flag, .lacks(.snmp)),
      Keyword("enable_snmp_checker", .flag, .notManaged),
      Keyword(
        "snmp_vs_stats_update_interval", .decimal(1000, 30000000), default: "5", unit: .seconds, since: "2.3.0",
        .notManaged),
      Keyword(
        "snmp_rs_stats_update_interval", .decimal(1000, 30000000), default: "snmp_vs_stats_update_interval",
        unit: .seconds, since: "2.3.0", .notManaged),
      Keyword("enable_dbus", .flag, .lacks(.dbus)),
      Keyword("dbus_service_name", .word, arguments: "NAME", default: "org.keepalived.Vrrp1", .lacks(.dbus)),
      Keyword(
        "dbus_no_interface_name", .word, arguments: "NAME", default: "none (the word)", since: "2.3.0", .lacks(.dbus)),
      Keyword(
        "script_user", .words, arguments: "USER [GROUP]",
        default: "keepalived_script if it exists, else the uid keepalived runs as", .acts),
      Keyword("enable_script_security", .flag, .acts),
      Keyword(
        "vrrp_netlink_cmd_rcv_bufs", .integer(0, 4294967295), default: "system", unit: .bytes, .accepted(.buffers)),
      Keyword("vrrp_netlink_cmd_rcv_bufs_force", .boolean, default: "false", .accepted(.buffers)),
      Keyword(
        "vrrp_netlink_monitor_rcv_bufs", .integer(0, 4294967295), default: "system", unit: .bytes, .accepted(.buffers)),
      Keyword("vrrp_netlink_monitor_rcv_bufs_force", .boolean, default: "false", .accepted(.buffers)),
      Keyword(
        "process_monitor_rcv_bufs", .integer(0, 4294967295), default: "system", unit: .bytes, .accepted(.buffers)),
      Keyword("process_monitor_rcv_bufs_force", .boolean, default: "false", .accepted(.buffers)),
      Keyword(
        "lvs_netlink_cmd_rcv_bufs", .integer(0, 4294967295), default: "system", unit: .bytes, .accepted(.buffers)),
      Keyword("lvs_netlink_cmd_rcv_bufs_force", .boolean, default: "false", .accepted(.buffers)),
      Keyword(
        "lvs_netlink_monitor_rcv_bufs", .integer(0, 4294967295), default: "system", unit: .bytes, .accepted(.buffers)),
      Keyword("lvs_netlink_monitor_rcv_bufs_force", .boolean, default: "false", .accepted(.buffers)),
      Keyword("rs_init_notifies", .boolean, default: "false", .notManaged),
      Keyword("no_checker_emails", .boolean, default: "false", .notManaged),
      Keyword("vrrp_rx_bufs_policy", .word, arguments: "MTU / ADVERT / INT", default: "system", .accepted(.buffers)),
      Keyword("vrrp_rx_bufs_multiplier", .integer(1, 4294967295), default: "3", .accepted(.buffers)),
      Keyword("vrrp_startup_delay", .decimal(1000, 4294967295), default: "0", unit: .seconds, .acts),
      Keyword("vrrp_delay_after_boot", .decimal(1000, 4294967295), default: "0", unit: .seconds, since: "2.4.0", .acts),
      Keyword("log_unknown_vrids", .flag, .acts),
      Keyword("vrrp_owner_ignore_adverts", .boolean, default: "false", since: "2.3.3", .acts),
      Keyword("vmac_prefix", .word, arguments: "STRING", default: "vrrp", repetition: .first, .acts),
      Keyword("vmac_addr_prefix", .word, arguments: "STRING", default: "vmac_prefix", repetition: .first, .acts),
      Keyword(
        "umask", .words, arguments: "NUMBER / BIT [| BIT] …", default: "IXUSR | IRWXG | IRWXO",
        .accepted(.processes)),
      Keyword("random_seed", .integer(0, 4294967295), default: "time of day", .acts),
      Keyword(
        "reload_check_config", .optionalWords, arguments: "[LOGFILE]", default: "off; bare = /dev/null",
        .accepted(.reading)),
      Keyword("reload_time_file", .word, arguments: "PATH", .lacks(.reloadTime)),
      Keyword("reload_repeat", .flag, .lacks(.reloadTime)),
      Keyword(
        "reload_file", .optionalWords, arguments: "[PATH]",
        default: "off; bare = keepalived.reload in the PID directory", .accepted(.reading)),
      Keyword(
        "include_check", .optionalWords, arguments: "[[+/-]read / match / wildcard_match / brace_match ...]",
        default: "no checks; bare = all four", .acts),
      Keyword("config_save_dir", .word, arguments: "DIR", .accepted(.reading)),
      Keyword("tmp_config_directory", .word, arguments: "DIR", default: "memfd", .accepted(.reading)),
      Keyword("data_use_instance", .boolean, default: "false", .accepted(.processes)),
      Keyword("json_version", .integer(1, 2), default: "1", since: "2.2.8", .accepted(.debugging)),
      Keyword(
        "iproute_usr_dir", .word, arguments: "PATH", default: "/usr/share/iproute2 (build)", since: "2.3.2", .acts),
      Keyword("iproute_etc_dir", .word, arguments: "PATH", default: "/etc/iproute2 (build)", since: "2.3.2", .acts),
      Keyword(
        "state_dump_file", .word, arguments: "PATH", default: "default dump name", since: "2.3.3",
        .accepted(.debugging)),
      Keyword(
        "stats_dump_file", .word, arguments: "PATH", default: "default dump name", since: "2.3.3",
        .accepted(.debugging)),
      Keyword(
        "json_dump_file", .word, arguments: "PATH", default: "default dump name", since: "2.3.3", .accepted(.debugging)),
    ])
}
