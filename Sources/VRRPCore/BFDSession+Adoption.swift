import NetworkTypes

/// State of a session as the board keeps it for the next engine.
public struct BFDSnapshot: Sendable, Hashable {
  /// bfd.LocalDiscr.
  public var localDiscriminator: UInt32 = 0
  /// bfd.RemoteDiscr.
  public var remoteDiscriminator: UInt32 = 0
  /// bfd.SessionState.
  public var state = BFDState.down
  /// bfd.RemoteSessionState.
  public var remoteState = BFDState.down
  /// bfd.LocalDiag.
  public var diagnostic = BFDDiagnostic.none
  /// Diagnostic in the other end's last packet.
  public var remoteDiagnostic = BFDDiagnostic.none
  /// bfd.DesiredMinTxInterval in microseconds.
  public var desiredMinTx: UInt32 = 0
  /// Interval in use for sending, in microseconds (``BFDSession/operativeMinTx``).
  public var operativeMinTx: UInt32 = 0
  /// Interval in use for the detection time, in microseconds (``BFDSession/operativeMinRx``).
  public var operativeMinRx: UInt32 = 0
  /// bfd.RemoteMinRxInterval in microseconds.
  public var remoteMinRx: UInt32 = 1
  /// Desired Min TX Interval in the other end's last packet, in microseconds.
  public var remoteDesiredMinTx: UInt32 = 0
  /// Detect Mult in the other end's last packet.
  public var remoteMultiplier: UInt8 = 0
  /// bfd.RemoteDemandMode.
  public var remoteDemand = false
  /// True while a poll sequence is under way (RFC 5880 section 6.5).
  public var isPolling = false
  /// Instant at which a packet was last accepted.
  public var lastReceived: MonotonicInstant?
  /// Instant at which a periodic packet was last sent.
  public var lastSent: MonotonicInstant?

  /// A session that is down and has received nothing.
  public init() {}

  /// Interval between periodic packets in microseconds, before jitter.
  public var transmitInterval: UInt32 { max(operativeMinTx, remoteMinRx) }

  /// Silence after which the session counts as down (RFC 5880 section 6.8.4).
  public var detectionTime: Nanoseconds {
    .microseconds(Int64(max(operativeMinRx, remoteDesiredMinTx))) * Int64(remoteMultiplier)
  }
}

extension BFDSession {
  /// State of the session as the board keeps it.
  public var snapshot: BFDSnapshot {
    var snapshot = BFDSnapshot()
    snapshot.localDiscriminator = localDiscriminator
    snapshot.remoteDiscriminator = remoteDiscriminator
    snapshot.state = state
    snapshot.remoteState = remoteState
    snapshot.diagnostic = diagnostic
    snapshot.remoteDiagnostic = remoteDiagnostic
    snapshot.desiredMinTx = desiredMinTx
    snapshot.operativeMinTx = operativeMinTx
    snapshot.operativeMinRx = operativeMinRx
    snapshot.remoteMinRx = remoteMinRx
    snapshot.remoteDesiredMinTx = remoteDesiredMinTx
    snapshot.remoteMultiplier = remoteMultiplier
    snapshot.remoteDemand = remoteDemand
    snapshot.isPolling = isPolling
    snapshot.lastReceived = lastReceived
    snapshot.lastSent = lastSent
    return snapshot
  }

  /// A session that goes on where another engine left it. A changed configuration is announced to the other end by a
  /// poll sequence.
  ///
  /// The time in which no engine received packets is not counted as silence. A session in AdminDown starts from Down.
  public init(
    adopting snapshot: BFDSnapshot, _ configuration: BFDConfiguration, at now: MonotonicInstant,
    using random: inout some RandomNumberGenerator
  ) {
    self.init(configuration, discriminator: snapshot.localDiscriminator)
    if snapshot.state != .adminDown {
      state = snapshot.state
      remoteState = snapshot.remoteState
      diagnostic = snapshot.diagnostic
      remoteDiagnostic = snapshot.remoteDiagnostic
      remoteDiscriminator = snapshot.remoteDiscriminator
      remoteMinRx = snapshot.remoteMinRx
      remoteDesiredMinTx = snapshot.remoteDesiredMinTx
      remoteMultiplier = snapshot.remoteMultiplier
      remoteDemand = snapshot.remoteDemand
      lastReceived = snapshot.lastReceived.map { _ in now }
      lastSent = snapshot.lastSent.map { min($0, now) }
      if state == .up {
        isPolling = snapshot.isPolling
        desiredMinTx = snapshot.desiredMinTx
        operativeMinTx = max(1, snapshot.operativeMinTx)
        operativeMinRx = max(1, snapshot.operativeMinRx)
        announce(desiredMinTx: configuration.desiredMinTx)
      }
    }
    reschedule(at: now, using: &random)
  }
}
