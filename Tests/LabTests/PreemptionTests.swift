import Glibc
import LabKit
import NetworkTypes
import Testing
import VRRPCore

extension LabTests {
  /// What a higher priority may and may not take.
  @Suite struct Preemption {
    static let pairings: [Pairing] = [
      Pairing(high: .martlet, low: .martlet, file: RouterFile(version: .v2)),
      Pairing(high: .martlet, low: .keepalived, file: RouterFile(version: .v3)),
      Pairing(high: .keepalived, low: .martlet, file: RouterFile(version: .v3, family: .ipv6)),
    ]

    /// By unicast, a master's kernel asks for the link-layer address of a host that was gone only once a second. martlet announces
    /// itself when it comes back; keepalived does not, and hears the master in time only with an interval of a second.
    static let pairingsThatReturn = Pairing.matrix.map { pairing in
      var pairing = pairing
      if pairing.high == .keepalived, pairing.file.transport == .unicast { pairing.file.interval = .seconds(1) }
      return pairing
    }

    @Test(needs(.lab, .martlet, .keepalived), arguments: pairingsThatReturn)
    func nopreemptLetsTheLowerOneStay(_ pairing: Pairing) async throws {
      try await inLab { lab in
        var file = pairing.file
        file.noPreempt = true
        let pair = try Pair(in: lab, file, high: pairing.high, low: pairing.low)
        try await pair.startInOrder()
        // By unicast nobody hears the new master any more once its kernel has given up the host that is gone.
        let before = MonotonicInstant.labNow()
        try pair.high.host.crash()
        let bound = file.masterDownInterval(priority: Pair.lowPriority)
        try await pair.expectMaster(pair.low, since: before, within: bound + margin, "crash")

        let back = MonotonicInstant.labNow()
        try pair.high.host.boot()
        try pair.start(pair.high)
        try await pair.settle(startup + file.masterDownInterval(priority: Pair.highPriority) + margin)
        pair.expectOnlySender(pair.low, since: back)
        if pairing.high == .martlet, file.transport == .unicast {
          let itself = pair.lab.capture.announcements(of: pair.high.host.address(file.family), since: back)
          #expect(itself.contains { $0.sender == pair.high.host.macAddress }, "it did not say where it is again")
        }
        #expect(try lab.holders(of: pair.address) == [pair.low.host.name], "\(pair.logs)")

        // The higher one is a backup like any other now, and takes over when its turn comes.
        let stopped = MonotonicInstant.labNow()
        await pair.low.stop()
        try await pair.expectMaster(
          pair.high, since: stopped, within: file.skewTime(priority: Pair.highPriority) + margin, isTold: true,
          "lower one stopped")
      }
    }

    /// keepalived gives up on its checks where it cannot change groups.
    static let pairingsThatCheck = pairings.filter { $0.high == .martlet || !LabEnvironment.isUserNamespace }

    @Test(needs(.lab, .martlet, .keepalived), arguments: pairingsThatCheck)
    func aFailedCheckLowersThePriority(_ pairing: Pairing) async throws {
      try await inLab { lab in
        var file = pairing.file
        file.check = RouterFile.FlagCheck(weight: -150)
        let pair = try Pair(in: lab, file, high: pairing.high, low: pairing.low)
        try await pair.startInOrder()
        let flag = RouterFile.FlagCheck().path(on: pair.high.host)
        let before = MonotonicInstant.labNow()
        try writeFile(flag, "")
        let bound = .seconds(1) + file.masterDownInterval(priority: Pair.lowPriority)
        try await pair.expectMaster(pair.low, since: before, within: bound + margin, "priority lowered")
        // It says so with its last adverts, and does not resign: it could still be master if it were the only one.
        let last = try #require(pair.adverts(of: pair.high, since: before).last)
        #expect(last.priority == Pair.highPriority - 150, "\(pair.logs)")
        unlink(flag)
        try await pair.expectMaster(
          pair.high, within: .seconds(1) + file.masterDownInterval(priority: Pair.highPriority) + margin, "well again")
      }
    }

    @Test(needs(.lab, .martlet))
    func equalPrioritiesAreDecidedByAddress() async throws {
      try await inLab { lab in
        let file = RouterFile(version: .v3)
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        for peer in [pair.high, pair.low] {
          let other = peer.host === pair.high.host ? pair.low.host : pair.high.host
          try peer.start(file.text(for: peer.host, priority: 100, peers: [other]))
        }
        // 10.9.0.2 is the greater address.
        try await pair.settle(startup + file.masterDownInterval(priority: 100))
        let settled = MonotonicInstant.labNow()
        try await pair.settle(file.interval * 5)
        let senders = Set(lab.capture.adverts(vrid: file.vrid, since: settled).map(\.sender))
        #expect(senders.count == 1, "\(pair.logs)")
        #expect(try lab.holders(of: pair.address).count == 1, "\(pair.logs)")

        // Both speaking after a cut of the LAN, the greater address keeps the role.
        try pair.low.host.linkDown()
        try pair.high.host.linkDown()
        try await pair.settle(file.interval)
        try pair.low.host.linkUp()
        try pair.high.host.linkUp()
        try await pair.settle(startup)
        let healed = MonotonicInstant.labNow()
        try await pair.settle(file.interval * 5)
        #expect(Set(lab.capture.adverts(vrid: file.vrid, since: healed).map(\.sender)).count == 1, "\(pair.logs)")
      }
    }

    /// What a cut takes, and how the winner learns afterwards that another answered in its place.
    static let cuts: [(Host.Direction, lines: [String])] = [
      // It hears the other one all the while, and notices when that one is silent.
      (.sending, []),
      // It hears nothing; the other one says a last word when it yields.
      (.both, ["higher_prio_send_advert true"]),
    ]

    @Test(needs(.lab, .martlet, .nftables), arguments: cuts)
    func twoMastersAfterACutBecomeOne(_ direction: Host.Direction, lines: [String]) async throws {
      try await inLab { lab in
        var file = RouterFile(version: .v3)
        file.instanceLines = lines
        let pair = try Pair(in: lab, file, high: .martlet, low: .martlet)
        try await pair.startInOrder()
        let cut = MonotonicInstant.labNow()
        try pair.high.host.cut(direction)
        let bound = file.masterDownInterval(priority: Pair.lowPriority) + margin
        let both = await eventually(within: bound) { !pair.adverts(of: pair.low, since: cut).isEmpty }
        #expect(both, "\(pair.logs)")
        try await pair.settle(.seconds(1))
        // Taken first: what the winner says may cross before the command that heals the cut has returned.
        let healed = MonotonicInstant.labNow()
        try pair.high.host.heal()
        try await pair.expectMaster(
          pair.high, since: healed, within: file.interval * 2 + margin, "cut healed")
        let announced = lab.capture.announcements(of: pair.address, since: healed).contains {
          $0.sender == pair.high.host.macAddress
        }
        #expect(announced, "the winner did not announce the address.\n\(pair.logs)")
        let settled = MonotonicInstant.labNow()
        try await pair.settle(file.interval * 3)
        pair.expectOnlySender(pair.high, since: settled)
      }
    }
  }
}
