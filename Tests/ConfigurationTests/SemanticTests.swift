import Configuration
import ConfigurationModel
import ConfigurationSyntax
import NetworkTypes
import Testing
import VRRPCore

private let group = "vrrp_sync_group G {\ngroup {\nVI_1\nVI_2\n}\n}\n"

/// A second instance, with lines of its own.
private func second(_ lines: String) -> String {
  instance(lines).replacing("VI_1", with: "VI_2").replacing("virtual_router_id 51", with: "virtual_router_id 52")
}

private let instanceCases: [RuleCase] = [
  .init(
    "multicast-group-of-unicast", .warning, line: 7,
    instance("unicast_peer {\n192.0.2.2\n}\nmcast_dst_ip 224.0.0.99"), suggestion: "unicast_peer"),
  .init("owner-ignore-adverts", .warning, line: 4, instance("owner_ignore_adverts")),
  .init("owner-ignore-adverts", .warning, line: 5, instance("priority 255\nowner_ignore_adverts off")),
  .init("vrf-with-interface", .warning, line: 4, instance("vrf blue")),
  .init("vrf-twice", .warning, line: 5, instance("vrf blue\nvrf red")),
  .init("interface-name", .warning, line: 4, instance("vrf averylonginterface")),
  .init("first-address-link-local", .note, line: 6, instance("", address: "2001:db8::1/64")),
  .init("virtual-mac-twice", .warning, line: 6, instance("use_vmac", address: "192.0.2.1/24 use_vmac")),
  .init("ipvlan", .warning, line: 5, instance("use_ipvlan\nuse_ipvlan")),
  .init("ipvlan", .warning, line: 4, instance("use_ipvlan bridge vepa")),
  .init("ipvlan", .warning, line: 4, instance("use_ipvlan a b")),
  .init("not-yet", .warning, line: 4, instance("use_ipvlan"), suggestion: "use_vmac"),
  .init("missing-argument", .warning, line: 5, instance("track_interface {\neth1 weight\n}")),
  .init("unknown-option", .warning, line: 5, instance("track_interface {\neth1 wait 5\n}")),
  .init("tracked-twice", .warning, line: 6, instance("track_interface {\neth1\neth1\n}")),
  .init("unknown-file", .warning, line: 5, instance("track_file {\nf\n}"), suggestion: "track_file f"),
  .init(
    "unknown-file", .warning, line: 8,
    "track_file maintenance {\nfile /run/m\n}\n" + instance("track_file {\nmaintanance\n}"), suggestion: "maintenance"),
  .init("unknown-process", .warning, line: 5, instance("track_process {\np\n}")),
  .init(
    "file-after-use", .warning, line: 5, instance("track_file {\nf\n}") + "track_file f {\nfile /x\n}\n",
    suggestion: "front"),
  .init("bad-value", .warning, line: 4, instance("debug 9")),
  .init("deprecated", .warning, line: 4, instance("vmac_garp_intvl 5")),
  .init("broadcast-prefix", .warning, line: 6, instance("", address: "192.0.2.1 brd 192.0.2.255 peer 192.0.2.2")),
  .init("broadcast-prefix", .warning, line: 6, instance("", address: "192.0.2.1 peer 192.0.2.2 brd 192.0.2.255")),
  .init("no-addresses", .error, line: 1, instance("version 3", address: "192.0.2.300/24")),
  .init("missing-argument", .error, line: 1, "vrrp_instance A {\npriority\n}").at(line: 2),
]

