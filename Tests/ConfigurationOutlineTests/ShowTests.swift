import Configuration
import ConfigurationModel
import ConfigurationOutline
import ConfigurationSyntax
import Testing
import VRRPCore

@Suite("Showing a configuration")
struct ShowTests {
  /// Configurations that use what there is.
  private static let samples: [String] = [
    "",
    router(),
    router("A", "authentication {\nauth_type PASS\nauth_pass secret\n}\nadvert_int 3\nnopreempt\npreempt_delay 5"),
    router("A", "authentication {\nauth_type AH\nauth_pass secret\n}\ngarp_master_delay 0\ngarp_master_refresh 60"),
    router("A", "version 3\nadvert_int 0.35\nuse_vmac\nno_accept\nv3_checksum_as_v2 on\nskip_check_adv_addr"),
    router(
      "A",
      "use_vmac name v:1 02:00:00:00:01:05\nvmac_xmit_base\nunicast_src_ip 192.0.2.1\nunicast_peer {\n192.0.2.2 min_ttl 255\n192.0.2.3\n}"
    ),
    router(
      "A",
      "unicast_peer {\n192.0.2.2\n}\ncheck_unicast_src off\nunicast_ttl 9\nmcast_dst_ip 224.0.0.99\nheartbeat_interface {\neth1 eth2\n}"
    ),
    router("A", "mcast_src_ip 192.0.2.9\nmcast_dst_ip 224.0.0.99\ndont_track_primary\npromote_secondaries\naccept"),
    router("A", "priority 255\nstate MASTER\nowner_ignore_adverts"),
    "global_defs {\nvrrp_strict\n}\n"
      + router("A", "version 3\nauthentication {\nauth_type PASS\nauth_pass x\n}\nunicast_peer {\n192.0.2.2\n}")
      + router("B", "priority 255\nstate BACKUP", number: 52) + router("C", "strict_mode off", number: 53),
    router(
      "A",
      "strict_mode\nversion 3\naccept\nuse_vmac v 02:00:00:00:01:05\ngarp_lower_prio_delay 3\ndown_timer_adverts 5\nno_virtual_ipaddress"
    ),
    """
    vrrp_instance six {
      interface eth0
      virtual_router_id 6
      native_ipv6
      no_virtual_ipaddress
      virtual_ipaddress_excluded {
        192.0.2.1/24 brd + label eth0:v scope link
        2001:db8::1 preferred_lft 60 -nodad home mngtmpaddr noprefixroute
        2001:db8::2/64 preferred_lft 0 autojoin no_track
        192.0.2.7 peer 192.0.2.8 dev eth1 brd 192.0.2.255 scope 77
      }
      notify "/bin/n"
    }
    """,
    """
    vrrp_script a { script "/bin/true" weight }
    vrrp_script b {
      script "/bin/sh -c 'exit 1'" root
      interval 0.5
      timeout 3
      weight -20 reverse
      rise 2
      fall 3
      user nobody nogroup
      init_fail
    }
    vrrp_script c {
      script '/bin/sh -c "true # not a comment"'
    }
    bfd_instance d {
      neighbor_ip 192.0.2.77
      source_ip 192.0.2.1
      min_tx 50.5
      min_rx 20
      max_hops 3
      multihop
      weight 5 reverse
      passive
      vrrp
    }
    bfd_instance e {
      neighbor_ip 2001:db8::77
      max_hops -1
      idle_tx 3000
    }
    """
      + router(
        "A",
        "track_script {\na\nb weight 3\n}\ntrack_interface {\neth1 weight -9 reverse\neth0\n}\ntrack_bfd {\nd noreverse\ne\n}\ntrack_script {\nb\n}"
      ),
    router("A", "track_interface {\neth1\n}\ntrack_interface {\neth1 weight 5\neth2\n}"),
    router("A", number: 1) + router("B", "garp_extra_if 0", number: 2) + router("C", "garp_extra_if 30", number: 3)
      + "global_defs {\nvrrp_garp_extra_if all 60\nvrrp_min_garp\nvrrp_garp_lower_prio_delay 7\n}\n"
        + """
        vrrp_sync_group G {
          group {
            A B
            nobody
          }
          group { C }
          track_interface { eth5 weight 7 }
          sync_group_tracking_weight
          notify_master "/bin/m x" root
          notify_priority_changes
        }
        vrrp_sync_group alone { group { nobody } }
        """,
    """
    net_namespace blue
    global_defs {
      router_id "left host"
      vrrp_version 3
      vrrp_garp_interval 0.000001
      vrrp_gna_interval 2.5
      script_user nobody nogroup
      enable_script_security
      notify_fifo /run/f root
      notify_fifo_script "/bin/read it"
      vrrp_notify_fifo_script "/bin/none"
      vrrp_notify_priority_changes on
      vrrp_mcast_group4 224.0.0.99
      vrrp_mcast_group6 ff05::12
      dynamic_interfaces
      vrrp_startup_delay 3.5
      vrrp_delay_after_boot 20
      default_interface eth7
      log_unknown_vrids
      vmac_prefix mac
      vrrp_check_unicast_src off
      vrrp_skip_check_adv_addr
      vrrp_iptables
      enable_snmp_vrrp
    }
    static_ipaddress { 198.51.100.1/24
      198.51.100.2/32 dev eth1 scope host }
    static_routes { 198.51.100.0/24 via 192.0.2.1 table 99 }
    static_rules { from 198.51.100.0/24 table 99
      to 198.51.100.0/24 table 98 priority 77 }
    interface_up_down_delays {
      eth1 1.5 2
      eth0 3
    }
    track_file f { file "/tmp/x y" }
    virtual_server 192.0.2.1 80 {
      delay_loop 3
      real_server 192.0.2.2 80 { MISC_CHECK { misc_path "/bin/x 'y z'" } }
    }
    """
      + router(
        "A",
        "use_vmac\nvirtual_routes {\nblackhole 203.0.113.0/24\n203.0.114.0/24 nonsense\n}\nvirtual_rules {\nfrom 203.0.113.0/24 table 5\n}"
      )
      + "vrrp_instance six {\ninterface eth0\nvirtual_router_id 6\nvirtual_ipaddress {\nfe80::6\n}\n}\n",
    router(
      "A",
      "auth_hmac {\nkey 9 hex:00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\nkey 2 abcdefghijklmnopqrstuvwxyzabcdefghij\nactive_key 2\n}"
    )
      + router(
        "B",
        "version 3\nadvert_int 0.1\nauth_hmac {\nkey 2 abcdefghijklmnopqrstuvwxyzabcdefghij\nactive_key 2\nanti_replay monotonic\nmode receive-only\n}\nauthentication {\nauth_type PASS\nauth_pass x\n}",
        number: 52),
    """
    track_file a {
      file tmp/a
      weight -3 reverse
      init_file 7 overwrite
    }
    vrrp_track_file b { file "/tmp/b c"
      init_file }
    vrrp_track_process c {
      process "/usr/bin/x y" -d 'e
      param_match partial
      quorum 2
      quorum_max 3
      delay 2.5
      fork_delay 4
    }
    vrrp_track_process d {
      process nginx
      full_command
      weight 9 reverse
      terminate_delay 1
    }
    vrrp_probe e {
      https https://www.example.org:8443/x?y {
        header "X-A" "b c"
        status 200-299 404
        body not ~ "err|fail"
        body "not"
        min_days 9
      }
      interval 2.5
      weight -7 reverse
      init_fail
    }
    vrrp_probe f { icmp 192.0.2.1 192.0.2.2 { quorum 1 } }
    vrrp_probe g { tcp 192.0.2.1:80
      rise 3 }
    garp_group {
      garp_interval 0.5
      interfaces { eth0 eth1 }
    }
    garp_group {
      gna_interval 3
      interface eth2
    }
    global_defs {
      startup_script "/bin/up now" root
      startup_script_timeout 7
      shutdown_script_timeout 9
      fifo_write_vrrp_states_on_reload
    }
    """
      + router(
        "A",
        "track_interface {\neth5\n}\ntrack_file {\na weight 2\nb\n}\ntrack_process {\nc noreverse\nd\n}\ntrack_probe {\ne weight 3\nf\n}\ntrack_interface {\neth6 weight 3\n}\nunicast_fault_no_peer\ntimer_expired_backup\nold_unicast_checksum never"
      )
      + router("B", "old_unicast_checksum\nthread_timer_expired 9\ntrack_probe {\ng\n}", number: 52),
    "$N=my\n~SEQ(I,1,3) vrrp_instance \"$N ${I}\" { interface eth${I} virtual_router_id ${I} }\n",
    (1...3).map {
      router(
        "R\($0)",
        "virtual_ipaddress {\n" + (1...120).map { "10.\($0).\($0).\($0)\n" }.joined()
          + (1...200).map { "10.0.0.\($0)\n" }.joined() + "}", number: $0)
    }.joined(),
  ]

