import Configuration
import ConfigurationModel
import ConfigurationSyntax
import Testing

/// A configuration with a mistake, and what must be said of it.
struct RuleCase: Sendable, CustomTestStringConvertible {
  var id: String
  var severity: Severity
  /// Lines inside the instance, in place of or beside the usual ones.
  var text: String
  /// Line of the finding, from 1; 0 when it has no place.
  var line: Int
  /// What the suggestion must contain.
  var suggestion: String?

  var testDescription: String { id }

  init(_ id: String, _ severity: Severity, line: Int, _ text: String, suggestion: String? = nil) {
    self.id = id
    self.severity = severity
    self.text = text
    self.line = line
    self.suggestion = suggestion
  }
}

extension RuleCase {
  /// Whether the mistake is found in its place.
  func check() {
    let loaded = load(text)
    let found = loaded.diagnostics.first { $0.id == id && $0.severity == severity }
    let all = loaded.diagnostics.map { "\($0.range?.line ?? 0): \($0.severity) \($0.id): \($0.message)" }
    #expect(found != nil, "found instead: \(all)")
    #expect(found?.range?.line ?? 0 == line, "\(all)")
    if let suggestion = suggestion {
      #expect(found?.suggestion?.contains(suggestion) == true, "\(found?.suggestion ?? "no suggestion")")
    }
    #expect(loaded.hasErrors == loaded.diagnostics.contains { $0.severity == .error })
  }
}

/// An instance without mistakes around the given lines; they begin on line 4.
func instance(_ lines: String, interface: String = "interface eth0", address: String = "192.0.2.10/24") -> String {
  "vrrp_instance VI_1 {\n\(interface)\nvirtual_router_id 51\n\(lines)\nvirtual_ipaddress {\n\(address)\n}\n}\n"
}

