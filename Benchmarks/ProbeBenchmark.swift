import Glibc
import LabKit
import NetworkTypes
import VRRPCore

/// How soon the address follows a service that dies or hangs, and what 500 probes a second cost.
///
/// The service is redis-server, asked by `redis` and by `tcp`. The reaction is counted from the signal that ends or stops it to
/// the peer's gratuitous ARP, by the capture's kernel time stamps, which have the same clock.
struct ProbeBenchmark {
  private static let highPriority: UInt8 = 200
  private static let lowPriority: UInt8 = 100
  private static let interval = Nanoseconds.milliseconds(50)
  private static let fall: Int64 = 2
  private static let port = 6390

  let rounds: Int
  private var file = RouterFile(version: .v3, interval: .milliseconds(100))

  init(rounds: Int) {
    self.rounds = rounds
  }

  func run() async throws {
    guard Command.find("redis-server") != nil else {
      return print("\nProbes: redis-server is not installed; run `make deps`")
    }
    print("\nProbes, interval 0.05, fall 2, timeout 0.05, advert_int 0.1, \(rounds) rounds each; milliseconds:")
    for (name, signal) in [("killed", SIGKILL), ("stopped", SIGSTOP)] {
      try await measureReaction(name, signal)
    }
    for kind in ["tcp 127.0.0.1:\(Self.port)", "redis 127.0.0.1:\(Self.port)", "http http://127.0.0.1:\(Self.port)/"] {
      try await measureCost(kind)
    }
  }

  // MARK: Reaction

  private func measureReaction(_ name: String, _ signal: Int32) async throws {
    let lab = try Lab()
    defer { lab.close() }
    let high = try PeerKind.martlet.peer(in: lab.addHost("a", number: 1))
    let low = try PeerKind.martlet.peer(in: lab.addHost("b", number: 2))
    var file = file
    file.topLines = [
      "vrrp_probe service {", "redis 127.0.0.1:\(Self.port)", "interval 0.05", "timeout 0.05", "fall 2", "}",
    ]
    file.instanceLines = ["track_probe {", "service", "}"]
    var service = try start(in: high.host)
    try high.start(file.text(for: high.host, priority: Self.highPriority, peers: [low.host]))
    // The peer's own service needs no watching.
    let plain = RouterFile(version: .v3, interval: .milliseconds(100))
    try low.start(plain.text(for: low.host, priority: Self.lowPriority, peers: [high.host]))
    try await master(high, in: lab, since: .init(nanoseconds: 0))
    try await pause(.seconds(1))
    var samples: [Double] = []
    for _ in 0..<rounds {
      try await pause(.milliseconds(Int64.random(in: 0..<50)))
      let death = MonotonicInstant.labNow()
      service.signal(signal)
      samples.append(try await (master(low, in: lab, since: death) - death).inMilliseconds)
      if signal == SIGSTOP {
        service.signal(SIGCONT)
      } else {
        service = try start(in: high.host)
      }
      try await master(high, in: lab, since: .labNow())
      try await pause(.milliseconds(500))
    }
    // A dead service refuses at once; one that stands still uses the timeout up.
    let configured =
      Self.interval * Self.fall + (signal == SIGSTOP ? Self.interval : .zero)
      + file.skewTime(priority: Self.lowPriority)
    samples.sort()
    let most = samples[samples.count - 1]
    print(
      "  service \(name): \(fixed(samples[samples.count / 2], decimals: 1)) "
        + "(\(fixed(samples[0], decimals: 1)) to \(fixed(most, decimals: 1))) to the peer's gratuitous ARP; configured at most "
        + "\(fixed(configured.inMilliseconds, decimals: 1)), overhead \(fixed(max(0, most - configured.inMilliseconds), decimals: 1)) (≤ 20)"
    )
  }

