import Configuration
import ConfigurationModel
import ConfigurationSyntax
import Testing

@testable import ServiceUnit

/// Files against units: what will not work is found where it stands, with the setting that is in the way.
@Suite struct AuditTests {
  private func findings(
    _ top: String, global: String = "", unit lines: String = Units.closed, host: FakeHost = FakeHost(),
    sources: [String] = [], hostHiding: String? = nil
  ) -> [Diagnostic] {
    ServiceAudit.diagnostics(
      of: load(top, global: global), under: ServiceConditions(Units.unit(lines)), on: host, sources: sources,
      hostHiding: hostHiding)
  }

  private static func script(_ line: String, user: String = "") -> String {
    "vrrp_script c {\n script \"\(line)\"\n \(user)\n}"
  }

  @Test("A file that asks for nothing runs under the tightest unit, and any of these under the shipped one")
  func fine() {
    #expect(findings("").map(\.message) == [])
    let everything =
      Self.script("killall -0 haproxy", user: "user root") + "\nvrrp_track_process h {\n process haproxy\n}\n"
      + "track_file f {\n file /root/number\n init_file 0\n}\n"
    let found = findings(everything, global: "notify_fifo /home/x/fifo\nscript_user root", unit: Units.open)
    #expect(found.map(\.message) == [])
  }

  private struct Case: CustomTestStringConvertible {
    var name: String
    var top = ""
    var global = ""
    var unit = Units.closed
    var host = FakeHost()
    var id: String
    var words: String
    var line: Int
    var severity = Severity.error
    var testDescription: String { name }
  }

