import ConfigurationModel
import ConfigurationSyntax

/// Keywords of `global_defs` that are read and have no effect here.
extension Block<GlobalSettings> {
  private typealias Shared = Schema.Shared

  static var withoutEffect: [Setting<GlobalSettings>] {
    (keywords + processes + buffers).map { keyword in
      switch keyword.name {
      case "vrrp_rx_bufs_policy":
        Setting(keyword) { _, statement, lowering in
          lowering.checkBufferPolicy(statement)
          return statement.span
        }
      case "vrrp_cpu_affinity", "checker_cpu_affinity", "bfd_cpu_affinity":
        Setting(keyword) { _, statement, lowering in
          lowering.checkProcessors(statement)
          return statement.span
        }
      default: Setting(keyword)
      }
    }
  }

  private static let keywords: [Keyword] = [
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
    Keyword("no_email_faults", "Sends no mail when an instance goes to FAULT", .flag, .lacks(.mail)),
    Keyword(
      "disable_local_igmp", "Stops the kernel from reporting multicast groups of the local link by IGMP", .flag,
      .lacks(.localReports)),
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
      "lvs_notify_fifo", "Writes each change of a virtual server or a real server as a line into this FIFO", .words,
      arguments: "PATH [USER [GROUP]]", .notManaged),
    Keyword(
      "lvs_notify_fifo_script",
      "Runs a program that reads lvs_notify_fifo, with the path of the FIFO as its last argument", .command, .notManaged
    ),
    Keyword(
      "snmp_socket", "Names the socket of the SNMP master agent", .word, arguments: "SOCKET",
      default: "unix:/var/agentx/master", .lacks(.snmp)),
    Keyword("enable_traps", "Sends SNMP traps when something changes its state", .flag, .lacks(.snmp)),
    Keyword("enable_snmp_vrrp", "Shows instances and sync groups by SNMP, with KEEPALIVED-MIB", .flag, .lacks(.snmp)),
    Keyword(
      "enable_snmp_keepalived", "Means the same as enable_snmp_vrrp", .flag, instead: "enable_snmp_vrrp", .lacks(.snmp)),
    Keyword("enable_snmp_rfc", "Shows instances by SNMP, with the MIBs of RFC 2787 and RFC 6527", .flag, .lacks(.snmp)),
    Keyword(
      "enable_snmp_rfcv2", "Shows instances of version 2 by SNMP, with the MIB of RFC 2787", .flag, .lacks(.snmp)),
    Keyword(
      "enable_snmp_rfcv3", "Shows instances of version 3 by SNMP, with the MIB of RFC 6527", .flag, .lacks(.snmp)),
    Keyword(
      "enable_snmp_checker", "Shows virtual servers and real servers by SNMP, with KEEPALIVED-MIB", .flag, .notManaged),
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
      "config_save_dir", "Names a directory for copies of the configuration, for debugging", .word, arguments: "DIR",
      .accepted(.reading)),
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
      "state_dump_file", "Names the file for dumps of the configuration and the state", .word, arguments: "PATH",
      default: "default dump name", since: "2.3.3", .accepted(.debugging)),
    Keyword(
      "stats_dump_file", "Names the file for dumps of statistics", .word, arguments: "PATH",
      default: "default dump name", since: "2.3.3", .accepted(.debugging)),
    Keyword(
      "json_dump_file", "Names the file for dumps in JSON", .word, arguments: "PATH", default: "default dump name",
      since: "2.3.3", .accepted(.debugging)),
  ]

  private static var processes: [Keyword] {
    scheduling("vrrp", "VRRP process") + scheduling("checker", "health checker process")
      + scheduling("bfd", "BFD process")
  }

  private static var buffers: [Keyword] {
    buffers("vrrp_netlink_cmd", "netlink commands of the VRRP process")
      + buffers("vrrp_netlink_monitor", "changes of links and addresses in the VRRP process")
      + buffers("process_monitor", "events of processes, which track_process needs")
      + buffers("lvs_netlink_cmd", "netlink commands of the health checker process")
      + buffers("lvs_netlink_monitor", "changes of links and addresses in the health checker process")
  }

  /// Keywords for the scheduling of one of keepalived's processes.
  private static func scheduling(_ prefix: String, _ process: String) -> [Keyword] {
    let limit = "\(prefix)_rlimit_rttime"
    return [
      Keyword(
        "\(prefix)_priority", "Sets the nice value of keepalived's \(process)", .integer(-20, 19), default: "0",
        .accepted(.scheduling)),
      Keyword(
        "\(prefix)_no_swap", "Keeps the memory of keepalived's \(process) from being swapped out", .flag,
        .accepted(.scheduling)),
      Keyword(
        "\(prefix)_rt_priority", "Runs keepalived's \(process) under the real-time scheduler, with this priority",
        .integer(1, 99), excess: .nearest, .accepted(.scheduling)),
      Keyword(
        "\(prefix)_cpu_affinity", "Lets keepalived's \(process) run on these processors only", .words,
        arguments: "INT ...", default: "all CPUs", .accepted(.scheduling)),
      Keyword(
        limit, "Limits how long keepalived's \(process) may run without a pause at real-time priority",
        .integer(1, 4_294_967_295), default: "10000", unit: .microseconds, .accepted(.scheduling)),
      Keyword(
        "\(prefix)_rlimit_rtime", "Means the same as \(limit)", .integer(1, 4_294_967_295), default: "10000",
        unit: .microseconds, instead: limit, .accepted(.scheduling)),
    ]
  }

  /// The size of a socket's receive buffer.
  private static func buffers(_ prefix: String, _ purpose: String) -> [Keyword] {
    [
      Keyword(
        "\(prefix)_rcv_bufs", "Sizes the receive buffer for \(purpose)", .integer(0, 4_294_967_295),
        default: "system", unit: .bytes, .accepted(.buffers)),
      Keyword(
        "\(prefix)_rcv_bufs_force", "Lets \(prefix)_rcv_bufs go beyond the limit of the system", .boolean,
        default: "false", .accepted(.buffers)),
    ]
  }
}
