import Glibc
import LabKit
import NetworkTypes
import Testing
import VRRPCore

extension LabTests {
  /// Services that read their configuration again stay well in the eyes of whatever looks at them.
  @Suite struct ServiceReloads {
    private static let reloads = 50

    /// What the check is called, and where it is asked.
    private static let ports: [(name: String, port: UInt16)] = [
      ("nginx", 8090), ("haproxy", 8081), ("haproxy-sf", 8082),
    ]

    /// Every probe's first failure is a verdict, and every verdict a fault.
    private static func file(_ services: Services) -> RouterFile {
      var file = RouterFile(version: .v3, interval: .milliseconds(100))
      for (name, port) in ports {
        file.topLines += [
          "vrrp_probe \(name) {", "http http://127.0.0.1:\(port)/ {", "body ~ \"^well$\"", "}", "interval 0.05",
          "timeout 20", "}", "vrrp_track_process \(name) {", "process \(name)", "}",
        ]
      }
      file.topLines += [
        "vrrp_probe backend {", "haproxy \(services.statistics) {", "backend web", "}", "interval 0.05", "timeout 20",
        "}",
      ]
      let names = ports.map(\.name)
      file.instanceLines = ["track_probe {"] + names + ["backend", "}", "track_process {"] + names + ["}"]
      return file
    }

    @Test(
      needs(.lab, .martlet),
      .enabled(
        if: Command.find("haproxy") != nil && Command.find("nginx") != nil,
        "haproxy or nginx is not installed; run `make deps`"))
    func noReloadIsTakenForAFailure() async throws {
      try await inLab(alone: true) { lab in
        let plain = RouterFile(version: .v3, interval: .milliseconds(100))
        let pair = try Pair(in: lab, plain, high: .martlet, low: .martlet)
        let host = pair.high.host
        let services = try Services(on: host)
        try await services.waitUntilReady()
        let loads = try Self.ports.map { try WebLoad(on: host, port: $0.port, clients: 2) }
        defer { for load in loads { load.stop() } }
        try pair.high.start(Self.file(services).text(for: host, priority: Pair.highPriority, peers: []))
        try pair.start(pair.low)
        try await pair.expectMaster(
          pair.high, within: startup + plain.masterDownInterval(priority: Pair.highPriority) + margin)
        let high = try #require(pair.high as? MartletPeer)
        let allUp = await eventually(within: startup) {
          (try? MartletStatus.of(high).trackers.allSatisfy { $0.status == "up" }) ?? false
        }
        try #require(allUp, "\(pair.logs)")
        try await pair.settle(margin)
        let transitions = try MartletStatus.of(high).routers.first?.transitions
        let answered = loads.map(\.answered)

        let begin = MonotonicInstant.labNow()
        for round in 1...Self.reloads {
          let late = try await services.reload()
          try #require(late.isEmpty, "reload \(round) changed nothing for \(late)\n\(services.logs)")
        }
        let took = MonotonicInstant.labNow() - begin
        try await pair.settle(margin)
        let requests = zip(loads, answered).map { $0.answered - $1 }
        print(
          "\(Self.reloads) reloads of each of nginx, haproxy -W and haproxy -sf in \(took) beside \(requests) requests, "
            + "of which \(loads.map(\.failed)) failed")
        #expect(requests.allSatisfy { $0 > Self.reloads }, "there was no load: \(requests)\n\(services.logs)")
        #expect(!pair.high.log.contains(" is down"), "\(pair.high.log)")
        #expect(try MartletStatus.of(high).routers.first?.transitions == transitions, "\(pair.logs)")
        pair.expectOnlySender(pair.high, since: begin)
        #expect(pair.adverts(of: pair.high, since: begin).allSatisfy { $0.priority == Pair.highPriority })

        // They do look: the end of one of them is a failure for its probe, for its process, and for who counts servers.
        let killed = MonotonicInstant.labNow()
        await services.kill("nginx")
        try await pair.expectMaster(pair.low, since: killed, within: margin, "nginx killed")
        for words in ["probe nginx is down", "process nginx is down"] {
          #expect(await eventually(within: margin) { pair.high.log.contains(words) }, "\(words)\n\(pair.logs)")
        }
      }
    }
  }
}

/// nginx, haproxy in front of it with a master process that reloads, and another one that each reload replaces.
private final class Services: Sendable {
  private let host: Host
  let statistics: String
  private let pidFile: String
  private let nginx: [String]
  private let haproxy: LabProcess
  private let haproxySF: [String]