private let instanceCases: [RuleCase] = [
  .init("missing-argument", .error, line: 4, instance("priority")),
  .init("bad-value", .error, line: 4, instance("priority 256"), suggestion: "1 to 255"),
  .init("bad-value", .error, line: 4, instance("priority 0")),
  .init("bad-value", .error, line: 4, instance("priority -10")),
  .init("bad-value", .error, line: 4, instance("priority = 100"), suggestion: "without ="),
  .init("bad-value", .error, line: 4, instance("priority 100;"), suggestion: "priority 100"),
  .init("bad-value", .error, line: 4, instance("priority 0x10")),
  .init("bad-value", .warning, line: 4, instance("virtual_router_id 256")),
  .init("bad-value", .error, line: 3, "vrrp_instance A {\ninterface eth0\nvirtual_router_id 256\n}"),
  .init("bad-value", .error, line: 4, instance("advert_int 0")),
  .init("bad-value", .error, line: 4, instance("advert_int 1s"), suggestion: "advert_int 1"),
  .init("bad-value", .error, line: 4, instance("priority 1500"), suggestion: "1 to 255"),
  .init("bad-value", .error, line: 4, instance("priority abc")),
  .init("bad-value", .error, line: 5, instance("priority 100\npriority abc")),
  .init("bad-value", .error, line: 4, instance("advert_int abc")),
  .init("bad-value", .error, line: 4, instance("advert_int 256")),
  .init("bad-value", .error, line: 4, instance("version 4")),
  .init("bad-value", .error, line: 4, instance("preempt_delay abc")),
  .init("bad-value", .error, line: 4, instance("down_timer_adverts 0")),
  .init("bad-value", .error, line: 2, "global_defs {\nvrrp_version 4\n}"),
  .init("bad-value", .error, line: 2, "global_defs {\nvrrp_down_timer_adverts 101\n}"),
  .init("bad-value", .error, line: 3, "vrrp_script a {\nscript /bin/true\nweight x\n}"),
  .init("bad-value", .error, line: 3, "vrrp_track_process a {\nprocess x\nweight 300\n}"),
  .init("bad-value", .error, line: 3, "vrrp_track_process a {\nprocess x\nquorum x\n}"),
  .init("bad-value", .error, line: 3, "vrrp_track_file a {\nfile /x\nweight x\n}"),
  .init("bad-value", .warning, line: 4, instance("garp_master_delay 5000")),
  .init("bad-value", .error, line: 4, instance("preempt_delay 1001")),
  .init("bad-value", .warning, line: 4, instance("lower_prio_no_advert maybe")),
  .init("bad-value", .warning, line: 4, instance("unicast_src_ip host")),
  .init("zero-becomes-one", .warning, line: 4, instance("garp_master_repeat 0")),
  .init("extra-words", .warning, line: 4, instance("priority 100 advert_int 1"), suggestion: "line of its own"),
  .init("extra-words", .warning, line: 4, instance("dont_track_primary off"), suggestion: "take the line out"),
  .init("unknown-keyword", .warning, line: 4, instance("no_preempt"), suggestion: "nopreempt"),
  .init("misplaced-keyword", .warning, line: 4, instance("router_id x"), suggestion: "global_defs"),
  .init("not-yet", .warning, line: 4, instance("use_vmac group 7")),
  .init("virtual-mac", .warning, line: 4, instance("use_vmac vip0 01:00:5e:00:00:01"), suggestion: "02:00"),
  .init("virtual-mac", .warning, line: 4, instance("use_vmac 00:00:5e:00:01:05")),
  .init("virtual-mac", .warning, line: 4, instance("use_vmac 02:00:00:xx:00:01")),
  .init("interface-name", .warning, line: 4, instance("use_vmac an-interface-name")),
  .init("virtual-mac-name", .warning, line: 4, instance("use_vmac eth0"), suggestion: "name of its own"),
  .init("needless-with-virtual-mac", .warning, line: 5, instance("use_vmac\npromote_secondaries")),
  .init(
    "unicast-with-virtual-mac", .warning, line: 4,
    instance("use_vmac\nunicast_src_ip 192.0.2.1\nunicast_peer {\n192.0.2.2\n}"), suggestion: "vmac_xmit_base"),
  .init("without-virtual-mac", .warning, line: 4, instance("vmac_xmit_base")),
  .init("no-effect", .note, line: 4, instance("debug 1")),
  .init("deprecated", .note, line: 4, instance("native_ipv6", address: "2001:db8::1/64")),
  .init("unknown-state", .warning, line: 4, instance("state master"), suggestion: "MASTER"),
  .init("unknown-state", .warning, line: 4, instance("state FOLLOWER")),
  .init("state-twice", .warning, line: 6, instance("priority 200\nstate MASTER\nstate BACKUP")),
  .init("master-without-priority", .warning, line: 4, instance("state MASTER")),
  .init("version-conflict", .warning, line: 5, instance("version 3\nversion 2")),
  .init("version-for-ipv6", .warning, line: 4, instance("version 2", address: "fe80::1/64")),
  .init("loopback-interface", .error, line: 2, instance("", interface: "interface lo")),
  .init("interface-name", .error, line: 2, instance("", interface: "interface averylonginterface")),
  .init("missing-interface", .error, line: 1, instance("", interface: "state BACKUP")),
  .init("missing-virtual-router-id", .error, line: 1, "vrrp_instance A {\ninterface eth0\n}"),
  .init("missing-name", .warning, line: 1, "vrrp_instance {\n}"),
  .init("extra-words", .warning, line: 1, "vrrp_instance A B {\n}"),
  .init("duplicate-name", .warning, line: 9, instance("") + instance("")),
  .init("nopreempt-with-master", .warning, line: 6, instance("state MASTER\npriority 200\nnopreempt")),
  .init("nopreempt-with-master", .warning, line: 5, instance("priority 255\nnopreempt")),
  .init("timer-expired-with-preemption", .warning, line: 4, instance("timer_expired_backup"), suggestion: "nopreempt"),
  .init("timer-expired-with-preemption", .warning, line: 5, instance("priority 255\ntimer_expired_backup\nnopreempt")),
  .init("bad-value", .error, line: 5, instance("nopreempt\ntimer_expired_backup 255")),
  .init("deprecated", .warning, line: 5, instance("nopreempt\nthread_timer_expired")),
  .init("preempt-delay-with-master", .warning, line: 6, instance("state MASTER\npriority 200\npreempt_delay 5")),
  .init("preempt-delay-with-master", .warning, line: 5, instance("nopreempt\npreempt_delay 5")),
  .init("advertisement-interval", .warning, line: 4, instance("advert_int 0.5"), suggestion: "version 3"),
  .init("advertisement-interval", .warning, line: 5, instance("version 3\nadvert_int 100")),
  .init(
    "authentication-version", .warning, line: 6, instance("version 3\nauthentication {\nauth_type PASS\nauth_pass x\n}")
  ),
  .init("authentication-without-password", .warning, line: 5, instance("authentication {\nauth_type PASS\n}")),
  .init("authentication-without-type", .warning, line: 5, instance("authentication {\nauth_pass x\n}")),
  .init("password-too-long", .warning, line: 6, instance("authentication {\nauth_type PASS\nauth_pass 123456789\n}")),
  .init("comment-in-password", .warning, line: 6, instance("authentication {\nauth_type PASS\nauth_pass ab#cd\n}")),
  .init("missing-argument", .error, line: 6, instance("authentication {\nauth_type PASS\nauth_pass #cd\n}")),
  .init("unknown-authentication", .warning, line: 5, instance("authentication {\nauth_type pass\nauth_pass x\n}")),
  .init(
    "unknown-authentication", .warning, line: 5, instance("authentication {\nauth_type ah\nauth_pass x\n}"),
    suggestion: "AH"),
  .init(
    "authentication-version", .warning, line: 5,
    instance("authentication {\nauth_type AH\nauth_pass x\n}", address: "2001:db8::1/64")),
  .init("authentication-without-password", .warning, line: 5, instance("authentication {\nauth_type AH\n}")),
  .init(
    "header-with-master", .warning, line: 4,
    instance("state MASTER\npriority 200\nauthentication {\nauth_type AH\nauth_pass x\n}"), suggestion: "BACKUP"),
  .init("unicast-without-peers", .warning, line: 4, instance("unicast_src_ip 192.0.2.1")),
  .init("unicast-without-peers", .warning, line: 4, instance("unicast_ttl 3")),
  .init(
    "unicast-without-peers", .warning, line: 5, instance("unicast_src_ip 192.0.2.1\nunicast_fault_no_peer"),
    suggestion: "unicast_peer"),
  .init(
    "mixed-families", .warning, line: 6,
    instance("mcast_src_ip fd00::2\nunicast_peer {\n192.0.2.2\n}", address: "fe80::1")),
  .init("address-suffix", .warning, line: 5, instance("unicast_peer {\nfd00::1/64\n}")),
  .init("old-checksum-use", .warning, line: 5, instance("version 3\nold_unicast_checksum")),
  .init("old-checksum-use", .warning, line: 7, instance("unicast_peer {\n192.0.2.2\n}\nold_unicast_checksum")),
  .init(
    "old-checksum-use", .warning, line: 8,
    instance("version 3\nunicast_peer {\n192.0.2.2\n}\nold_unicast_checksum\nv3_checksum_as_v2")),
  .init("bad-value", .warning, line: 4, instance("old_unicast_checksum off")),
  .init("duplicate-peer", .warning, line: 6, instance("unicast_peer {\n192.0.2.2\n192.0.2.2\n}")),
  .init("unknown-option", .warning, line: 5, instance("unicast_peer {\n192.0.2.2 192.0.2.3\n}"), suggestion: "own"),
  .init("ttl-range", .warning, line: 5, instance("unicast_peer {\n192.0.2.2 min_ttl 9 max_ttl 8\n}")),
  .init("zero-becomes-one", .warning, line: 7, instance("unicast_peer {\n192.0.2.2\n}\nunicast_ttl 0")),
  .init("sources-unchecked", .note, line: 7, instance("unicast_peer {\n192.0.2.2\n}\ncheck_unicast_src off")),
  .init(
    "ttl-without-check", .warning, line: 7,
    instance("unicast_peer {\n192.0.2.2 min_ttl 255\n}\ncheck_unicast_src off")),
  .init("not-multicast", .warning, line: 4, instance("mcast_dst_ip 192.0.2.9")),
  .init("strict-mode", .warning, line: 6, instance("strict_mode\nauthentication {\nauth_type PASS\nauth_pass x\n}")),
  .init("strict-mode", .warning, line: 5, instance("strict_mode\nstate MASTER\npriority 200"), suggestion: "BACKUP"),
  .init("strict-mode", .warning, line: 6, instance("strict_mode\npriority 255\nstate BACKUP"), suggestion: "MASTER"),
  .init("strict-mode", .warning, line: 5, instance("strict_mode\nuse_vmac vip0 02:00:00:00:00:01")),
  .init("strict-mode", .warning, line: 6, instance("strict_mode\nuse_vmac\nvmac_xmit_base")),
  .init("strict-mode", .warning, line: 5, instance("strict_mode\npreempt_delay 5")),
  .init("strict-mode", .warning, line: 1, instance("strict_mode\ndown_timer_adverts 5")),
  .init("strict-mode", .warning, line: 1, instance("strict_mode\ngarp_lower_prio_repeat 3")),
  .init("strict-mode", .warning, line: 1, instance("strict_mode on\nlower_prio_no_advert false")),
  .init("strict-mode", .warning, line: 1, instance("strict_mode\nhigher_prio_send_advert")),
  .init("strict-mode", .warning, line: 6, instance("strict_mode\nunicast_peer {\n192.0.2.2\n}")),
  .init("strict-mode", .warning, line: 1, instance("strict_mode\nno_virtual_ipaddress")),
  .init("strict-mode", .warning, line: 6, instance("strict_mode", address: "2001:db8::1/64")),
  .init("unreachable-addresses", .warning, line: 1, instance("strict_mode"), suggestion: "version 3"),
  .init("unreachable-addresses", .warning, line: 1, instance("strict_mode\nversion 3"), suggestion: "accept"),
  .init("no-addresses", .error, line: 1, "vrrp_instance A {\nstrict_mode\ninterface eth0\nvirtual_router_id 5\n}"),
  .init("skip-check-always-on", .warning, line: 4, instance("skip_check_adv_addr false")),
  .init("tracked-own-interface", .warning, line: 5, instance("track_interface {\neth0\n}")),
  .init("tracked-twice", .warning, line: 6, instance("track_interface {\neth1\neth1\n}")),
  .init(
    "unknown-option", .warning, line: 5, instance("track_interface {\neth1 eth2\n}"), suggestion: "one name a line"),
  .init("bad-value", .error, line: 5, instance("track_interface {\neth1 weight 255\n}")),
  .init("owner-weight", .warning, line: 6, instance("priority 255\ntrack_interface {\neth1 weight 5\n}")),
  .init("unknown-script", .warning, line: 5, instance("track_script {\nchk\n}")),
  .init("duplicate-command", .warning, line: 5, instance("notify /bin/a\nnotify /bin/b")),
  .init("empty-command", .warning, line: 4, instance("notify \"\"")),
  .init("script-security", .warning, line: 4, instance("notify /bin/a")),
]

