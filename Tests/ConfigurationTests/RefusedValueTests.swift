import Configuration
import ConfigurationModel
import ConfigurationSyntax
import NetworkTypes
import Testing
import VRRPCore

private func global(_ lines: String) -> String { "global_defs {\n\(lines)\n}\n" + instance("") }

@Suite("Values of global_defs that keepalived corrects or refuses")
struct RefusedGlobalTests {
  @Test(
    "A real-time priority is held within its bounds",
    arguments: ["vrrp", "checker", "bfd"].map { "\($0)_rt_priority" }, [("0", "1"), ("100", "99"), ("-5", "1")])
  func realTime(keyword: String, values: (String, String)) {
    let loaded = ValueCase("\(keyword) \(values.0)", "bad-value").check(global)
    let found = loaded.diagnostics.first { $0.id == "bad-value" }
    #expect(found?.message.hasSuffix("; \(values.1) is used") == true)
  }

  @Test(arguments: ["1", "99", "050"])
  func aRealTimePriorityWithinItsBoundsIsTaken(word: String) {
    #expect(load(global("vrrp_rt_priority \(word)")).diagnostics.map(\.id) == ["no-effect"])
  }

  @Test(arguments: [
    ValueCase("dynamic_interfaces allow_if_change", "bad-value", fixed: "dynamic_interfaces allow_if_changes"),
    ValueCase("dynamic_interfaces ALLOW_IF_CHANGES", "bad-value", fixed: "dynamic_interfaces allow_if_changes"),
    ValueCase("dynamic_interfaces yes", "bad-value", fixed: "dynamic_interfaces"),
    ValueCase("router_id a\ndynamic_interfaces off", "bad-value", fixed: "router_id a"),
    ValueCase(
      "dynamic_interfaces allow_if_changes foo", "extra-words"),
  ])
  func interfacesMayBeMissingWhateverFollows(value: ValueCase) {
    #expect(value.check(global).configuration.global.allowsMissingInterfaces)
  }

  @Test(
    "What no umask can be is told",
    arguments: [
      ValueCase("umask 089", "bad-value"), ValueCase("umask u=rw", "bad-value"), ValueCase("umask 01000", "bad-value"),
      ValueCase("umask 777", "bad-value", fixed: "umask 0777"), ValueCase("umask 022 022", "bad-value"),
      ValueCase("umask irusr", "bad-value"), ValueCase("umask IRUSR |", "bad-value"),
      ValueCase("umask IRUSR IWUSR", "bad-value"), ValueCase("umask | IRUSR", "bad-value"),
      ValueCase("umask IRWXG|IRWXO", "bad-value"), ValueCase("umask 1.5", "bad-value"),
    ])
  func umask(value: ValueCase) { value.check(global) }

  @Test(
    "A umask is read as keepalived reads it, and is its own without a line",
    arguments: [
      ("", 0o177), ("umask 022", 0o022), ("umask 0x1ff", 0o777), ("umask 0", 0), ("umask 18", 0o022),
      ("umask IRUSR", 0o400), ("umask IRUSR|IWUSR", 0o600), ("umask IRWXG | IRWXO", 0o077),
      ("umask IXUSR | IRWXG | IRWXO", 0o177), ("umask 01000", 0o177),
    ] as [(String, UInt32)])
  func umask(lines: String, mask: UInt32) {
    #expect(load(global(lines)).configuration.global.scriptMask == mask)
  }

  @Test(arguments: [
    "vrrp_rx_bufs_policy mtu", "vrrp_rx_bufs_policy 1500", "vrrp_cpu_affinity 0 1", "process_name fifteen-letters",
    "nftables a\nnftables a",
  ])
  func whatKeepalivedTakesIsTaken(lines: String) {
    #expect(Set(load(global(lines)).diagnostics.map(\.id)) == ["no-effect"])
  }

  @Test(arguments: [
    ValueCase("vrrp_rx_bufs_policy 0x10", "bad-value"), ValueCase("vrrp_rx_bufs_policy auto", "bad-value"),
    ValueCase("vrrp_rx_bufs_policy MTU 1500", "extra-words"), ValueCase("vrrp_cpu_affinity 0-1", "bad-value"),
    ValueCase("bfd_cpu_affinity all", "bad-value"), ValueCase("nftables a b", "extra-words"),
    ValueCase("process_name a-name-of-16-byt", "bad-value", fixed: "process_name a-name-of-16-by"),
    ValueCase("vrrp_mcast_group6 ff05::12", "not-multicast"),
    ValueCase("vrrp_garp_extra_if 10 20", "extra-words"),
    ValueCase("vrrp_startup_delay 1.23456789", "bad-value", fixed: "vrrp_startup_delay 1.234568"),
    ValueCase("vrrp_garp_interval -0.5", "bad-value"),
    ValueCase("router_id a\nvrrp_strict off", "on-in-keepalived", fixed: "router_id a"),
    ValueCase("router_id a\nvrrp_skip_check_adv_addr no", "on-in-keepalived", fixed: "router_id a"),
  ])
  func whatKeepalivedMakesOfOthersIsTold(value: ValueCase) { value.check(global) }

