import NetworkTypes
import Testing

@testable import VRRPCore

/// RFC 5880 sections 6.8.3 and 6.8.7.
@Suite struct BFDTransmissionTests {
  @Test(
    "The interval is the slower of what is wanted here and what can be received there",
    arguments: [(10_000, 10_000, 10_000), (10_000, 50_000, 50_000), (50_000, 10_000, 50_000)]
      as [(
        UInt32, UInt32, UInt32
      )])
  func interval(own: UInt32, theirs: UInt32, expected: UInt32) {
    var rig = BFDRig(BFDConfiguration(desiredMinTx: own))
    rig.comeUp()
    _ = rig.hear(.up) { $0.requiredMinRx = theirs }
    #expect(rig.session.transmitInterval == expected)
  }

  @Test(
    "Jitter takes up to a quarter, and at least a tenth when one loss is too many",
    arguments: [(UInt8(5), 7_500_000, 10_000_000), (2, 7_500_000, 10_000_000), (1, 7_500_000, 9_000_000)]
      as [(
        UInt8, Int64, Int64
      )])
  func jitter(multiplier: UInt8, least: Int64, most: Int64) {
    let session = BFDSession(BFDConfiguration(multiplier: multiplier), discriminator: 1)
    var random = SystemRandomNumberGenerator()
    let times = (0..<5000).map { _ in session.jittered(10_000, using: &random).rawValue }
    #expect(times.allSatisfy { (least...most).contains($0) })
    let span = most - least
    #expect((times.min() ?? 0) < least + span / 10 && (times.max() ?? 0) > most - span / 10, "it uses the whole range")
  }

  @Test func periodicPacketsKeepTheirDistance() {
    var rig = BFDRig()
    rig.comeUp()
    var last = rig.now
    var sent = 0
    for _ in 0..<40 {
      guard rig.next().packet != nil else { continue }
      sent += 1
      if sent > 1 { #expect(rig.now - last == .milliseconds(10)) }
      last = rig.now
      _ = rig.hear(.up)
    }
    #expect(sent >= 20)
  }

  @Test func notUpMeansOncePerSecondAtMost() throws {
    var rig = BFDRig(BFDConfiguration(idleTx: 1))
    #expect(rig.timer().packet != nil)
    #expect(rig.untilSent == .seconds(1))
    rig.pass(.milliseconds(999))
    #expect(rig.timer().packet == nil)
    rig.pass(.milliseconds(1))
    #expect(rig.timer().packet != nil)
    var slow = BFDRig(BFDConfiguration(idleTx: 3_000_000))
    _ = slow.timer()
    #expect(slow.untilSent == .seconds(3))
  }

  @Test func thePassiveRoleWaitsToBeSpokenTo() throws {
    var rig = BFDRig(BFDConfiguration(isPassive: true))
    #expect(rig.session.nextDeadline == nil)
    #expect(rig.hear(.down).packet?.state == .initialize)
    #expect(rig.session.transmission != nil)
    rig.pass(.seconds(6))
    let outcome = rig.timer()
    #expect(outcome.change?.to == .down && outcome.packet == nil, "nobody is known to speak to any more")
    #expect(rig.session.nextDeadline == nil)
    #expect(rig.session.shutDown().packet == nil)
  }

  @Test func whoCanReceiveNothingIsSentNothing() {
    var rig = BFDRig()
    rig.comeUp()
    _ = rig.hear(.up) { $0.requiredMinRx = 0 }
    #expect(rig.session.transmission == nil)
    #expect(
      rig.hear(.up) { packet in
        packet.requiredMinRx = 0
        packet.poll = true
      }.packet?.final == true, "but an answer is none of the periodic packets")
    _ = rig.hear(.up)
    #expect(rig.session.transmission != nil)
  }

  @Test func demandModeIsObeyedWhileBothAreUp() {
    var rig = BFDRig()
    rig.comeUp()
    _ = rig.hear(.up) { $0.demand = true }
    #expect(rig.session.transmission == nil)
    _ = rig.hear(.up)
    #expect(rig.session.transmission != nil)
    // Not while the other end is not up, nor during a poll sequence of our own.
    _ = rig.hear(.initialize) { $0.demand = true }
    #expect(rig.session.transmission != nil)
    var polling = BFDRig()
    _ = polling.hear(.down) { $0.demand = true }
    _ = polling.hear(.initialize) { $0.demand = true }
    _ = polling.hear(.up) { $0.demand = true }
    #expect(polling.session.isPolling && polling.session.transmission != nil)
  }

  @Test func aShorterIntervalCountsAtOnce() {
    var rig = BFDRig()
    rig.comeUp()
    _ = rig.hear(.up) { packet in
      packet.requiredMinRx = 1_000_000
      packet.desiredMinTx = 60_000_000
    }
    let sent = rig.next().packet
    #expect(sent?.state == .up)
    rig.pass(.milliseconds(4))
    _ = rig.hear(.up) { $0.requiredMinRx = 10_000 }
    #expect(rig.untilSent == .milliseconds(6))
    var late = BFDRig()
    late.comeUp()
    _ = late.hear(.up) { $0.requiredMinRx = 1_000_000 }
    late.pass(.milliseconds(300))
    _ = late.hear(.up) { $0.requiredMinRx = 10_000 }
    #expect(late.untilSent == .zero)
  }

  @Test func aPacketIsNotPutOffByWhatIsHeard() {
    var rig = BFDRig()
    rig.comeUp()
    let due = rig.session.transmission?.due
    for _ in 0..<5 {
      rig.pass(.milliseconds(1))
      _ = rig.hear(.up)
    }
    #expect(due != nil && rig.session.transmission?.due == due)
  }