private let addressCases: [RuleCase] = [
  .init("bad-address", .warning, line: 6, instance("", address: "192.168.200.300/24")),
  .init("two-addresses", .warning, line: 6, instance("", address: "192.0.2.1/24 192.0.2.2/24"), suggestion: "own"),
  .init("bad-prefix-length", .warning, line: 6, instance("", address: "192.0.2.1/33")),
  .init(
    "bad-prefix-length", .warning, line: 6, instance("", address: "192.0.2.1/255.255.255.0"), suggestion: "192.0.2.1/24"
  ),
  .init("mixed-families", .warning, line: 7, instance("", address: "192.0.2.1/24\n2001:db8::1/64")),
  .init("duplicate-address", .warning, line: 7, instance("", address: "192.0.2.1/24\n192.0.2.1/32")),
  .init("no-addresses", .warning, line: 1, instance("", address: "")),
  .init("no-addresses", .error, line: 1, instance("version 3", address: "")),
  .init("missing-argument", .warning, line: 6, instance("", address: "192.0.2.1/24 dev")),
  .init("unknown-option", .warning, line: 6, instance("", address: "192.0.2.1/24 devv eth1"), suggestion: "dev"),
  .init("interface-name", .error, line: 6, instance("", address: "192.0.2.1/24 dev averylonginterface")),
  .init("label-too-long", .warning, line: 6, instance("", address: "192.0.2.1/24 label eth0:averylonglabel")),
  .init("ipv4-only-option", .warning, line: 6, instance("", address: "2001:db8::1/64 label x")),
  .init("ipv4-only-option", .warning, line: 6, instance("", address: "2001:db8::1/64 brd +")),
  .init("broadcast-prefix", .warning, line: 6, instance("", address: "192.0.2.1/31 brd +")),
  .init("bad-address", .warning, line: 6, instance("", address: "192.0.2.1/24 brd x")),
  .init("peer-with-prefix", .warning, line: 6, instance("", address: "192.0.2.1/24 peer 192.0.2.2")),
  .init("bad-value", .warning, line: 6, instance("", address: "192.0.2.1/24 scope nonsense")),
  .init(
    "too-many-addresses", .warning, line: 261,
    instance("", address: (1...260).map { "10.0.\($0 / 250).\($0 % 250)/24" }.joined(separator: "\n"))),
  .init(
    "too-many-addresses", .warning, line: 96,
    instance("", address: (1...100).map { "fd00::\($0)/64" }.joined(separator: "\n"))),
]

