import Configuration
import ConfigurationModel
import ConfigurationSyntax
import NetworkTypes
import Testing
import VRRPCore

@Test("A small pair's half becomes a model with every default filled in")
func smallConfiguration() throws {
  let loaded = load(
    """
    vrrp_instance VI_1 {
        state MASTER
        interface eth0
        virtual_router_id 51
        priority 150
        advert_int 1
        authentication {
            auth_type PASS
            auth_pass secret
        }
        virtual_ipaddress {
            192.0.2.10/24 dev eth1 label eth1:vip
        }
    }
    """)
  #expect(loaded.diagnostics.isEmpty)
  let router = try #require(loaded.configuration.routers.first)
  #expect(router.name == "VI_1")
  #expect(router.interface == "eth0")
  #expect(router.core.virtualRouterID == VirtualRouterID(51))
  #expect(router.core.priority == Priority(rawValue: 150))
  #expect(router.core.version == .v2)
  #expect(router.core.interval == .seconds(1))
  #expect(router.core.preempt)
  #expect(router.initialState == .master)
  #expect(router.authentication == .password(Array("secret".utf8)))
  #expect(router.addresses.first?.prefix == IPPrefix("192.0.2.10/24"))
  #expect(router.addresses.first?.interface == "eth1")
  #expect(router.addresses.first?.label == "eth1:vip")
}

/// The only router of a configuration with the given lines.
private func ownRouter(_ lines: String, address: String = "192.0.2.10/24", before: String = "") throws
  -> VirtualRouterDefinition
{
  let loaded = load(before + instance(lines, address: address))
  return try #require(loaded.configuration.routers.first)
}

@Suite("The model has the values that result")
struct ModelTests {
  @Test(
    "Advert intervals follow the version",
    arguments: [
      ("advert_int 0.4", 100), ("advert_int 0.5", 100), ("advert_int 1.5", 200), ("advert_int 255", 25500),
      ("version 3\nadvert_int 0.01", 1), ("version 3\nadvert_int 0.014", 1), ("version 3\nadvert_int 100", 4095),
      ("version 3\nadvert_int 40.95", 4095), ("version 3\nadvert_int .5", 50), ("", 100),
    ])
  func interval(lines: String, hundredths: UInt16) throws {
    #expect(try ownRouter(lines).core.interval == Centiseconds(rawValue: hundredths))
  }

  @Test(
    "State and priority give each other their defaults",
    arguments: [
      ("", 100, RouterState.backup), ("state MASTER", 255, .master), ("priority 255", 255, .master),
      ("state MASTER\npriority 7", 7, .master), ("state master", 100, .backup), ("state BACKUP", 100, .backup),
      ("priority +5", 5, .backup), ("priority 010", 10, .backup), ("priority \" 5\"", 5, .backup),
    ])
  func stateAndPriority(lines: String, priority: UInt8, state: RouterState) throws {
    let router = try ownRouter(lines)
    #expect(router.core.priority.rawValue == priority)
    #expect(router.initialState == state)
  }

  @Test("Preemption is on unless nopreempt holds")
  func preemption() throws {
    #expect(try ownRouter("").core.preempt)
    #expect(try !ownRouter("nopreempt").core.preempt)
    #expect(try ownRouter("nopreempt\npreempt").core.preempt)
    #expect(try ownRouter("state MASTER\npriority 9\nnopreempt").core.preempt)
    #expect(try ownRouter("preempt_delay 2.5").core.preemptDelay == .milliseconds(2500))
    #expect(try ownRouter("nopreempt\npreempt_delay 5").core.preemptDelay == .zero)
  }

  @Test("Version and family follow the addresses and global_defs")
  func version() throws {
    #expect(try ownRouter("").core.version == .v2)
    #expect(try ownRouter("", before: "global_defs {\nvrrp_version 3\n}\n").core.version == .v3)
    #expect(try ownRouter("version 2", before: "global_defs {\nvrrp_version 3\n}\n").core.version == .v2)
    let six = try ownRouter("version 2", address: "2001:db8::1")
    #expect(six.core.version == .v3)
    #expect(six.family == .ipv6)
    #expect(six.addresses.first?.prefix.length == 128)
    #expect(six.addresses.first?.preferredLifetime == 0)
    #expect(six.multicastGroup == IPAddress("ff02::12"))
  }

