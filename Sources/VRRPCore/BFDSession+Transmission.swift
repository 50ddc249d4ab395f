import NetworkTypes

extension BFDSession {
  /// Silence after which the session counts as down (RFC 5880 section 6.8.4): the other end's sending interval times
  /// its Detect Mult. Zero until the other end has been heard.
  public var detectionTime: Nanoseconds {
    .microseconds(Int64(max(operativeMinRx, remoteDesiredMinTx))) * Int64(remoteMultiplier)
  }

  /// Instant at which the detection time ends; `nil` if nothing has been received.
  public var detectionDeadline: MonotonicInstant? {
    state == .adminDown ? nil : lastReceived.map { $0 + detectionTime }
  }

  /// Interval between periodic packets in microseconds, before it is shortened at random (RFC 5880 section 6.8.7).
  public var transmitInterval: UInt32 { max(operativeMinTx, remoteMinRx) }

  /// True while the other end asks that no periodic packets be sent to it (demand mode, RFC 5880 section 6.6).
  var isDemandActive: Bool { remoteDemand && state == .up && remoteState == .up }

  /// True while periodic packets may be sent (RFC 5880 section 6.8.7).
  var mayTransmit: Bool {
    guard state != .adminDown, remoteMinRx > 0, !(isDemandActive && !isPolling) else { return false }
    return !(configuration.isPassive && remoteDiscriminator == 0)
  }

  /// Control packet with the present state and intervals.
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

  /// Changes the intervals after a change of state (RFC 5880 section 6.8.3): the configured interval while the session
  /// is up, the slow one otherwise.
  ///
  /// The packet that carries a new state carries the intervals too, so that only a session that is up needs a poll
  /// sequence for them.
  mutating func adjustIntervals() {
    guard state == .up else {
      isPolling = false
      desiredMinTx = configuration.idleTx
      operativeMinTx = configuration.idleTx
      operativeMinRx = configuration.requiredMinRx
      return
    }
    announce(desiredMinTx: configuration.desiredMinTx)
  }

  /// Announces changed intervals to the other end by a poll sequence if the session is up.
  mutating func announce(desiredMinTx wanted: UInt32) {
    isPolling = isPolling || desiredMinTx != wanted || operativeMinRx != configuration.requiredMinRx
    desiredMinTx = wanted
    // A shorter sending interval is used at once, a longer one when the other end has confirmed it. For the detection
    // time it is the reverse.
    operativeMinTx = min(operativeMinTx, wanted)
    operativeMinRx = max(operativeMinRx, configuration.requiredMinRx)
  }

  /// Records that a periodic packet, or one in its place, has been sent.
  mutating func recordSent(at now: MonotonicInstant) {
    lastSent = now
    transmission = nil
  }

  /// Schedules the next periodic packet at most one interval after the last one, even if the interval has just become
  /// shorter (RFC 5880 section 6.8.3).
  mutating func reschedule(at now: MonotonicInstant, using random: inout some RandomNumberGenerator) {
    guard mayTransmit else { return transmission = nil }
    let interval = transmitInterval
    guard transmission?.interval != interval else { return }
    let due = lastSent.map { max(now, $0 + jittered(interval, using: &random)) } ?? now
    transmission = (due, interval)
  }

  /// Interval shortened at random by up to a quarter, and by at least a tenth if the multiplier is 1 (RFC 5880 section
  /// 6.8.7), so that the ends do not send in step.
  func jittered(_ interval: UInt32, using random: inout some RandomNumberGenerator) -> Nanoseconds {
    let whole = Int64(interval) * 1000
    let least = configuration.multiplier == 1 ? whole / 10 : 0
    return Nanoseconds(rawValue: whole - Int64.random(in: least...whole / 4, using: &random))
  }
}
