import NetworkTypes

/// Settings of a BFD session. Intervals are in microseconds, as on the wire.
public struct BFDConfiguration: Sendable, Hashable {
  /// Shortest interval at which to send while the session is up.
  public var desiredMinTx: UInt32
  /// Shortest interval at which packets can be received.
  public var requiredMinRx: UInt32
  /// Interval at which to send while the session is not up; at least a second (RFC 5880 section 6.8.3).
  public var idleTx: UInt32
  /// Consecutive packets whose loss takes the session down at the other end (Detect Mult).
  public var multiplier: UInt8
  /// The session sends nothing until a packet has come from the other end (passive role, RFC 5880 section 6.1).
  public var isPassive: Bool

  /// A configuration. Intervals and the multiplier are raised to at least 1.
  public init(
    desiredMinTx: UInt32 = 10_000, requiredMinRx: UInt32 = 10_000, idleTx: UInt32 = 1_000_000, multiplier: UInt8 = 5,
    isPassive: Bool = false
  ) {
    self.desiredMinTx = max(1, desiredMinTx)
    self.requiredMinRx = max(1, requiredMinRx)
    self.idleTx = max(1_000_000, idleTx, desiredMinTx)
    self.multiplier = max(1, multiplier)
    self.isPassive = isPassive
  }

  /// Detection time of the other end while the session is not up. A new session may take as long to come up.
  public var idleDetectionTime: Nanoseconds { .microseconds(Int64(idleTx)) * Int64(multiplier) }

  /// Time that a session may take to come up again after the other end gave it up: two packets at the slow interval, at
  /// which an end that is down sends.
  public var recoveryTime: Nanoseconds { .microseconds(Int64(idleTx)) * 2 }
}

/// Change of a session's state.
public struct BFDChange: Sendable, Hashable {
  /// State before.
  public var from: BFDState
  /// State after.
  public var to: BFDState
  /// Reason, if the state before was left because of a failure; ``BFDDiagnostic/none`` otherwise.
  public var diagnostic: BFDDiagnostic
  /// Other end's state when the change was made.
  public var remoteState: BFDState
  /// Other end's diagnostic when the change was made.
  public var remoteDiagnostic: BFDDiagnostic
  /// Time without a packet before the change.
  public var silence: Nanoseconds
}

/// Result of an input to a session.
public struct BFDOutcome: Sendable, Hashable {
  /// Packet to send now.
  public var packet: BFDControlPacket?
  /// Change of the session's state.
  public var change: BFDChange?
  /// Reason for which the received packet was discarded.
  public var discard: BFDDiscard?
}

/// One end of a BFD session in asynchronous mode (RFC 5880 section 6), without authentication and echo. It never asks
/// for demand mode, and sends no periodic packets to an end that does.
///
/// Time and randomness are parameters; nothing is allocated. The variables have the names of RFC 5880 section 6.8.1.
public struct BFDSession: Sendable {
  /// Settings of the session.
  public let configuration: BFDConfiguration
  /// bfd.LocalDiscr; never 0.
  public let localDiscriminator: UInt32
  /// bfd.SessionState.
  public internal(set) var state = BFDState.down
  /// bfd.LocalDiag.
  public internal(set) var diagnostic = BFDDiagnostic.none
  /// bfd.RemoteSessionState.
  public internal(set) var remoteState = BFDState.down
  /// Diagnostic in the other end's last packet.
  public internal(set) var remoteDiagnostic = BFDDiagnostic.none
  /// bfd.RemoteDiscr; 0 until a packet has come.
  public internal(set) var remoteDiscriminator: UInt32 = 0
  /// bfd.RemoteMinRxInterval in microseconds.
  public internal(set) var remoteMinRx: UInt32 = 1
  /// Desired Min TX Interval in the other end's last packet, in microseconds.
  public internal(set) var remoteDesiredMinTx: UInt32 = 0
  /// Detect Mult in the other end's last packet.
  public internal(set) var remoteMultiplier: UInt8 = 0
  /// bfd.RemoteDemandMode.
  public internal(set) var remoteDemand = false
  /// True while a poll sequence is under way (RFC 5880 section 6.5).
  public internal(set) var isPolling = false
  /// bfd.DesiredMinTxInterval in microseconds, as sent.
  public internal(set) var desiredMinTx: UInt32
  /// Interval in use for sending, in microseconds; shorter than ``desiredMinTx`` until the other end has confirmed a
  /// longer one (RFC 5880 section 6.8.3).
  var operativeMinTx: UInt32
  /// Interval in use for the detection time, in microseconds; longer than the one announced until the other end has
  /// confirmed a shorter one (RFC 5880 section 6.8.3).
  var operativeMinRx: UInt32
  /// Instant at which a packet was last accepted; `nil` once a detection time has passed without another.
  public internal(set) var lastReceived: MonotonicInstant?
  /// Instant at which a periodic packet was last sent.
  var lastSent: MonotonicInstant?
  /// Instant at which the next periodic packet is due, and the interval from which that was computed.
  var transmission: (due: MonotonicInstant, interval: UInt32)?

  /// A session that is down, and sends nothing before ``start(at:using:)``.
  /// - Parameter discriminator: unique among the sessions of this host, and hard to guess.
  public init(_ configuration: BFDConfiguration, discriminator: UInt32) {
    self.configuration = configuration
    localDiscriminator = max(1, discriminator)
    desiredMinTx = configuration.idleTx
    operativeMinTx = configuration.idleTx
    operativeMinRx = configuration.requiredMinRx
  }