  private static let cases = [
    Case(
      name: "script_user root", top: script("/bin/true"), global: "script_user root", id: "service-user",
      words:
        "script is to run as root, whom the service cannot become: it has User=martlet (/u:2), and CAP_SETUID is not in",
      line: 2),
    Case(
      name: "a script's own user", top: script("/bin/true", user: "user nobody"), id: "service-user",
      words:
        "script is to run as nobody, whom the service cannot become: it has User=martlet (/u:2), and CAP_SETUID is not in CapabilityBoundingSet=CAP_NET_ADMIN CAP_NET_RAW (/u:4)",
      line: 6),
    Case(
      name: "no right to become anybody though root", top: script("/bin/true", user: "user nobody"),
      unit: "CapabilityBoundingSet=~CAP_SETUID", id: "service-user",
      words: "CAP_SETUID is not in CapabilityBoundingSet=~CAP_SETUID (/u:2)", line: 6),
    Case(
      name: "no user named", top: script("/bin/true"), id: "service-user",
      words: "script names no user and runs as martlet, since the service has User=martlet (/u:2)", line: 5,
      severity: .warning),
    Case(
      name: "killall without a user", top: script("/usr/bin/killall -0 haproxy"),
      unit: "User=martlet\nAmbientCapabilities=CAP_NET_ADMIN CAP_NET_RAW", id: "service-processes",
      words: "killall runs as martlet, who may not signal others' processes", line: 5),
    Case(
      name: "killall as somebody else", top: script("killall -0 haproxy", user: "user nobody"), unit: Units.open,
      id: "service-processes", words: "killall runs as nobody, who may signal only processes of that user", line: 5,
      severity: .warning),
    Case(
      name: "killall as keepalived's user", top: script("killall -0 haproxy"), unit: Units.open,
      host: FakeHost(users: ["root": 0, "martlet": 990, "keepalived_script": 991]), id: "service-processes",
      words: "killall runs as keepalived_script", line: 5, severity: .warning),
    Case(
      name: "pidof under a hidden /proc", top: script("pidof haproxy"), id: "service-processes",
      words: "pidof sees only processes of martlet in the service: ProtectProc=invisible (/u:9)", line: 5),
    Case(
      name: "pgrep in a shell's line", top: script("pgrep -x haproxy || exit 1"), id: "service-processes",
      words: "pgrep sees only processes of martlet", line: 5),
    Case(
      name: "vrrp_track_process", top: "vrrp_track_process h {\n process haproxy\n}", id: "service-processes",
      words: "nobody can tell whether haproxy runs: ProtectProc=invisible (/u:9)", line: 5),
    Case(
      name: "vrrp_track_process in a service of root", top: "vrrp_track_process h {\n process haproxy\n}",
      unit: "ProtectProc=noaccess", id: "service-processes", words: "ProtectProc=noaccess (/u:2)", line: 5),
    Case(
      name: "root under ptraceable", top: script("pidof haproxy"),
      unit: "ProtectProc=ptraceable\nCapabilityBoundingSet=~CAP_SYS_PTRACE", id: "service-processes",
      words: "pidof sees only processes of root in the service: ProtectProc=ptraceable (/u:2)", line: 5),
    Case(
      name: "a script in /root", top: script("/root/bin/check"), id: "service-path",
      words: "the service does not see /root/bin/check: ProtectHome=yes (/u:7)", line: 5),
    Case(
      name: "a shell's script in /tmp", top: script("/bin/sh /tmp/check"), id: "service-path",
      words: "the service does not see /tmp/check: PrivateTmp=yes (/u:8)", line: 5),
    Case(
      name: "sudo", top: script("sudo /bin/true"), id: "service-privileges",
      words: "sudo gains nothing in the service: NoNewPrivileges=yes (/u:5)", line: 5),
    Case(
      name: "a file of root alone", top: "track_file f {\n file /etc/number\n}",
      host: FakeHost(files: ["/etc/number": FakeHost.file(0o600)]), id: "service-file",
      words: "/etc/number is read by martlet, who may not because of /etc/number (mode 0600, of root)", line: 5),
    Case(
      name: "a folder on the way", top: "track_file f {\n file /etc/a/number\n}",
      host: FakeHost(files: ["/etc/a": FakeHost.folder(0o700), "/etc/a/number": FakeHost.file(0o644)]),
      id: "service-file", words: "because of /etc/a (mode 0700, of root)", line: 5),
    Case(
      name: "a first number under ProtectSystem", top: "track_file f {\n file /etc/number\n init_file 0\n}",
      id: "service-path", words: "init_file cannot write /etc/number: ProtectSystem=strict (/u:6)", line: 5),
    Case(
      name: "a socket of another group", top: "vrrp_probe p {\n unix /run/h.sock\n}", unit: Units.open,
      host: FakeHost(files: ["/run/h.sock": FakeHost.file(0o660, owner: 188, group: 188)]), id: "service-socket",
      words:
        "/run/h.sock is asked by martlet, who may not connect to it because of /run/h.sock (mode 0660, of user 188)",
      line: 5),
    Case(
      name: "a FIFO under ProtectSystem", global: "notify_fifo /var/spool/fifo", id: "service-path",
      words: "notify_fifo: /var/spool/fifo cannot be made: ProtectSystem=strict (/u:6)", line: 2),
    Case(
      name: "a FIFO in a folder of root", global: "notify_fifo /srv/a/fifo",
      unit: "User=martlet\nAmbientCapabilities=CAP_NET_ADMIN CAP_NET_RAW",
      host: FakeHost(files: ["/srv/a": FakeHost.folder(0o755), "/srv/a/b": FakeHost.file(0o644)]), id: "service-file",
      words: "notify_fifo: /srv/a/fifo cannot be made, since martlet may not write to /srv/a (mode 0755, of root)",
      line: 2),
    Case(
      name: "no CAP_NET_RAW", unit: "User=martlet\nAmbientCapabilities=CAP_NET_ADMIN", id: "service-capability",
      words:
        "the service would not start: it has User=martlet (/u:2), and CAP_NET_RAW is not in AmbientCapabilities=CAP_NET_ADMIN (/u:3)",
      line: 6),
    Case(
      name: "no AF_PACKET", unit: "RestrictAddressFamilies=AF_UNIX AF_NETLINK AF_INET AF_INET6", id: "service-family",
      words: "the service cannot open AF_PACKET sockets: RestrictAddressFamilies=AF_UNIX", line: 6),
  ]

