import NetworkTypes
import Testing

@testable import VRRPCore

/// RFC 5880 section 6.8.6, from where the session is known.
@Suite struct BFDReceptionTests {
  @Test(
    "The table of states",
    arguments: [
      (BFDState.down, BFDState.adminDown, BFDState.down, UInt8(0)), (.down, .down, .initialize, 0),
      (.down, .initialize, .up, 0), (.down, .up, .down, 0), (.initialize, .adminDown, .down, 3),
      (.initialize, .down, .initialize, 0), (.initialize, .initialize, .up, 0), (.initialize, .up, .up, 0),
      (.up, .adminDown, .down, 3), (.up, .down, .down, 3), (.up, .initialize, .up, 0), (.up, .up, .up, 0),
    ])
  func table(before: BFDState, heard: BFDState, after: BFDState, diagnostic: UInt8) {
    var rig = BFDRig()
    rig.reach(before)
    #expect(rig.session.state == before)
    let outcome = rig.hear(heard)
    #expect(rig.session.state == after)
    #expect(rig.session.diagnostic.rawValue == diagnostic)
    #expect((outcome.change != nil) == (before != after))
    #expect(outcome.change?.from == (before == after ? nil : before))
    // A change is told at once; without one the timer has its way.
    #expect((outcome.packet != nil) == (before != after))
    #expect(outcome.packet.map(\.state) == (before == after ? nil : after))
    #expect(outcome.discard == nil)
  }

  @Test func bothEndsComeUpInOneExchange() throws {
    var rig = BFDRig()
    let first = try #require(rig.timer().packet)
    #expect(first.state == .down && first.yourDiscriminator == 0 && first.myDiscriminator == rig.mine)
    #expect(first.desiredMinTx == 1_000_000 && first.requiredMinRx == 10_000 && !first.poll)
    let second = try #require(rig.hear(.down).packet)
    #expect(second.state == .initialize && second.yourDiscriminator == rig.theirs)
    let third = try #require(rig.hear(.initialize).packet)
    #expect(third.state == .up && third.poll && third.desiredMinTx == 10_000)
  }

  @Test func anAuthenticatedPacketChangesNothing() {
    var rig = BFDRig()
    rig.comeUp()
    let before = rig.session.snapshot
    rig.pass(.milliseconds(5))
    let outcome = rig.hear(.down) { packet in
      packet.authenticationPresent = true
      packet.poll = true
    }
    #expect(outcome == BFDOutcome(discard: .authentication))
    #expect(rig.session.snapshot == before)
  }

  @Test(arguments: BFDState.allCases) func oneHeldDownTakesNothing(heard: BFDState) {
    var rig = BFDRig()
    rig.reach(.adminDown)
    #expect(rig.hear(heard).discard == .administrativelyDown)
    #expect(rig.session.state == .adminDown)
    #expect(rig.session.nextDeadline == nil)
  }

  @Test func whatTheOtherEndSaysOfItselfIsKept() {
    var rig = BFDRig()
    _ = rig.hear(.down) { packet in
      packet.requiredMinRx = 123
      packet.desiredMinTx = 456
      packet.detectMultiplier = 7
      packet.demand = true
      packet.diagnostic = .administrativelyDown
    }
    let session = rig.session
    #expect(session.remoteDiscriminator == rig.theirs && session.remoteState == .down && session.remoteDemand)
    #expect(session.remoteMinRx == 123 && session.remoteDesiredMinTx == 456 && session.remoteMultiplier == 7)
    #expect(session.remoteDiagnostic == .administrativelyDown)
  }

  @Test(arguments: [BFDState.down, .initialize, .up]) func aPollIsAnsweredAtOnce(state: BFDState) throws {
    var rig = BFDRig()
    rig.reach(state)
    rig.pass(.milliseconds(1))
    let due = rig.session.transmission?.due
    // One that changes no state.
    let heard: BFDState = state == .down ? .up : state == .initialize ? .down : .up
    let answer = try #require(rig.hear(heard) { $0.poll = true }.packet)
    #expect(answer.final && !answer.poll && answer.state == state)
    #expect(rig.session.transmission?.due == due, "an answer is none of the periodic packets")
  }

  @Test func aPollThatChangesTheStateIsAnsweredWithTheNewOne() throws {
    var rig = BFDRig()
    let answer = try #require(rig.hear(.initialize) { $0.poll = true }.packet)
    #expect(answer.state == .up && answer.final && !answer.poll)
    // Its own poll follows by the timer.
    let own = try #require(rig.next().packet)
    #expect(own.poll && !own.final)
  }

