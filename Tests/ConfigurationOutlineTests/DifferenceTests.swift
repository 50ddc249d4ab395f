import ConfigurationOutline
import Testing

@Suite("What a reload would do")
struct DifferenceTests {
  private func difference(_ old: String, _ new: String) -> ConfigurationDifference {
    ConfigurationDifference(from: Shown(old).configuration, to: Shown(new).configuration)
  }

  private func fate(_ name: String, _ difference: ConfigurationDifference) -> ConfigurationDifference.Fate? {
    difference.items.first { $0.name == name }?.fate
  }

  @Test("The same configuration is no difference, however it is written")
  func same() {
    let difference = difference(
      router(), "$IF=eth0\n" + router("V", "advert_int 1.0\npreempt\ngarp_master_delay 5", interface: "$IF"))
    #expect(difference.isEmpty)
    #expect(difference.text == "untouched: vrrp_instance V\n0 added, 0 removed, 0 changed, 0 restarted, 1 untouched\n")
  }

  @Test(
    "A virtual router goes on if interface, family and VRID stay, and under another name if nothing else can be meant",
    arguments: [
      (router("V", "advert_int 2"), .changed),
      (router("V", "version 3"), .changed),
      (router("V", "authentication {\nauth_type PASS\nauth_pass x\n}"), .changed),
      (router("V", number: 52), .restarted),
      (router("V", interface: "eth1"), .restarted),
      ("vrrp_instance V {\ninterface eth0\nvirtual_router_id 51\nvirtual_ipaddress { fe80::1 }\n}", .restarted),
      ("", .removed),
    ] as [(String, ConfigurationDifference.Fate)])
  func routers(new: String, expected: ConfigurationDifference.Fate) {
    #expect(fate("V", difference(router(), new)) == expected)
    #expect(!difference(router(), new).isEmpty)
  }

  @Test("A renamed router goes on, and one that is added beside it does not take its place")
  func renamed() {
    let renamed = difference(router("A"), router("B"))
    #expect(fate("B", renamed) == .changed)
    #expect(renamed.text.contains("    vrrp_instance A → B\n"))
    let peers = ["unicast_peer {\n192.0.2.1\n}", "unicast_peer {\n192.0.2.2\n}"]
    let beside = difference(router("A", peers[0]), router("B", peers[1]) + router("A", peers[0]))
    #expect(fate("A", beside) == .untouched)
    #expect(fate("B", beside) == .added)
    let both = difference(router("A", peers[0]) + router("B", peers[1]), router("C", peers[0]))
    #expect(both.items.filter { !$0.name.isEmpty }.map(\.fate) == [.added, .removed, .removed])
  }

  @Test("Each property that is another one is told of with both values")
  func properties() {
    let old = router("V", "nopreempt\ntrack_interface {\neth1\neth2 weight 5\n}\nnotify_master /a\ndont_track_primary")
    let new = router(
      "V",
      "priority 120\ntrack_interface {\neth2 weight 7\neth3\n}\nnotify_master /b\nvirtual_ipaddress {\n192.0.2.99\n}\nvirtual_routes {\nblackhole 203.0.113.0/24\n}"
    )
    let lines = Set(difference(old, new).text.split(separator: "\n").map(String.init))
    let expected = [
      "vrrp_instance V: goes on, changed", "    priority 100 → 120", "    nopreempt → preempt", "    track_interface",
      "        - eth1 weight 0", "        + eth3 weight 0", "        eth2 weight 5 → eth2 weight 7",
      "    notify_master /a → /b", "    - dont_track_primary", "    virtual_ipaddress", "        + 192.0.2.99/32",
      "    virtual_routes", "        + blackhole 203.0.113.0/24",
      "0 added, 0 removed, 1 changed, 0 restarted, 0 untouched",
    ]
    #expect(lines == Set(expected))
  }

