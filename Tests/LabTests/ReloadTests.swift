import Glibc
import LabKit
import NetworkTypes
import Testing
import VRRPCore

extension LabTests {
  /// A reload is heard by nobody, and a bad one changes nothing.
  @Suite struct Reload {
    @Test(needs(.lab, .martlet))
    func twoHundredInARowAreNotNoticed() async throws {
      try await inLab(alone: true) { lab in
        let file = RouterFile(version: .v3, interval: .seconds(1))
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        try await pair.startInOrder()
        let high = try #require(pair.high as? MartletPeer)
        // The first few reach the size that the daemon then keeps.
        for _ in 0..<5 {
          high.reload()
          try await pair.settle(.milliseconds(300))
        }
        try await settled(high)
        let footprint = high.footprint()
        let processes = high.host.processes().count
        let transitions = try MartletStatus.of(high).routers.first?.transitions
        let begin = try #require(pair.lastAdvert(of: pair.high)).time

        for _ in 0..<200 {
          high.reload()
          try await pair.settle(.milliseconds(100))
        }
        try await pair.settle(.seconds(2))
        try await settled(high)

        let adverts = pair.adverts(of: pair.high, since: begin)
        let late = lateness(adverts.map(\.time), file.interval)
        #expect(late.rawValue <= file.interval.rawValue / 10, "an advert was \(late) late.\n\(pair.logs)")
        #expect(adverts.allSatisfy { $0.priority == Pair.highPriority })
        #expect(pair.adverts(of: pair.low, since: begin).isEmpty, "\(pair.logs)")
        #expect(try MartletStatus.of(high).routers.first?.transitions == transitions, "\(pair.logs)")
        let after = high.footprint()
        #expect(high.host.processes().count == processes, "\(pair.logs)")
        #expect(after.descriptors == footprint.descriptors)
        let growth = after.residentBytes - footprint.residentBytes
        #expect(growth < 2 << 20, "resident memory grew by \(growth) bytes")
        let outage = pair.client.summary(since: begin).longestOutage
        #expect(outage < margin)
        print(
          "200 reloads: latest advert \(late) late; descriptors \(footprint.descriptors) to \(after.descriptors); "
            + "resident \(footprint.residentBytes / 1024) to \(after.residentBytes / 1024) KiB; client \(outage)")
      }
    }

    /// Waits until no reload is under way: the same processes are there over a second.
    private func settled(_ peer: MartletPeer) async throws {
      var before: [pid_t] = []
      var steady = 0
      await eventually(within: .seconds(20), every: .milliseconds(100)) {
        let now = peer.host.processes().sorted()
        steady = now == before ? steady + 1 : 0
        before = now
        return steady >= 10
      }
    }

    @Test(needs(.lab, .martlet))
    func aBrokenFileChangesNothing() async throws {
      try await inLab { lab in
        let file = RouterFile(version: .v3)
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        try await pair.startInOrder()
        let high = try #require(pair.high as? MartletPeer)
        let begin = MonotonicInstant.labNow()
        let transitions = try MartletStatus.of(high).routers.first?.transitions

        try high.replaceConfiguration("vrrp_instance VI_1 {\n  interface eth0\n  virtual_router_id 999\n")
        let refused = try high.command("reload")
        #expect(!refused.succeeded, "the reload command should fail: \(refused)")
        high.reload()
        try await pair.settle(file.masterDownInterval(priority: Pair.lowPriority) + margin)
        pair.expectOnlySender(pair.high, since: begin)
        #expect(try MartletStatus.of(high).routers.first?.transitions == transitions)
        #expect(high.log.contains("martlet.conf:"), "no located message.\n\(pair.logs)")

        // A good one after it is taken.
        try high.replaceConfiguration(file.text(for: high.host, priority: 150, peers: [pair.low.host]))
        let taken = try high.command("reload")
        #expect(taken.succeeded, "\(taken)")
        let heard = await eventually(within: margin + file.interval) { pair.lastAdvert(of: pair.high)?.priority == 150 }
        #expect(heard, "\(pair.logs)")
        pair.expectOnlySender(pair.high, since: begin)
      }
    }

    @Test(needs(.lab, .martlet))
    func addressesComeAndGoWithTheFile() async throws {
      try await inLab { lab in
        var file = RouterFile(version: .v3)
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        try await pair.startInOrder()
        let begin = MonotonicInstant.labNow()
        file.routers = 2
        try pair.high.replaceConfiguration(
          file.text(for: pair.high.host, priority: Pair.highPriority, peers: [pair.low.host]))
        pair.high.reload()
        let added = try await eventually(within: startup + margin) {
          try lab.holders(of: file.address(1)) == [pair.high.host.name]
        }
        #expect(added, "\(pair.logs)")
        file.routers = 1
        try pair.high.replaceConfiguration(
          file.text(for: pair.high.host, priority: Pair.highPriority, peers: [pair.low.host]))
        pair.high.reload()
        let removed = try await eventually(within: startup + margin) { try lab.holders(of: file.address(1)).isEmpty }
        #expect(removed, "\(pair.logs)")
        #expect(try lab.holders(of: file.address()) == [pair.high.host.name])
        pair.expectOnlySender(pair.high, since: begin)
      }
    }
  }
}

/// By how much the latest of several adverts was later than an interval after the one before it.
func lateness(_ times: [MonotonicInstant], _ interval: Nanoseconds) -> Nanoseconds {
  zip(times, times.dropFirst()).map { $1 - $0 - interval }.max() ?? .zero
}
