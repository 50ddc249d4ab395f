import ConfigurationModel

extension Schema {
  /// Keywords outside all blocks.
  static let topLevel: [[Keyword]] = [topLevelKeywords]

  private static let topLevelKeywords: [Keyword] = rows(
    "",
    [
      Keyword(
        "linkbeat_use_polling",
        "Polls the link state of all interfaces instead of waiting for the kernel to report changes", .flag,
        .accepted(.kernelLinks)),
      Keyword(
        "net_namespace", "Runs the service in the network namespace of this name", .word, arguments: "NAME",
        default: "current namespace", .acts),
      Keyword(
        "net_namespace_ipvs", "Keeps the LVS tables in another network namespace; without NAME in the default one",
        .optionalWords, arguments: "[NAME]", default: "same as net_namespace", .notManaged),
      Keyword(
        "namespace_with_ipsets", "Allows ipsets in a network namespace on kernels before 3.13", .flag,
        .accepted(.processes)),
      Keyword("use_pid_dir", "Writes the PID files into the directory /run/keepalived", .flag, .accepted(.processes)),
      Keyword(
        "instance", "Names this keepalived in its PID files, so that several can run on one host", .word,
        arguments: "NAME", .accepted(.processes)),
      Keyword(
        "child_wait_time", "Sets how long child processes may take to end before they are killed",
        .integer(0, 4294967295), default: "5", unit: .seconds, .accepted(.processes)),
      Keyword("global_defs", "Holds settings of the whole service and defaults of all instances", .block, .acts),
      Keyword(
        "track_group",
        "Names instances that are in FAULT while a static address, route or rule of the group is missing", .block,
        arguments: "NAME", .acts),
      Keyword(
        "static_ipaddress", "Adds addresses for as long as the service runs, whatever state the instances are in",
        .values, arguments: "ADDRESS-LINE", .acts),
      Keyword(
        "static_routes", "Adds routes for as long as the service runs, whatever state the instances are in", .values,
        arguments: "ROUTE-LINE", .acts),
      Keyword(
        "static_rules", "Adds routing rules for as long as the service runs, whatever state the instances are in",
        .values, arguments: "RULE-LINE", .acts),
      Keyword(
        "vrrp_sync_group", "Makes several instances change state together: a fault of one moves all of them", .block,
        arguments: "NAME", .acts),
      Keyword(
        "garp_group",
        "Sets the least time between address announcements on a group of interfaces, such as those of one switch",
        .block, .acts),
      Keyword(
        "linkbeat_interfaces", "Lists interfaces whose link state is polled, each with a way to poll it", .values,
        arguments: "IFNAME [MII/ETHTOOL/IOCTL]", .accepted(.kernelLinks)),
      Keyword(
        "vrrp_instance", "Defines a virtual router: its addresses, its interface, and how its master is chosen", .block,
        arguments: "NAME", .acts),
      Keyword(
        "vrrp_script", "Defines a script that is run again and again as a check, for track_script", .block,
        arguments: "NAME", .acts),
      Keyword(
        "vrrp_track_process", "Defines processes that must run, for track_process", .block, arguments: "NAME", .acts),
      Keyword(
        "interface_up_down_delays", "Sets how long a link must be down, or up again, before the change counts", .values,
        arguments: "IFNAME DOWN [UP]", .acts),
      Keyword(
        "SSL", "Sets the certificates for SSL_GET checks", .block, default: "auto-generated context", .notManaged),
      Keyword(
        "virtual_server_group", "Names a set of addresses and firewall marks that a virtual_server serves together",
        .values, arguments: "ENTRY", isNamed: true, .notManaged),
      Keyword(
        "virtual_server", "Defines an LVS service: the address that clients use, and the real servers behind it",
        .block, arguments: "IP [PORT] / fwmark N / group NAME", .notManaged),
      Keyword(
        "bfd_instance",
        "Defines a BFD session, for track_bfd: it notices within milliseconds when another host is out of reach",
        .block, arguments: "NAME", .acts),
      Keyword(
        "track_file",
        "Defines a file with a number that changes priorities or causes FAULT, for track_file in an instance", .block,
        arguments: "NAME", .acts),
      Keyword(
        "vrrp_track_file", "Means the same as track_file", .block, arguments: "NAME", instead: "track_file", .acts),
      Keyword(
        "vrrp_probe", "Defines a check that martlet makes by itself, without a script, for track_probe", .block,
        arguments: "NAME", since: Keyword.own, .acts),
    ])
}
