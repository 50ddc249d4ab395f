import ControlModel
import NetworkTypes
import VRRPCore

/// A `track_group` holds its routers in fault while one of its static entries cannot be: its interface is gone or down, or the kernel
/// refuses it. One that somebody removes is put back, and moves nothing.
extension Engine {
  /// What a group's entries come to, with the first that is amiss; `nil` while the kernel has not been asked for one of them.
  func groupVerdict(_ tracker: Int) -> (status: TrackerStatus, reason: String)? {
    let members = plan.entriesOfGroup[tracker] ?? []
    for position in members {
      let entry = plan.entries[position]
      if let lost = entry.links.first(where: { !(interfaces.indexes[$0].map(interfaces.isUp) ?? false) }) {
        let what = interfaces.indexes[lost] == nil ? "there is no link:" : "the link is down:"
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
        setTracker(tracker, to: TrackerFinding(verdict.status, since: now, verdict.reason), at: now)
      }
    }
    carryOut(at: now, due: nil)
  }
}
