import NetworkTypes

/// Binding of a tracker to a router, with the tracker's weight there.
public struct TrackerBinding: Sendable, Hashable {
  /// Tracker that is bound.
  public var tracker: TrackerID
  /// Weight, -254 to 254: added to the priority while the tracker is up if positive, while it is down if negative. With
  /// weight 0 a tracker that is down is a fault, and so is one that lowers the priority by more than 253.
  public let weight: Int
  /// True if up and down of the tracker are exchanged.
  public var reverse: Bool
  private static let greatestWeight = 254

  /// A binding. A weight outside the range becomes the nearest bound.
  public init(tracker: TrackerID, weight: Int = 0, reverse: Bool = false) {
    self.tracker = tracker
    self.weight = min(max(weight, -Self.greatestWeight), Self.greatestWeight)
    self.reverse = reverse
  }
}

/// Schedule of announcements in addition to those made at once on becoming master.
public struct AnnouncementSchedule: Sendable, Hashable, Unset {
  /// Announcements of each address in a set (`garp_master_repeat`).
  public var repeats = 5
  /// Time from becoming master to the second set; `nil` for no second set (`garp_master_delay`).
  public var secondSetDelay: Nanoseconds? = .seconds(5)
  /// Interval between refreshes while master; `nil` for none (`garp_master_refresh`).
  public var refreshInterval: Nanoseconds?
  /// Announcements of each address in a refresh (`garp_master_refresh_repeat`).
  public var refreshRepeats = 1
  /// Time from hearing a lower-priority master to the second set that answers it; `nil` for none
  /// (`garp_lower_prio_delay`).
  public var lowerPriorityDelay: Nanoseconds? = .seconds(5)
  /// Announcements of each address on hearing a lower-priority master; 0 for none (`garp_lower_prio_repeat`).
  public var lowerPriorityRepeats = 5
  /// Time from hearing or preempting another master that has to yield to one more announcement; `nil` for none. That
  /// master may send from the same virtual MAC address for as long, so that switches lead to it until this router sends
  /// from that address again.
  public var overtakingDelay: Nanoseconds?

  /// Schedule with keepalived's defaults.
  public init() {}
}

/// Settings of a virtual router; they never change while the router exists.
public struct VirtualRouterConfiguration: Sendable, Hashable {
  /// Identifier on its link.
  public var virtualRouterID: VirtualRouterID
  /// Protocol version.
  public var version: ProtocolVersion
  /// Configured priority, before trackers.
  public var priority: Priority
  /// Interval between adverts; whole seconds in version 2.
  public var interval: Centiseconds
  /// True if a router of a higher priority takes over from a running master of a lower one (RFC 9568 section 6.1,
  /// Preempt_Mode).
  public var preempt = true
  /// Time for which a lower-priority master must have been heard before it is preempted.
  public var preemptDelay = Nanoseconds.zero
  /// Advert intervals without an advert after which the master counts as down, before the skew time (3 in the RFCs).
  public var downTimerAdverts: Int = 3
  /// True if a master does not answer an advert of a lower priority with its own (`lower_prio_no_advert`), as RFC 5798
  /// says.
  public var lowerPriorityNoAdvert = false
  /// True if a master sends one more advert when it yields to a higher priority (`higher_prio_send_advert`).
  public var higherPrioritySendAdvert = false
  /// True if the owner of the addresses ignores adverts (`owner_ignore_adverts`), so that no other host makes it yield.
  public var ownerIgnoresAdverts = false
  /// Highest priority that another host of the router has. A master that sent no advert for the master-down interval of
  /// that host goes to BACKUP (`timer_expired_backup`). `nil` if a master stays master all the same.
  public var successorPriority: Priority?
  /// Schedule of announcements while master.
  @Boxed public var announcements: AnnouncementSchedule
  /// Trackers that change the priority or can be a fault.
  public var trackers: [TrackerBinding] = []

  /// A configuration with the protocol's defaults for all other settings.
  public init(
    virtualRouterID: VirtualRouterID, version: ProtocolVersion, priority: Priority, interval: Centiseconds
  ) {
    self.virtualRouterID = virtualRouterID
    self.version = version
    self.priority = priority
    self.interval = interval
  }
}

/// Settings of a sync group, whose members change state together.
public struct SyncGroupConfiguration: Sendable, Hashable {
  /// Positions of the members in their ``VirtualRouterSet``.
  public var members: [Int]
  /// Group's own trackers; each applies to every member.
  public var trackers: [TrackerBinding]

  /// A group of the given members.
  public init(members: [Int], trackers: [TrackerBinding] = []) {
    self.members = members
    self.trackers = trackers
  }
}

/// State of a router as the board keeps it, so that another engine can go on from it.
public struct VirtualRouterSnapshot: Sendable, Hashable {
  /// State of the router.
  public var state: RouterState
  /// Instant at which the next advert is due (master), the master counts as down (backup), or refused addresses are
  /// tried again (fault).
  public var mainDeadline: MonotonicInstant?
  /// Instant from which the lower-priority master may be preempted.
  public var preemptDeadline: MonotonicInstant?
  /// Instant at which the second set of announcements is due.
  public var announcementDeadline: MonotonicInstant?
  /// Instant at which the next refresh of announcements is due.
  public var refreshDeadline: MonotonicInstant?
  /// Interval of the master, from which the master-down interval of this backup follows in version 3.
  public var activeInterval: Centiseconds
  /// Address of the master last heard.
  public var master: IPAddress?
  /// Priority of the master last heard.
  public var masterPriority: Priority
  /// Instant at which the master was last heard.
  public var lastHeard: MonotonicInstant?
  /// Effective priority.
  public var effectivePriority: Priority
  /// Reasons for which the router is in fault; empty if it is not.
  public var faults: FaultReasons
  /// Refusals in a row of all addresses by the kernel.
  public var refusals: UInt8

  /// A snapshot of a router in `state` that has heard no master.
  public init(state: RouterState, activeInterval: Centiseconds, effectivePriority: Priority) {
    self.state = state
    self.activeInterval = activeInterval
    self.effectivePriority = effectivePriority
    masterPriority = .resignation
    faults = []
    refusals = 0
  }
}