  @Test func aDeadlineLongPastIsOnePacketNow() {
    var rig = BFDRig()
    rig.comeUp()
    _ = rig.hear(.up) { $0.desiredMinTx = 60_000_000 }
    rig.pass(.seconds(30))
    #expect(rig.timer().packet != nil)
    #expect(rig.untilSent == .milliseconds(10))
  }

  @Test func heldDownItSaysSoOnce() throws {
    var rig = BFDRig()
    rig.comeUp()
    let outcome = rig.session.shutDown()
    let packet = try #require(outcome.packet)
    #expect(packet.state == .down && packet.diagnostic == .administrativelyDown)
    #expect(packet.yourDiscriminator == rig.theirs)
    #expect(outcome.change?.to == .adminDown)
    #expect(rig.session.shutDown() == BFDOutcome())
  }
}

@Suite struct BFDAdoptionTests {
  private func adopt(
    _ rig: inout BFDRig, _ configuration: BFDConfiguration = BFDConfiguration()
  ) -> BFDSession {
    BFDSession(adopting: rig.session.snapshot, configuration, at: rig.now, using: &rig.random)
  }

  @Test func goesOnAsIfNothingHadHappened() {
    var rig = BFDRig()
    rig.comeUp()
    let due = rig.session.transmission?.due
    rig.pass(.milliseconds(3))
    let next = adopt(&rig)
    #expect(next.state == .up && next.localDiscriminator == rig.mine && next.remoteDiscriminator == rig.theirs)
    #expect(!next.isPolling && next.transmission?.due == due)
    #expect(next.detectionDeadline == rig.now + .milliseconds(50), "what came meanwhile was not heard")
  }

  @Test func speaksAtOnceAfterALongPause() {
    var rig = BFDRig()
    rig.comeUp()
    rig.pass(.milliseconds(300))
    let next = adopt(&rig)
    #expect(next.transmission?.due == rig.now && next.state == .up)
  }

  @Test func longerIntervalsCountWhenTheOtherEndKnows() {
    var rig = BFDRig()
    rig.comeUp()
    rig.session = adopt(&rig, BFDConfiguration(desiredMinTx: 50_000))
    #expect(rig.session.isPolling && rig.session.desiredMinTx == 50_000 && rig.session.transmitInterval == 10_000)
    _ = rig.hear(.up) { $0.final = true }
    #expect(!rig.session.isPolling && rig.session.transmitInterval == 50_000)
  }

  @Test func aShorterDetectionTimeCountsWhenTheOtherEndKnows() {
    var rig = BFDRig(BFDConfiguration(requiredMinRx: 50_000))
    rig.comeUp()
    rig.session = adopt(&rig, BFDConfiguration(requiredMinRx: 20_000))
    #expect(rig.session.isPolling && rig.session.detectionTime == .milliseconds(250))
    _ = rig.hear(.up) { $0.final = true }
    #expect(rig.session.detectionTime == .milliseconds(100))
    // A longer one at once.
    rig.session = adopt(&rig, BFDConfiguration(requiredMinRx: 90_000))
    #expect(rig.session.detectionTime == .milliseconds(450) && rig.session.isPolling)
  }

  @Test(arguments: [BFDState.down, .initialize, .adminDown]) func oneThatIsNotUpGoesOnSlowly(state: BFDState) {
    var rig = BFDRig()
    rig.reach(state)
    let next = adopt(&rig)
    #expect(next.state == (state == .adminDown ? .down : state))
    #expect(next.desiredMinTx == 1_000_000 && next.localDiscriminator == rig.mine)
    #expect(next.transmission != nil)
  }
}

@Suite struct BFDVerdictTests {
  private let end = MonotonicInstant(nanoseconds: 5_000)

  private func change(_ to: BFDState, _ diagnostic: BFDDiagnostic = .none) -> BFDChange {
    BFDChange(
      from: .up, to: to, diagnostic: diagnostic, remoteState: .down, remoteDiagnostic: .none, silence: .zero)
  }

  @Test(
    "What a change means while the verdict is held, and when it is not",
    arguments: [
      (BFDState.up, BFDDiagnostic.none, TrackerStatus.up, TrackerStatus.up),
      (.initialize, .none, .unknown, .unknown), (.down, .neighborSignaledDown, .unknown, .down),
      (.down, .detectionTimeExpired, .unknown, .down),
    ])
  func change(to state: BFDState, _ diagnostic: BFDDiagnostic, held: TrackerStatus, free: TrackerStatus) {
    var verdict = BFDVerdict(status: .unknown, heldUntil: end)
    #expect(verdict.apply(change(state, diagnostic)) == (held != .unknown))
    #expect(verdict.status == held)
    var other = BFDVerdict(status: .unknown, heldUntil: nil)
    #expect(other.apply(change(state, diagnostic)) == (free != .unknown))
    #expect(other.status == free)
  }

  @Test(arguments: BFDState.allCases) func isNotHeldForEver(state: BFDState) {
    var verdict = BFDVerdict(status: .up, heldUntil: end)
    let early = verdict.timer(at: end - Nanoseconds(rawValue: 1), state: state)
    #expect(!early && verdict.status == .up)
    let changed = verdict.timer(at: end, state: state)
    #expect(changed == (state != .up))
    #expect(verdict.status == (state == .up ? .up : .down) && verdict.heldUntil == nil)
  }
}
