extension Schema {
  /// Keywords of `global_defs`.
  static let globalDefinitions: [[Keyword]] = [
    rows("global_defs", general), scheduling("vrrp", "VRRP process"), rows("global_defs", firewallAndFIFOs),
    scheduling("checker", "health checker process"), scheduling("bfd", "BFD process"),
    rows("global_defs", servicesAndScripts), buffers("vrrp_netlink_cmd", "netlink commands of the VRRP process"),
    buffers("vrrp_netlink_monitor", "changes of links and addresses in the VRRP process"),
    buffers("process_monitor", "events of processes, which track_process needs"),
    buffers("lvs_netlink_cmd", "netlink commands of the health checker process"),
    buffers("lvs_netlink_monitor", "changes of links and addresses in the health checker process"),
    rows("global_defs", further),
  ]

  private static let general: [Keyword] = [
    Keyword(
      "process_names", "Gives each process of keepalived a name that says what it does", .flag, .accepted(.processes)),
    Keyword(
      "process_name", "Sets the name of keepalived's first process", .word, arguments: "NAME", default: "keepalived",
      excess: .cut(15), .accepted(.processes)),
    Keyword(
      "vrrp_process_name", "Sets the name of keepalived's VRRP process", .word, arguments: "NAME",
      default: "keepalived", excess: .cut(15), .accepted(.processes)),
    Keyword(
      "checker_process_name", "Sets the name of keepalived's health checker process", .word, arguments: "NAME",
      default: "keepalived", excess: .cut(15), .accepted(.processes)),
    Keyword(
      "lvs_process_name", "Means the same as checker_process_name", .word, arguments: "NAME", default: "keepalived",
      instead: "checker_process_name", excess: .cut(15), .accepted(.processes)),
    Keyword(
      "bfd_process_name", "Sets the name of keepalived's BFD process", .word, arguments: "NAME", default: "keepalived",
      excess: .cut(15), .accepted(.processes)),
    Keyword(
      "use_symlink_paths", "Runs scripts by their paths as written, without following symbolic links first", .boolean,
      default: "false", since: "2.3.0", .accepted(.scriptPaths)),
    Keyword(
      "set_supplementary_groups", "Gives a script all groups of the user that runs it", .boolean, default: "false",
      since: "after 2.4.3", .accepted(.scriptGroups)),
    Keyword(
      "router_id", "Names this host in keepalived's mail; martlet, which sends none, has no use for the name", .word,
      arguments: "STRING", default: "local host name", .acts),
    Keyword(
      "notification_email_from", "Sets the sender of mail", .word, arguments: "EMAIL",
      default: "keepalived@<local host>", .lacks(.mail)),
    Keyword(
      "smtp_server", "Names the server that mail is sent through", .words, arguments: "IP-or-DOMAIN [PORT]",
      .lacks(.mail)),
    Keyword(
      "smtp_helo_name", "Sets the name by which this host greets the mail server", .word, arguments: "STRING",
      default: "local host name", .lacks(.mail)),
    Keyword(
      "smtp_connect_timeout", "Sets how long to wait for the mail server", .integer(0, 4294), default: "30",
      unit: .seconds, .lacks(.mail)),
    Keyword("notification_email", "Lists the receivers of mail", .values, arguments: "EMAIL", .lacks(.mail)),
    Keyword(
      "smtp_alert", "Turns mail on or off wherever no other smtp_alert keyword decides", .boolean, default: "unset",
      .lacks(.mail)),
    Keyword("startup_script", "Runs a script once before everything else when the service starts", .command, .acts),
    Keyword(
      "startup_script_timeout", "Sets how long the startup script may run before it is ended", .integer(1, 1000),
      default: "10", unit: .seconds, .acts),
    Keyword(
      "shutdown_script", "Runs a script once when the service stops, after all addresses have been removed", .command,
      .acts),
    Keyword(
      "shutdown_script_timeout", "Sets how long the shutdown script may run before it is ended", .integer(1, 1000),
      default: "10", unit: .seconds, .acts),
    Keyword(
      "max_auto_priority", "Sets how far keepalived may raise the real-time priority of a process that was late",
      .optionalInteger(-1, 99), default: "0 (off); bare = 99", .accepted(.scheduling)),
    Keyword(
      "min_auto_priority_delay", "Sets how late a process must be before its priority is raised", .integer(1, 10000000),
      default: "1000000", unit: .microseconds, .accepted(.scheduling)),
    Keyword(
      "smtp_alert_vrrp", "Turns mail about instances and sync groups on or off", .boolean, default: "unset",
      .lacks(.mail)),
    Keyword(
      "smtp_alert_checker", "Turns mail about virtual servers and real servers on or off", .boolean, default: "unset",
      .notManaged),
    Keyword(
      "checker_log_all_failures", "Logs each failed check of a real server, not only the one that takes it down",
      .boolean, default: "false", .notManaged),
    Keyword(
      "dynamic_interfaces", "Lets the service start while interfaces are missing; their instances wait in FAULT",
      .optionalWords, arguments: "[allow_if_changes]", default: "off", .acts),
    Keyword("no_email_faults", "Sends no mail when an instance goes to FAULT", .flag, .lacks(.mail)),
    Keyword(
      "default_interface", "Names the interface of static addresses that name none", .interface, default: "eth0", .acts),
    Keyword(
      "disable_local_igmp", "Stops the kernel from reporting multicast groups of the local link by IGMP", .flag,
      .lacks(.localReports)),
    Keyword("v3_checksum_as_v2", Shared.checksum + Shared.forAll, .flag, default: "false", since: "2.2.8", .acts),
    Keyword(
      "lvs_timeouts", "Sets how long LVS remembers idle TCP, closing TCP, and UDP connections", .optionalWords,
      arguments: "[tcp N] [tcpfin N] [udp N]", default: "kernel values", .notManaged),
    Keyword("lvs_flush", "Empties the kernel's LVS table when the service starts", .flag, .notManaged),
    Keyword(
      "lvs_flush_on_stop",
      "Empties the kernel's LVS table at the end, or with VS removes just the configured virtual servers",
      .optionalWords, arguments: "[VS]", .notManaged),
    Keyword(
      "lvs_flush_onstop", "Means the same as lvs_flush_on_stop", .optionalWords, arguments: "[VS]",
      instead: "lvs_flush_on_stop", .notManaged),
    Keyword(
      "lvs_sync_daemon", "Copies LVS connections to the other hosts by the sync daemon of the kernel", .words,
      arguments: "IFNAME [[inst] INSTANCE] [id N] [maxlen N] [port N] [ttl N] [group MCAST-IP]", .notManaged),
    Keyword(
      "vrrp_mcast_group4", "Sets the multicast group of IPv4 adverts", .address, arguments: "IPV4",
      default: "224.0.0.18", .acts),
    Keyword(
      "vrrp_mcast_group6", "Sets the multicast group of IPv6 adverts", .address, arguments: "IPV6", default: "ff02::12",
      .acts),
    Keyword(
      "vrrp_garp_master_delay", Shared.garpDelay + Shared.forAll, .integer(0, 4294), default: "5", unit: .seconds,
      .acts),
    Keyword(
      "vrrp_garp_master_repeat", Shared.garpRepeat + Shared.forAll, .integer(0, 4294967295), default: "5", .acts),
    Keyword(
      "vrrp_garp_master_refresh", Shared.garpRefresh + Shared.forAll, .integer(0, 4294967295), default: "0 (off)",
      unit: .seconds, .acts),
    Keyword(
      "vrrp_garp_master_refresh_repeat", Shared.garpRefreshRepeat + Shared.forAll, .integer(0, 4294967295),
      default: "1", .acts),
    Keyword(
      "vrrp_garp_lower_prio_delay", Shared.garpLowerDelay + Shared.forAll, .integer(0, 4294),
      default: "vrrp_garp_master_delay", unit: .seconds, .acts),
    Keyword(
      "vrrp_garp_lower_prio_repeat", Shared.garpLowerRepeat + Shared.forAll, .integer(0, 2147483647),
      default: "vrrp_garp_master_repeat", .acts),
    Keyword(
      "vrrp_down_timer_adverts", Shared.downTimer + Shared.forAll, .integer(1, 100), default: "3", unit: .adverts,
      .acts),
    Keyword(
      "vrrp_garp_interval", "Sets the least time between two gratuitous ARPs on an interface", .decimal(1, 4294967295),
      default: "0 (none)", unit: .seconds, .acts),
    Keyword(
      "vrrp_gna_interval", "Sets the least time between two unsolicited neighbour advertisements on an interface",
      .decimal(1, 4294967295), default: "0 (none)", unit: .seconds, .acts),
    Keyword(
      "vrrp_min_garp", "Announces each address just once on becoming master, unless other keywords say otherwise",
      .boolean, default: "false", .acts),
    Keyword(
      "vrrp_garp_extra_if", Shared.garpExtra + Shared.forAll, .optionalWords, arguments: "[all] INT",
      default: "0 (off)", .acts),
    Keyword(
      "vrrp_vmac_garp_intvl", "Means the same as vrrp_garp_extra_if", .optionalWords, arguments: "[all] INT",
      default: "0 (off)", instead: "vrrp_garp_extra_if", .acts),
    Keyword("vrrp_lower_prio_no_advert", Shared.lowerNoAdvert + Shared.forAll, .boolean, default: "false", .acts),
    Keyword(
      "vrrp_higher_prio_send_advert", Shared.higherSendAdvert + Shared.forAll, .boolean, default: "false", .acts),
    Keyword(
      "vrrp_version",
      "Sets the version of VRRP that instances speak by default; those with IPv6 always speak version 3",
      .integer(2, 3), default: "2", .acts),
    Keyword(
      "vrrp_iptables", "Names the iptables chains for keepalived's rules, such as those of no_accept", .optionalWords,
      arguments: "[IN-CHAIN [OUT-CHAIN]]", default: "off; bare = INPUT OUTPUT", .accepted(.firewall)),
    Keyword(
      "vrrp_ipsets", "Names the ipsets that keepalived's iptables rules use", .optionalWords,
      arguments: "[ADDR [ADDR6 [ADDR_IF6 [IGMP [MLD [VMAC_ND]]]]]]",
      default: "keepalived keepalived6 keepalived_if6 keepalived_igmp keepalived_mld keepalived_nd",
      .accepted(.firewall)),
    Keyword(
      "nftables", "Names the nftables table for keepalived's rules, such as those of no_accept", .optionalWords,
      arguments: "[TABLE]", default: "off; bare = keepalived", repetition: .first, .accepted(.firewall)),
    Keyword(
      "nftables_priority", "Sets the priority of keepalived's nftables chains", .integer(-2147483648, 2147483647),
      default: "-1", .accepted(.firewall)),
    Keyword(
      "nftables_ifindex", "Uses numbers of interfaces instead of names in keepalived's nftables rules", .flag,
      .accepted(.firewall)),
    Keyword("vrrp_check_unicast_src", Shared.checkUnicastSource + Shared.forAll, .boolean, default: "true", .acts),
    Keyword(
      "vrrp_skip_check_adv_addr", Shared.skipAddressCheck + Shared.forAll, .boolean, default: "false", wasFlag: true,
      .acts),
    Keyword("vrrp_strict", Shared.strictMode + Shared.forAll, .boolean, default: "false", wasFlag: true, .acts),
  ]

