import Configuration
import ConfigurationModel
import ConfigurationSyntax
import Testing
import VRRPCore

/// Fixing a file may make something of what was ignored, and never change what was in force without a word.
@Suite("What fixes leave in force")
struct FixesInForceTests {
  private static let path = "/m.conf"

  private func fixed(_ text: String) -> String {
    let files = MemorySourceFiles(texts: [Self.path: text])
    let outcome = ConfigurationFixer.fix(ConfigurationSource(path: Self.path), files: files)
    return outcome.files[Self.path].map { String(decoding: $0.after, as: UTF8.self) } ?? text
  }

  private func values(_ text: String) -> [String] {
    load(text).configuration.routers.map {
      "\($0.name) \($0.initialState) \($0.core.priority) \($0.core.virtualRouterID) \($0.core.version)"
    }
  }

  @Test(
    "A fix never decides between two lines of a keyword",
    arguments: [
      "state BACKUP state MASTER", "priority 150 priority 160", "priority 100\nprioritty 7",
      "prioritty 7\npriority 100",
      "priority 100\npriority=7", "priority=7\npriority 100", "priority 100\npriority\u{A0}7",
      "priority 100\npreempt_delay 5 priority 7", "nopreempt priority 7\npriority 100", "virtual_routerid 5",
      "virtual_router_id 5;", "virtual_router_id = 5", "state MASTER\nstate backup", "stat MASTER\nstate BACKUP",
      "state master", "state MASTER\nstate BACKUP", "priority 100\npriority 150", "version 3\nverson 2",
    ])
  func decides(lines: String) {
    let text = instance(lines)
    #expect(values(text).count == 1 && values(fixed(text)) == values(text), "\(fixed(text))")
  }

  @Test func anInstanceOnOneLineGetsNoMasterThatItHadNot() {
    let text =
      "vrrp_instance V { interface eth0 virtual_router_id 51 state BACKUP state MASTER\nvirtual_ipaddress {\n192.0.2.1\n}\n}\n"
    #expect(fixed(text) == text)
    let found = load(text).diagnostics.first { $0.id == "extra-words" }
    #expect(found?.fixIt == nil && found?.suggestion == "virtual_router_id is a keyword; put it on a line of its own")
  }

  @Test func theSuggestionStaysWhereTheFixDoesNot() {
    let found = load(instance("priority 100\nprioritty 7")).diagnostics.first { $0.id == "unknown-keyword" }
    #expect(found?.fixIt == nil && found?.suggestion == "did you mean priority?")
    #expect(load(instance("prioritty 7")).diagnostics.first { $0.id == "unknown-keyword" }?.fixIt != nil)
  }

  @Test("Only what is one edit away is put in unasked", arguments: ["track_vips", "preempt_dely_", "authentcton"])
  func distant(word: String) {
    let text = instance("\(word) {\neth1\n}")
    let found = load(text).diagnostics.first { $0.id == "unknown-keyword" }
    #expect(found?.suggestion?.hasPrefix("did you mean ") == true && found?.fixIt == nil, "\(load(text).diagnostics)")
    #expect(fixed(text) == text)
  }

  @Test(
    "A word that is sure",
    arguments: [
      ("prioritty", "priority"), ("priorty", "priority"), ("proirity", "priority"), ("Priority", "priority"),
      ("virtualrouterid", "virtual_router_id"), ("virtual-router-id", "virtual_router_id"), ("gateway", "via"),
    ])
  func sure(word: String, meant: String) {
    #expect(Spelling.sure(meant, for: word) == meant)
  }

  @Test(arguments: [
    ("track_vips", "track_file"), ("prrioritty", "priority"), ("vritual_router_di", "virtual_router_id"),
  ])
  func unsure(word: String, meant: String) {
    #expect(Spelling.nearest(to: word, in: [meant]) == meant && Spelling.sure(meant, for: word) == nil)
  }

  @Test("Behind a block that keepalived does not know the first line counts for it")
  func lost() {
    for (lines, id) in [
      ("priority 100\nfoo {\n}\npriority 150", "keyword-twice"),
      ("state BACKUP\npriority 100\nfoo {\n}\nstate MASTER", "state-twice"),
    ] {
      let loaded = load(instance(lines))
      let found = loaded.diagnostics.first { $0.id == id }
      #expect(found?.message.contains("this line counts here, and the first one for keepalived") == true)
      #expect(found?.fixIt == nil && fixed(instance(lines)) == instance(lines))
    }
    let both = load(instance("foo {\n}\npriority 100\npriority 150")).diagnostics.first { $0.id == "keyword-twice" }
    #expect(both?.message.hasSuffix("this line counts") == true)
  }

