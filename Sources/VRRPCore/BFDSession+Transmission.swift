import NetworkTypes

extension BFDSession {
  /// How long nothing may come before the session counts as down (RFC 5880 section 6.8.4): what the other end sends by, so many
  /// times as it says. Zero before it has spoken.
  public var detectionTime: Nanoseconds {
    .microseconds(Int64(max(operativeMinRx, remoteDesiredMinTx))) * Int64(remoteMultiplier)
  }

  /// When the detection time has passed, if somebody was heard.
  public var detectionDeadline: MonotonicInstant? {
    state == .adminDown ? nil : lastReceived.map { $0 + detectionTime }
  }

  /// The interval between periodic packets in microseconds, before it is shortened at random (RFC 5880 section 6.8.7).
  public var transmitInterval: UInt32 { max(operativeMinTx, remoteMinRx) }

  /// Whether the other end wants no periodic packets (RFC 5880 section 6.6).
  var isDemandActive: Bool { remoteDemand && state == .up && remoteState == .up }

  /// Whether periodic packets may be sent (RFC 5880 section 6.8.7).
  var mayTransmit: Bool {
    guard state != .adminDown, remoteMinRx > 0, !(isDemandActive && !isPolling) else { return false }
    return !(configuration.isPassive && remoteDiscriminator == 0)
  }

  /// The packet that says how things stand.
  func packet(final: Bool) -> BFDControlPacket {
    var packet = BFDControlPacket(
      state: state, detectMultiplier: configuration.multiplier, myDiscriminator: localDiscriminator,
      desiredMinTx: desiredMinTx, requiredMinRx: configuration.requiredMinRx)
    packet.diagnostic = diagnostic
    packet.yourDiscriminator = remoteDiscriminator
    packet.poll = isPolling && !final
    packet.final = final
    return packet
  }

  /// The intervals that go with the state, once it has changed (RFC 5880 section 6.8.3): the configured one while up, and
  /// a slow one else.
  ///
  /// A packet that tells of a state tells of the intervals too, so that only an end that is up polls for them.
  mutating func settleIntervals() {
    guard state == .up else {
      isPolling = false
      desiredMinTx = configuration.idleTx
      operativeMinTx = configuration.idleTx
      operativeMinRx = configuration.requiredMinRx
      return
    }
    announce(desiredMinTx: configuration.desiredMinTx)
  }

  /// Tells the other end of intervals that have changed while the session is up.
  mutating func announce(desiredMinTx wanted: UInt32) {
    isPolling = isPolling || desiredMinTx != wanted || operativeMinRx != configuration.requiredMinRx
    desiredMinTx = wanted
    // A shorter interval counts at once, a longer one when the other end knows of it; with the detection time it is the other
    // way round.
    operativeMinTx = min(operativeMinTx, wanted)
    operativeMinRx = max(operativeMinRx, configuration.requiredMinRx)
  }

  /// Notes that a periodic packet has left, or one in its place.
  mutating func noteSent(at now: MonotonicInstant) {
    lastSent = now
    transmission = nil
  }

  /// Sets when the next periodic packet is due: within the interval from the one before, also if the interval has just become
  /// shorter (RFC 5880 section 6.8.3).
  mutating func reschedule(at now: MonotonicInstant, using random: inout some RandomNumberGenerator) {
    guard mayTransmit else { return transmission = nil }
    let interval = transmitInterval
    guard transmission?.interval != interval else { return }
    let due = lastSent.map { max(now, $0 + jittered(interval, using: &random)) } ?? now
    transmission = (due, interval)
  }

  /// An interval shortened at random by up to a quarter, and by at least a tenth when one lost packet is one too many (RFC 5880
  /// section 6.8.7), so that ends do not fall into step.
  func jittered(_ interval: UInt32, using random: inout some RandomNumberGenerator) -> Nanoseconds {
    let whole = Int64(interval) * 1000
    let least = configuration.multiplier == 1 ? whole / 10 : 0
    return Nanoseconds(rawValue: whole - Int64.random(in: least...whole / 4, using: &random))
  }
}