  @Test("Another order is told of, since adverts carry the addresses in it")
  func order() {
    let addresses = ["192.0.2.1", "192.0.2.2"]
    func text(_ addresses: [String]) -> String {
      "vrrp_instance V {\ninterface eth0\nvirtual_router_id 1\nvirtual_ipaddress {\n\(addresses.joined(separator: "\n"))\n}\n}"
    }
    #expect(
      difference(text(addresses), text(addresses.reversed())).text.contains("    virtual_ipaddress in another order\n"))
  }

  @Test("Another password is told of and not shown")
  func passwords() {
    func text(_ password: String) -> String {
      router("V", "authentication {\nauth_type PASS\nauth_pass \(password)\n}")
    }
    let difference = difference(text("alpha"), text("omega"))
    #expect(fate("V", difference) == .changed)
    #expect(difference.text.contains("        auth_pass ******** → another one\n"))
    #expect(
      !difference.text.contains("alpha") && !"\(difference)".contains("alpha") && !"\(difference)".contains("omega"))
  }

  @Test(
    "A check goes on by its name, and what is said of it is what goes on",
    arguments: [
      ("/a\nrise 3", nil), ("/a\nweight 3", nil), ("/a\ninterval 7\ntimeout 1", nil),
      ("/a\ntimeout 7", "what was found so far counts on"), ("/a\nsandbox on", "what was found so far counts on"),
      ("/b", "its verdict holds until new results have come to another"), ("/a\nuser nobody", "its verdict holds"),
    ] as [(String, String?)])
  func scripts(lines: String, remark: String?) {
    func text(_ extra: String) -> String { "vrrp_script c {\nscript \(extra)\n}" }
    let changed = difference(text("/a"), text(lines))
    #expect(fate("c", changed) == .changed)
    #expect(changed.text.contains("vrrp_script c: goes on, changed\n" + (remark == nil ? "    " : "    (")))
    if let remark { #expect(changed.text.contains(remark)) } else { #expect(!changed.text.contains("(")) }
    #expect(fate("c", difference(text(lines), text(lines))) == .untouched)
  }

  @Test("A BFD session goes on while its ends are the same")
  func sessions() {
    func text(_ extra: String) -> String { "bfd_instance b {\nneighbor_ip \(extra)\n}" }
    #expect(fate("b", difference(text("192.0.2.1"), text("192.0.2.1\nmin_tx 99"))) == .changed)
    #expect(fate("b", difference(text("192.0.2.1"), text("192.0.2.2"))) == .restarted)
    #expect(fate("b", difference(text("192.0.2.1"), text("192.0.2.1\nmultihop"))) == .restarted)
  }

  @Test("A probe that asks something else goes on from its verdict, as do files and processes that are others")
  func trackedThings() {
    func probe(_ extra: String) -> String { "vrrp_probe p {\nhttp http://192.0.2.1/\(extra)\n}" }
    let other = difference(probe("a"), probe("b"))
    #expect(fate("p", other) == .changed)
    #expect(
      other.text.contains("(it asks something else now; its verdict holds until new results have come to another)\n"))
    #expect(other.text.contains("    http → another one\n"))
    let combined = difference(probe("a"), "vrrp_script s {\nscript /a\n}\nvrrp_probe p {\nany {\nscript s\n}\n}")
    #expect(fate("p", combined) == .restarted && combined.text.contains("(it has no verdict until its first result)\n"))
    #expect(fate("p", difference(probe("a"), probe("a\nrise 2"))) == .changed)
    func file(_ extra: String) -> String { "track_file f {\nfile \(extra)\n}" }
    #expect(fate("f", difference(file("/a"), file("/b"))) == .changed)
    #expect(
      difference(file("/a"), file("/b")).text.contains("(its number holds until one has been read at the new place)"))
    #expect(fate("f", difference(file("/a"), file("/a\nweight 3"))) == .changed)
    func process(_ extra: String) -> String { "vrrp_track_process q {\nprocess \(extra)\n}" }
    #expect(fate("q", difference(process("a"), process("a b"))) == .changed)
    #expect(difference(process("a"), process("a b")).text.contains("(its verdict holds until what runs of the new"))
    #expect(fate("q", difference(process("a"), process("a\nquorum 2"))) == .changed)
    let tracked = difference(
      probe("a") + "\n" + router(), probe("a") + "\n" + router("V", "track_probe {\np weight 2\n}"))
    #expect(tracked.text.contains("    track_probe\n        + p weight 2\n"))
  }

  @Test("What has no name is compared too")
  func settings() {
    let difference = difference(
      "net_namespace a\nglobal_defs {\nrouter_id x\n}\nstatic_ipaddress { 192.0.2.1 }",
      "net_namespace b\nstatic_ipaddress { 192.0.2.1 scope link }\nvrrp_sync_group G { group { A B } }"
        + router("A", number: 1) + router("B", number: 2))
    #expect(fate("G", difference) == .added)
    #expect(difference.text.contains("    net_namespace a → b\n"))
    #expect(difference.text.contains("next start of the service"))
    #expect(difference.text.contains("    - router_id x\n"))
    #expect(difference.text.contains("        192.0.2.1/32 dev eth0 → 192.0.2.1/32 dev eth0 scope link\n"))
  }
}
