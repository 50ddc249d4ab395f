import Glibc
import LabKit
import NetworkTypes
import Testing
import VRRPCore

extension RouterFile: CustomTestStringConvertible {
  /// Version, family and transport.
  public var testDescription: String { "v\(version.rawValue) \(family) \(transport)" }
}

/// Who is paired with whom, and how they speak.
struct Pairing: Sendable, CustomTestStringConvertible {
  var high: PeerKind
  var low: PeerKind
  var file: RouterFile

  var testDescription: String {
    "\(high) over \(low), \(file.testDescription)"
  }

  /// Every pair with a martlet in it, in every way of speaking.
  static let matrix: [Pairing] = RouterFile.Transport.allCases.flatMap { transport in
    [
      RouterFile(version: .v2, family: .ipv4, transport: transport),
      RouterFile(version: .v3, family: .ipv4, transport: transport),
      RouterFile(version: .v3, family: .ipv6, transport: transport),
    ].flatMap { file in
      [(PeerKind.martlet, PeerKind.martlet), (.martlet, .keepalived), (.keepalived, .martlet)].map {
        Pairing(high: $0.0, low: $0.1, file: file)
      }
    }
  }

  /// keepalived alone: what shows that the lab itself judges rightly.
  static let reference: [Pairing] = [
    Pairing(high: .keepalived, low: .keepalived, file: RouterFile(version: .v2)),
    Pairing(high: .keepalived, low: .keepalived, file: RouterFile(version: .v3, family: .ipv6, transport: .unicast)),
  ]
}

extension LabTests {
  /// The main table: what moves the address, and how fast, in every pair and every way of speaking.
  @Suite struct Failover {
    @Test(needs(.lab, .martlet, .keepalived), arguments: Pairing.matrix)
    func moves(_ pairing: Pairing) async throws { try await story(pairing) }

    @Test(needs(.lab, .keepalived), arguments: Pairing.reference)
    func referencePairMoves(_ pairing: Pairing) async throws { try await story(pairing) }

    private func story(_ pairing: Pairing) async throws {
      try await inLab { lab in
        var file = pairing.file
        file.check = RouterFile.FlagCheck()
        let pair = try Pair(in: lab, file, high: pairing.high, low: pairing.low)
        try await pair.startInOrder()
        try await crash(pair, pairing)
        try await plannedStop(pair, pairing)
        try await linkLoss(pair, pairing)
        // keepalived gives up on its checks where it cannot change groups.
        if pairing.high == .martlet || !LabEnvironment.isUserNamespace { try await sickService(pair, pairing) }
        try lab.capture.check()
      }
    }

    private func crash(_ pair: Pair, _ pairing: Pairing) async throws {
      let before = MonotonicInstant.labNow()
      try pair.high.host.crash()
      let last = try #require(pair.lastAdvert(of: pair.high))
      let bound = pair.file.masterDownInterval(priority: Pair.lowPriority)
      let first = try await pair.expectMaster(pair.low, since: last.time, within: bound + margin, "crash")
      let early = bound - (first.time - last.time)
      #expect(early < .milliseconds(20), "took over \(early) before the master-down interval was over")
      let outage = pair.client.summary(since: before).longestOutage
      print("\(pairing.testDescription): crash: \(first.time - last.time - bound) beyond \(bound); client \(outage)")

      try pair.high.host.boot()
      try pair.start(pair.high)
      try await returns(pair, "host back")
    }

    private func plannedStop(_ pair: Pair, _ pairing: Pairing) async throws {
      let before = MonotonicInstant.labNow()
      let end = await pair.high.stop()
      #expect(end == .exit(0))
      let resignation = try #require(
        pair.adverts(of: pair.high, since: before).first { $0.priority == 0 }, "no resignation.\n\(pair.logs)")
      let skew = pair.file.skewTime(priority: Pair.lowPriority)
      let first = try await pair.expectMaster(pair.low, since: resignation.time, within: skew + margin, "stop")
      let outage = pair.client.summary(since: before).longestOutage
      print(
        "\(pairing.testDescription): stop: \(first.time - resignation.time - skew) beyond \(skew); client \(outage)")
      try pair.start(pair.high)
      try await returns(pair, "started again")
    }

    private func linkLoss(_ pair: Pair, _ pairing: Pairing) async throws {
      try pair.high.host.linkDown()
      let last = try #require(pair.lastAdvert(of: pair.high))
      let bound = pair.file.masterDownInterval(priority: Pair.lowPriority)
      try await pair.expectMaster(pair.low, since: last.time, within: bound + margin, "link down")
      let withdrawn = try await eventually(within: margin) { try !pair.high.host.holds(pair.address) }
      #expect(withdrawn, "\(pair.logs)")
      let up = MonotonicInstant.labNow()
      try pair.high.host.linkUp()
      try await returns(pair, "link up")
      let stale = pair.adverts(of: pair.high, since: up).filter { $0.priority == 0 }
      #expect(
        pair.high is KeepalivedPeer || stale.isEmpty, "resigned on a link that was down, and was heard when it was up")
    }

    private func sickService(_ pair: Pair, _ pairing: Pairing) async throws {
      let check = try #require(pair.file.check)
      let flag = check.path(on: pair.high.host)
      let before = MonotonicInstant.labNow()
      try writeFile(flag, "")
      // The check's own second, and then at the worst as long as a crash.
      let bound = Nanoseconds.seconds(1) + pair.file.masterDownInterval(priority: Pair.lowPriority)
      try await pair.expectMaster(pair.low, since: before, within: bound + margin, "service sick")
      unlink(flag)
      try await returns(pair, "service well again")
    }

    /// The higher one takes its place again, and then is the only one to speak.
    private func returns(_ pair: Pair, _ comment: Comment) async throws {
      // It waits as a backup, or preempts as soon as it hears the lower one; a check may need its first second.
      let bound = pair.file.masterDownInterval(priority: Pair.highPriority) + startup
      try await pair.expectMaster(pair.high, within: bound, comment)
      let settled = MonotonicInstant.labNow() + .milliseconds(100)
      try await pair.settle(pair.file.interval * 3)
      pair.expectOnlySender(pair.high, since: settled)
    }
  }
}