  init(on host: Host) throws {
    self.host = host
    statistics = "\(host.folder)/statistics"
    pidFile = "\(host.folder)/haproxy-sf.pid"
    // A name of its own, so that each is tracked by itself.
    let successor = "\(host.folder)/haproxy-sf"
    symlink(try #require(Command.find("haproxy")), successor)
    try writeFile("\(host.folder)/nginx.conf", Self.nginxFile(host))
    try writeFile("\(host.folder)/haproxy.cfg", Self.haproxyFile(8081, statistics))
    try writeFile("\(host.folder)/haproxy-sf.cfg", Self.haproxyFile(8082, "\(statistics)-sf"))
    nginx = ["nginx", "-p", host.folder, "-c", "\(host.folder)/nginx.conf", "-e", "stderr"]
    haproxySF = [successor, "-D", "-f", "\(host.folder)/haproxy-sf.cfg", "-p", pidFile]
    _ = try host.start(nginx + ["-g", "daemon off;"], label: "nginx")
    haproxy = try host.start(["haproxy", "-W", "-f", "\(host.folder)/haproxy.cfg"], label: "haproxy")
    _ = try host.attempt(haproxySF)
  }

  private static func nginxFile(_ host: Host) -> String {
    """
    pid \(host.folder)/nginx.pid; error_log stderr; worker_processes 2;
    user root;
    events { worker_connections 1024; }
    http {
      access_log off; client_body_temp_path \(host.folder)/body; proxy_temp_path \(host.folder)/proxy;
      fastcgi_temp_path \(host.folder)/f; uwsgi_temp_path \(host.folder)/u; scgi_temp_path \(host.folder)/s;
      server { listen 127.0.0.1:8090; location / { return 200 "well"; } }
    }
    """
  }

  private static func haproxyFile(_ port: UInt16, _ socket: String) -> String {
    """
    global
      stats socket \(socket) mode 666 level admin expose-fd listeners
    defaults
      mode http
      timeout connect 2s
      timeout client 2s
      timeout server 2s
    frontend front
      bind 127.0.0.1:\(port)
      default_backend web
    backend web
      server s1 127.0.0.1:8090 check inter 100

    """
  }

  private func processes(_ name: String) -> Set<pid_t> {
    Set(host.processes().filter { readFile("/proc/\($0)/comm") == "\(name)\n" })
  }

  /// How often the master process has said that all is as the file says.
  private var loadings: Int { haproxy.logLines.count { $0.hasSuffix("Loading success.") } }

  /// Waits until all of them run.
  func waitUntilReady() async throws {
    let started = await eventually(within: .seconds(10), every: .milliseconds(20)) {
      self.processes("nginx").count == 3 && self.loadings == 1 && !self.processes("haproxy-sf").isEmpty
    }
    try #require(started, "a service did not start\n\(logs)")
  }

  /// Has all of them read their configuration again; returns those that have not done so in time.
  func reload() async throws -> [String] {
    let old = (loadings: loadings, workers: processes("nginx"), process: readFile(pidFile))
    var signalled = MonotonicInstant.labNow()
    haproxy.signal(SIGUSR2)
    _ = try host.attempt(nginx + ["-s", "reload"])
    let predecessors = old.process.split(separator: "\n").map(String.init)
    // One that does not get its predecessor's sockets gives up, and the predecessor goes on.
    for _ in 0..<10 where readFile(pidFile) == old.process {
      _ = try host.attempt(haproxySF + ["-x", "\(statistics)-sf", "-sf"] + predecessors)
    }
    var late: [String] = []
    await eventually(within: .seconds(10), every: .milliseconds(20)) {
      late = []
      if self.loadings == old.loadings {
        late.append("haproxy")
        // A signal that reaches it just after the last reload may be lost on it.
        if MonotonicInstant.labNow() - signalled > .milliseconds(500) {
          signalled = .labNow()
          self.haproxy.signal(SIGUSR2)
        }
      }
      if self.processes("nginx").subtracting(old.workers).isEmpty { late.append("nginx") }
      if readFile(self.pidFile) == old.process { late.append("haproxy-sf") }
      return late.isEmpty
    }
    return late
  }

  /// Ends all of a service: a first process that is not let run for a moment starts others in place of those that are gone.
  func kill(_ name: String) async {
    let isGone = await eventually(within: margin) {
      let running = processes(name).filter { !readFile("/proc/\($0)/stat").contains(") Z ") }
      for pid in running { Glibc.kill(pid, SIGKILL) }
      return running.isEmpty
    }
    #expect(isGone, "\(name) goes on")
  }

  var logs: String {
    ["nginx", "haproxy"].map { name in
      (1...4).map { readFile("\(host.folder)/\(name)-\($0).log") }.joined().suffix(2000)
    }.joined(separator: "\n")
  }
}
