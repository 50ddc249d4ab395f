import NetworkTypes

/// What a BFD session is told by its configuration. Intervals are in microseconds, as on the wire.
public struct BFDConfiguration: Sendable, Hashable {
  /// Least interval at which to send while the session is up.
  public var desiredMinTx: UInt32
  /// Least interval at which packets can be received.
  public var requiredMinRx: UInt32
  /// Interval at which to send while the session is not up; at least a second (RFC 5880 section 6.8.3).
  public var idleTx: UInt32
  /// Packets in a row that the other end may miss, less one.
  public var multiplier: UInt8
  /// Whether to wait until the other end has spoken (RFC 5880 section 6.1).
  public var isPassive: Bool

  /// A configuration; intervals and the multiplier are at least 1.
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

  /// How long this end may go unheard while the session is not up: as long may a new session take.
  public var idleDetectionTime: Nanoseconds { .microseconds(Int64(idleTx)) * Int64(multiplier) }

  /// How long a session may take that the other end gave up while this one was gone: one that is down speaks at this pace too.
  public var recoveryTime: Nanoseconds { .microseconds(Int64(idleTx)) * 2 }
}

/// A session's step from a state to another.
public struct BFDChange: Sendable, Hashable {
  /// The state before.
  public var from: BFDState
  /// The state after.
  public var to: BFDState
  /// Why, if the state before was left for something that went wrong.
  public var diagnostic: BFDDiagnostic
  /// The other end's state and diagnostic when that is what changed it.
  public var remoteState: BFDState
  /// See ``remoteState``.
  public var remoteDiagnostic: BFDDiagnostic
  /// For how long nothing had come.
  public var silence: Nanoseconds
}

/// What came of an input to a session.
public struct BFDOutcome: Sendable, Hashable {
  /// A packet to send now.
  public var packet: BFDControlPacket?
  /// The state's change.
  public var change: BFDChange?
  /// Why the packet received was discarded.
  public var discard: BFDDiscard?
}

/// One end of a BFD session in asynchronous mode (RFC 5880 section 6), without authentication and echo. It does not ask for
/// demand mode, and obeys one who does.
///
/// Time and randomness are parameters; nothing is allocated. The variables bear the names of RFC 5880 section 6.8.1.
public struct BFDSession: Sendable {
  /// What it is told.
  public let configuration: BFDConfiguration
  /// bfd.LocalDiscr; never 0.
  public let localDiscriminator: UInt32
  /// bfd.SessionState.
  public internal(set) var state = BFDState.down
  /// bfd.LocalDiag.
  public internal(set) var diagnostic = BFDDiagnostic.none
  /// bfd.RemoteSessionState.
  public internal(set) var remoteState = BFDState.down
  /// The diagnostic that the other end sent last.
  public internal(set) var remoteDiagnostic = BFDDiagnostic.none
  /// bfd.RemoteDiscr; 0 while nobody is heard.
  public internal(set) var remoteDiscriminator: UInt32 = 0
  /// bfd.RemoteMinRxInterval in microseconds.
  public internal(set) var remoteMinRx: UInt32 = 1
  /// The Desired Min TX Interval that the other end sent last, in microseconds.
  public internal(set) var remoteDesiredMinTx: UInt32 = 0
  /// The Detect Mult that the other end sent last.
  public internal(set) var remoteMultiplier: UInt8 = 0
  /// bfd.RemoteDemandMode.
  public internal(set) var remoteDemand = false
  /// Whether a poll sequence is under way (RFC 5880 section 6.5).
  public internal(set) var isPolling = false
  /// bfd.DesiredMinTxInterval: what is sent, in microseconds.
  public internal(set) var desiredMinTx: UInt32
  /// What counts for the own sending until the other end knows of a longer interval (RFC 5880 section 6.8.3).
  var operativeMinTx: UInt32
  /// What counts for the detection time until the other end knows of a shorter interval (RFC 5880 section 6.8.3).
  var operativeMinRx: UInt32
  /// When a packet was taken last; `nil` when a detection time has passed since.
  public internal(set) var lastReceived: MonotonicInstant?
  /// When a periodic packet left last.
  var lastSent: MonotonicInstant?
  /// When the next periodic packet is due, and the interval that it was reckoned with.
  var transmission: (due: MonotonicInstant, interval: UInt32)?

  /// A session that is down; ``start(at:using:)`` lets it speak.
  /// - Parameter discriminator: unique among the sessions of this host, and hard to guess.
  public init(_ configuration: BFDConfiguration, discriminator: UInt32) {
    self.configuration = configuration
    localDiscriminator = max(1, discriminator)
    desiredMinTx = configuration.idleTx
    operativeMinTx = configuration.idleTx
    operativeMinRx = configuration.requiredMinRx
  }

  /// Begins to send, unless its role is passive.
  public mutating func start(at now: MonotonicInstant, using random: inout some RandomNumberGenerator) {
    reschedule(at: now, using: &random)
  }

  /// Takes a packet whose form is right and whose discriminators are this session's: the second half of RFC 5880 section 6.8.6.
  public mutating func receive(
    _ packet: BFDControlPacket, at now: MonotonicInstant, using random: inout some RandomNumberGenerator
  ) -> BFDOutcome {
    guard !packet.authenticationPresent else { return BFDOutcome(discard: .authentication) }
    learn(from: packet)
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
      // Whoever hears of a change at once need not wait for the next packet (RFC 5880 section 6.8.7).
      outcome.packet = self.packet(final: false)
    }
    if outcome.change != nil, outcome.packet != nil { noteSent(at: now) }
    reschedule(at: now, using: &random)
    return outcome
  }

  /// When ``timer(at:using:)`` is to be called next.
  public var nextDeadline: MonotonicInstant? {
    guard let due = transmission?.due else { return detectionDeadline }
    return detectionDeadline.map { min($0, due) } ?? due
  }

  /// To call at ``nextDeadline``: the detection time may have passed, or a packet be due.
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
    if outcome.packet != nil { noteSent(at: now) }
    reschedule(at: now, using: &random)
    return outcome
  }

  /// Holds the session down for good, and tells the other end that it is down.
  ///
  /// It is told Down and not AdminDown (RFC 5880 section 6.8.16): keepalived and others go on counting a path as good whose other
  /// end says AdminDown, and would never learn that nobody is there any more.
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

  /// What the other end says of itself.
  private mutating func learn(from packet: BFDControlPacket) {
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

  /// The table of RFC 5880 section 6.8.6; `nil` when the state stays.
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

  /// Nothing came for a detection time (RFC 5880 sections 6.8.1 and 6.8.4); whoever speaks next begins anew.
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
    settleIntervals()
    return BFDChange(
      from: before, to: next, diagnostic: reason ?? .none, remoteState: remoteState, remoteDiagnostic: remoteDiagnostic,
      silence: silence)
  }
}