private let otherCases: [RuleCase] = [
  .init("duplicate-virtual-router-id", .error, line: 11, instance("") + instance("").replacing("VI_1", with: "VI_2")),
  .init("duplicate-name", .warning, line: 4, "vrrp_script a {\nscript /x\n}\nvrrp_script a {\nscript /x\n}"),
  .init("missing-script", .warning, line: 1, "vrrp_script a {\ninterval 2\n}"),
  .init("zero-becomes-one", .warning, line: 3, "vrrp_script a {\nscript /x\ninterval 0\n}"),
  .init("bad-value", .error, line: 3, "vrrp_script a {\nscript /x\nweight 300\n}"),
  .init("bad-value", .warning, line: 3, "vrrp_script a {\nscript /x\nrise 0\n}"),
  .init("extra-words", .warning, line: 2, "vrrp_script a {\nscript /x -v -x y z\n}"),
  .init(
    "script-after-use", .warning, line: 5, instance("track_script {\nchk\n}") + "vrrp_script chk {\nscript /x\n}\n"),
  .init(
    "unknown-script", .warning, line: 8,
    "vrrp_script chk_web {\nscript /x\n}\n" + instance("track_script {\nchk_wed\n}"),
    suggestion: "chk_web"),
  .init(
    "unknown-member", .warning, line: 11, instance("") + "vrrp_sync_group G {\ngroup {\nVI_9\n}\n}", suggestion: "VI_1"),
  .init("sync-group-size", .warning, line: 9, instance("") + "vrrp_sync_group G {\ngroup {\nVI_1\n}\n}"),
  .init("sync-group-size", .warning, line: 1, "vrrp_sync_group G {\ngroup {\n}\n}"),
  .init("duplicate-block", .warning, line: 12, instance("") + "vrrp_sync_group G {\ngroup {\nVI_1 }\ngroup {\n}\n}"),
  .init(
    "member-of-two-groups", .warning, line: 16,
    instance("") + "vrrp_sync_group G {\ngroup {\nVI_1\n}\n}\nvrrp_sync_group H {\ngroup {\nVI_1\n}\n}"),
  .init(
    "sync-group-weight", .warning, line: 5,
    instance("track_interface {\neth1 weight 5\n}") + "vrrp_sync_group G {\ngroup {\nVI_1\n}\n}"),
  .init("not-multicast", .warning, line: 2, "global_defs {\nvrrp_mcast_group4 192.0.2.1\n}"),
  .init("duplicate-fifo", .warning, line: 3, "global_defs {\nnotify_fifo /run/a\nvrrp_notify_fifo /run/a\n}"),
  .init("duplicate-fifo", .warning, line: 3, "global_defs {\nnotify_fifo /run/a\nnotify_fifo /run/b\n}"),
  .init("no-effect", .note, line: 2, "global_defs {\nvrrp_priority -5\n}"),
  .init("not-yet", .warning, line: 2, "global_defs {\nno_email_faults\n}"),
  .init("sources-unchecked", .note, line: 2, "global_defs {\nvrrp_check_unicast_src off\n}"),
  .init(
    "not-managed", .warning, line: 1, "virtual_server 192.0.2.1 80 {\nreal_server 192.0.2.2 80 {\nTCP_CHECK {\n}\n}\n}"),
  .init("unknown-keyword", .error, line: 1, "vrrp_instnace A {\n}", suggestion: "vrrp_instance"),
  .init("missing-closing-brace", .error, line: 8, instance("").replacing("}\n}", with: "}") + instance("")),
]

