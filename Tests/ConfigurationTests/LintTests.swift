import Configuration
import ConfigurationModel
import ConfigurationSyntax
import Testing

@Suite("Lints: what can be better in a configuration that means what it says")
struct LintTests {
  private func lines(_ text: String, _ id: String) -> [Int] {
    lint(text).filter { $0.id == id }.compactMap { $0.range?.line }
  }

  private static let check = "vrrp_script c {\nscript /bin/true\nweight -20\n}\n"

  @Test("A service that only runs is not told of lints")
  func onlyWhenAskedFor() {
    let text = instance("nopreempt\ntrack_interface {\neth1 weight -9\n}")
    #expect(load(text).diagnostics.isEmpty)
    #expect(lint(text).map(\.id) == ["unsigned-adverts", "nopreempt-with-weight"])
  }

  @Test(
    "A weight under nopreempt is told of where it is written",
    arguments: [
      // The script's own weight, at its use; the line's; a group's; a session's.
      (check + instance("nopreempt\ntrack_script {\nc\n}"), [10]),
      (check + instance("nopreempt\ntrack_script {\nc weight -5\n}"), [10]),
      (check + instance("nopreempt\ntrack_script {\nc weight 0\n}"), []),
      (check + instance("track_script {\nc\n}"), []),
      (check + instance("state MASTER\npriority 9\nnopreempt\ntrack_script {\nc\n}"), []),
      (
        instance("nopreempt") + instance("", interface: "interface eth1").replacing("VI_1", with: "B")
          + "vrrp_sync_group G {\ngroup {\nVI_1\nB\n}\ntrack_interface {\neth5 weight 5\n}\n}", [23]
      ),
      ("bfd_instance s {\nneighbor_ip 192.0.2.9\nweight 7\n}\n" + instance("nopreempt\ntrack_bfd {\ns\n}"), [10]),
    ] as [(String, [Int])])
  func nopreempt(text: String, expected: [Int]) {
    #expect(lines(text, "nopreempt-with-weight") == expected)
  }

  @Test(
    "A weight that changes no priority, or is cut, is told of",
    arguments: [
      ("priority 254\ntrack_interface {\neth1 weight 5\n}", ["weight-without-effect"]),
      ("priority 1\ntrack_interface {\neth1 weight -5\n}", ["weight-without-effect"]),
      // What another tracker takes away leaves room.
      ("priority 254\ntrack_interface {\neth1 weight 5\neth2 weight -9\n}", []),
      ("priority 253\ntrack_interface {\neth1 weight 5\n}", ["weight-clamped"]),
      ("priority 249\ntrack_interface {\neth1 weight 5\n}", []),
      ("priority 100\ntrack_interface {\neth1 weight -200\n}", []),
    ])
  func range(lines: String, ids: [String]) {
    #expect(lint(instance(lines)).map(\.id).filter { $0.hasPrefix("weight") } == ids)
  }

  @Test(
    "A timeout beyond the interval is told of, also beyond the interval that is not written",
    arguments: [("interval 2\ntimeout 2", 0), ("interval 2\ntimeout 2.5", 1), ("timeout 3", 1), ("interval 3", 0)])
  func timeouts(lines: String, count: Int) {
    let found = lint("vrrp_script c {\nscript /bin/true\n\(lines)\n}\n").filter { $0.id == "timeout-beyond-interval" }
    #expect(found.count == count)
  }

  @Test(
    "Unicast without proof of who sends is a warning where there could be one, else a note",
    arguments: [
      ("unicast_peer {\n192.0.2.2\n}", Severity.warning),
      ("version 3\nunicast_peer {\n192.0.2.2\n}", .note),
      ("unicast_peer {\n192.0.2.2 min_ttl 255\n}", nil),
      ("unicast_peer {\n192.0.2.2\n}\nauthentication {\nauth_type PASS\nauth_pass x\n}", nil),
      ("priority 9", nil),
    ] as [(String, Severity?)])
  func unicast(lines: String, severity: Severity?) {
    #expect(lint(instance(lines)).first { $0.id == "unicast-unauthenticated" }?.severity == severity)
  }

  @Test("A command that is not in quotes is told of, and a file without a router")
  func halfCommands() {
    let bare = "vrrp_script c {\nscript killall -0 haproxy\n}\n"
    let found = lint(bare).filter { $0.id == "unquoted-command" }
    #expect(found.count == 1 && found[0].suggestion?.contains("\"killall -0 haproxy\"") == true)
    #expect(lines(bare.replacing("killall -0 haproxy", with: "\"killall -0 haproxy\""), "unquoted-command") == [])
    #expect(lint(bare).contains { $0.id == "no-router" } && !lint(instance("")).contains { $0.id == "no-router" })
  }

  private static let signed = "auth_hmac {\nkey 1 \(String(repeating: "k", count: 32))\nactive_key 1\n}"

