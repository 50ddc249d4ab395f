import Glibc
import LabKit
import NetworkTypes
import Testing
import VRRPCore

extension LabTests {
  /// The address follows what probes find.
  @Suite struct Probes {
    private static let port = 6390

    private static func file(_ block: [String], _ tracking: String = "service") -> RouterFile {
      var file = RouterFile(version: .v3, interval: .milliseconds(100))
      file.topLines = ["vrrp_probe service {"] + block + ["}"]
      file.instanceLines = ["track_probe {", tracking, "}"]
      return file
    }

    private func startService(in host: Host) throws -> LabProcess {
      try host.start(
        ["redis-server", "--port", "\(Self.port)", "--bind", "127.0.0.1", "--save", "", "--dir", host.folder],
        label: "redis")
    }

    @Test(
      needs(.lab, .martlet),
      .enabled(if: Command.find("redis-server") != nil, "redis-server is not installed; run `make deps`"))
    func theAddressLeavesAHostWhoseServiceDies() async throws {
      try await inLab { lab in
        let file = Self.file(
          ["redis 127.0.0.1:\(Self.port) {", "role primary", "}", "interval 0.05", "timeout 2", "fall 2"])
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        var services = [try startService(in: pair.high.host), try startService(in: pair.low.host)]
        try await pair.startInOrder()

        // Dead: refused at once, twice, and then the peer's skew time.
        let death = MonotonicInstant.labNow()
        services[0].signal(SIGKILL)
        let bound = margin + file.skewTime(priority: Pair.lowPriority)
        try await pair.expectMaster(pair.low, since: death, within: bound, isTold: true)
        #expect(
          await eventually(within: .seconds(2)) {
            pair.high.log.contains("probe service is down: redis 127.0.0.1:\(Self.port): connection refused")
          }, "\(pair.logs)")
        services[0] = try startService(in: pair.high.host)
        try await pair.expectMaster(pair.high, within: .seconds(3))
        try await pair.settle(.seconds(1))

        // Hung: each run uses its timeout up.
        let stop = MonotonicInstant.labNow()
        services[0].signal(SIGSTOP)
        try await pair.expectMaster(pair.low, since: stop, within: bound + .seconds(4), isTold: true)
        #expect(pair.high.log.contains(" within 2 s"), "\(pair.logs)")
        services[0].signal(SIGCONT)
        try await pair.expectMaster(pair.high, within: .seconds(3))
      }
    }

    @Test(
      needs(.lab, .martlet),
      .enabled(if: Command.find("redis-server") != nil, "redis-server is not installed; run `make deps`"))
    func neitherAReloadNorADeadProberMovesAnything() async throws {
      try await inLab { lab in
        let file = Self.file(["redis 127.0.0.1:\(Self.port)", "interval 0.05"])
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        _ = (try startService(in: pair.high.host), try startService(in: pair.low.host))
        try await pair.startInOrder()
        let mark = MonotonicInstant.labNow()
        let host = pair.high.host
        let reloading = try #require(pair.high.process)
        for _ in 0..<3 {
          reloading.signal(SIGHUP)
          try await pair.settle(.milliseconds(700))
        }
        for _ in 0..<3 {
          let prober = try #require(host.processes().first { readFile("/proc/\($0)/comm") == "martlet-prober\n" })
          kill(prober, SIGKILL)
          let isBack = await eventually(within: .seconds(5)) {
            host.processes().contains { $0 != prober && readFile("/proc/\($0)/comm") == "martlet-prober\n" }
          }
          #expect(isBack, "\(pair.logs)")
          try await pair.settle(.milliseconds(500))
        }
        #expect(pair.adverts(of: pair.low, since: mark).isEmpty, "\(pair.logs)")
        #expect(!pair.adverts(of: pair.high, since: mark).contains { $0.priority == 0 }, "\(pair.logs)")
      }
    }
  }
}