  @Test(
    "A word that is neither on nor off turns on in keepalived what is off here",
    arguments: ["vrrp_strict 0", "vrrp_strict maybe", "vrrp_skip_check_adv_addr 0"])
  func onInKeepalived(line: String) {
    let loaded = ValueCase(line, "on-in-keepalived").check(global)
    let message = loaded.diagnostics.first?.message ?? ""
    #expect(message.contains("the default holds (false), while keepalived 2.2.7 has it on"), "\(message)")
  }

  @Test func aLineThatIsIgnoredBesideAnotherDoesNotSpeakOfTheDefault() {
    let message = load(global("vrrp_skip_check_adv_addr on\nvrrp_skip_check_adv_addr 0")).diagnostics.first?.message
    #expect(message?.contains("the line is ignored, while keepalived") == true, "\(message ?? "nothing")")
  }

  @Test func whatIsOffInNewerVersionsIsOff() {
    // Strict mode would be told of: the addresses would be unreachable.
    #expect(load(global("vrrp_strict off")).diagnostics.map(\.id) == ["on-in-keepalived"])
  }

  @Test(
    "Of keywords that stand twice the last counts, and of some the first",
    arguments: [
      ValueCase(
        "vrrp_garp_master_delay 1\nvrrp_garp_master_delay 2", "keyword-twice"),
      ValueCase("vmac_prefix a\nvmac_prefix b", "keyword-twice"),
      ValueCase("vmac_prefix vrrp\nvmac_prefix b", "keyword-twice"),
      ValueCase("vmac_addr_prefix a\nvmac_addr_prefix b", "keyword-twice"),
      ValueCase("nftables a\nnftables b", "keyword-twice"),
    ])
  func twice(value: ValueCase) { value.check(global) }

  @Test(arguments: [
    ValueCase("eth0 FOO", "bad-value"), ValueCase("eth0 mii", "bad-value", fixed: "eth0 MII"),
    ValueCase("eth0 MII ETHTOOL", "bad-value"),
  ])
  func polledLinks(value: ValueCase) {
    value.check { "linkbeat_interfaces {\n\($0)\n}\n" + instance("") }
  }
}

@Suite("Values of vrrp_instance that keepalived corrects or refuses")
struct RefusedInstanceTests {
  @Test(
    "Of keywords that stand twice the last counts",
    arguments: [
      ValueCase("priority 100\npriority 150", "keyword-twice"),
      ValueCase("advert_int 1\nadvert_int 2", "keyword-twice"),
      ValueCase("garp_master_delay 1\ngarp_master_delay 2", "keyword-twice"),
      ValueCase(
        "higher_prio_send_advert on\nhigher_prio_send_advert off", "keyword-twice"
      ),
    ])
  func twice(value: ValueCase) { value.check { instance($0) } }

  @Test(arguments: [
    "priority 100\npriority 0100", "higher_prio_send_advert\nhigher_prio_send_advert yes",
    "advert_int 1\nadvert_int 1.0",
  ])
  func theSameTwiceIsNoFault(lines: String) {
    #expect(load(instance(lines)).diagnostics.isEmpty)
  }

  @Test func theLastOfThreeCounts() {
    let loaded = load(instance("priority 10\npriority 20\npriority 30"))
    #expect(loaded.diagnostics.map(\.id) == ["keyword-twice", "keyword-twice"])
    #expect(loaded.configuration.routers.first?.core.priority.rawValue == 30)
  }

  @Test func masterCountsWhateverOtherLinesSay() {
    let after = ValueCase("priority 200\nstate BACKUP\nstate MASTER", "state-twice").check { instance($0) }
    #expect(after.diagnostics.first?.message.contains("this line counts") == true)
    ValueCase("priority 200\nstate MASTER\nstate BACKUP", "state-twice").check { instance($0) }
  }

  @Test func aSecondCommandIsToldOfEveryKind() {
    let names = ["notify_deleted", "notify_stop", "notify_master_rx_lower_pri"]
    for name in names {
      let loaded = load(instance("\(name) /bin/true\n\(name) /bin/false"))
      #expect(loaded.diagnostics.filter { $0.id == "duplicate-command" }.map(\.range?.line) == [5])
    }
  }

  @Test(arguments: [
    ValueCase("use_vmac a b", "extra-words", fixed: "use_vmac a"),
    ValueCase("use_vmac a 02:00:00:00:00:01 02:00:00:00:00:02", "extra-words", fixed: "use_vmac a 02:00:00:00:00:01"),
    ValueCase("preempt_delay -0.5", "bad-value"),
    ValueCase("preempt_delay 1.0000001", "bad-value", fixed: "preempt_delay 1"),
    ValueCase("garp_extra_if 10 20", "extra-words"),
  ])
  func others(value: ValueCase) { value.check { instance($0) } }
}