  @Test("The text reads as the same model", arguments: samples.indices)
  func sameModel(sample: Int) {
    let first = Shown(Self.samples[sample])
    let second = Shown(first.text)
    #expect(second.configuration.withoutHiddenParts == first.configuration.withoutHiddenParts)
    #expect(second.hasErrors == first.hasErrors)
    #expect(!first.text.contains("secret"))
  }

  @Test(
    "Commands and words are quoted so that they are read as they were",
    arguments: [
      #"'/bin/sh -c "a b"'"#, #""/bin/x 'a b' # c""#, #"'/bin/x "a"' "#, #"'"a # b"'"#, #"'"a # b'"'"'c ! d"'"#,
      #"'x " # y " z'"#, #""$HOME ${HOME} $""#, #"'x "y $HOME z"'"#,
    ])
  func quoting(command: String) {
    let first = Shown("vrrp_script a {\nscript \(command)\n}\n" + router("A", "notify \(command) user"))
    let second = Shown(first.text)
    #expect(first.configuration.scripts.count == 1)
    #expect(second.configuration.scripts.map(\.command) == first.configuration.scripts.map(\.command))
    #expect(second.configuration.routers.map(\.notify) == first.configuration.routers.map(\.notify))
  }

  @Test(
    "Names are quoted where they have to be",
    arguments: [
      "\"a b\"", "\"a#b\"", "\"{\"", "@a", "\"@a\"", "include", "\"$x\"", "a'b", "\"${_D}{_PWD} $_PWD ${_HASH}\"",
    ])
  func names(name: String) throws {
    let text =
      "$_D=$\nvrrp_script \(name) {\nscript /bin/true\n}\n" + router(name, "track_script {\n\"x\"\n\(name)\n}")
      + "vrrp_script x {\nscript /bin/true\n}\n"
    let first = Shown(text)
    let second = Shown(first.text)
    #expect(second.configuration.withoutHiddenParts == first.configuration.withoutHiddenParts)
    #expect(second.configuration.routers.first?.tracked.count == (name.hasPrefix("@") || name == "include" ? 1 : 2))
  }

