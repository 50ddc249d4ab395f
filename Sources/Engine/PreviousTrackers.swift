import ControlModel
import VRRPCore

/// Trackers on the previous engine's board.
struct PreviousTrackers {
  private let records: [String: [TrackerRecord]]

  /// Reads a board; `nil` if there was no engine.
  init(_ board: Board?) {
    records = Dictionary(
      grouping: (0..<(board?.trackerCount ?? 0)).compactMap { board?.tracker($0) }, by: \.name)
  }

  /// Record with the verdict that a tracker keeps until it has a new one.
  ///
  /// A tracker of the prober is found by its kind and name, whatever it checks now: a changed check says nothing about
  /// the thing that is checked. A BFD session that is another one for its other end has no earlier verdict.
  func record(of tracker: PlannedTracker) -> TrackerRecord? {
    let alike = (records[RouterRecord.kept(tracker.name)] ?? []).filter {
      [0, tracker.kind.rawValue].contains($0.kind)
    }
    let same = alike.filter { $0.fingerprint == tracker.fingerprint }
    guard tracker.isFromProber else { return same.first }
    // Earlier releases had other hashes. If the board has several trackers with the same cut name, it is not known
    // which of them this one was.
    let record = same.count == 1 ? same[0] : alike.count == 1 ? alike[0] : nil
    return record?.finding.status == .unknown ? nil : record
  }
}