/// What makes keepalived's VRRP process stop while it reads the file; interfaces that do not exist are found at the start.
private let stopCases: [RuleCase] = [
  .init("missing-argument", .error, line: 4, instance("priority")),
  .init("missing-virtual-router-id", .error, line: 1, "vrrp_instance A {\ninterface eth0\n}"),
  .init("bad-value", .error, line: 3, instance("").replacing("virtual_router_id 51", with: "virtual_router_id 256")),
  .init("missing-interface", .error, line: 1, instance("", interface: "state BACKUP")),
  .init("missing-interface", .error, line: 1, instance("use_vmac", interface: "state BACKUP")),
  .init("missing-interface", .error, line: 1, instance("unicast_peer {\n192.0.2.2\n}", interface: "state BACKUP")),
  .init("loopback-interface", .error, line: 2, instance("", interface: "interface lo")),
  .init("no-addresses", .error, line: 1, instance("version 3", address: "")),
  .init("no-addresses", .error, line: 1, instance("strict_mode", address: "")),
  .init("no-addresses", .error, line: 1, instance("native_ipv6", address: "")),
  .init("duplicate-virtual-router-id", .error, line: 11, instance("") + instance("").replacing("VI_1", with: "VI_2")),
  .init(
    "duplicate-virtual-router-id", .error, line: 11,
    instance("unicast_peer { 192.0.2.2 }") + instance("unicast_peer { 192.0.2.2 }").replacing("VI_1", with: "VI_2")),
]