  @Test(
    "Signing is recommended once for a file, unless the adverts are signed or it has been said already",
    arguments: [
      (instance("priority 9"), "the adverts of VI_1 are not signed, so any host on the network can send them"),
      (instance("authentication {\nauth_type PASS\nauth_pass x\n}"), "the adverts of VI_1 are"),
      (instance("unicast_peer {\n192.0.2.2 min_ttl 255\n}"), "the adverts of VI_1 are"),
      (
        instance("") + instance("").replacing("VI_1", with: "B").replacing("eth0", with: "eth1"),
        "VI_1 and 1 other router are"
      ),
      (instance(signed), nil),
      (instance("authentication {\nauth_type AH\nauth_pass x\n}"), nil),
      (instance("unicast_peer {\n192.0.2.2\n}"), nil),
      (instance("unicast_peer {\n192.0.2.2\n}\n" + signed), nil),
    ] as [(String, String?)])
  func unsigned(text: String, words: String?) {
    let found = lint(text).filter { $0.id == "unsigned-adverts" }
    #expect(found.count == (words == nil ? 0 : 1))
    #expect(found.allSatisfy { $0.severity == .note && $0.message.contains(words ?? "") })
  }

  @Test("A signed unicast router is not told that its adverts could be anybody's")
  func signedUnicast() {
    let found = lint(instance("unicast_peer {\n192.0.2.2\n}\n" + Self.signed))
    #expect(!found.contains { $0.id == "unicast-unauthenticated" })
  }
}

@Suite("The host: what it lacks, and what it shows to others")
struct HostAuditTests {
  private struct Host: HostFacts {
    var interfaceNames: [String]? = ["lo", "eth0", "eth1"]
    var modes: [String: UInt32] = ["/bin/true": 0o755]
    func hasUser(_ name: String) -> Bool { name == "root" || name == "nobody" }
    func hasGroup(_ name: String) -> Bool { name == "adm" }
    func status(of path: String) -> FileStatus? { modes[path].map { FileStatus(mode: $0, owner: 0) } }
  }

  private func audit(_ text: String, on host: some HostFacts = Host()) -> [Diagnostic] {
    HostAudit.diagnostics(of: load(text), on: host)
  }

  @Test(
    "An interface that is not there is told of where it is named first",
    arguments: [
      (instance("", interface: "interface eth0"), []),
      (instance("", interface: "interface eht0"), [2]),
      (instance("", address: "192.0.2.10/24 dev eth9"), [6]),
      (instance("track_interface {\neth1\neth9 weight 5\n}"), [6]),
      (instance("heartbeat_interface {\neth9\n}"), [5]),
      (instance("virtual_routes {\ndefault via 192.0.2.1 dev eth9\n}"), [5]),
      // A rule may wait for its interface, with which keepalived would not start.
      (instance("virtual_rules {\niif eth9 table 5 preference 3\n}"), [5]),
      (instance("virtual_rules {\noif eth9 table 5 preference 3\niif eth0 table 5 preference 4\n}"), [5]),
      (instance("virtual_routes {\n192.0.2.0/24 dev eth9\n}\nvirtual_rules {\niif eth9 table 5 preference 3\n}"), [5]),
      // So do what is set for one, which keepalived does not start with, and its delays, which it ignores.
      ("garp_group {\ngarp_interval 1\ninterface eth9\n}", [3]),
      ("garp_group {\ngarp_interval 1\ninterfaces {\neth0 eth9\n}\n}", [4]),
      ("garp_group {\ninterface eth9\n}", [2]),
      ("interface_up_down_delays {\neth0 1\neth9 1 2\n}", [3]),
      ("garp_group {\ngarp_interval 1\ninterface eth9\n}\ninterface_up_down_delays {\neth9 1\n}", [3]),
      // What martlet makes itself is there when it is needed.
      (instance("use_vmac vip0", address: "192.0.2.10/24 dev vip0"), []),
    ] as [(String, [Int])])
  func interfaces(text: String, lines: [Int]) {
    let found = audit(text)
    #expect(found.allSatisfy { $0.id == "interface-absent" })
    // An error is what the service would not start with; what waits is none.
    #expect(found.allSatisfy { ($0.severity == .error) == $0.message.contains("the service would not start") })
    #expect(found.allSatisfy { $0.severity >= .warning })
    #expect(found.compactMap { $0.range?.line } == lines)
  }

  @Test func aRuleWaitsForItsInterface() {
    let rule = instance("virtual_rules {\niif eth9 table 5 preference 3\n}")
    #expect(audit(rule).first?.message.contains("keepalived would not start") == true)
    let late = audit("global_defs {\ndynamic_interfaces\n}\n" + rule).first
    #expect(late?.severity == .note && late?.message.contains("a rule waits for it") == true)
  }

  @Test(
    "What keepalived makes of an interface that is not there is told of settings for it",
    arguments: [
      ("garp_group {\ngarp_interval 1\ninterface eth9\n}", "keepalived would not start"),
      ("interface_up_down_delays {\neth9 1\n}", "keepalived would ignore them"),
    ])
  func settingsOfAMissingInterface(text: String, result: String) throws {
    #expect(audit(text).first?.message.contains(result) == true)
    let late = try #require(audit("global_defs {\ndynamic_interfaces\n}\n" + text).first)
    #expect(late.severity == .note && late.message.contains("for it") && !late.message.contains("keepalived"))
  }

