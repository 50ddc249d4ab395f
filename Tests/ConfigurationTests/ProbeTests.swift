import ConfigurationModel
import ConfigurationSyntax
import NetworkTypes
import Testing
import VRRPCore

@testable import Configuration

@Suite("Probes")
struct ProbeTests {
  private func probe(_ kind: String, _ others: String = "") -> LoadedConfiguration {
    load("vrrp_probe p {\n\(kind)\n\(others)\n}\n")
  }

  private func question(_ kind: String, location: SourceLocation = #_sourceLocation) throws -> ProbeQuestion {
    let loaded = probe(kind)
    #expect(loaded.diagnostics.isEmpty, "\(loaded.diagnostics)", sourceLocation: location)
    return try #require(loaded.configuration.probes.first?.question, sourceLocation: location)
  }

  @Test("A probe has a schedule of its own, down to ten milliseconds")
  func schedule() throws {
    let loaded = probe(
      "tcp 127.0.0.1:80", "interval 0.01\ntimeout 0.02\nrise 2\nfall 3\nweight -20 reverse\ninit_fail")
    #expect(loaded.diagnostics.isEmpty, "\(loaded.diagnostics)")
    let probe = try #require(loaded.configuration.probes.first)
    let schedule = probe.schedule
    #expect(schedule.interval == .milliseconds(10) && schedule.timeout == .milliseconds(20))
    #expect(schedule.rise == 2 && schedule.fall == 3 && schedule.initiallyFailed)
    #expect(probe.weight == -20 && probe.reverse)
    let plain = try #require(
      load("vrrp_probe p {\n tcp 127.0.0.1:80 {\n }\n interval 3\n}\n").configuration.probes.first?.schedule)
    #expect(plain.interval == .seconds(3) && plain.timeout == .seconds(3) && plain.rise == 1 && !plain.initiallyFailed)
  }

  @Test("HTTP takes its URL apart")
  func http() throws {
    let text = """
      http http://127.0.0.1:8080/healthz?deep=1 {
        status 200-299 301
        header X-Probe: yes please
        method POST
        host www.example.org
        body ~ "^ok$"
        body not "maintenance"
      }
      """
    guard case .http(let http) = try question(text) else { return #expect(Bool(false)) }
    #expect(http.endpoint == .host(.address(IPAddress(v4: 0x7F00_0001)), port: 8080))
    #expect(http.target == "/healthz?deep=1" && http.method == "POST" && http.host == "www.example.org")
    #expect(http.headers == [HTTPQuestion.HeaderField(name: "X-Probe", value: "yes please")])
    #expect(http.statuses == [200...299, 301...301] && http.tls == nil)
    #expect(
      http.body == [TextPattern("^ok$", isExpression: true), TextPattern("maintenance", isNegated: true)])
  }

  @Test(
    "URLs lead to endpoints",
    arguments: [
      ("http http://localhost", "localhost:80", "/", "localhost"),
      ("http http://[2001:db8::1]/x", "[2001:db8::1]:80", "/x", "[2001:db8::1]"),
      ("https https://www.example.org:8443?a", "www.example.org:8443", "/?a", "www.example.org:8443"),
      ("https https://192.0.2.1", "192.0.2.1:443", "/", "192.0.2.1"),
    ])
  func urls(line: String, endpoint: String, target: String, host: String) throws {
    guard case .http(let http) = try question(line) else { return #expect(Bool(false)) }
    #expect("\(http.endpoint)" == endpoint && http.target == target && http.host == host)
    #expect((http.tls != nil) == line.hasPrefix("https"))
    #expect(http.tls?.serverName == (endpoint.hasPrefix("www") ? "www.example.org" : nil))
  }

  @Test("What is sent may hold signs that cannot be typed")
  func escapes() throws {
    guard
      case .stream(let stream) = try question(
        "tcp [::1]:7 {\n send \"a\\r\\n\\x00\\\\b\"\n expect \"+OK\"\n tls\n verify off\n min_days 14\n}")
    else { return #expect(Bool(false)) }
    #expect(stream.send == Array("a\r\n\0\\b".utf8) && stream.expect == [TextPattern("+OK")])
    #expect(stream.tls?.verifies == false && stream.tls?.leastDays == 14)
    guard case .stream(let unix) = try question("unix /run/app.sock") else { return #expect(Bool(false)) }
    #expect(unix.endpoint == .path("/run/app.sock") && unix.send.isEmpty)
  }

  @Test("Each kind is read with its options")
  func kinds() throws {
    let gateway = try #require(IPAddress("192.0.2.1"))
    let other = try #require(IPAddress("2001:db8::1"))
    let local = ProbeEndpoint.host(.address(IPAddress(v4: 0x7F00_0001)), port: 53)
    func port(_ number: UInt16) -> ProbeEndpoint { .host(.address(IPAddress(v4: 0x7F00_0001)), port: number) }
    var disk = DiskQuestion(path: "/var")
    disk.free = .perMille(125)
    disk.inodes = .count(1 << 20)
    disk.writable = true
    var memory = MemoryQuestion()
    memory.some = 205
    memory.window = 60
    memory.available = .count(512 << 20)
    let cases: [(String, ProbeQuestion)] = [
      ("icmp 192.0.2.1 2001:db8::1 {\n quorum 1\n}", .echo(EchoQuestion(targets: [gateway, other], quorum: 1))),
      ("icmp 192.0.2.1", .echo(EchoQuestion(targets: [gateway], quorum: 1))),
      ("arp 192.0.2.1 {\n interface eth0\n}", .arp(ARPQuestion(target: gateway, interface: "eth0"))),
      (
        "dns 127.0.0.1 {\n name www.example.org.\n type aaaa\n expected 2001:db8::1\n}",
        .dns(DNSQuestion(endpoint: local, name: "www.example.org", type: .aaaa, expected: ["2001:db8::1"]))
      ),
      (
        "udp 127.0.0.1:53 {\n send \"x\"\n expect not \"y\"\n}",
        .datagram(DatagramQuestion(endpoint: local, send: [0x78], expect: [TextPattern("y", isNegated: true)]))
      ),
      ("smtp 127.0.0.1 {\n ehlo probe.example\n}", .smtp(SMTPQuestion(endpoint: port(25), greeting: "probe.example"))),
      ("redis 127.0.0.1 {\n role master\n}", .redis(RedisQuestion(endpoint: port(6379), role: .primary))),
      ("redis /run/redis.sock", .redis(RedisQuestion(endpoint: .path("/run/redis.sock")))),
      (
        "postgresql 127.0.0.1 {\n user u\n database d\n role replica\n}",
        .postgresql(PostgreSQLQuestion(endpoint: port(5432), user: "u", database: "d", role: .replica))
      ),
      ("mysql 127.0.0.1:3307 {\n user u\n}", .mysql(MySQLQuestion(endpoint: port(3307), user: "u"))),
      (
        "haproxy /run/haproxy/admin.sock {\n backend web\n servers 2\n}",
        .haproxy(HAProxyQuestion(endpoint: .path("/run/haproxy/admin.sock"), backend: "web", servers: 2))
      ),
      ("load 5 {\n most 8.5\n}", .load(LoadQuestion(minutes: 5, most: 8500))),
      ("disk /var {\n free 12.5%\n inodes 1M\n writable\n}", .disk(disk)),
      ("memory {\n some 20.5\n window 60\n available 512M\n}", .memory(memory)),
    ]
    for (text, expected) in cases { #expect(try question(text) == expected, "\(text)") }
    // Those have tests of their own, here and in CombinedProbeTests.
    let others: Set = ["http", "https", "tcp", "unix", "any", "all", "at_least"]
    let read = Set(cases.map { text, _ in String(text.prefix { $0 != " " }) })
    #expect(read.union(others).symmetricDifference(ProbeKind.all.map(\.name)) == [])
  }

  @Test(
    "A probe that can never pass is an error at its place",
    arguments: [
      ("http ftp://127.0.0.1/", "bad-url", 2), ("http http:///x", "bad-url", 2),
      ("http http://a@b/", "bad-url", 2), ("http http://127.0.0.1:0/", "bad-target", 2),
      ("http http://127.0.0.1:99999/", "bad-target", 2), ("http http://256.1.1.1/", "bad-target", 2),
      ("http http://a..b/", "bad-target", 2), ("http http://[::1/", "bad-target", 2), ("http", "missing-target", 2),
      ("http http://a/ {\n status 700\n}", "bad-status", 3), ("http http://a/ {\n status 300-200\n}", "bad-status", 3),
      ("http http://a/ {\n body ~ \"(\"\n}", "bad-pattern", 3), ("http http://a/ {\n body a b\n}", "bad-pattern", 3),
      ("http http://a/ {\n header Host x\n}", "bad-value", 3), ("http http://a/ {\n method get\n}", "bad-value", 3),
      ("tcp 127.0.0.1", "bad-target", 2), ("tcp 127.0.0.1:80 127.0.0.1:81", "bad-target", 2),
      ("tcp 127.0.0.1:80 {\n verify off\n}", "tls-off", 3), ("tcp 127.0.0.1:80 {\n send \"\\q\"\n}", "bad-escape", 3),
      ("tcp 2001:db8::1:80", "bad-target", 2), ("tcp 127.0.0.1:80\nudp 127.0.0.1:80", "probe-kinds", 3),
      ("interval 1", "missing-probe", 1), ("interval 0.001\ntcp 127.0.0.1:80", "bad-value", 2),
      ("unix app.sock", "bad-target", 2), ("udp 127.0.0.1:80", "missing-option", 2),
      ("https https://a/ {\n ca_file ca.pem\n}", "bad-path", 3),
      ("https https://a/ {\n key_file /k\n}", "missing-option", 2),
      ("https https://a/ {\n verify maybe\n}", "bad-value", 3),
      ("https https://a/ {\n server_name 192.0.2.1\n}", "bad-name", 3),
      ("icmp", "missing-target", 2), ("icmp gateway", "bad-target", 2), ("icmp 224.0.0.1", "bad-target", 2),
      ("icmp 192.0.2.1 {\n quorum 2\n}", "quorum", 3), ("arp 192.0.2.1", "missing-option", 2),
      ("arp 2001:db8::1 {\n interface eth0\n}", "bad-target", 2), ("dns 127.0.0.1", "missing-option", 2),
      ("dns 127.0.0.1 {\n name a..b\n}", "bad-name", 3),
      ("dns 127.0.0.1 {\n name \(String(repeating: "a", count: 64))\n}", "bad-name", 3),
      ("dns 127.0.0.1 {\n name a\n type ANY\n}", "bad-value", 4),
      ("dns 127.0.0.1 {\n name a\n expected ::1\n}", "bad-value", 4),
      ("redis 127.0.0.1 {\n role leader\n}", "bad-role", 3), ("haproxy /s", "missing-option", 2),
      ("haproxy /s {\n backend \"a;b\"\n}", "bad-name", 3), ("load 2 {\n most 1\n}", "bad-target", 2),
      ("load 1", "missing-option", 2), ("disk var", "bad-target", 2), ("disk / {\n free 101%\n}", "bad-amount", 3),
      ("disk / {\n free 99999999999T\n}", "bad-amount", 3), ("memory", "missing-option", 2),
      ("memory {\n some 5\n window 11\n}", "bad-value", 4), ("memory x {\n some 5\n}", "bad-target", 2),
    ])
  func impossible(text: String, id: String, line: Int) {
    let loaded = probe(text)
    #expect(loaded.hasErrors)
    #expect(
      loaded.diagnostics.contains { $0.id == id && $0.severity == .error && Int($0.range?.line ?? 0) == line },
      "\(loaded.diagnostics)")
  }

  @Test("Files that are not there are errors at their places")
  func files() throws {
    struct NoFiles: FileStatusProvider {
      func status(of path: String) -> FileStatus? {
        path == "/etc/ca.pem" ? FileStatus(mode: 0o644, owner: 0) : nil
      }
    }
    let loaded = probe("https https://a/ {\n ca_file /etc/ca.pem\n cert_file /etc/me.pem\n}")
    #expect(!loaded.hasErrors)
    let found = FileAudit.diagnostics(of: loaded, files: NoFiles())
    #expect(found.map(\.id) == ["missing-file"] && found.first?.severity == .error)
    #expect(found.first.map { Int($0.range?.line ?? 0) } == 4)
  }

  @Test("Routers and groups track probes, after all other trackers")
  func tracking() throws {
    let loaded = load(
      """
      vrrp_probe web { tcp 127.0.0.1:80
        weight -20
      }
      vrrp_script s {
        script /bin/true
      }
      vrrp_instance a {
        interface eth0
        virtual_router_id 1
        virtual_ipaddress {
          192.0.2.7
        }
        track_script {
          s
        }
        track_probe {
          web weight 10 reverse
        }
      }
      vrrp_instance b {
        interface eth0
        virtual_router_id 2
        virtual_ipaddress {
          192.0.2.8
        }
      }
      vrrp_sync_group g {
        group {
          a
          b
        }
        sync_group_tracking_weight
        track_probe {
          web
        }
      }
      """)
    #expect(!loaded.hasErrors, "\(loaded.diagnostics)")
    let configuration = loaded.configuration
    #expect(configuration.trackers.map(\.kind) == [.script, .probe])
    let numbers = configuration.trackerNumbers
    #expect(
      configuration.routers.first.map { numbers.bindings($0.tracked) } == [
        TrackerBinding(tracker: TrackerID(rawValue: 0), weight: 0, reverse: false),
        TrackerBinding(tracker: TrackerID(rawValue: 1), weight: 10, reverse: true),
      ])
    #expect(
      configuration.groups.first.map { numbers.bindings($0.tracked) } == [
        TrackerBinding(tracker: TrackerID(rawValue: 1), weight: -20, reverse: false)
      ])
  }

  @Test("A tracked probe must exist")
  func unknown() {
    let loaded = load(
      """
      vrrp_probe web { tcp 127.0.0.1:80
      }
      vrrp_instance a {
        interface eth0
        virtual_router_id 1
        virtual_ipaddress {
          192.0.2.7
        }
        track_probe {
          wen
        }
      }
      """)
    #expect(loaded.diagnostics.contains { $0.id == "unknown-probe" && $0.fixIt?.replacement == "web" })
  }

  @Test(
    "Patterns accept what they describe",
    arguments: [
      (TextPattern("ok"), "all ok\n", true), (TextPattern("ok"), "o", false), (TextPattern("ok"), "ook", true),
      (TextPattern("ok", isNegated: true), "ok", false), (TextPattern(""), "", true),
      (TextPattern("^ok$", isExpression: true), "first\nok\nlast", true),
      (TextPattern("^ok$", isExpression: true), "not ok", false),
      (TextPattern("a.b", isExpression: true), "\0\0a-b", true),
      (TextPattern("status: (up|ready)", isExpression: true), "status: ready", true),
    ])
  func patterns(pattern: TextPattern, text: String, accepted: Bool) throws {
    #expect(try CompiledPattern(pattern).accepts(Array(text.utf8)) == accepted)
  }
}