  private static let firewallAndFIFOs: [Keyword] = [
    Keyword(
      "nftables_ipvs", "Serves the groups of virtual servers by nftables rules in this table, which set firewall marks",
      .optionalWords, arguments: "[TABLE]", default: "off; bare = keepalived_ipvs", .notManaged),
    Keyword(
      "nftables_ipvs_priority", "Sets the priority of the nftables chains that set firewall marks",
      .integer(-2147483648, 2147483647), default: "-1", .notManaged),
    Keyword(
      "nftables_ipvs_start_fwmark", "Sets the first firewall mark that the nftables rules set", .integer(1, 4294967295),
      default: "1000", .notManaged),
    Keyword("nftables_counters", "Adds packet counters to keepalived's nftables rules", .flag, .accepted(.firewall)),
    Keyword(
      "notify_fifo", "Writes each change of state as a line into this FIFO", .words, arguments: "PATH [USER [GROUP]]",
      .acts),
    Keyword(
      "notify_fifo_script", "Runs a program that reads notify_fifo, with the path of the FIFO as its last argument",
      .command, .acts),
    Keyword(
      "vrrp_notify_fifo", "Writes each change of state of an instance or a sync group as a line into this FIFO", .words,
      arguments: "PATH [USER [GROUP]]", .acts),
    Keyword(
      "vrrp_notify_fifo_script",
      "Runs a program that reads vrrp_notify_fifo, with the path of the FIFO as its last argument", .command, .acts),
    Keyword(
      "vrrp_notify_priority_changes", Shared.priorityChanges + Shared.forAll, .boolean, default: "false", .acts),
    Keyword(
      "fifo_write_vrrp_states_on_reload",
      "Writes the state of every instance and sync group into the FIFOs again after a reload", .flag, .acts),
    Keyword(
      "lvs_notify_fifo", "Writes each change of a virtual server or a real server as a line into this FIFO", .words,
      arguments: "PATH [USER [GROUP]]", .notManaged),
    Keyword(
      "lvs_notify_fifo_script",
      "Runs a program that reads lvs_notify_fifo, with the path of the FIFO as its last argument", .command, .notManaged
    ),
  ]

