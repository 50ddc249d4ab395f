import Glibc
import LabKit
import NetworkTypes
import Testing
import VRRPCore

/// What befalls a pair, one thing after the other: the address moves to the lower host and back each time.
struct FailoverStory {
  /// A takeover and the hand-back after it.
  struct Moves: Sendable {
    /// From the last advert of the host that died to the first of the other, beyond the master-down interval.
    var takeover: Nanoseconds
    /// From the start of the daemon on the host that came back to its first advert.
    var handBack: Nanoseconds
    /// How many hosts held the address after the one and after the other.
    var holders: [Int]
  }

  let pairing: Pairing

  init(_ pairing: Pairing) { self.pairing = pairing }

  /// All of it, as far as the daemons can; returns what the crash came to.
  @discardableResult
  func tell() async throws -> Moves {
    var moves: Moves?
    try await inLab { lab in
      var file = pairing.file
      if pairing.checks { file.check = RouterFile.FlagCheck() }
      let pair = try Pair(in: lab, file, high: pairing.high, low: pairing.low)
      try await pair.startInOrder()
      moves = try await crash(pair)
      try await plannedStop(pair)
      if pairing.checks {
        try await linkLoss(pair)
        // keepalived gives up on its checks where it cannot change groups.
        if pairing.high == .martlet || !LabEnvironment.isUserNamespace { try await sickService(pair) }
      }
      try lab.capture.check()
    }
    return try #require(moves)
  }

  private func crash(_ pair: Pair) async throws -> Moves {
    let before = MonotonicInstant.labNow()
    try pair.high.host.crash()
    let last = try #require(pair.lastAdvert(of: pair.high))
    let bound = pair.file.masterDownInterval(priority: Pair.lowPriority)
    let first = try await pair.expectMaster(pair.low, since: last.time, within: bound + margin, "crash")
    try await leadsTo(pair.low, pair, "crash")
    let taken = try pair.lab.holders(of: pair.address)
    let beyond = first.time - last.time - bound
    #expect(beyond > .milliseconds(-20), "took over \(beyond) from the end of the master-down interval")
    let outage = pair.client.summary(since: before).longestOutage
    print("\(pairing.testDescription): crash: \(beyond) beyond \(bound); client \(outage)")

    try pair.high.host.boot()
    let back = MonotonicInstant.labNow()
    try pair.start(pair.high)
    let returned = try await returns(pair, since: back, "host back")
    try await leadsTo(pair.high, pair, "host back")
    let handedBack = try pair.lab.holders(of: pair.address)
    return Moves(takeover: beyond, handBack: returned.time - back, holders: [taken.count, handedBack.count])
  }

  /// The client sends what is for the address to `peer`, so no other host has answered in its place.
  private func leadsTo(_ peer: any Peer, _ pair: Pair, _ comment: Comment) async throws {
    var wanted = ["\(peer.sender(of: pair.file))"]
    // Its host asks for neighbors from the interface below in the address's name, and teaches them that one's address.
    if peer.kind == .keepalived { wanted.append("\(peer.host.macAddress)") }
    let leads = try await eventually(within: margin) {
      try pair.clientHost.neighbor(of: pair.address).map(wanted.contains) ?? false
    }
    let found = try pair.clientHost.neighbor(of: pair.address) ?? "none"
    #expect(leads, "\(comment): the client asks \(found), not \(wanted[0]).\n\(pair.logs)")
  }

  private func plannedStop(_ pair: Pair) async throws {
    let before = MonotonicInstant.labNow()
    let end = await pair.high.stop()
    #expect(end == .exit(0))
    let resignation = try #require(
      pair.adverts(of: pair.high, since: before).first { $0.priority == 0 }, "no resignation.\n\(pair.logs)")
    let skew = pair.file.skewTime(priority: Pair.lowPriority)
    let first = try await pair.expectMaster(
      pair.low, since: resignation.time, within: skew + margin, isTold: true, "stop")
    let outage = pair.client.summary(since: before).longestOutage
    print("\(pairing.testDescription): stop: \(first.time - resignation.time - skew) beyond \(skew); client \(outage)")
    let again = MonotonicInstant.labNow()
    try pair.start(pair.high)
    try await returns(pair, since: again, "started again")
  }

  private func linkLoss(_ pair: Pair) async throws {
    try pair.high.host.linkDown()
    let last = try #require(pair.lastAdvert(of: pair.high))
    let bound = pair.file.masterDownInterval(priority: Pair.lowPriority)
    try await pair.expectMaster(pair.low, since: last.time, within: bound + margin, "link down")
    let withdrawn = try await eventually(within: margin) { try !pair.high.host.holds(pair.address) }
    #expect(withdrawn, "\(pair.logs)")
    let up = MonotonicInstant.labNow()
    try pair.high.host.linkUp()
    try await returns(pair, since: up, "link up")
    let stale = pair.adverts(of: pair.high, since: up).filter { $0.priority == 0 }
    #expect(
      pair.high is KeepalivedPeer || stale.isEmpty, "resigned on a link that was down, and was heard when it was up")
  }

  private func sickService(_ pair: Pair) async throws {
    let check = try #require(pair.file.check)
    let flag = check.path(on: pair.high.host)
    let before = MonotonicInstant.labNow()
    try writeFile(flag, "")
    // The check's own second, and then at the worst as long as a crash.
    let bound = Nanoseconds.seconds(1) + pair.file.masterDownInterval(priority: Pair.lowPriority)
    try await pair.expectMaster(pair.low, since: before, within: bound + margin, "service sick")
    let well = MonotonicInstant.labNow()
    unlink(flag)
    try await returns(pair, since: well, "service well again")
  }

  /// The higher one takes its place again, and then is the only one to speak; returns its first advert.
  @discardableResult
  private func returns(_ pair: Pair, since instant: MonotonicInstant, _ comment: Comment) async throws -> CapturedAdvert
  {
    // It waits as a backup, or preempts as soon as it hears the lower one; a check may need its first second.
    let bound = pair.file.masterDownInterval(priority: Pair.highPriority) + startup
    // FRR's that started before the kernel had its interface ready fails to send for ever after.
    if pair.high.kind == .frr {
      let speaks = await eventually(within: bound, every: .milliseconds(50)) {
        pair.high.log.contains("Network is unreachable") || !pair.adverts(of: pair.high, since: instant).isEmpty
      }
      if speaks, pair.adverts(of: pair.high, since: instant).isEmpty {
        await pair.high.stop()
        try pair.start(pair.high)
      }
    }
    let first = try await pair.expectMaster(pair.high, since: instant, within: bound, comment)
    let settled = MonotonicInstant.labNow() + .milliseconds(100)
    // Another master would speak once an interval.
    try await pair.settle(pair.file.interval + .milliseconds(300))
    pair.expectOnlySender(pair.high, since: settled)
    return first
  }
}
