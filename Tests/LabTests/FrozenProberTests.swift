import Glibc
import LabKit
import NetworkTypes
import Testing
import VRRPCore

extension LabTests {
  /// A prober that stands still for half a minute, in the midst of its checks.
  @Suite struct FrozenProber {
    private static let time = Nanoseconds.seconds(30)

    /// Two checks that are well and two that are not; what they take from the priority shows in every advert.
    private static let file: RouterFile = {
      var file = RouterFile(version: .v3)
      file.topLines = [
        "vrrp_script well {", "script /bin/true", "interval 1", "timeout 5", "weight 20", "}",
        "vrrp_script sick {", "script /bin/false", "interval 1", "timeout 5", "weight -10", "}",
        "vrrp_probe gateway {", "icmp 10.9.0.100", "interval 0.2", "timeout 2", "fall 3", "}",
        "vrrp_probe refused {", "tcp 127.0.0.1:1", "interval 0.2", "timeout 2", "weight -15", "}",
      ]
      file.instanceLines = [
        "track_script {", "well", "sick", "}", "track_probe {", "gateway", "refused", "}",
      ]
      return file
    }()

    private static let priority: UInt8 = Pair.highPriority + 20 - 10 - 15

    private func verdicts(_ peer: MartletPeer) -> [String] {
      let trackers = try? MartletStatus.of(peer).trackers
      return trackers?.map { "\($0.name) \($0.status)" }.sorted() ?? []
    }

    @Test(needs(.lab, .martlet), arguments: ["it alone", "its successors too"])
    func movesNothingAndLosesNoVerdict(stopped: String) async throws {
      try await inLab { lab in
        let pair = try Pair(in: lab, Self.file, high: .martlet, low: .martlet)
        let plain = RouterFile(version: .v3)
        try pair.high.start(Self.file.text(for: pair.high.host, priority: Pair.highPriority, peers: []))
        try pair.low.start(plain.text(for: pair.low.host, priority: Pair.lowPriority, peers: []))
        let high = try #require(pair.high as? MartletPeer)
        let settled = await eventually(within: .seconds(15)) {
          pair.adverts(of: pair.high, since: .init(nanoseconds: 0)).last?.priority == Self.priority
        }
        try #require(settled, "\(pair.logs)")
        try await pair.expectMaster(pair.high, within: margin)
        let before = (verdicts: verdicts(high), transitions: try MartletStatus.of(high).routers.first?.transitions)
        let prober = try #require(high.rolePID("prober"), "\(pair.logs)")

        let begin = MonotonicInstant.labNow()
        var frozen: Set<pid_t> = [prober]
        kill(prober, SIGSTOP)
        while MonotonicInstant.labNow() - begin < Self.time {
          try await pair.settle(.milliseconds(100))
          guard stopped != "it alone" else { continue }
          for pid in high.rolePIDs("prober") where frozen.insert(pid).inserted { kill(pid, SIGSTOP) }
        }
        for pid in high.rolePIDs("prober") { kill(pid, SIGCONT) }
        // Another one is there and looks after the checks: its verdicts are those that held, and stay so.
        let serves = await eventually(within: .seconds(15)) { verdicts(high) == before.verdicts }
        #expect(serves, "\(verdicts(high)), before \(before.verdicts)\n\(pair.logs)")
        try await pair.settle(.seconds(3))
        #expect(verdicts(high) == before.verdicts, "\(pair.logs)")
        #expect(high.rolePID("prober") != prober, "\(pair.logs)")

        pair.expectOnlySender(pair.high, since: begin)
        let adverts = pair.adverts(of: pair.high, since: begin)
        let late = lateness(adverts.map(\.time), pair.file.interval)
        print("prober stopped for \(Self.time) (\(stopped)): the latest of \(adverts.count) adverts is \(late) late")
        #expect(adverts.allSatisfy { $0.priority == Self.priority }, "\(Set(adverts.map(\.priority)))\n\(pair.logs)")
        #expect(try MartletStatus.of(high).routers.first?.transitions == before.transitions, "\(pair.logs)")

        // It still looks: the gateway's silence is a fault.
        let silence = MonotonicInstant.labNow()
        pair.client.stop()
        try pair.clientHost.crash()
        let resigned = await eventually(within: .seconds(12)) {
          pair.adverts(of: pair.high, since: silence).contains { $0.priority == 0 }
        }
        #expect(resigned, "\(pair.logs)")
      }
    }
  }
}
