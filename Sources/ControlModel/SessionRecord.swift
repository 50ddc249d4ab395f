import NetworkTypes
import VRRPCore

enum SessionField {
  static let sequence = BoardField<UInt32>(offset: 0)
  static let state = BoardField<UInt8>(offset: 4)
  static let remoteState = BoardField<UInt8>(offset: 5)
  static let diagnostic = BoardField<UInt8>(offset: 6)
  static let remoteDiagnostic = BoardField<UInt8>(offset: 7)
  static let localDiscriminator = BoardField<UInt32>(offset: 8)
  static let remoteDiscriminator = BoardField<UInt32>(offset: 12)
  static let desiredMinTx = BoardField<UInt32>(offset: 16)
  static let operativeMinTx = BoardField<UInt32>(offset: 20)
  static let operativeMinRx = BoardField<UInt32>(offset: 24)
  static let remoteMinRx = BoardField<UInt32>(offset: 28)
  static let remoteDesiredMinTx = BoardField<UInt32>(offset: 32)
  static let remoteMultiplier = BoardField<UInt8>(offset: 36)
  static let remoteDemand = BoardField<UInt8>(offset: 37)
  static let polling = BoardField<UInt8>(offset: 38)
  static let multihop = BoardField<UInt8>(offset: 39)
  static let neighborFamily = BoardField<UInt8>(offset: 40)
  static let sourcePort = BoardField<UInt16>(offset: 42)
  static let neighborHigh = BoardField<UInt64>(offset: 48)
  static let neighborLow = BoardField<UInt64>(offset: 56)
  static let lastReceived = BoardField<Int64>(offset: 64)
  static let lastSent = BoardField<Int64>(offset: 72)
  static let changedAt = BoardField<Int64>(offset: 80)
  /// Hash of the settings that make it the same session for the other end.
  static let fingerprint = BoardField<UInt64>(offset: 88)
  static let counters = 96  // 8 UInt64 in the order of SessionCounter
  static let discards = 160  // 16 UInt32 by the raw value of BFDDiscard
  static let name = 224  // a length byte and at most 63 bytes
  static let sourceHigh = BoardField<UInt64>(offset: 288)
  static let sourceLow = BoardField<UInt64>(offset: 296)
  static let sourceFamily = BoardField<UInt8>(offset: 304)
  static let hopLimit = BoardField<UInt8>(offset: 305)
}

/// Counters of each BFD session.
public enum SessionCounter: Int, Sendable, CaseIterable {
  /// Packets sent.
  case packetsSent
  /// Packets accepted.
  case packetsReceived
  /// Times that the session came up.
  case cameUp
  /// Times that the session went down.
  case wentDown
  /// Sends that failed.
  case sendErrors

  /// Stable name in snake case.
  public var label: String {
    switch self {
    case .packetsSent: "packets_sent"
    case .packetsReceived: "packets_received"
    case .cameUp: "came_up"
    case .wentDown: "went_down"
    case .sendErrors: "send_errors"
    }
  }
}

/// Record of a BFD session on the board.
public struct SessionRecord: BoardRecord {
  let record: UnsafeMutableRawBufferPointer

  /// Beginning of a name that fits in a record.
  public static func kept(_ name: String) -> String { RouterRecord.kept(name) }

  /// Name of the session.
  public var name: String {
    get { text(at: SessionField.name, longest: BoardLayout.longestName) }
    nonmutating set { setText(newValue, at: SessionField.name, longest: BoardLayout.longestName) }
  }

  /// Hash of the settings that make it the same session for the other end.
  public var fingerprint: UInt64 {
    get { self[SessionField.fingerprint] }
    nonmutating set { self[SessionField.fingerprint] = newValue }
  }

  /// Address of the other end; `nil` if the record was never written.
  public var neighbor: IPAddress? {
    get { address(SessionField.neighborFamily, SessionField.neighborHigh, SessionField.neighborLow) }
    nonmutating set {
      setAddress(newValue, SessionField.neighborFamily, SessionField.neighborHigh, SessionField.neighborLow)
    }
  }

  /// True if the other end may be several hops away (RFC 5883).
  public var isMultihop: Bool {
    get { self[SessionField.multihop] == 1 }
    nonmutating set { self[SessionField.multihop] = newValue ? 1 : 0 }
  }

  /// Source address of its packets; `nil` if the configuration has none.
  public var source: IPAddress? {
    get { address(SessionField.sourceFamily, SessionField.sourceHigh, SessionField.sourceLow) }
    nonmutating set {
      setAddress(newValue, SessionField.sourceFamily, SessionField.sourceHigh, SessionField.sourceLow)
    }
  }