private let groupCases: [RuleCase] = [
  .init(
    "sync-group-state", .warning, line: 4, instance("state MASTER\npriority 150") + second("") + group,
    suggestion: "same state"),
  .init("sync-group-owner", .warning, line: 17, instance("priority 255") + second("") + group),
  .init(
    "tracked-by-group-too", .warning, line: 5,
    instance("track_interface {\neth1 weight 5\n}") + second("")
      + group.replacing("}\n}\n", with: "}\ntrack_interface {\neth1 weight 9\n}\n}\n")),
  .init(
    "tracked-by-group-too", .note, line: 8,
    "vrrp_script c {\nscript /x\n}\n" + instance("track_script {\nc\n}") + second("")
      + group.replacing("}\n}\n", with: "}\ntrack_script {\nc\n}\n}\n")),
  .init(
    "foreign-virtual-mac", .warning, line: 14,
    instance("use_vmac vip51") + second("").replacing("192.0.2.10/24", with: "192.0.2.11/24 dev vip51"),
    suggestion: "vrrp_sync_group"),
  .init("duplicate-name", .warning, line: 7, group + group),
  .init("missing-name", .warning, line: 1, "vrrp_sync_group {\n}"),
  .init("unknown-option", .warning, line: 5, "vrrp_sync_group G {\ngroup {\n}\ntrack_interface {\neth1 eth2\n}\n}"),
]

private let otherCases: [RuleCase] = [
  .init("missing-name", .error, line: 1, "vrrp_script {\nscript /x\n}"),
  .init("unused-script", .warning, line: 1, "vrrp_script c {\nscript /x\n}"),
  .init("missing-file", .warning, line: 1, "track_file f {\nweight 3\n}"),
  .init("bad-value", .error, line: 3, "track_file f {\nfile /x\nweight 300\n}"),
  .init("far-value", .warning, line: 3, "track_file f {\nfile /x\ninit_file 999\n}"),
  .init("unknown-option", .warning, line: 3, "track_file f {\nfile /x\ninit_file yes\n}"),
  .init("duplicate-name", .warning, line: 4, "track_file f {\nfile /x\n}\nvrrp_track_file f {\nfile /x\n}"),
  .init("missing-process", .warning, line: 1, "vrrp_track_process p {\n}"),
  .init("bad-value", .warning, line: 3, "vrrp_track_process p {\nprocess x\ndelay 4000\n}"),
  .init("track-group-size", .warning, line: 1, "track_group t {\n}"),
  .init(
    "unknown-member", .warning, line: 11, instance("") + "track_group t {\ngroup {\nVI_2\n}\n}", suggestion: "VI_1"),
  .init("missing-name", .warning, line: 1, "track_group {\n}"),
  .init("duplicate-block", .warning, line: 12, instance("") + "track_group t {\ngroup {\nVI_1 }\ngroup {\n}\n}"),
  .init("unknown-track-group", .warning, line: 2, "static_ipaddress {\n192.0.2.1/24 track_group t\n}"),
  .init("unknown-track-group", .warning, line: 2, "static_routes {\n192.0.2.0/24 dev eth0 track_group t\n}"),
  .init(
    "duplicate-interface", .warning, line: 7,
    "garp_group {\ngarp_interval 1\ninterface eth0\n}\ngarp_group {\ngna_interval 1\ninterfaces {\neth0\n}\n}"
  ).at(line: 8),
  .init(
    "link-delay", .warning, line: 2, "interface_up_down_delays {\neth0 3\n}\n" + instance(""), suggestion: "at most 2"),
  .init(
    "link-delay", .warning, line: 2,
    "interface_up_down_delays {\neth0 0.5\n}\n" + instance("down_timer_adverts 1"), suggestion: "at most 0"),
  .init("route-time", .warning, line: 2, "static_routes {\n192.0.2.0/24 dev eth0 rtt 1ms\n}"),
  .init("bad-value", .warning, line: 2, "global_defs {\nrandom_seed x\n}"),
  .init("bad-value", .warning, line: 2, "global_defs {\ninclude_check matches\n}", suggestion: "match"),
  .init("not-yet", .warning, line: 2, "global_defs {\nenable_snmp_vrrp\n}", suggestion: "martlet status"),
  .init("bad-value", .warning, line: 2, "global_defs {\nsmtp_connect_timeout 5000\n}"),
]

private func server(_ lines: String, real: String = "") -> String {
  "virtual_server 192.0.2.1 80 {\nlb_algo rr\nlb_kind NAT\nprotocol TCP\n\(lines)\nreal_server 192.0.2.2 80 {\n\(real)\n}\n}\n"
}

