import LabKit
import NetworkTypes
import Synchronization
import Testing
import VRRPCore

extension LabTests {
  /// Adverts that are broken, foreign or forged move nothing and are counted by kind.
  @Suite struct ForgedAdverts {
    static let kinds: [(ProtocolVersion, AddressFamily)] = [(.v2, .ipv4), (.v3, .ipv4), (.v3, .ipv6)]

    /// Sends every kind over and over until it is stopped: in the master's name, and each in that of another sender.
    private func spray(_ forgery: Forgery, _ flaws: [Forgery.Flaw], from sender: FrameSender) -> Spray {
      Spray { round in
        for (number, flaw) in flaws.enumerated() {
          try sender.send(forgery.frame(flaw))
          let first = (round * flaws.count + number) * Self.sendersOfEach
          for place in first..<first + Self.sendersOfEach {
            try sender.send(forgery.frame(flaw, from: place % Forgery.senders))
          }
        }
      }
    }

    /// How many forged senders a round has for each flaw.
    private static let sendersOfEach = 10

    @Test(needs(.lab, .martlet), arguments: kinds)
    func moveNothing(_ version: ProtocolVersion, _ family: AddressFamily) async throws {
      try await inLab { lab in
        var file = RouterFile(version: version, family: family)
        if version == .v2 { file.password = "swallow" }
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        let attacker = try lab.addHost("attacker", number: 66)
        try await pair.startInOrder()
        let low = try #require(pair.low as? MartletPeer)
        let enginePID = try MartletStatus.of(low).engine.pid

        let genuine = try #require(lab.capture.frames.last { $0.advert?.sender == pair.high.host.macAddress })
        let flaws = Forgery.Flaw.allCases.filter { version == .v2 || $0.isOfVersion3 }
        let begin = MonotonicInstant.labNow()
        let spraying = spray(Forgery(model: genuine.bytes), flaws, from: try FrameSender(on: attacker))
        defer { spraying.cancel() }
        try await pair.settle(file.masterDownInterval(priority: Pair.lowPriority) + .seconds(1))
        #expect(pair.adverts(of: pair.low, since: begin).isEmpty, "the backup spoke.\n\(pair.logs)")

        // The master dies under the spray: a timer that a forgery had touched would show now.
        try pair.high.host.crash()
        let last = try #require(pair.adverts(of: pair.high, since: begin).last)
        let bound = file.masterDownInterval(priority: Pair.lowPriority) + margin
        let took = try await pair.expectMaster(pair.low, since: last.time, within: bound, "crash under forgeries")
        try await pair.settle(.seconds(1))
        #expect(try lab.holders(of: pair.address) == [pair.low.host.name])
        #expect(pair.adverts(of: pair.low, since: took.time).allSatisfy { $0.priority == Pair.lowPriority })

        let sent = try await spraying.end() * flaws.count * Self.sendersOfEach
        let status = try MartletStatus.of(low)
        #expect(status.engine.pid == enginePID, "the engine was replaced.\n\(pair.logs)")
        let router = try #require(status.routers.first)
        for counter in flaws.compactMap(\.counter) where counter != "unknown_virtual_router" {
          #expect(router.drops[counter, default: 0] > 0, "\(counter): \(router.drops)")
        }
        #expect(status.engine.unknown_router_drops > 0)
        // However many senders there are, the log has room for the others.
        let lines = low.log.split(separator: "\n").filter { $0.contains("refused an advert from") }.count
        #expect(sent > Forgery.senders)
        let minutes = Int((MonotonicInstant.labNow() - begin).rawValue / 60_000_000_000) + 1
        #expect((1...300 * minutes).contains(lines), "\(lines) lines in the log")
        print(
          "v\(version.rawValue) \(family): \(sent) adverts of \(Forgery.senders) forged senders, \(lines) lines in the log; "
            + "drops \(router.drops.filter { $0.value > 0 })")
      }
    }
  }
}
