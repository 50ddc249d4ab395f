extension Schema {
  /// Keywords, by block, that keepalived 2.2.7 ignores without their value; it ends at any other keyword that needs one. Some of them it
  /// does not know yet, and so ignores them as well.
  package static let keywordsPassedOverWithoutValue: [String: Set<String>] = [
    "": ["net_namespace", "instance"],
    "global_defs": globalDefsIgnoredWithoutValue,
    "vrrp_instance": ["kernel_rx_buf_size"],
    "vrrp_script": ["script"],
    "vrrp_track_process": ["weight"],
    "track_file": ["file", "weight"],
    "vrrp_track_file": ["file", "weight"],
    "SSL": ["password", "ca", "certificate", "key"],
    "virtual_server": ["virtualhost", "snmp_name", "sorry_server_lvs_method"],
    "virtual_server/real_server": ["virtualhost", "snmp_name"],
    "virtual_server/real_server/MISC_CHECK": ["misc_path", "user"],
    "virtual_server/real_server/SMTP_CHECK": ["helo_name"],
    "virtual_server/real_server/UDP_CHECK": ["payload"],
    "virtual_server/real_server/FILE_CHECK": ["weight"],
    "virtual_server/real_server/BFD_CHECK": ["name"],
    "virtual_server/real_server/HTTP_GET": ["virtualhost", "http_protocol"],
    "virtual_server/real_server/SSL_GET": ["virtualhost", "http_protocol"],
    "virtual_server/real_server/HTTP_GET/url": urlIgnoredWithoutValue,
    "virtual_server/real_server/SSL_GET/url": urlIgnoredWithoutValue,
  ]

  private static let globalDefsIgnoredWithoutValue: Set<String> = [
    "router_id", "notification_email_from", "smtp_helo_name", "startup_script", "startup_script_timeout",
    "shutdown_script", "shutdown_script_timeout", "min_auto_priority_delay", "default_interface", "lvs_sync_daemon",
    "vrrp_priority", "vrrp_rt_priority", "vrrp_cpu_affinity", "checker_priority", "checker_rt_priority",
    "checker_cpu_affinity", "bfd_priority", "bfd_rt_priority", "bfd_cpu_affinity", "notify_fifo", "notify_fifo_script",
    "vrrp_notify_fifo", "vrrp_notify_fifo_script", "lvs_notify_fifo", "lvs_notify_fifo_script", "snmp_socket",
    "dbus_service_name", "script_user", "vrrp_netlink_cmd_rcv_bufs", "vrrp_netlink_monitor_rcv_bufs",
    "process_monitor_rcv_bufs", "lvs_netlink_cmd_rcv_bufs", "lvs_netlink_monitor_rcv_bufs", "vrrp_rx_bufs_policy",
    "vrrp_rx_bufs_multiplier", "reload_time_file", "tmp_config_directory",
    // Keywords of later versions.
    "snmp_vs_stats_update_interval", "snmp_rs_stats_update_interval", "dbus_no_interface_name", "vrrp_delay_after_boot",
    "json_version", "iproute_usr_dir", "iproute_etc_dir", "state_dump_file", "stats_dump_file", "json_dump_file",
  ]

  private static let urlIgnoredWithoutValue: Set<String> = [
    "status_code", "virtualhost", "regex", "regex_options", "regex_min_offset", "regex_max_offset", "regex_stack",
  ]
}