  @Test(
    "Of lines that stand several times the one that counts is the origin",
    arguments: [
      ("state MASTER\nstate BACKUP", "state MASTER # martlet.conf:4"),
      ("state BACKUP\nstate MASTER", "state MASTER # martlet.conf:5"),
      ("state MASTER\nstate MASTER", "state MASTER # martlet.conf:5"),
      ("state BACKUP\nstate BACKUP", "state BACKUP # martlet.conf:5"),
      ("version 3\nversion 2", "version 3 # martlet.conf:4"), ("priority 9\npriority 8", "priority 8 # martlet.conf:5"),
      ("notify_deleted /bin/true\nnotify_deleted /bin/false", "notify_deleted \"/bin/true\" # martlet.conf:4"),
    ])
  func lineThatCounts(lines: String, expected: String) {
    let shown = Shown(
      "vrrp_instance A {\ninterface eth0\nvirtual_router_id 1\n\(lines)\npriority 200\nvirtual_ipaddress { 192.0.2.1 }\n}\n"
        .replacing("priority 200\n", with: lines.contains("priority") ? "" : "priority 200\n"))
    #expect(shown.line(String(lines.split(separator: " ")[0])) == expected)
  }

  @Test(arguments: ["192.0.2.2/24", "192.0.2.2-5"])
  func aPeerIsShownWhereItStandsWhateverFollowsItsAddress(word: String) {
    let shown = Shown(
      "vrrp_instance A {\ninterface eth0\nvirtual_router_id 1\nunicast_peer {\n\(word)\n}\nvirtual_ipaddress { 192.0.2.1 }\n}\n"
    )
    #expect(shown.line("192.0.2.2") == "192.0.2.2 # martlet.conf:5")
    #expect(!shown.text.contains("is left out"))
  }

