import ControlModel
import VRRPCore

/// What the engine before this one knew of its trackers.
struct InheritedTrackers {
  private let records: [String: [TrackerRecord]]

  /// Reads a board; `nil` if there was no engine.
  init(_ board: Board?) {
    records = Dictionary(
      grouping: (0..<(board?.trackerCount ?? 0)).compactMap { board?.tracker($0) }, by: \.name)
  }

  /// The record whose verdict holds for a tracker until there is another one.
  ///
  /// For what the prober looks after that is the one of its name and kind, whatever it asks now: that somebody has changed a check says
  /// nothing against what is checked. A BFD session that is another one for its other end has nothing to go on from.
  func record(of tracker: PlannedTracker) -> TrackerRecord? {
    let alike = (records[RouterRecord.kept(tracker.name)] ?? []).filter {
      [0, tracker.kind.rawValue].contains($0.kind)
    }
    let same = alike.filter { $0.fingerprint == tracker.fingerprint }
    guard tracker.isProbers else { return same.first }
    // Earlier releases had other hashes. Of several names that the board keeps as the same, nobody knows then whose it was.
    let record = same.count == 1 ? same[0] : alike.count == 1 ? alike[0] : nil
    return record?.finding.status == .unknown ? nil : record
  }
}