  private static let servicesAndScripts: [Keyword] = [
    Keyword(
      "snmp_socket", "Names the socket of the SNMP master agent", .word, arguments: "SOCKET",
      default: "unix:/var/agentx/master", .lacks(.snmp)),
    Keyword("enable_traps", "Sends SNMP traps when something changes its state", .flag, .lacks(.snmp)),
    Keyword(
      "enable_snmp_vrrp", "Shows instances and sync groups by SNMP, with KEEPALIVED-MIB", .flag, .lacks(.snmp)),
    Keyword(
      "enable_snmp_keepalived", "Means the same as enable_snmp_vrrp", .flag, instead: "enable_snmp_vrrp", .lacks(.snmp)),
    Keyword("enable_snmp_rfc", "Shows instances by SNMP, with the MIBs of RFC 2787 and RFC 6527", .flag, .lacks(.snmp)),
    Keyword(
      "enable_snmp_rfcv2", "Shows instances of version 2 by SNMP, with the MIB of RFC 2787", .flag, .lacks(.snmp)),
    Keyword(
      "enable_snmp_rfcv3", "Shows instances of version 3 by SNMP, with the MIB of RFC 6527", .flag, .lacks(.snmp)),
    Keyword(
      "enable_snmp_checker", "Shows virtual servers and real servers by SNMP, with KEEPALIVED-MIB", .flag,
      .notManaged),
    Keyword(
      "snmp_vs_stats_update_interval",
      "Sets the least time between two readings of virtual servers' statistics for SNMP", .decimal(1000, 30000000),
      default: "5", unit: .seconds, since: "2.3.0", .notManaged),
    Keyword(
      "snmp_rs_stats_update_interval", "Sets the least time between two readings of real servers' statistics for SNMP",
      .decimal(1000, 30000000), default: "snmp_vs_stats_update_interval", unit: .seconds, since: "2.3.0", .notManaged),
    Keyword("enable_dbus", "Shows instances and tells of their changes of state by D-Bus", .flag, .lacks(.dbus)),
    Keyword(
      "dbus_service_name", "Sets the name of the service on D-Bus", .word, arguments: "NAME",
      default: "org.keepalived.Vrrp1", .lacks(.dbus)),
    Keyword(
      "dbus_no_interface_name", "Sets the word that stands in a D-Bus path for an interface where an instance has none",
      .word, arguments: "NAME", default: "none (the word)", since: "2.3.0", .lacks(.dbus)),
    Keyword(
      "script_user", "Names the user, and perhaps the group, that runs scripts which name nobody", .words,
      arguments: "USER [GROUP]", default: "keepalived_script if it exists, else the uid keepalived runs as", .acts),
    Keyword("enable_script_security", "Refuses to run a script as root that other users can change", .flag, .acts),
  ]

