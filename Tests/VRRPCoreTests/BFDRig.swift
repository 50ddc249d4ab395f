import NetworkTypes

@testable import VRRPCore

/// A generator without chance, by which no interval is shortened. A 0 would be refused for ever by the draw from a range.
struct FixedNumbers: RandomNumberGenerator {
  mutating func next() -> UInt64 { 1 }
}

/// A session, a clock, and what the other end says.
struct BFDRig {
  var now = MonotonicInstant(nanoseconds: 1_000_000_000_000)
  var random = FixedNumbers()
  var session: BFDSession
  let mine: UInt32 = 7
  let theirs: UInt32 = 9

  init(_ configuration: BFDConfiguration = BFDConfiguration()) {
    session = BFDSession(configuration, discriminator: 7)
    session.start(at: now, using: &random)
  }

  /// A packet of the other end's, which sends and receives at 10 ms while it is up.
  func packet(_ state: BFDState, _ adjust: (inout BFDControlPacket) -> Void = { _ in }) -> BFDControlPacket {
    var packet = BFDControlPacket(
      state: state, detectMultiplier: 5, myDiscriminator: theirs, desiredMinTx: state == .up ? 10_000 : 1_000_000,
      requiredMinRx: 10_000)
    packet.yourDiscriminator = mine
    adjust(&packet)
    return packet
  }

  mutating func hear(_ state: BFDState, _ adjust: (inout BFDControlPacket) -> Void = { _ in }) -> BFDOutcome {
    session.receive(packet(state, adjust), at: now, using: &random)
  }

  mutating func pass(_ time: Nanoseconds) { now = now + time }

  mutating func timer() -> BFDOutcome { session.timer(at: now, using: &random) }

  /// Lets time pass to the next deadline, if there is one, and calls the timer.
  mutating func next() -> BFDOutcome {
    if let deadline = session.nextDeadline { now = max(now, deadline) }
    return timer()
  }

  /// Until the next periodic packet.
  var untilSent: Nanoseconds? { session.transmission.map { $0.due - now } }

  /// Brings the session up, its poll sequence answered.
  mutating func comeUp() {
    _ = timer()
    _ = hear(.down)
    _ = hear(.initialize)
    _ = hear(.up) { $0.final = true }
  }

  /// A session in a state, as the other end brings it about.
  mutating func reach(_ state: BFDState) {
    switch state {
    case .adminDown: _ = session.shutDown()
    case .down: break
    case .initialize: _ = hear(.down)
    case .up: comeUp()
    }
  }
}
