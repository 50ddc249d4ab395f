import ControlModel
import VRRPCore

/// Trackers on the previous engine's board.
struct PreviousTrackers {
  private let records: [TrackerName: [TrackerRecord]]

  /// Reads a board; empty if there was no engine.
  init(_ board: Board?) {
    records = (0..<(board?.trackerCount ?? 0)).reduce(into: [:]) { records, position in
      guard let record = board?.tracker(position), let name = record.name else { return }
      records[name, default: []].append(record)
    }
  }

  /// Record with the verdict that a tracker keeps until it has a new one.
  ///
  /// A tracker of the prober is found by its kind and name, whatever it checks now: a changed check says nothing about
  /// the thing that is checked. A BFD session that is another one for its other end has no earlier verdict.
  func record(of tracker: PlannedTracker) -> TrackerRecord? {
    let record = records[tracker.name.kept]?.first { $0.fingerprint == tracker.fingerprint }
    return record?.finding.status == .unknown ? nil : record
  }
}