  @Test("What will not work is found at its line", arguments: AuditTests.cases)
  private func found(one: Case) throws {
    let found = findings(one.top, global: one.global, unit: one.unit, host: one.host)
    let finding = try #require(
      found.first { $0.id == one.id && $0.message.contains(one.words) }, "\(found.map(\.message))")
    #expect(finding.range?.line == one.line && finding.severity == one.severity && finding.suggestion != nil)
    #expect(Rule.find(one.id) != nil)
  }

  @Test("The way out is named: a probe or a line in place of what does not work")
  func replacements() throws {
    let finding = try #require(
      findings(Self.script("killall -0 haproxy"), global: "script_user root").first { $0.id == "service-user" })
    #expect(finding.suggestion?.contains("vrrp_track_process NAME { process haproxy }") == true)
  }

  @Test(
    "A configuration that the service's user may not read keeps it from starting, and only the service's own is judged")
  func ownFile() throws {
    let path = "/etc/martlet/martlet.conf"
    let host = FakeHost(files: [path: FakeHost.file(0o600)])
    let finding = try #require(findings("", host: host, sources: [path]).first)
    #expect(finding.id == "service-file" && finding.range?.line == 1 && finding.range?.path == path)
    #expect(
      finding.message.contains("would not start")
        && finding.suggestion == "chown root:martlet \(path); chmod 640 \(path)")
    #expect(findings("", host: host).isEmpty)
    #expect(findings("", unit: Units.open, host: host, sources: [path]).isEmpty)
  }

  @Test("Nothing is held against a file that whoever checks may not look at")
  func unseen() {
    let host = FakeHost(files: ["/run/h.sock": FakeHost.file(0o755)], unseen: ["/run/h.sock"])
    #expect(findings("vrrp_probe p {\n unix /run/h.sock\n}", host: host).isEmpty)
  }

  @Test("A /proc that the host itself hides counts as one that the unit hides")
  func hiddenByTheHost() {
    let block = "vrrp_track_process h {\n process haproxy\n}"
    #expect(findings(block, unit: Units.open).isEmpty)
    #expect(findings(block, unit: Units.open, hostHiding: "hidepid=2").map(\.id) == ["service-processes"])
    #expect(findings(Self.script("pidof haproxy"), unit: Units.open, hostHiding: "hidepid=2").isEmpty)
  }

  @Test(
    "Of the settings that concern a path the longest counts",
    arguments: [
      ("ProtectSystem=strict", "/var/x", true), ("ProtectSystem=strict\nReadWritePaths=-/var", "/var/x", false),
      ("ProtectSystem=strict\nReadWritePaths=/var\nReadOnlyPaths=/var/x", "/var/x/y", true),
      ("ProtectSystem=strict\nRuntimeDirectory=martlet", "/var/run/martlet/x", false),
      ("ProtectSystem=full", "/etc/x", true), ("ProtectSystem=yes", "/etc/x", false),
      ("ProtectSystem=yes", "/usr/x", true),
      ("ProtectSystem=no", "/usr/x", false), ("ProtectHome=read-only", "/root/x", true),
      ("ProtectHome=no", "/root/x", false),
      ("ProtectHome=yes\nProtectHome=", "/root/x", false), ("InaccessiblePaths=/srv", "/srv/x", true),
      ("InaccessiblePaths=/srv", "/srvx", false), ("", "/x", false),
    ])
  func paths(lines: String, path: String, isBarred: Bool) {
    #expect((ServicePaths(Units.unit(lines)).protector(of: path) != nil) == isBarred)
  }
}
