import Glibc
import LabKit
import NetworkTypes
import Testing
import VRRPCore

extension LabTests {
  /// Files and processes that move the address.
  @Suite struct TrackedThings {
    /// Two martlets whose trackers are each host's own.
    private func pair(in lab: Lab, _ block: (Host) -> String, tracked: [String]) async throws -> Pair {
      var file = RouterFile(version: .v3)
      file.instanceLines = tracked
      let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
      for peer in [pair.high, pair.low] {
        var own = file
        own.topLines = [block(peer.host)]
        try peer.start(own.text(for: peer.host, priority: pair.priority(of: peer), peers: []))
      }
      return pair
    }

    private func bound(_ pair: Pair, _ priority: UInt8) -> Nanoseconds {
      pair.file.masterDownInterval(priority: priority) + margin
    }

    @Test(needs(.lab, .martlet))
    func aNumberInAFileMovesTheAddressAndBringsItBack() async throws {
      try await inLab { lab in
        func path(_ host: Host) -> String { "\(host.folder)/level" }
        let pair = try await pair(
          in: lab, { "track_file level {\n  file \(path($0))\n  weight 2\n  init_file 0\n}" },
          tracked: ["track_file {", "  level", "}"])
        try await pair.expectMaster(pair.high, within: startup + bound(pair, Pair.highPriority))
        let before = MonotonicInstant.labNow()
        try writeFile(path(pair.high.host), "-60\n")
        try await pair.expectMaster(pair.low, since: before, within: bound(pair, Pair.lowPriority), "-60, weight 2")
        let last = try #require(pair.adverts(of: pair.high, since: before).last)
        #expect(last.priority == Pair.highPriority - 120, "\(pair.logs)")
        let back = MonotonicInstant.labNow()
        unlink(path(pair.high.host))
        try await pair.expectMaster(pair.high, since: back, within: bound(pair, Pair.highPriority), "file gone")
        // Far enough down, it is a fault, and the host resigns at once.
        let fault = MonotonicInstant.labNow()
        try writeFile(path(pair.high.host), "-127\n")
        try await pair.expectMaster(pair.low, since: fault, within: bound(pair, Pair.lowPriority), "fault")
        #expect(pair.adverts(of: pair.high, since: fault).contains { $0.priority == 0 }, "\(pair.logs)")
      }
    }

    @Test(needs(.lab, .martlet))
    func aProcessThatEndsTakesTheAddressWithIt() async throws {
      try await inLab { lab in
        func name(_ host: Host) -> String { "svc-\(host.name)-\(getpid())" }
        func run(on host: Host) throws -> LabProcess {
          let program = "\(host.folder)/\(name(host))"
          try writeFile(program, "#!/bin/sh\nwhile :; do sleep 60; done\n", mode: 0o755)
          return try host.start([program], label: "service")
        }
        let pair = try await pair(
          in: lab, { "vrrp_track_process service {\n  process \(name($0))\n}" },
          tracked: ["track_process {", "  service", "}"])
        let service = try run(on: pair.high.host)
        _ = try run(on: pair.low.host)
        try await pair.expectMaster(pair.high, within: startup + bound(pair, Pair.highPriority))
        try await pair.settle(margin)
        let killed = MonotonicInstant.labNow()
        service.signal(SIGKILL)
        let taken = try await pair.expectMaster(
          pair.low, since: killed, within: pair.file.skewTime(priority: Pair.lowPriority) + margin, isTold: true,
          "process killed")
        print("a tracked process was killed: taken over \(taken.time - killed) later")
        #expect(pair.high.log.contains("0 of \(name(pair.high.host)) run, at least 1 wanted"), "\(pair.logs)")
        let again = MonotonicInstant.labNow()
        _ = try run(on: pair.high.host)
        try await pair.expectMaster(pair.high, since: again, within: bound(pair, Pair.highPriority), "process back")
      }
    }

    @Test(needs(.lab, .martlet))
    func aCombinationFollowsAnInterfaceAndAFile() async throws {
      try await inLab { lab in
        var file = RouterFile(version: .v3)
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        let (host, level) = (pair.high.host, "\(pair.high.host.folder)/level")
        try host.connect(to: pair.clientHost, "back0")
        file.topLines = [
          "track_file level {", "file \(level)", "}",
          "vrrp_probe ways {", "all {", "interface back0", "file level", "}", "}",
        ]
        file.instanceLines = ["track_probe {", "ways", "}"]
        try pair.high.start(file.text(for: host, priority: Pair.highPriority, peers: []))
        try await pair.expectMaster(pair.high, within: startup + bound(pair, Pair.highPriority))
        try await pair.startBackup(pair.low)

        let cut = MonotonicInstant.labNow()
        try host.run("ip", "link", "set", "back0", "down")
        let taken = try await pair.expectMaster(
          pair.low, since: cut, within: file.skewTime(priority: Pair.lowPriority) + margin, isTold: true,
          "interface down")
        print("an interface in a combination went down: taken over \(taken.time - cut) later")
        #expect(
          pair.high.log.contains("ways is down: 1 of 2 up, all wanted; interface back0: interface is down"),
          "\(pair.logs)")
        let back = MonotonicInstant.labNow()
        try host.run("ip", "link", "set", "back0", "up")
        try await pair.expectMaster(pair.high, since: back, within: bound(pair, Pair.highPriority), "interface up")
        let number = MonotonicInstant.labNow()
        try writeFile(level, "1\n")
        try await pair.expectMaster(
          pair.low, since: number, within: file.skewTime(priority: Pair.lowPriority) + margin, isTold: true,
          "file holds 1")
      }
    }
  }
}