  @Test("Each value has its origin")
  func origins() {
    let shown = Shown(
      """
      $IF=eth5
      global_defs {
        vrrp_version 3
        vrrp_garp_master_delay 7
      }
      include parts/*.conf
      vrrp_script chk {
        script /bin/true
        weight 5
      }
      vrrp_instance B {
        interface $IF
        virtual_router_id 2
        priority 255
        advert_int 0.123
        virtual_ipaddress { 192.0.2.2 }
        track_interface { eth5 }
      }
      """,
      others: [
        "/etc/martlet/parts/a.conf":
          "vrrp_instance A {\ninterface eth0\nvirtual_router_id 1\nvirtual_ipaddress { 192.0.2.1 }\n}\n"
      ]
    )
    let second = shown.text.range(of: "vrrp_instance B").map { String(shown.text[$0.lowerBound...]) } ?? ""
    func line(_ start: String) -> String {
      second.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
        .first { $0.hasPrefix(start + " ") } ?? ""
    }
    #expect(shown.line("vrrp_version") == "vrrp_version 3 # martlet.conf:3")
    #expect(shown.line("vrrp_garp_master_delay") == "vrrp_garp_master_delay 7 # martlet.conf:4")
    #expect(shown.line("default_interface") == "default_interface eth0 # default")
    #expect(shown.line("vrrp_instance A") == "vrrp_instance A { # parts/a.conf:1, included at martlet.conf:6")
    #expect(shown.line("interface") == "interface eth0 # parts/a.conf:2, included at martlet.conf:6")
    #expect(shown.line("rise") == "rise 1 # default")
    #expect(shown.line("timeout") == "timeout 1 # default")
    #expect(line("interface") == "interface eth5 # martlet.conf:1, $IF at martlet.conf:12")
    #expect(line("state") == "state MASTER # by priority, martlet.conf:14")
    #expect(line("version") == "version 3 # by vrrp_version, martlet.conf:3")
    #expect(line("advert_int") == "advert_int 0.12 # martlet.conf:15; written: 0.123")
    #expect(line("garp_master_delay") == "garp_master_delay 7 # by vrrp_garp_master_delay, martlet.conf:4")
    #expect(line("garp_master_repeat") == "garp_master_repeat 5 # default")
    #expect(line("192.0.2.2/32") == "192.0.2.2/32 # martlet.conf:16")
    #expect(line("eth5") == "eth5 # martlet.conf:17; is left out; martlet check says why")
    #expect(line("authentication") == "")
  }

  @Test("What strict mode settles says so")
  func strictMode() {
    let shown = Shown("global_defs {\nvrrp_strict\n}\n" + router("A", "version 3"))
    #expect(shown.line("no_accept") == "no_accept # by vrrp_strict, martlet.conf:2")
    #expect(shown.line("lower_prio_no_advert") == "lower_prio_no_advert on # by vrrp_strict, martlet.conf:2")
    #expect(shown.line("vrrp_strict") == "vrrp_strict # martlet.conf:2")
  }

  @Test("Passwords are masked, whatever becomes of them")
  func passwords() {
    let block = "authentication {\nauth_type PASS\nauth_pass hush\n}"
    let hmac = "auth_hmac {\nkey 1 hush-hush-hush-hush-hush-hush-hush\nactive_key 1\n}"
    let shown = Shown(
      router("A", block) + router("B", "version 3\n" + block, number: 2) + router("C", hmac, number: 3)
        + router("C", block, number: 4) + "SSL {\npassword hush\nca /x\n}\n"
        + router("E", "version 3\n" + hmac + block, number: 5)
        + "vrrp_probe p {\nhttp http://192.0.2.1/ {\nheader Authorization hush\nheader X-Mine loud\n}\n}\n")
    #expect(!shown.text.contains("hush"))
    #expect(shown.text.components("auth_pass ********") == 4)
    #expect(shown.text.components("key 1 ********") == 2)
    #expect(shown.text.components("header Authorization ********") == 1)
    #expect(shown.text.components("header X-Mine loud") == 1)
    #expect(shown.text.components("password ********") == 1)
    #expect(!"\(shown.shown)".contains("hush"))
  }