private let serverCases: [RuleCase] = [
  .init("not-managed", .warning, line: 1, server("")),
  .init("bad-address", .warning, line: 1, "virtual_server 192.0.2.x 80 {\n}"),
  .init("bad-value", .warning, line: 1, "virtual_server 192.0.2.1 80000 {\n}"),
  .init("bad-value", .warning, line: 1, "virtual_server fwmark x {\n}"),
  .init("unknown-name", .warning, line: 1, "virtual_server group g {\nreal_server 192.0.2.1 80 {\n}\n}"),
  .init("missing-argument", .warning, line: 1, "virtual_server {\n}"),
  .init("no-real-servers", .warning, line: 1, "virtual_server 192.0.2.1 80 {\n}"),
  .init(
    "virtual-server-defaults", .warning, line: 1, "virtual_server 192.0.2.1 80 {\nreal_server 192.0.2.2 80 {\n}\n}"),
  .init("bad-value", .warning, line: 5, server("lb_algo round"), suggestion: nil),
  .init("bad-value", .warning, line: 5, server("lb_kind nat"), suggestion: "capitals"),
  .init("bad-value", .warning, line: 5, server("lb_kind TUN type ip")),
  .init("bad-value", .warning, line: 5, server("protocol ICMP")),
  .init("bad-value", .warning, line: 5, server("persistence_timeout 0")),
  .init("bad-value", .warning, line: 5, server("delay_loop 0")),
  .init("bad-value", .warning, line: 5, server("delay_loop string")),
  .init("bad-value", .warning, line: 5, server("persistence_granularity 99")),
  .init("bad-address", .warning, line: 5, server("sorry_server x 80")),
  .init("quorum-range", .warning, line: 5, server("quorum 2")),
  .init("quorum-range", .warning, line: 5, server("hysteresis 1")),
  .init("missing-argument", .error, line: 5, server("quorum")),
  .init("unknown-keyword", .warning, line: 5, server("quorun 1"), suggestion: "quorum"),
  .init(
    "misplaced-keyword", .warning, line: 7, server("", real: "persistence_timeout 5"), suggestion: "virtual_server"),
  .init("bad-address", .warning, line: 5, server("real_server 192.0.2.300 80 {\n}")),
  .init("mixed-families", .warning, line: 5, server("real_server 2001:db8::1 80 {\n}")),
  .init("bad-value", .warning, line: 7, server("", real: "weight -1")),
  .init("bad-value", .warning, line: 8, server("", real: "TCP_CHECK {\nconnect_port 0\n}")),
  .init("bad-value", .warning, line: 8, server("", real: "TCP_CHECK {\nconnect_ip 192.0.2.x\n}")),
  .init(
    "mixed-families", .warning, line: 9, server("", real: "TCP_CHECK {\nconnect_ip 192.0.2.9\nbindto 2001:db8::1\n}")),
  .init("incomplete-checker", .warning, line: 7, server("", real: "MISC_CHECK {\n}")),
  .init("incomplete-checker", .warning, line: 7, server("", real: "HTTP_GET {\n}")),
  .init("incomplete-checker", .warning, line: 8, server("", real: "HTTP_GET {\nurl {\n}\n}")),
  .init("bad-value", .warning, line: 10, server("", real: "HTTP_GET {\nurl {\npath /\ndigest 12\n}\n}")),
  .init("bad-value", .warning, line: 10, server("", real: "HTTP_GET {\nurl {\npath /\nstatus_code 99\n}\n}")),
  .init(
    "offset-range", .warning, line: 8,
    server("", real: "HTTP_GET {\nurl {\npath /\nregex_min_offset 5\nregex_max_offset 5\n}\n}")),
  .init("deprecated", .warning, line: 8, server("", real: "HTTP_GET {\nnb_get_retry 3\nurl {\npath /\n}\n}")),
  .init("bad-value", .warning, line: 8, server("", real: "DNS_CHECK {\ntype zz\n}")),
  .init("bad-value", .warning, line: 8, server("", real: "UDP_CHECK {\npayload xyz\n}")),
  .init("reply-length", .warning, line: 7, server("", real: "UDP_CHECK {\nmin_reply_length 9\nmax_reply_length 8\n}")),
  .init("unknown-name", .warning, line: 8, server("", real: "FILE_CHECK {\ntrack_file f\n}")),
  .init("unknown-name", .warning, line: 8, server("", real: "BFD_CHECK {\nname wan\n}")),
  .init("missing-argument", .error, line: 9, server("", real: "HTTP_GET {\nurl {\npath\n}\n}")),
  .init("address-range", .warning, line: 2, "virtual_server_group g {\n192.0.2.9-1 80\n}"),
  .init("bad-address", .warning, line: 2, "virtual_server_group g {\nx 80\n}"),
  .init("bad-value", .warning, line: 2, "virtual_server_group g {\nfwmark z\n}"),
  .init("no-real-servers", .warning, line: 1, "virtual_server_group g {\n}"),
  .init(
    "unknown-name", .warning, line: 2, "global_defs {\nlvs_sync_daemon eth0 VI_9\n}\n" + instance(""),
    suggestion: "VI_1"),
  .init("bad-value", .warning, line: 2, "global_defs {\nlvs_sync_daemon eth0 VI_1 id 256\n}\n" + instance("")),
  .init("bad-value", .warning, line: 2, "global_defs {\nlvs_timeouts tcp x\n}"),
]

