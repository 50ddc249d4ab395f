import NetworkTypes

/// A timer that has a master announce its addresses (gratuitous ARP or unsolicited neighbour advertisements) once more.
enum AnnouncementTimer: Int, CaseIterable, Sendable {
  /// When to announce because another master that uses the same virtual MAC address has heard that it must yield, and has sent its last
  /// frame from that address.
  case reclaim
  /// When to announce because another master that had to yield has been silent for so long that it counts as gone.
  case rivalGone
  /// When to send the second set of announcements, after becoming master (`garp_master_delay`) or after hearing a lower-priority
  /// master (`garp_lower_prio_delay`).
  case secondSet
  /// When to send the next periodic announcements (`garp_master_refresh`).
  case refresh
}

/// Table of the announcement timers of one master: the instant at which each fires, if it runs.
struct AnnouncementTimers: Sendable {
  /// Instants by ``AnnouncementTimer/rawValue``. They are stored in line, since the engine must not allocate for an advert.
  private var instants = InlineArray<4, MonotonicInstant?>(repeating: nil)

  /// Instant at which `timer` fires; `nil` while it does not run.
  subscript(timer: AnnouncementTimer) -> MonotonicInstant? {
    get { instants[timer.rawValue] }
    set { instants[timer.rawValue] = newValue }
  }

  /// Earliest instant at which a timer fires; `nil` while none runs.
  var next: MonotonicInstant? {
    var earliest: MonotonicInstant?
    for position in instants.indices {
      guard let instant = instants[position] else { continue }
      earliest = min(earliest ?? instant, instant)
    }
    return earliest
  }

  /// Stops `timer` if its time has come. Returns the instant at which it was to fire, or `nil` if it goes on or does not run.
  mutating func expire(_ timer: AnnouncementTimer, at now: MonotonicInstant) -> MonotonicInstant? {
    guard let due = self[timer], due <= now else { return nil }
    self[timer] = nil
    return due
  }
}