@Suite("Rules: each mistake is found in its place")
struct RuleTests {
  @Test("Of an instance", arguments: instanceCases)
  func instances(rule: RuleCase) { rule.check() }

  @Test("Of an address", arguments: addressCases)
  func addresses(rule: RuleCase) { rule.check() }

  @Test("Of everything else", arguments: otherCases)
  func others(rule: RuleCase) { rule.check() }

  @Test("What keepalived stops at is an error with its rule named", arguments: stopCases)
  func stops(rule: RuleCase) { rule.check() }

  @Test(
    "Two routers of one VRID are no conflict where they cannot hear each other",
    arguments: [
      instance("") + instance("", interface: "interface eth1").replacing("VI_1", with: "VI_2"),
      instance("") + instance("", address: "fe80::1/64").replacing("VI_1", with: "VI_2"),
      instance("") + instance("mcast_dst_ip 224.0.0.99").replacing("VI_1", with: "VI_2"),
      instance("unicast_peer { 192.0.2.2 }") + instance("").replacing("VI_1", with: "VI_2"),
      instance("unicast_peer { 192.0.2.2 }\nunicast_fault_no_peer") + instance("").replacing("VI_1", with: "VI_2"),
      instance("unicast_peer { 192.0.2.2 }") + instance("unicast_peer { 192.0.2.3 }").replacing("VI_1", with: "VI_2"),
    ])
  func noConflict(text: String) {
    #expect(load(text).diagnostics.isEmpty)
  }

  @Test("The same link-local address on two interfaces is legal (KA#2573)")
  func linkLocalTwice() {
    let second = instance("", interface: "interface eth1", address: "fe80::1/64").replacing("VI_1", with: "VI_2")
    #expect(load(instance("", address: "fe80::1/64") + second).diagnostics.isEmpty)
  }

  @Test("The first mistake hides none of the others")
  func manyMistakes() {
    let text = """
      global_defs {
        router_id "left
        vrrp_version 4
        nonsense
      }
      vrrp_script {
        script /bin/true
        weight 999
      }
      vrrp_instnace VI_1 {
        interface lo
        priority 300
        virtual_ipadress {
          192.0.2.300/24
        }
        authentication {
          auth_type NONE
        }
        track_script {
          chk
        }
      vrrp_instance VI_1 {
        virtual_router_id 256
        state LEADER
      }
      }
      """
    let found = load(text).diagnostics.map { "\($0.range?.line ?? 0) \($0.id)" }
    let expected = [
      "2 unterminated-quote", "3 bad-value", "4 unknown-keyword", "6 missing-name", "8 bad-value", "10 unknown-keyword",
      "11 loopback-interface", "12 bad-value", "13 unknown-keyword", "14 bad-address", "17 unknown-authentication",
      "20 unknown-script", "22 missing-closing-brace", "22 duplicate-name", "23 bad-value", "24 unknown-state",
      "26 extra-brace",
    ]
    #expect(expected.allSatisfy(found.contains), "\(expected.filter { !found.contains($0) }) are not among \(found)")
  }

  @Test("LVS is told of once a file")
  func virtualServersOnce() {
    let server =
      "virtual_server 192.0.2.1 80 {\nlb_algo rr\nlb_kind NAT\nprotocol TCP\nreal_server 192.0.2.2 80 {\nweight 1\n}\n}\n"
    #expect(load(server + server).diagnostics.map(\.id) == ["not-managed"])
  }
}