  @Test("Announcements take the instance's values, then those of global_defs, then keepalived's")
  func announcements() throws {
    #expect(try ownRouter("").core.announcements == AnnouncementSchedule())
    let global = "global_defs {\nvrrp_garp_master_delay 0\nvrrp_garp_master_repeat 2\nvrrp_garp_master_refresh 60\n}\n"
    let schedule = try ownRouter("garp_master_repeat 3\ngarp_lower_prio_repeat 0", before: global).core.announcements
    #expect(schedule.repeats == 3)
    #expect(schedule.secondSetDelay == nil)
    #expect(schedule.refreshInterval == .seconds(60))
    #expect(schedule.lowerPriorityDelay == nil)
    #expect(schedule.lowerPriorityRepeats == 0)
    let least = try ownRouter("", before: "global_defs {\nvrrp_min_garp\n}\n").core.announcements
    #expect(least.repeats == 1)
    #expect(least.secondSetDelay == nil)
  }

  @Test("global_defs sets what instances do not say")
  func globals() throws {
    let global = """
      global_defs {
        router_id here
        vrrp_down_timer_adverts 5
        vrrp_lower_prio_no_advert
        vrrp_higher_prio_send_advert true
        v3_checksum_as_v2
        vrrp_skip_check_adv_addr
        vrrp_notify_priority_changes
        vrrp_garp_interval 0.001
        vrrp_mcast_group4 224.0.0.99
        log_unknown_vrids
        script_user nobody nogroup
        enable_script_security
        notify_fifo /run/fifo root wheel
        notify_fifo_script "/bin/reader a" nobody
      }

      """
    let loaded = load(global + instance(""))
    #expect(loaded.diagnostics.map(\.message).allSatisfy { $0.hasPrefix("log_unknown_vrids has no effect: ") })
    let settings = loaded.configuration.global
    #expect(settings.routerID == "here")
    #expect(settings.garpInterval == .milliseconds(1))
    #expect(settings.scriptUser == ScriptUser(user: "nobody", group: "nogroup"))
    #expect(settings.scriptSecurity && settings.logUnknownVRIDs)
    #expect(settings.notifyFIFO?.path == "/run/fifo")
    #expect(settings.notifyFIFO?.owner == ScriptUser(user: "root", group: "wheel"))
    #expect(settings.notifyFIFO?.script?.arguments == ["/bin/reader", "a"])
    #expect(settings.notifyFIFO?.script?.user == ScriptUser(user: "nobody"))
    let router = try #require(loaded.configuration.routers.first)
    #expect(router.core.downTimerAdverts == 5)
    #expect(router.core.lowerPriorityNoAdvert && router.core.higherPrioritySendAdvert)
    #expect(router.checksumWithoutPseudoHeader && router.skipsAddressCheck && router.notify.priorityChanges)
    #expect(router.multicastGroup == IPAddress("224.0.0.99"))
    let instance = try ownRouter("lower_prio_no_advert off\ndown_timer_adverts 2\nv3_checksum_as_v2 no", before: global)
    #expect(!instance.core.lowerPriorityNoAdvert && !instance.checksumWithoutPseudoHeader)
    #expect(instance.core.downTimerAdverts == 2)
  }