  @Test("What is tracked stays in its order")
  func trackersInOrder() {
    let shown = Shown(
      router("A", "track_interface {\neth1\n}\ntrack_bfd {\nb\n}\ntrack_interface {\neth2\n}")
        + "bfd_instance b {\nneighbor_ip 192.0.2.9\n}\n")
    #expect(shown.text.components("track_interface {") == 2)
    #expect(Shown(shown.text).configuration.routers == shown.configuration.routers)
  }

  @Test("Every keyword that could hold a secret has been thought of")
  func secretKeywords() {
    let suspicious = Schema.keepalived.keywords.filter { keyword in
      keyword.kind == .keyword
        && ["pass", "secret", "key", "token"].contains { keyword.name.contains($0) && keyword.name != "passive" }
    }
    #expect(
      suspicious.map { "\($0.block)/\($0.name)" }.sorted() == [
        "SSL/key", "SSL/password", "vrrp_instance/auth_hmac/active_key", "vrrp_instance/auth_hmac/key",
        "vrrp_instance/authentication/auth_pass", "vrrp_probe/https/key_file", "vrrp_probe/redis/key_file",
        "vrrp_probe/smtp/key_file", "vrrp_probe/tcp/key_file",
      ])
  }

  @Test("Every keyword that acts is a property, or is known to be shown as it is written")
  func everyKeyword() {
    // An empty block of each keyword that acts must come back in the text in some form.
    let blocks = [
      "global_defs", "vrrp_script", "bfd_instance", "vrrp_sync_group", "vrrp_instance", "track_file",
      "vrrp_track_process",
      "vrrp_probe", "vrrp_instance/auth_hmac", "garp_group",
    ]
    for keyword in Schema.keepalived.keywords
    where keyword.disposition == .acts && blocks.contains(keyword.block) && keyword.kind == .keyword {
      // It says how the file is read, and what is shown has been read.
      if keyword.name == "include_check" { continue }
      let value: String
      switch keyword.form {
      case .integer(let low, let high): value = "\(min(high, max(low, 3)))"
      case .decimal(let low, let high): value = "\(min(high, max(low, 1_000_000)) / 1_000_000)"
      case .values: value = "{ 192.0.2.9 }"
      case .block: value = "{ auth_pass x }"
      case .word, .words, .address, .interface: value = "192.0.2.9"
      case .target: value = "192.0.2.9"
      case .command: value = "/bin/x"
      default: value = ""
      }
      let name = ["global_defs", "garp_group"].contains(keyword.block) ? "" : "N "
      let line = "\(keyword.name) \(value)"
      let shown =
        keyword.block == "vrrp_instance/auth_hmac"
        ? Shown("vrrp_instance N {\nauth_hmac {\n\(line)\n}\n}\n") : Shown("\(keyword.block) \(name){\n\(line)\n}\n")
      let alias = ["neighbour_ip": "neighbor_ip"][keyword.name] ?? keyword.name
      #expect(!shown.line(alias).isEmpty, "\(keyword.block) \(keyword.name)")
    }
  }

  @Test("Nothing in a path or a name ends a comment's line")
  func hostilePaths() {
    let files = MemorySourceFiles(texts: ["/etc/a\nb.conf": router()])
    let (loaded, source) = ConfigurationLoader.loadWithSource(ConfigurationSource(path: "/etc/a\nb.conf"), files: files)
    let text = ShownConfiguration(loaded.configuration, source: source, path: "/etc/a\nb.conf").text
    let again = Shown(String(decoding: text, as: UTF8.self))
    #expect(again.configuration == loaded.configuration)
  }
}

extension String {
  /// How often a text stands in this one.
  fileprivate func components(_ text: String) -> Int {
    var count = 0
    var rest = self[...]
    while let range = rest.range(of: text) {
      count += 1
      rest = rest[range.upperBound...]
    }
    return count
  }
}

extension StringProtocol {
  /// The first place where a text stands.
  func range(of text: String) -> Range<Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
      formIndex(after: &start)
    }
    return nil
  }
}