  private static let further: [Keyword] = [
    Keyword(
      "rs_init_notifies", "Runs notify_up also for real servers that are up from the start", .boolean, default: "false",
      .notManaged),
    Keyword(
      "no_checker_emails", "Sends mail only when a real server is added or removed", .boolean, default: "false",
      .notManaged),
    Keyword(
      "vrrp_rx_bufs_policy",
      "Chooses by what receive buffers for adverts are sized: the MTU, an advert, or a number of bytes", .word,
      arguments: "MTU / ADVERT / INT", default: "system", .accepted(.buffers)),
    Keyword(
      "vrrp_rx_bufs_multiplier", "Sets for how many packets of that size there is room in a receive buffer",
      .integer(1, 4294967295), default: "3", .accepted(.buffers)),
    Keyword(
      "vrrp_startup_delay", "Sets how long instances wait after the start of the service before they take part",
      .decimal(1000, 4294967295),
      default: "0", unit: .seconds, .acts),
    Keyword(
      "vrrp_delay_after_boot", "Sets how long instances wait after the boot of the host before they take part",
      .decimal(1000, 4294967295),
      default: "0", unit: .seconds, since: "2.4.0", .acts),
    Keyword(
      "log_unknown_vrids", "Logs adverts with a virtual_router_id that no instance has", .flag,
      .accepted(.unknownRouters)),
    Keyword(
      "vrrp_owner_ignore_adverts", Shared.ownerIgnoresAdverts + Shared.forAll, .boolean, default: "false",
      since: "2.3.3", .acts),
    Keyword(
      "vmac_prefix", "Sets how the names of use_vmac interfaces begin", .word, arguments: "STRING", default: "vrrp",
      repetition: .first, .acts),
    Keyword(
      "vmac_addr_prefix", "Sets how the names of interfaces begin that are made for use_vmac of an address", .word,
      arguments: "STRING", default: "vmac_prefix", repetition: .first, .acts),
    Keyword(
      "umask", "Sets which permissions files that scripts make do not get", .words,
      arguments: "NUMBER / BIT [| BIT] …", default: "IXUSR | IRWXG | IRWXO", .acts),
    Keyword(
      "random_seed", "Sets the seed of ${_RANDOM}, so that each reading gives the same numbers",
      .integer(0, 4294967295), default: "time of day", .acts),
    Keyword(
      "reload_check_config", "Checks the file before a reload, and keeps the running configuration if it has an error",
      .optionalWords, arguments: "[LOGFILE]", default: "off; bare = /dev/null", .accepted(.reading)),
    Keyword(
      "reload_time_file", "Names a file that holds the time of the next reload", .word, arguments: "PATH",
      .lacks(.reloadTime)),
    Keyword(
      "reload_repeat", "Keeps the file of reload_time_file after a reload instead of removing it", .flag,
      .lacks(.reloadTime)),
    Keyword(
      "reload_file", "Names a file that exists while the configuration is being read", .optionalWords,
      arguments: "[PATH]", default: "off; bare = keepalived.reload in the PID directory", .accepted(.reading)),
    Keyword(
      "include_check",
      "Chooses what is an error in later include lines, such as a file that cannot be read",
      .optionalWords, arguments: "[[+/-]read / match / wildcard_match / brace_match ...]",
      default: "no checks; bare = all four", .acts),
    Keyword(
      "config_save_dir", "Names a directory for copies of the configuration, for debugging", .word,
      arguments: "DIR", .accepted(.reading)),
    Keyword(
      "tmp_config_directory",
      "Names the directory of the file in which keepalived puts the whole configuration together", .word,
      arguments: "DIR", default: "memfd", .accepted(.reading)),
    Keyword(
      "data_use_instance", "Puts the names of instance and network namespace into the names of dump files", .boolean,
      default: "false", .accepted(.processes)),
    Keyword(
      "json_version", "Chooses the version of the JSON dump's layout", .integer(1, 2), default: "1", since: "2.2.8",
      .accepted(.debugging)),
    Keyword(
      "iproute_usr_dir", "Names the directory of iproute2's tables of names, such as rt_tables", .word,
      arguments: "PATH", default: "/usr/share/iproute2 (build)", since: "2.3.2", .acts),
    Keyword(
      "iproute_etc_dir", "Names the directory of the host's own tables of names, which come before those of iproute2",
      .word, arguments: "PATH", default: "/etc/iproute2 (build)", since: "2.3.2", .acts),
    Keyword(
      "state_dump_file", "Names the file for dumps of the configuration and the state", .word, arguments: "PATH",
      default: "default dump name", since: "2.3.3", .accepted(.debugging)),
    Keyword(
      "stats_dump_file", "Names the file for dumps of statistics", .word, arguments: "PATH",
      default: "default dump name", since: "2.3.3", .accepted(.debugging)),
    Keyword(
      "json_dump_file", "Names the file for dumps in JSON", .word, arguments: "PATH", default: "default dump name",
      since: "2.3.3", .accepted(.debugging)),
  ]
}