  @Test("A check has its defaults, and its users take its weight unless they have their own")
  func scripts() throws {
    let loaded = load(
      """
      vrrp_script a {
        script "/bin/check -v 'x y'"
        interval 0.5
        weight -20 reverse
        fall 3
        user nobody
        init_fail
      }
      vrrp_script b {
        script /bin/true
        timeout 3
      }
      """ + "\n" + instance("track_script {\na\nb weight 5\n}\ntrack_interface {\neth1 weight -254 reverse\n}"))
    let checks = loaded.configuration.scripts
    let schedules = checks.map(\.schedule)
    #expect(checks.map(\.name) == ["a", "b"])
    #expect(checks[0].command.arguments == ["/bin/check", "-v", "x y"])
    #expect(checks[0].command.user == ScriptUser(user: "nobody"))
    #expect(schedules[0].interval == .milliseconds(500) && schedules[0].timeout == .milliseconds(500))
    #expect(checks[0].weight == -20 && checks[0].reverse && schedules[0].fall == 3 && schedules[0].initiallyFailed)
    #expect(schedules[1].interval == .seconds(1) && schedules[1].timeout == .seconds(3) && schedules[1].rise == 1)
    let router = try #require(loaded.configuration.routers.first)
    #expect(
      router.tracked == [
        TrackerReference(.script, "a", weight: -20, reverse: true), TrackerReference(.script, "b", weight: 5),
        TrackerReference(.interface, "eth1", weight: -253, reverse: true),
      ])
    #expect(loaded.configuration.trackers.map(\.description) == ["script a", "script b", "interface eth1"])
  }

  @Test("Addresses keep what stands behind them")
  func addresses() throws {
    let address = "192.0.2.9/24 dev eth1 brd + scope link label eth1:1 noprefixroute preferred_lft 60"
    let first = try #require(try ownRouter("", address: address).addresses.first)
    #expect(first.interface == "eth1" && first.label == "eth1:1" && first.scope == 253 && first.noPrefixRoute)
    #expect(first.broadcast == IPAddress("192.0.2.255"))
    #expect(first.preferredLifetime == 60)
    let peer = try #require(try ownRouter("", address: "192.0.2.9 peer 192.0.2.8").addresses.first)
    #expect(peer.peer == IPAddress("192.0.2.8"))
    let six = try #require(try ownRouter("", address: "2001:db8::9/64 -nodad").addresses.first)
    #expect(!six.skipsDuplicateDetection && six.preferredLifetime == nil)
    let many = try ownRouter("", address: (1...100).map { "fd00::\($0)/64" }.joined(separator: "\n"))
    #expect(many.addresses.count == 90 && many.excludedAddresses.count == 10)
  }

  @Test("Unicast peers, source and TTL are kept")
  func unicast() throws {
    let router = try ownRouter(
      "unicast_src_ip 192.0.2.1\nunicast_peer {\n192.0.2.2 min_ttl 5 max_ttl 9\n192.0.2.3\n}\nunicast_ttl 9")
    #expect(router.unicastPeers.map(\.address) == [IPAddress("192.0.2.2"), IPAddress("192.0.2.3")])
    #expect(router.unicastPeers[0].minimumTTL == 5 && router.unicastPeers[0].maximumTTL == 9)
    #expect(router.sourceAddress == IPAddress("192.0.2.1"))
    #expect(router.unicastTTL == 9)
    #expect(router.checksUnicastSource)
  }

  @Test("A router that is to have peers sends to no group without them")
  func unicastWithoutPeers() throws {
    #expect(try !ownRouter("unicast_src_ip 192.0.2.1").isUnicast)
    let router = try ownRouter("unicast_fault_no_peer")
    #expect(router.isUnicast && router.faultsWithoutPeers && router.unicastPeers.isEmpty)
    #expect(try ownRouter("unicast_peer {\n192.0.2.2\n}").isUnicast)
  }

  @Test("Strangers' adverts are refused unless the file says otherwise, and never where peers have TTL limits")
  func unicastSources() throws {
    let peers = "unicast_peer {\n192.0.2.2\n}\n"
    #expect(try ownRouter(peers + "check_unicast_src").checksUnicastSource)
    #expect(try !ownRouter(peers + "check_unicast_src off").checksUnicastSource)
    #expect(try ownRouter("unicast_peer {\n192.0.2.2 max_ttl 9\n}\ncheck_unicast_src off").checksUnicastSource)
    let global = "global_defs {\nvrrp_check_unicast_src off\n}\n"
    #expect(load(global + instance(peers)).configuration.routers.first?.checksUnicastSource == false)
    #expect(
      load(global + instance(peers + "check_unicast_src")).configuration.routers.first?.checksUnicastSource == true)
  }

  @Test("AH signs with the first eight bytes")
  func signedAdverts() throws {
    let router = try ownRouter("authentication {\nauth_type AH\nauth_pass swallow123\n}")
    #expect(router.authentication == .header(key: Array("swallow1".utf8)))
  }

  @Test("Strict mode takes away what the RFCs do not have, for one instance or for all")
  func strictMode() throws {
    let lines = """
      state MASTER
      priority 150
      preempt_delay 5
      down_timer_adverts 5
      garp_lower_prio_delay 4
      higher_prio_send_advert
      use_vmac vip0 02:00:00:00:00:01
      vmac_xmit_base
      authentication {
      auth_type AH
      auth_pass x
      }
      """
    let global = "global_defs {\nvrrp_strict\n}\n"
    for text in [instance("strict_mode\n" + lines), global + instance(lines)] {
      let loaded = load(text)
      #expect(!loaded.hasErrors)
      let router = try #require(loaded.configuration.routers.first)
      #expect(router.authentication == nil)
      #expect(router.initialState == .backup)
      #expect(router.core.preemptDelay == .zero && router.core.downTimerAdverts == 3)
      #expect(router.core.lowerPriorityNoAdvert && !router.core.higherPrioritySendAdvert)
      #expect(!router.accepts)
      #expect(router.core.announcements.lowerPriorityDelay == nil)
      #expect(router.core.announcements.lowerPriorityRepeats == 0)
      #expect(router.virtualMAC?.mac == MACAddress(virtualRouter: 51, .ipv4))
      #expect(router.virtualMAC?.sendsAdvertsBelow == false)
    }
    for (lines, accepts) in [
      ("", false), ("accept", false), ("version 3", false), ("version 3\naccept", true), ("priority 255", true),
    ] {
      #expect(load(global + instance(lines)).configuration.routers.first?.accepts == accepts, "\(lines)")
    }
    let own = load(global + instance("strict_mode off\npreempt_delay 5"))
    #expect(own.configuration.routers.first?.core.preemptDelay == .seconds(5))
  }

  @Test("Groups name their members by position, and take weights away")
  func groups() throws {
    let loaded = load(
      instance("track_interface {\neth1 weight 5\n}") + instance("virtual_router_id 52").replacing("VI_1", with: "VI_2")
        + "vrrp_sync_group G {\ngroup {\nVI_2 VI_1 VI_3\n}\nnotify_master /bin/a\nnotify_priority_changes\n}")
    let group = try #require(loaded.configuration.groups.first)
    #expect(group.members == [1, 0])
    #expect(group.notify.master?.arguments == ["/bin/a"])
    #expect(loaded.configuration.routers[0].tracked.first?.weight == 0)
    #expect(loaded.configuration.routers.map(\.notify.priorityChanges) == [true, true])
  }

  @Test("A comment sign in quotes belongs to the password")
  func password() throws {
    let router = try ownRouter("authentication {\nauth_type PASS\nauth_pass \"ab#cd\"\n}")
    #expect(router.authentication == .password(Array("ab#cd".utf8)))
  }

  @Test("A bundle of what was read gives the same configuration")
  func bundle() throws {
    let recorder = RecordingSourceFiles(
      MemorySourceFiles(texts: ["/m": "include *.inc\n@me \(instance(""))", "/a.inc": "global_defs {\nrouter_id x\n}"]))
    let first = ConfigurationLoader.load(path: "/m", files: recorder, configurationID: "me", randomSeed: 3)
    let bundle = SourceBundle(recording: recorder, rootPath: "/m", configurationID: "me", randomSeed: 3)
    let second = ConfigurationLoader.load(bundle: try SourceBundle(decoding: bundle.encoded()))
    #expect(second.configuration.routers == first.configuration.routers)
    #expect(second.configuration.routers.count == 1)
    #expect(second.configuration.global.routerID == "x")
  }

  @Test("A unicast instance may leave its interface to its source address, and no other may")
  func interfaceOfTheSource() {
    let peers = "unicast_peer {\n192.0.2.2\n}"
    let loaded = load(instance("unicast_src_ip 192.0.2.1\n\(peers)", interface: ""))
    #expect(!loaded.hasErrors, "\(loaded.diagnostics)")
    #expect(loaded.configuration.routers.map(\.interface) == [""])
    #expect(loaded.configuration.routers.first?.interfaceText == "the interface with 192.0.2.1")
    for lines in [peers, "mcast_src_ip 192.0.2.1", "use_vmac\nunicast_src_ip 192.0.2.1\n\(peers)"] {
      let refused = load(instance(lines, interface: ""))
      #expect(refused.diagnostics.contains { $0.id == "missing-interface" && $0.severity == .error }, "\(lines)")
    }
  }
}