  @Test func aPollSequenceLastsUntilItsFinal() throws {
    var rig = BFDRig()
    _ = rig.hear(.down)
    let first = try #require(rig.hear(.initialize).packet)
    #expect(first.poll)
    let second = try #require(rig.next().packet)
    #expect(second.poll)
    _ = rig.hear(.up) { $0.final = true }
    let third = try #require(rig.next().packet)
    #expect(!third.poll && !rig.session.isPolling)
    // A stray final does nothing.
    _ = rig.hear(.up) { $0.final = true }
    #expect(!rig.session.isPolling)
  }

  @Test func goingDownSpeaksSlowly() throws {
    var rig = BFDRig()
    rig.comeUp()
    let outcome = rig.hear(.down)
    let packet = try #require(outcome.packet)
    #expect(packet.state == .down && packet.diagnostic == .neighborSignaledDown && packet.desiredMinTx == 1_000_000)
    #expect(rig.untilSent == .seconds(1))
    #expect(outcome.change?.remoteState == .down)
  }
}

/// RFC 5880 sections 6.8.1 and 6.8.4.
@Suite struct BFDDetectionTests {
  struct Row: Sendable {
    var multiplier: UInt8
    var theirTx: UInt32
    var ownRx: UInt32
    var expected: Nanoseconds
  }

  @Test(arguments: [
    Row(multiplier: 5, theirTx: 10_000, ownRx: 10_000, expected: .milliseconds(50)),
    Row(multiplier: 3, theirTx: 10_000, ownRx: 50_000, expected: .milliseconds(150)),
    Row(multiplier: 3, theirTx: 80_000, ownRx: 50_000, expected: .milliseconds(240)),
    Row(multiplier: 1, theirTx: 1, ownRx: 10_000, expected: .milliseconds(10)),
    Row(multiplier: 255, theirTx: .max, ownRx: 1, expected: .microseconds(255 * 4_294_967_295)),
  ])
  func timeIsTheOtherEndsMultiplierTimesTheSlowerInterval(row: Row) throws {
    var rig = BFDRig(BFDConfiguration(requiredMinRx: row.ownRx, multiplier: 77))
    rig.comeUp()
    _ = rig.hear(.up) { packet in
      packet.detectMultiplier = row.multiplier
      packet.desiredMinTx = row.theirTx
    }
    #expect(rig.session.detectionTime == row.expected)
    #expect(rig.session.detectionDeadline == rig.now + row.expected)
  }

  @Test func itsEndTakesTheSessionDown() throws {
    var rig = BFDRig()
    rig.comeUp()
    let heard = rig.now
    var outcome = BFDOutcome()
    while outcome.change == nil { outcome = rig.next() }
    #expect(rig.now == heard + .milliseconds(50))
    #expect(outcome.change?.diagnostic == .detectionTimeExpired && outcome.change?.silence == .milliseconds(50))
    let packet = try #require(outcome.packet)
    #expect(packet.state == .down && packet.diagnostic == .detectionTimeExpired && packet.yourDiscriminator == 0)
    #expect(rig.session.lastReceived == nil)
    #expect(rig.session.diagnostic == .detectionTimeExpired)
  }

  @Test func nothingIsDetectedBefore() {
    var rig = BFDRig()
    rig.comeUp()
    rig.pass(.milliseconds(50) - Nanoseconds(rawValue: 1))
    #expect(rig.timer().change == nil)
    #expect(rig.session.state == .up)
  }

  @Test func aSessionThatIsDownForgetsWhoSpoke() {
    var rig = BFDRig()
    // In this state a packet of state Up changes nothing.
    _ = rig.hear(.up) { $0.requiredMinRx = 0 }
    #expect(rig.session.remoteDiscriminator == rig.theirs)
    rig.pass(.milliseconds(50))
    #expect(rig.timer().change == nil)
    #expect(rig.session.remoteDiscriminator == 0 && rig.session.remoteMinRx == 1)
  }

  @Test func initDoesNotLastForEver() {
    var rig = BFDRig()
    _ = rig.hear(.down)
    rig.pass(.seconds(5))
    let change = rig.timer().change
    #expect(change?.from == .initialize && change?.to == .down && change?.diagnostic == .detectionTimeExpired)
  }

  @Test func aDiagnosticStaysUntilTheSessionIsUpAgain() {
    var rig = BFDRig()
    rig.comeUp()
    rig.pass(.milliseconds(60))
    _ = rig.timer()
    _ = rig.hear(.down)
    #expect(rig.session.diagnostic == .detectionTimeExpired)
    _ = rig.hear(.initialize)
    #expect(rig.session.diagnostic == .none)
  }
}