  /// TTL or hop limit of its packets.
  public var hopLimit: UInt8 {
    get { self[SessionField.hopLimit] }
    nonmutating set { self[SessionField.hopLimit] = newValue }
  }

  /// Source port of its packets, which stays the same for the whole session (RFC 5881 section 4).
  public var sourcePort: UInt16 {
    get { self[SessionField.sourcePort] }
    nonmutating set { self[SessionField.sourcePort] = newValue }
  }

  /// Instant of the last change of state; `nil` before the first.
  public var changedAt: MonotonicInstant? {
    get { self[instant: SessionField.changedAt] }
    nonmutating set { self[instant: SessionField.changedAt] = newValue }
  }

  /// Variables of the session.
  public var snapshot: BFDSnapshot {
    get { read { readSnapshot() } }
    nonmutating set { write { writeSnapshot(newValue) } }
  }

  /// Value of a counter.
  public subscript(counter: SessionCounter) -> UInt64 {
    get { self[BoardField<UInt64>(offset: SessionField.counters + counter.rawValue * 8)] }
    nonmutating set { self[BoardField<UInt64>(offset: SessionField.counters + counter.rawValue * 8)] = newValue }
  }

  /// Packets discarded for a reason.
  public subscript(discard: BFDDiscard) -> UInt32 {
    get { self[BoardField<UInt32>(offset: SessionField.discards + Int(discard.rawValue) * 4)] }
    nonmutating set { self[BoardField<UInt32>(offset: SessionField.discards + Int(discard.rawValue) * 4)] = newValue }
  }

  private func readSnapshot() -> BFDSnapshot {
    var snapshot = BFDSnapshot()
    snapshot.localDiscriminator = self[SessionField.localDiscriminator]
    snapshot.remoteDiscriminator = self[SessionField.remoteDiscriminator]
    snapshot.state = BFDState(rawValue: self[SessionField.state]) ?? .down
    snapshot.remoteState = BFDState(rawValue: self[SessionField.remoteState]) ?? .down
    snapshot.diagnostic = BFDDiagnostic(rawValue: self[SessionField.diagnostic])
    snapshot.remoteDiagnostic = BFDDiagnostic(rawValue: self[SessionField.remoteDiagnostic])
    snapshot.desiredMinTx = self[SessionField.desiredMinTx]
    snapshot.operativeMinTx = self[SessionField.operativeMinTx]
    snapshot.operativeMinRx = self[SessionField.operativeMinRx]
    snapshot.remoteMinRx = self[SessionField.remoteMinRx]
    snapshot.remoteDesiredMinTx = self[SessionField.remoteDesiredMinTx]
    snapshot.remoteMultiplier = self[SessionField.remoteMultiplier]
    snapshot.remoteDemand = self[SessionField.remoteDemand] == 1
    snapshot.isPolling = self[SessionField.polling] == 1
    snapshot.lastReceived = self[instant: SessionField.lastReceived]
    snapshot.lastSent = self[instant: SessionField.lastSent]
    return snapshot
  }

  private func writeSnapshot(_ snapshot: BFDSnapshot) {
    self[SessionField.localDiscriminator] = snapshot.localDiscriminator
    self[SessionField.remoteDiscriminator] = snapshot.remoteDiscriminator
    self[SessionField.state] = snapshot.state.rawValue
    self[SessionField.remoteState] = snapshot.remoteState.rawValue
    self[SessionField.diagnostic] = snapshot.diagnostic.rawValue
    self[SessionField.remoteDiagnostic] = snapshot.remoteDiagnostic.rawValue
    self[SessionField.desiredMinTx] = snapshot.desiredMinTx
    self[SessionField.operativeMinTx] = snapshot.operativeMinTx
    self[SessionField.operativeMinRx] = snapshot.operativeMinRx
    self[SessionField.remoteMinRx] = snapshot.remoteMinRx
    self[SessionField.remoteDesiredMinTx] = snapshot.remoteDesiredMinTx
    self[SessionField.remoteMultiplier] = snapshot.remoteMultiplier
    self[SessionField.remoteDemand] = snapshot.remoteDemand ? 1 : 0
    self[SessionField.polling] = snapshot.isPolling ? 1 : 0
    self[instant: SessionField.lastReceived] = snapshot.lastReceived
    self[instant: SessionField.lastSent] = snapshot.lastSent
  }
}
