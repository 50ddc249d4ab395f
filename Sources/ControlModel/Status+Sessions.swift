import NetworkTypes
import VRRPCore

extension BFDState {
  /// State as RFC 5880 names it.
  public var label: String {
    switch self {
    case .adminDown: "AdminDown"
    case .down: "Down"
    case .initialize: "Init"
    case .up: "Up"
    }
  }
}

extension Status {
  /// Status of a BFD session.
  public struct Session: Sendable, Equatable {
    /// Name of the session.
    public var name: String
    /// Address of the other end.
    public var neighbor: IPAddress?
    /// True if the other end may be several hops away (RFC 5883).
    public var isMultihop: Bool
    /// Variables of the session.
    public var snapshot: BFDSnapshot
    /// Instant of the last change of state; `nil` before the first.
    public var since: MonotonicInstant?
    /// Counters of the session.
    public var counters: [SessionCounter: UInt64]
    /// Packets discarded, by reason; reasons that never occurred are left out.
    public var discards: [BFDDiscard: UInt32]

    init(reading record: SessionRecord) {
      name = record.name
      neighbor = record.neighbor
      isMultihop = record.isMultihop
      snapshot = record.snapshot
      since = record.changedAt
      counters = [:]
      for counter in SessionCounter.allCases { counters[counter] = record[counter] }
      discards = [:]
      for reason in BFDDiscard.allCases where record[reason] > 0 { discards[reason] = record[reason] }
    }

    /// Interval between sent packets, before jitter.
    public var transmitInterval: Nanoseconds { .microseconds(Int64(snapshot.transmitInterval)) }
  }

  func write(_ session: Session, to writer: inout JSONWriter) {
    let snapshot = session.snapshot
    writer.member("name", session.name)
    writer.member("neighbor", session.neighbor.map { "\($0)" })
    writer.member("multihop", session.isMultihop)
    writer.member("state", snapshot.state.label)
    writer.member("diagnostic", snapshot.diagnostic.text)
    writer.member("remote_state", snapshot.remoteState.label)
    writer.member("remote_diagnostic", snapshot.remoteDiagnostic.text)
    writer.member("local_discriminator", snapshot.localDiscriminator)
    writer.member("remote_discriminator", snapshot.remoteDiscriminator)
    writer.member("transmit_interval", session.transmitInterval.inSeconds)
    writer.member("detection_time", snapshot.detectionTime.inSeconds)
    if let since = session.since {
      writer.member("changed_ago", (now - since).inSeconds)
    } else {
      writer.member("changed_ago", nil as String?)
    }
    writer.member("counters") { writer in
      writer.object { writer in
        for counter in SessionCounter.allCases { writer.member(counter.label, session.counters[counter] ?? 0) }
      }
    }
    writer.member("discards") { writer in
      writer.object { writer in
        for reason in BFDDiscard.allCases { writer.member(reason.name, session.discards[reason] ?? 0) }
      }
    }
  }

  func row(_ session: Session) -> [String] {
    let snapshot = session.snapshot
    let isUp = snapshot.state == .up
    return [
      session.name, (session.neighbor.map { "\($0)" } ?? "-") + (session.isMultihop ? " (multihop)" : ""),
      snapshot.state.label, Self.milliseconds(session.transmitInterval),
      isUp ? Self.milliseconds(snapshot.detectionTime) : "-",
      session.since.map { DurationText.duration(nanoseconds: (now - $0).rawValue) } ?? "-",
      snapshot.diagnostic == .none ? "" : snapshot.diagnostic.text,
    ]
  }

  private static func milliseconds(_ time: Nanoseconds) -> String {
    let tenths = (time.rawValue + 50_000) / 100_000
    return tenths % 10 == 0 ? "\(tenths / 10) ms" : "\(tenths / 10).\(tenths % 10) ms"
  }
}