  private func start(in host: Host) throws -> LabProcess {
    try host.start(
      ["redis-server", "--port", "\(Self.port)", "--bind", "127.0.0.1", "--save", "", "--dir", host.folder],
      label: "redis")
  }

  /// When `peer` announced the address for the first time since `instant`.
  @discardableResult
  private func master(_ peer: any Peer, in lab: Lab, since instant: MonotonicInstant) async throws -> MonotonicInstant {
    var first: MonotonicInstant?
    let became = await eventually(within: .seconds(10), every: .milliseconds(5)) {
      first =
        lab.capture.announcements(of: file.address(), since: instant).first { $0.sender == peer.host.macAddress }?.time
      return first != nil
    }
    guard became, let first else { throw LabError("\(peer.host.name) was not master in time:\n\(peer.log)") }
    return first
  }

  // MARK: Cost

  private func measureCost(_ kind: String) async throws {
    let lab = try Lab()
    defer { lab.close() }
    let host = try lab.addHost("a", number: 1)
    let peer = try PeerKind.martlet.peer(in: host)
    let isWeb = kind.hasPrefix("http")
    if isWeb {
      guard Command.find("nginx") != nil else { return print("  \(kind): nginx is not installed; run `make deps`") }
      try startWebServer(in: host)
    } else {
      _ = try start(in: host)
    }
    var file = file
    file.topLines = (0..<500).flatMap { number in ["vrrp_probe p\(number) {", kind, "interval 1", "}"] }
    try peer.start(file.text(for: host, priority: Self.highPriority, peers: []))
    try await master(peer, in: lab, since: .init(nanoseconds: 0))
    try await pause(.seconds(2))
    guard let prober = host.processes().first(where: { readFile("/proc/\($0)/comm") == "martlet-prober\n" }) else {
      throw LabError("there is no prober")
    }
    let (before, begin) = (processorTime(prober), MonotonicInstant.labNow())
    try await pause(.seconds(10))
    let used = Double(processorTime(prober) - before) / Double(sysconf(Int32(_SC_CLK_TCK)))
    let share = used / (MonotonicInstant.labNow() - begin).inSeconds * 100
    let memory = readFile("/proc/\(prober)/smaps_rollup").split(separator: "\n").first { $0.hasPrefix("Pss:") }
    let pss = memory.flatMap { $0.split(separator: " ").dropFirst().first }.flatMap { Double($0) } ?? 0
    let failed = peer.log.split(separator: "\n").count { $0.contains(" is DOWN") || $0.contains(" is down") }
    print(
      "  500 probes a second of \(kind.split(separator: " ")[0]): \(fixed(share, decimals: 1)) % of a core (< 10), "
        + "\(fixed(pss / 1024, decimals: 1)) MiB, \(failed) failed")
    await peer.stop()
  }

  private func startWebServer(in host: Host) throws {
    let path = "\(host.folder)/nginx.conf"
    try writeFile(
      path,
      """
      daemon off; pid \(host.folder)/nginx.pid; error_log stderr; worker_processes 1;
      user root;
      events { worker_connections 4096; }
      http {
        access_log off; client_body_temp_path \(host.folder)/body; proxy_temp_path \(host.folder)/proxy;
        fastcgi_temp_path \(host.folder)/f; uwsgi_temp_path \(host.folder)/u; scgi_temp_path \(host.folder)/s;
        server { listen 127.0.0.1:\(Self.port) backlog=1024; location / { return 200 "ok"; } }
      }
      """)
    _ = try host.start(["nginx", "-p", host.folder, "-c", path, "-e", "stderr"], label: "nginx")
  }

  /// Ticks of user and system time.
  private func processorTime(_ pid: pid_t) -> UInt64 {
    let fields = readFile("/proc/\(pid)/stat").split(separator: ")").last?.split(separator: " ") ?? []
    guard fields.count > 12 else { return 0 }
    return (UInt64(fields[11]) ?? 0) + (UInt64(fields[12]) ?? 0)
  }
}