  /// Begins to send, unless the role is passive.
  public mutating func start(at now: MonotonicInstant, using random: inout some RandomNumberGenerator) {
    reschedule(at: now, using: &random)
  }

  /// Handles a packet that is well formed and carries this session's discriminators: the second half of RFC 5880
  /// section 6.8.6.
  public mutating func receive(
    _ packet: BFDControlPacket, at now: MonotonicInstant, using random: inout some RandomNumberGenerator
  ) -> BFDOutcome {
    guard !packet.authenticationPresent else { return BFDOutcome(discard: .authentication) }
    recordRemoteState(from: packet)
    guard state != .adminDown else { return BFDOutcome(discard: .administrativelyDown) }
    let silence = lastReceived.map { now - $0 } ?? .zero
    lastReceived = now
    var outcome = BFDOutcome()
    if let next = Self.next(from: state, hearing: packet.state) {
      outcome.change = move(to: next.state, next.diagnostic, silence: silence)
    }
    if packet.poll {
      outcome.packet = self.packet(final: true)
    } else if outcome.change != nil, mayTransmit {
      // An end that learns of a change at once need not wait for the next periodic packet (RFC 5880 section 6.8.7).
      outcome.packet = self.packet(final: false)
    }
    if outcome.change != nil, outcome.packet != nil { recordSent(at: now) }
    reschedule(at: now, using: &random)
    return outcome
  }

  /// Instant at which to call ``timer(at:using:)`` next; `nil` if the session waits for a packet only.
  public var nextDeadline: MonotonicInstant? {
    guard let due = transmission?.due else { return detectionDeadline }
    return detectionDeadline.map { min($0, due) } ?? due
  }

  /// Ends the detection time or sends the periodic packet if it is due. Must be called at ``nextDeadline``.
  public mutating func timer(
    at now: MonotonicInstant, using random: inout some RandomNumberGenerator
  ) -> BFDOutcome {
    var outcome = BFDOutcome()
    if let deadline = detectionDeadline, deadline <= now, let heard = lastReceived {
      outcome.change = expire(silence: now - heard)
      if outcome.change != nil, mayTransmit { outcome.packet = packet(final: false) }
    }
    if outcome.packet == nil, let due = transmission?.due, due <= now, mayTransmit {
      outcome.packet = packet(final: false)
    }
    if outcome.packet != nil { recordSent(at: now) }
    reschedule(at: now, using: &random)
    return outcome
  }

  /// Takes the session down for good. The packet to send says Down.
  ///
  /// It does not say AdminDown (RFC 5880 section 6.8.16), since keepalived and others count a path to an end in
  /// AdminDown as good, and would never learn that this end is gone.
  public mutating func shutDown() -> BFDOutcome {
    guard state != .adminDown else { return BFDOutcome() }
    let maySpeak = !(configuration.isPassive && remoteDiscriminator == 0)
    let change = move(to: .adminDown, .administrativelyDown, silence: .zero)
    transmission = nil
    lastReceived = nil
    var last = packet(final: false)
    last.state = .down
    return BFDOutcome(packet: maySpeak ? last : nil, change: change)
  }

  /// Records the other end's variables from `packet`.
  private mutating func recordRemoteState(from packet: BFDControlPacket) {
    remoteDiscriminator = packet.myDiscriminator
    remoteState = packet.state
    remoteDiagnostic = packet.diagnostic
    remoteDemand = packet.demand
    remoteMinRx = packet.requiredMinRx
    remoteDesiredMinTx = packet.desiredMinTx
    remoteMultiplier = packet.detectMultiplier
    guard isPolling, packet.final else { return }
    isPolling = false
    operativeMinTx = desiredMinTx
    operativeMinRx = configuration.requiredMinRx
  }

  /// Next state by the table of RFC 5880 section 6.8.6; `nil` when the state stays.
  static func next(from state: BFDState, hearing remote: BFDState) -> (state: BFDState, diagnostic: BFDDiagnostic?)? {
    switch (state, remote) {
    case (.adminDown, _): nil
    case (.down, .adminDown), (.down, .up): nil
    case (.down, .down): (.initialize, nil)
    case (.down, .initialize): (.up, nil)
    case (.initialize, .adminDown): (.down, .neighborSignaledDown)
    case (.initialize, .down): nil
    case (.initialize, .initialize), (.initialize, .up): (.up, nil)
    case (.up, .adminDown), (.up, .down): (.down, .neighborSignaledDown)
    case (.up, .initialize), (.up, .up): nil
    }
  }

  /// Handles the end of the detection time (RFC 5880 sections 6.8.1 and 6.8.4). The next packet may come from an end
  /// with another discriminator.
  private mutating func expire(silence: Nanoseconds) -> BFDChange? {
    lastReceived = nil
    remoteDiscriminator = 0
    remoteMinRx = 1
    remoteDemand = false
    switch state {
    case .adminDown, .down: return nil
    case .initialize, .up: return move(to: .down, .detectionTimeExpired, silence: silence)
    }
  }

  private mutating func move(to next: BFDState, _ reason: BFDDiagnostic?, silence: Nanoseconds) -> BFDChange {
    let before = state
    state = next
    if let reason {
      diagnostic = reason
    } else if next == .up {
      diagnostic = .none
    }
    adjustIntervals()
    return BFDChange(
      from: before, to: next, diagnostic: reason ?? .none, remoteState: remoteState, remoteDiagnostic: remoteDiagnostic,
      silence: silence)
  }
}
