import ControlModel
import NetworkTypes
import VRRPCore

/// Verdicts of `track_group`s. A group's routers are in fault while one of its static entries cannot be in the kernel:
/// its interface is missing or down, or the kernel refuses it. An entry that another program removes is added again,
/// and changes no verdict.
extension Engine {
  /// Verdict of a group, with the first entry that is missing; `nil` while the kernel has not been asked for one of
  /// them.
  func groupVerdict(_ tracker: Int) -> (status: TrackerStatus, reason: String)? {
    let members = plan.entriesOfGroup[tracker] ?? []
    let indexes = interfaces.indexes
    for position in members {
      let entry = plan.entries[position]
      if let lost = entry.links.first(where: { !(indexes[$0].map(interfaces.isUp) ?? false) }) {
        let what = indexes[lost] == nil ? "there is no link:" : "the link is down:"
        return (.down, "\(what) \(lost) of \(entry.text)")
      }
      if entries.refused.contains(position) { return (.down, "the kernel refuses \(entry.text)") }
    }
    return members.contains(where: entries.pending.contains) ? nil : (.up, "")
  }

  /// Tells the core of groups whose entries have changed.
  func reviewGroups(at now: MonotonicInstant) {
    guard entries.needsGroupReview else { return }
    entries.needsGroupReview = false
    for tracker in plan.entriesOfGroup.keys.sorted() {
      guard let verdict = groupVerdict(tracker) else {
        entries.needsGroupReview = true
        continue
      }
      if board.tracker(tracker)?.finding.status != verdict.status {
        setTracker(tracker, to: TrackerFinding(verdict.status, verdict.reason), at: now)
      }
    }
    performEffects(at: now, due: nil)
  }
}