  @Test(
    "keepalived has not made the interface of a virtual MAC address when it reads its name",
    arguments: [
      (instance("use_vmac vip0\nvirtual_routes {\n198.51.100.0/24 dev vip0\n}"), "does not start"),
      (instance("use_vmac vip0\nvirtual_rules {\niif vip0 table 5 preference 3\n}"), "does not start"),
      (instance("use_vmac vip0\ntrack_interface {\nvip0\n}"), "does not start"),
      (instance("use_vmac vip0\n") + "garp_group {\ngarp_interval 1\ninterface vip0\n}\n", "does not start"),
      (instance("use_vmac vip0\n") + "interface_up_down_delays {\nvip0 1\n}\n", "ignores its delays"),
    ])
  func ownLink(text: String, result: String) {
    let found = lint(text).filter { $0.id == "own-link-named" }
    #expect(found.count == 1 && found.allSatisfy { $0.severity == .note && $0.message.contains(result) })
    #expect(!lint("global_defs {\ndynamic_interfaces\n}\n" + text).contains { $0.id == "own-link-named" })
    #expect(!lint(text.replacing("vip0\n", with: "vip1\n", maxReplacements: 1)).contains { $0.id == "own-link-named" })
  }

  @Test("The name that was meant is told, else those that are there")
  func suggestions() {
    #expect(audit(instance("", interface: "interface eht0")).first?.suggestion == "did you mean eth0?")
    #expect(audit(instance("", interface: "interface wlan0")).first?.suggestion?.contains("(eth0, eth1)") == true)
  }

  @Test("An interface that may come later is only noted, and a host that cannot be asked has all")
  func lateInterfaces() {
    let text = "global_defs {\ndynamic_interfaces\n}\n" + instance("", interface: "interface eth9")
    #expect(audit(text).map(\.severity) == [.note])
    #expect(audit(instance("", interface: "interface eth9"), on: Host(interfaceNames: nil)).isEmpty)
  }

  @Test(
    "An unknown user or group is told of where it is named",
    arguments: [
      ("vrrp_script a {\nscript /bin/true\nuser nosuch\n}", 3),
      ("vrrp_script a {\nscript /bin/true\nuser root nosuch\n}", 3),
      ("vrrp_script a {\nscript /bin/true\nuser nobody adm\n}", nil),
      ("global_defs {\nscript_user nosuch\n}\nvrrp_script a {\nscript /bin/true\n}\n", 2),
      (instance("notify \"/bin/true\" nosuch"), 4),
    ] as [(String, Int?)])
  func users(text: String, line: Int?) {
    let found = audit(text).filter { $0.id == "unknown-user" }
    #expect(found.map { $0.range?.line } == (line.map { [$0] } ?? []))
  }

  @Test(
    "An unknown user is an error where a check that is tracked could never pass",
    arguments: [
      ("script_user nosuch", "", "track_script", Severity.error), ("", "user nosuch", "track_script", .error),
      ("", "user nosuch", "track_probe", .error), ("", "user nosuch", "", .warning),
      ("script_user nosuch", "user nobody", "track_script", .warning), ("", "user nobody", "track_script", nil),
    ] as [(String, String, String, Severity?)])
  func usersOfChecks(global: String, own: String, tracked: String, severity: Severity?) {
    var text = "global_defs {\n\(global)\n}\nvrrp_script a {\nscript /bin/true\n\(own)\n}\n"
    text += tracked == "track_probe" ? "vrrp_probe p {\nany {\nscript a\n}\n}\n" : ""
    text += instance(tracked.isEmpty ? "" : "\(tracked) {\n\(tracked == "track_probe" ? "p" : "a")\n}")
    let found = audit(text).filter { $0.id == "unknown-user" }
    #expect(found.map(\.severity) == (severity.map { [$0] } ?? []))
  }

  @Test("A password that everybody can read is told of in its own file, and never shown")
  func secrets() throws {
    let path = "/etc/martlet/martlet.conf"
    let text = instance("include /etc/secret") + instance("")
    let files = MemorySourceFiles(texts: [
      path: text, "/etc/secret": "authentication {\nauth_type PASS\nauth_pass hunter2x\n}\n",
    ])
    let loaded = ConfigurationLoader.load(path: path, files: files)
    for (mode, count) in [(0o644, 1), (0o604, 1), (0o640, 0), (0o600, 0)] as [(UInt32, Int)] {
      let found = HostAudit.diagnostics(of: loaded, on: Host(modes: ["/etc/secret": mode, path: 0o644]))
      #expect(found.map(\.id) == Array(repeating: "world-readable-secret", count: count))
      #expect(found.allSatisfy { $0.range?.path == "/etc/secret" && $0.range?.line == 3 })
      #expect(!DiagnosticRenderer().render(found).contains("hunter2x"))
    }
  }

  @Test("A script that everybody can change is told of, whoever runs it")
  func writableByAll() {
    let text = "vrrp_script a {\nscript /bin/true\nuser nobody\n}"
    #expect(audit(text).isEmpty)
    #expect(audit(text, on: Host(modes: ["/bin/true": 0o757])).map(\.id) == ["script-writable"])
  }
}