extension RuleCase {
  /// The same mistake, found on another line.
  fileprivate func at(line: Int) -> RuleCase {
    var rule = self
    rule.line = line
    return rule
  }
}

@Suite("What keepalived corrects, refuses or passes over is said")
struct SemanticTests {
  @Test("Of an instance", arguments: instanceCases)
  func instances(rule: RuleCase) { rule.check() }

  @Test("Of groups", arguments: groupCases)
  func groups(rule: RuleCase) { rule.check() }

  @Test("Of everything else", arguments: otherCases)
  func others(rule: RuleCase) { rule.check() }

  @Test("Of LVS", arguments: serverCases)
  func servers(rule: RuleCase) { rule.check() }

  @Test("What is corrected is corrected in the model too")
  func model() throws {
    let unicast = load(instance("unicast_peer {\n192.0.2.2\n}\nmcast_dst_ip 224.0.0.99"))
    #expect(unicast.configuration.routers.first?.multicastGroup.description == "224.0.0.18")
    #expect(load(instance("priority 256")).configuration.routers.first?.core.priority.rawValue == 100)
    #expect(load(instance("priority 7\npriority x")).configuration.routers.first?.core.priority.rawValue == 100)
    let tracked = load(
      instance("track_interface {\neth1 weight 5\n}") + second("")
        + group.replacing("}\n}\n", with: "}\nsync_group_tracking_weight\ntrack_interface {\neth1 weight 9\n}\n}\n"))
    #expect(tracked.configuration.routers.first?.tracked.first?.weight == 9)
    let delays = load("interface_up_down_delays {\neth0 9 9\n}\n" + instance("")).configuration.linkDelays
    #expect(delays["eth0"] == LinkDelay(down: .seconds(2), up: .seconds(2)))
    let named = load(instance("use_vmac eth0"))
    #expect(named.configuration.routers.first?.virtualMAC?.interface == "vrrp.51")
  }

  @Test("A name that stands once in LVS and is right is nothing to tell of")
  func knownNames() {
    let text =
      "track_file f {\nfile /x\n}\nbfd_instance wan {\nneighbor_ip 192.0.2.9\n}\nvirtual_server_group g {\n192.0.2.1-9 80\n}\n"
      + server("", real: "FILE_CHECK {\ntrack_file f\n}\nBFD_CHECK {\nname wan\n}")
      .replacing("virtual_server 192.0.2.1 80", with: "virtual_server group g")
    #expect(load(text).diagnostics.map(\.id) == ["not-managed"])
  }
}
