import LabKit
import NetworkTypes
import Testing
import VRRPCore

extension LabTests {
  /// What a host does before it may take part.
  @Suite struct Start {
    @Test(
      "No advert before the delay is over, also after a reload, and then as usual (0d91c74b, 58483b22)",
      needs(.lab, .martlet))
    func waitsAsConfigured() async throws {
      try await inLab { lab in
        var file = RouterFile(version: .v3)
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        try pair.start(pair.low)
        try await pair.expectMaster(
          pair.low, within: startup + file.masterDownInterval(priority: Pair.lowPriority) + margin)

        file.globalLines = ["vrrp_startup_delay 3"]
        let text = file.text(for: pair.high.host, priority: Pair.highPriority, peers: [pair.low.host])
        let started = MonotonicInstant.labNow()
        try pair.high.start(text)
        let high = try #require(pair.high as? MartletPeer)
        let waits = await eventually(within: startup) { (try? MartletStatus.of(high).routers.first?.state) == "INIT" }
        #expect(waits, "\(pair.logs)")
        #expect(try high.command("reload").succeeded)
        try await pair.settle(.seconds(3) - (MonotonicInstant.labNow() - started))
        #expect(pair.adverts(of: pair.high, since: started).isEmpty, "\(pair.logs)")
        #expect(try lab.holders(of: pair.address) == [pair.low.host.name])

        let bound = file.masterDownInterval(priority: Pair.highPriority) + startup
        let first = try await pair.expectMaster(pair.high, since: started, within: .seconds(3) + bound)
        #expect(first.time - started >= .seconds(3))
        #expect(await pair.client.reaches(within: margin + file.interval * 2), "\(pair.logs)")
      }
    }

    @Test(
      "A backup hears during its delay, also when it is reloaded, and claims nothing after it (KA#2387)",
      needs(.lab, .martlet))
    func aBackupHearsDuringItsDelay() async throws {
      try await inLab { lab in
        var file = RouterFile(version: .v3)
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        try pair.start(pair.high)
        try await pair.expectMaster(
          pair.high, within: startup + file.masterDownInterval(priority: Pair.highPriority) + margin)
        file.globalLines = ["vrrp_startup_delay 2"]
        let low = try #require(pair.low as? MartletPeer)
        let started = MonotonicInstant.labNow()
        try low.start(file.text(for: low.host, priority: Pair.lowPriority, peers: [pair.high.host]))
        let waits = await eventually(within: startup) { (try? MartletStatus.of(low).routers.first?.state) == "INIT" }
        #expect(waits, "\(pair.logs)")
        for _ in 0..<3 { #expect(try low.command("reload").succeeded, "\(pair.logs)") }
        let begins = await eventually(within: .seconds(2) + startup) {
          (try? MartletStatus.of(low).routers.first?.state) == "BACKUP"
        }
        #expect(begins && MonotonicInstant.labNow() - started >= .seconds(2), "\(pair.logs)")
        try await pair.settle(file.masterDownInterval(priority: Pair.lowPriority) + .milliseconds(500))
        pair.expectOnlySender(pair.high, since: started)
        #expect(try lab.holders(of: pair.address) == [pair.high.host.name], "\(pair.logs)")
      }
    }
  }
}
