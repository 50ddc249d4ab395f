import Configuration
import ConfigurationModel
import ConfigurationSyntax
import Testing

@Suite("Fixing a configuration to its end")
struct FixerTests {
  private static let path = "/etc/martlet/martlet.conf"

  private func outcome(_ text: String, others: [String: String] = [:]) -> ConfigurationFixer.Outcome {
    let files = MemorySourceFiles(texts: others.merging([Self.path: text]) { $1 })
    return ConfigurationFixer.fix(ConfigurationSource(path: Self.path), files: files)
  }

  private func fixed(_ text: String) -> String {
    outcome(text).files[Self.path].map { String(decoding: $0.after, as: UTF8.self) } ?? text
  }

  @Test func whatStandsBehindAByteOrderMarkIsFixedWhereItStands() {
    #expect(fixed("\u{FEFF}" + instance("state backup")).hasSuffix(instance("state BACKUP")))
    let line = "vrrp_instance V { state backup }\n"
    #expect(fixed("\u{FEFF}" + line).hasSuffix(line.replacing("backup", with: "BACKUP")))
  }

  @Test(
    "Lines of an instance become what was meant",
    arguments: [
      ("state backup", "state BACKUP"),
      ("priority = 100", "priority 100"),
      ("priority 100;", "priority 100"),
      ("priority 100 advert_int 1 nopreempt", "priority 100\nadvert_int 1\nnopreempt"),
      ("priority 100 preempt_delay 5 # slow", "priority 100\npreempt_delay 5 # slow"),
      ("advert_int 0.5", "advert_int 1"),
      ("version 3\nadvert_int 500ms", "version 3\nadvert_int 0.5"),
      ("advert_int 2sec", "advert_int 2"),
      ("lower_prio_no_advert True", "lower_prio_no_advert true"),
      ("garp_master_repeat 0", "garp_master_repeat 1"),
      ("unicast_peer {\n192.0.2.2\n192.0.2.2\n}", "unicast_peer {\n192.0.2.2\n}"),
      ("track_interface {\neth1\neth1 weight 5\neth0\n}", "track_interface {\neth1\n}"),
      ("track_interface {\neth1 weight 254\n}", "track_interface {\neth1 weight 253\n}"),
      (
        "virtual_routes {\n10.0.0.0/8 gateway 192.0.2.1 device eth1\n}",
        "virtual_routes {\n10.0.0.0/8 via 192.0.2.1 dev eth1\n}"
      ),
      ("virtual_routes {\n10.0.0.0/8 gw 192.0.2.1\n}", "virtual_routes {\n10.0.0.0/8 via 192.0.2.1\n}"),
      ("authentication {\nauth_type pass\nauth_pass x\n}", "authentication {\nauth_type PASS\nauth_pass x\n}"),
      ("use_vmac\nvmac_garp_intvl 5", "use_vmac\ngarp_extra_if 5"),
      // Another fault comes to light with the first one.
      ("stat backup", "state BACKUP"),
    ])
  func becomes(lines: String, expected: String) {
    let result = fixed(instance(lines))
    #expect(result == instance(expected))
    #expect(fixed(result) == result)
  }

  @Test(
    "What could be meant in more than one way stays",
    arguments: [
      "priority 256", "state FOLLOWER", "advert_int 1h", "state MASTER\npriority 9\nnopreempt",
      "authentication {\nauth_type hunter2x\nauth_pass x\n}", "authentication {\nauth_pas hunter2x\n}",
      "track_script {\nchk\n}", "unicast_src_ip 192.0.2.1",
      // MASTER would make a master of a router that is none.
      "state master",
    ])
  func stays(lines: String) {
    #expect(fixed(instance(lines)) == instance(lines))
  }

  @Test("A whole instance on one line becomes one that works")
  func oneLine() {
    let text =
      "vrrp_instance V { state BACKUP interface eth0 virtual_router_id 51 priority 9 virtual_ipaddress { 192.0.2.9/24 } }\n"
    let result = fixed(text)
    #expect(load(text).hasErrors)
    #expect(load(result).diagnostics.isEmpty && load(result).configuration.routers.count == 1)
    #expect(fixed(result) == result)
  }

  @Test("Each file of a configuration is fixed, and only those that change are given")
  func includes() throws {
    let others = ["/etc/martlet/a.conf": "stat BACKUP\n", "/etc/martlet/b.conf": "priority 9\n"]
    let outcome = outcome(instance("include a.conf\ninclude b.conf"), others: others)
    #expect(outcome.count == 1)
    let file = try #require(outcome.files["/etc/martlet/a.conf"])
    #expect(outcome.files.count == 1)
    #expect(file.before == Array("stat BACKUP\n".utf8) && file.after == Array("state BACKUP\n".utf8))
  }

  @Test("Fixes that a rule's wrong lines have leave no fix to do")
  func examples() {
    for rule in Rule.all {
      guard let example = rule.example, example.setting == .instance else { continue }
      let once = fixed(instance(example.wrong))
      #expect(fixed(once) == once, "\(rule.id)")
      #expect(load(once).count(of: .error) <= load(instance(example.wrong)).count(of: .error), "\(rule.id)")
    }
  }
}
