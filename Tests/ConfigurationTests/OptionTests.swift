import Configuration
import ConfigurationModel
import ConfigurationSyntax
import NetworkTypes
import Testing
import VRRPCore

private func load(_ text: String) -> LoadedConfiguration {
  ConfigurationLoader.load(path: "/m.conf", files: NamedFiles(files: ["/m.conf": text]))
}

private func router(_ lines: String, global: String = "") -> VirtualRouterDefinition? {
  let loaded = load("global_defs {\n\(global)\n}\n" + instance(lines))
  #expect(!loaded.hasErrors, "\(loaded.diagnostics.map(\.message))")
  return loaded.configuration.routers.first
}

@Suite struct OptionTests {
  @Test(arguments: [
    ("use_vmac", "vrrp_garp_extra_if 60", 60), ("", "vrrp_garp_extra_if 60", nil),
    ("", "vrrp_garp_extra_if all 60", 60),
    ("garp_extra_if 30", "", nil), ("garp_extra_if 30 all", "", 30), ("use_vmac\ngarp_extra_if 30", "", 30),
    ("use_vmac\ngarp_extra_if 0", "vrrp_garp_extra_if 60", nil),
    ("use_vmac\ngarp_extra_if 60\ngarp_master_refresh 20", "", 20),
    ("use_vmac\nvmac_garp_intvl 45", "", 45),
  ])
  func aVirtualMACAddressIsAnnouncedNowAndThen(lines: String, global: String, seconds: Int64?) throws {
    let made = try #require(router(lines, global: global))
    #expect(made.core.announcements.refreshInterval == seconds.map { .seconds($0) })
  }

  @Test(arguments: ["garp_extra_if", "garp_extra_if all", "garp_extra_if soon", "garp_extra_if 86401"])
  func aRefreshWithoutItsTimeIsAWarning(line: String) {
    let loaded = load(instance(line))
    #expect(loaded.diagnostics.map(\.severity) == [.warning])
    #expect(loaded.configuration.routers.first?.core.announcements.refreshInterval == nil)
  }

