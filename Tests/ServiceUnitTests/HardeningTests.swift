import Configuration
import ConfigurationModel
import ConfigurationSyntax
import Testing

@testable import ServiceUnit

@Suite struct HardeningTests {
  private static let users = "vrrp_script c {\n script /bin/true\n user nobody\n}"
  private static let root = "vrrp_script c {\n script /bin/true\n user root\n}"
  private static let process = "vrrp_track_process h {\n process haproxy\n}"

  private func text(_ top: String, global: String = "", host: FakeHost = FakeHost()) -> String {
    let demands = ServiceDemands(load(top, global: global), sources: ["/etc/martlet/martlet.conf"])
    return UnitHardening(demands, groups: demands.socketGroups(on: host)).text(for: "/etc/martlet/martlet.conf")
  }

  @Test(
    "What a file asks for is left to it, and no more",
    arguments: [
      (
        "", "",
        ["User=martlet", "CapabilityBoundingSet=CAP_NET_ADMIN CAP_NET_RAW", "ProtectProc=invisible", "ProtectHome=yes"]
      ),
      (process, "", ["User=martlet", "ProtectProc=default", "ProtectSystem=strict"]),
      (
        users, "",
        [
          "User=martlet", "CapabilityBoundingSet=CAP_NET_ADMIN CAP_NET_RAW CAP_SETUID CAP_SETGID CAP_KILL",
          "ProtectSystem=no",
        ]
      ),
      (
        root, "",
        [
          "User=", "CapabilityBoundingSet=~", "NoNewPrivileges=no", "ProtectProc=default",
          "SystemCallFilter=~@obsolete @cpu-emulation",
        ]
      ),
      ("vrrp_script c {\n script /bin/true\n}", "", ["User="]),
      ("", "notify_fifo /srv/a/fifo", ["ReadWritePaths=/srv/a"]),
      ("track_file f {\n file /tmp/f\n init_file 0\n}", "", ["PrivateTmp=no", "ReadWritePaths=/tmp"]),
      ("track_file f {\n file /home/f\n}", "", ["ProtectHome=read-only"]),
    ] as [(String, String, [String])])
  func lines(top: String, global: String, wanted: [String]) {
    let lines = text(top, global: global).split(separator: "\n").map(String.init)
    for line in wanted { #expect(lines.contains(line), "\(line) in \(lines)") }
  }

  @Test("Lists are emptied first, and each setting says why")
  func form() {
    let lines = text("").split(separator: "\n").map(String.init)
    for name in ["CapabilityBoundingSet", "AmbientCapabilities", "RestrictAddressFamilies", "SystemCallFilter"] {
      let place = lines.firstIndex { $0.hasPrefix(name + "=") }
      #expect(place.map { lines[$0] } == name + "=" && place.map { lines[$0 - 1].hasPrefix("# ") } == true, "\(name)")
    }
  }

  @Test("A socket's group is let in")
  func groups() {
    let host = FakeHost(files: ["/run/h.sock": FakeHost.file(0o660, group: 188)])
    #expect(text("vrrp_probe p {\n unix /run/h.sock\n}", host: host).contains("\nSupplementaryGroups=188\n"))
  }

  @Test(
    "Under its own drop-in a file has no fault, whatever the unit says",
    arguments: [
      "", users, root, process, "vrrp_probe p {\n unix /run/h.sock\n}",
      "track_file f {\n file /home/f\n init_file 0\n}",
    ],
    [Units.open, Units.closed])
  func agree(top: String, unit: String) {
    let host = FakeHost(files: ["/run/h.sock": FakeHost.file(0o660, owner: 188, group: 188)])
    let global = "notify_fifo /srv/a/fifo"
    let dropIn = Array(text(top, global: global, host: host).utf8)
    let conditions = ServiceConditions(Units.unit(unit).adding("/d", dropIn))
    let found = ServiceAudit.diagnostics(of: load(top, global: global), under: conditions, on: host)
    #expect(found.map(\.message) == [])
  }
}