  @Test func theKeywordOfABlockWithSecretsIsShownAndRepaired() {
    let text = instance("authentcation {\nauth_type PASS\nauth_pass hunter2x\n}")
    let found = load(text).diagnostics.first { $0.id == "unknown-keyword" }
    #expect(found?.message.contains("'authentcation'") == true && found?.range?.excerpt.isEmpty == false)
    #expect(fixed(text) == instance("authentication {\nauth_type PASS\nauth_pass hunter2x\n}"))
    let oneLine = load(instance("authentcation { auth_type PASS auth_pass hunter2x\n}")).diagnostics
    #expect(!DiagnosticRenderer().render(oneLine).contains("hunter2x"))
  }

  @Test func aWayOfAuthenticationOfOthersIsNamed() {
    let found = load(instance("authentication {\nauth_type MD5\nauth_pass x\n}")).diagnostics
    #expect(found.first { $0.id == "unknown-authentication" }?.message.contains("'MD5'") == true)
  }

  @Test func aScriptThatAnOwnerTracksIsTracked() {
    let script = "vrrp_script a {\nscript /bin/true\nweight 5\n}\n"
    let found = load(script + instance("priority 255\ntrack_script {\na\n}")).diagnostics.map(\.id)
    #expect(found.contains("owner-weight") && !found.contains("unused-script"), "\(found)")
    #expect(load(script + instance("priority 255")).diagnostics.map(\.id).contains("unused-script"))
  }

  @Test func theKeywordThatMakesARouterIPv6IsNamed() {
    let found = load(instance("native_ipv6")).diagnostics.first { $0.id == "mixed-families" }
    #expect(found?.notes.map(\.message) == ["native_ipv6 makes it IPv6"])
    let second = load(instance("", address: "192.0.2.1/24\n2001:db8::1/64")).diagnostics
    #expect(second.first { $0.id == "mixed-families" }?.notes.map(\.message) == ["its first address makes it IPv4"])
  }

  @Test("A number that is the same in octal is no fault", arguments: [("05", false), ("00", false), ("010", true)])
  func octal(word: String, isTold: Bool) {
    let found = load(instance("virtual_routes {\n198.51.100.0/24 dev eth0 table \(word)\n}")).diagnostics
    #expect(found.map(\.id).contains("octal-number") == isTold, "\(found)")
  }
}

@Suite("Keywords without their value")
struct MissingValueTests {
  @Test(
    "Where keepalived goes on it is a warning that says so",
    arguments: [
      "router_id", "smtp_helo_name", "default_interface", "notification_email_from", "script_user", "notify_fifo",
      "vrrp_rt_priority", "bfd_cpu_affinity", "vrrp_rx_bufs_policy", "reload_time_file", "startup_script",
    ])
  func goesOn(keyword: String) {
    let loaded = load("global_defs {\n\(keyword)\n}\n" + instance(""))
    let found = loaded.diagnostics.first { $0.id == "missing-argument" }
    #expect(found?.severity == .warning && found?.message.contains("the line is ignored") == true)
    #expect(!loaded.hasErrors && loaded.configuration.routers.count == 1)
  }

  @Test("Where keepalived ends it is an error", arguments: ["process_name", "smtp_server", "vrrp_version"])
  func ends(keyword: String) {
    let found = load("global_defs {\n\(keyword)\n}\n" + instance("")).diagnostics.first { $0.id == "missing-argument" }
    #expect(found?.severity == .error && found?.message.hasSuffix("; keepalived would end here") == true)
  }

  @Test func ofLaterKeywordsNothingIsSaidOfKeepalived() {
    let found = load(instance("auth_hmac {\nactive_key\n}")).diagnostics.first { $0.id == "missing-argument" }
    #expect(found?.severity == .error && found?.message == "active_key needs a value after it")
  }

  @Test(
    "Outside global_defs as well",
    arguments: [
      "instance\n", "net_namespace\n", "vrrp_script a {\nscript\n}\n", "track_file a {\nfile\nweight\n}\n",
      "vrrp_track_process a {\nprocess x\nweight\n}\n", "virtual_server 192.0.2.8 80 {\nvirtualhost\n}\n",
    ])
  func elsewhere(text: String) {
    let loaded = load(text + instance("kernel_rx_buf_size"))
    #expect(loaded.diagnostics.contains { $0.id == "missing-argument" } && !loaded.hasErrors, "\(loaded.diagnostics)")
  }

  @Test func anEmptyDefaultInterfaceIsIgnored() {
    let loaded = load("global_defs {\ndefault_interface \"\"\n}\n" + instance(""))
    #expect(loaded.diagnostics.map(\.id) == ["interface-name"] && !loaded.hasErrors)
  }

  @Test func eachNameOfTheTableIsAKeywordThatNeedsAValue() {
    for (block, names) in Schema.keywordsPassedOverWithoutValue {
      for name in names {
        let rows = Schema.keepalived.keywords.filter { $0.block == block && $0.name == name && $0.kind == .keyword }
        #expect(rows.count == 1, "\(block)/\(name)")
        #expect(rows.allSatisfy { !$0.form.accepts([]) }, "\(block)/\(name)")
      }
    }
  }
}