  @Test func interfacesOfOneSwitchAreSpacedTogether() {
    let loaded = load(
      """
      garp_group {
        garp_interval 0.01
        gna_interval 0.000001
        interfaces {
          eth0 eth1
          eth2
        }
      }
      garp_group {
        gna_interval 2
        interface eth3
      }
      """ + "\n" + instance(""))
    #expect(loaded.diagnostics.isEmpty)
    #expect(
      loaded.configuration.announcementGroups == [
        AnnouncementGroup(
          interfaces: ["eth0", "eth1", "eth2"], garpInterval: .milliseconds(10),
          neighborAdvertisementInterval: .microseconds(1)),
        AnnouncementGroup(interfaces: ["eth3"], neighborAdvertisementInterval: .seconds(2)),
      ])
  }

  @Test(arguments: [
    ("interface eth0", "empty-block", 1), ("garp_interval 1", "empty-block", 1),
    ("garp_interval 1\ninterface eth0\ninterfaces {\neth0\n}", "duplicate-interface", 5),
    ("garp_interval 4295\ninterface eth0\ngna_interval 1", "bad-value", 2),
    ("garp_interval 1\ninterface a/b", "interface-name", 3),
  ])
  func whatAGroupCannotUseIsSaid(lines: String, id: String, line: Int) {
    let loaded = load("garp_group {\n\(lines)\n}\n" + instance(""))
    #expect(loaded.diagnostics.contains { $0.id == id && $0.range?.line == line }, "\(loaded.diagnostics)")
  }

  @Test func statesMayBeWrittenAnewOnReload() {
    #expect(!load(instance("")).configuration.global.writesStatesOnReload)
    let loaded = load("global_defs {\nfifo_write_vrrp_states_on_reload\n}\n" + instance(""))
    #expect(loaded.configuration.global.writesStatesOnReload && loaded.diagnostics.isEmpty)
  }

  @Test func theStartCanWait() {
    let loaded = load("global_defs {\nvrrp_startup_delay 2.5\nvrrp_delay_after_boot 60\n}\n" + instance(""))
    #expect(loaded.configuration.global.startupDelay == .milliseconds(2500))
    #expect(loaded.configuration.global.delayAfterBoot == .seconds(60))
  }

  @Test func scriptsMayRunBeforeAndAfterEverything() throws {
    let loaded = load(
      """
      global_defs {
        enable_script_security
        startup_script "/usr/local/sbin/up eth0" root adm
        startup_script /usr/local/sbin/other
        shutdown_script /usr/local/sbin/down
        shutdown_script_timeout 1000
      }
      """ + instance(""))
    #expect(loaded.diagnostics.map(\.id) == ["duplicate-command"])
    let global = loaded.configuration.global
    let startup = try #require(global.startupScript)
    #expect(startup.command.arguments == ["/usr/local/sbin/up", "eth0"])
    #expect(startup.command.user == ScriptUser(user: "root", group: "adm"))
    #expect(startup.timeout == .seconds(10))
    #expect(global.shutdownScript?.timeout == .seconds(1000))
    #expect(loaded.scripts.map(\.keyword) == ["startup_script", "shutdown_script"])
    let wrong = load("global_defs {\nstartup_script /x\nstartup_script_timeout 0\n}\n" + instance(""))
    #expect(wrong.diagnostics.map(\.id).sorted() == ["bad-value", "script-security"])
    #expect(wrong.configuration.global.startupScript?.timeout == .seconds(10))
  }

  @Test(arguments: [
    ("owner_ignore_adverts", "", true), ("", "vrrp_owner_ignore_adverts", true),
    ("owner_ignore_adverts off", "vrrp_owner_ignore_adverts", false), ("", "", false),
  ])
  func anOwnerMayIgnoreAdverts(line: String, global: String, ignores: Bool) throws {
    #expect(try #require(router("priority 255\n\(line)", global: global)).core.ownerIgnoresAdverts == ignores)
  }

  @Test(
    arguments: [
      ("timer_expired_backup", 254), ("timer_expired_backup 120", 120), ("thread_timer_expired 1", 1), ("", nil),
    ] as [(String, UInt8?)])
  func aMasterMayStandBackAfterItWasHeldUp(line: String, priority: UInt8?) throws {
    let made = try #require(router("nopreempt\n\(line)"))
    #expect(made.core.successorPriority == priority.map { Priority(rawValue: $0) })
    #expect(try #require(router(line)).core.successorPriority == nil)
  }

  @Test(arguments: [("", false, false), ("never", false, true)])
  func theOldChecksumIsSentOnlyIfAskedFor(word: String, isSent: Bool, isRefused: Bool) throws {
    let peers = "version 3\nunicast_peer {\n192.0.2.2\n}\n"
    let made = try #require(router(peers + (word.isEmpty ? "" : "old_unicast_checksum \(word)")))
    #expect(made.sendsOldChecksum == isSent && made.refusesOldChecksum == isRefused)
    let bare = try #require(router(peers + "old_unicast_checksum"))
    #expect(bare.sendsOldChecksum && !bare.refusesOldChecksum)
  }

  @Test func secondariesArePromotedWhereTheAddressesAre() throws {
    #expect(try #require(router("promote_secondaries")).promotesSecondaries)
    #expect(try !#require(router("promote_secondaries\nuse_vmac")).promotesSecondaries)
  }

  @Test func furtherLinksStandOnceEach() throws {
    let made = try #require(router("heartbeat_interface {\neth1 eth2\neth1\n}"))
    #expect(made.heartbeatInterfaces == ["eth1", "eth2"])
  }

  @Test(arguments: [
    ("heartbeat_interface {\nlo\n}", "loopback-interface", 5),
    ("heartbeat_interface {\neth0\n}", "duplicate-virtual-router-id", 5),
    ("heartbeat_interface {\na/b\n}", "interface-name", 5),
  ])
  func aFurtherLinkMustBeAnother(lines: String, id: String, line: Int) {
    let loaded = load(instance(lines))
    #expect(loaded.diagnostics.filter { $0.severity == .error }.map(\.id) == [id])
    #expect(loaded.diagnostics.first { $0.severity == .error }?.range?.line == line)
  }

  @Test func signedAdvertsHaveNoFurtherLinks() {
    let text = instance("authentication {\nauth_type AH\nauth_pass x\n}\nheartbeat_interface {\neth1\n}")
    #expect(load(text).diagnostics.filter { $0.severity == .error }.map(\.id) == ["heartbeat-with-header"])
  }

  @Test func aFurtherLinkCarriesNoOtherRouterOfTheSameNumber() {
    let other = instance("", interface: "interface eth1", address: "192.0.2.11/24").replacing("VI_1", with: "VI_2")
    let loaded = load(instance("heartbeat_interface {\neth1\n}") + other)
    #expect(loaded.diagnostics.filter { $0.severity == .error }.map(\.id) == ["duplicate-virtual-router-id"])
    let third = other.replacing("virtual_router_id 51", with: "virtual_router_id 52")
    #expect(!load(instance("heartbeat_interface {\neth1\n}") + third).hasErrors)
  }

  @Test func theNamespaceIsTheFirstThatIsNamed() {
    let loaded = load("net_namespace blue\nnet_namespace red\n" + instance(""))
    #expect(loaded.configuration.global.networkNamespace == "blue")
    #expect(loaded.diagnostics.map(\.id) == ["duplicate-namespace"])
  }

  @Test(arguments: ["../x", "/run/netns/x", "..", String(repeating: "n", count: 256)])
  func aNamespaceIsNoPath(name: String) {
    let loaded = load("net_namespace \(name)\n" + instance(""))
    #expect(loaded.hasErrors)
    #expect(loaded.configuration.global.networkNamespace == nil)
  }

  @Test func changesOfALinkMayHaveToLast() {
    let loaded = load("interface_up_down_delays {\neth0 0.5 2\neth1 255\n}\n" + instance(""))
    #expect(loaded.diagnostics.isEmpty)
    #expect(
      loaded.configuration.linkDelays == [
        "eth0": LinkDelay(down: .milliseconds(500), up: .seconds(2)), "eth1": LinkDelay(down: .seconds(255)),
      ])
  }

  @Test(arguments: ["eth0", "eth0 x", "eth0 256", "eth0 1 x", "eth0 1 2 3", "eth0 -1"])
  func aDelayThatIsNoneIsAWarning(line: String) {
    let loaded = load("interface_up_down_delays {\n\(line)\n}\n" + instance(""))
    #expect(loaded.diagnostics.map(\.severity) == [.warning])
    #expect(loaded.configuration.linkDelays.isEmpty)
  }

  @Test(arguments: ["linkbeat_use_polling", "track_src_ip"])
  func whatIsAlwaysSoIsNoted(line: String) {
    let loaded = load(instance("unicast_src_ip 192.0.2.1\nunicast_peer {\n192.0.2.2\n}\n\(line)"))
    #expect(loaded.diagnostics.map(\.id).last == "no-effect")
    #expect(loaded.diagnostics.allSatisfy { $0.id == "no-effect" || $0.id == "deprecated" })
  }
}
