import NetworkTypes

/// How a tracker bears on a router's priority.
public struct TrackerBinding: Sendable, Hashable {
  /// The tracker.
  public var tracker: TrackerID
  /// -254 to 254: added to the priority while up if positive, while down if negative; 0 means that down is a fault, and so
  /// does a change of less than -253.
  public let weight: Int
  /// Whether up and down change places.
  public var reverse: Bool
  private static let greatestWeight = 254

  /// A binding of the given contents; a weight beyond the bounds becomes the bound.
  public init(tracker: TrackerID, weight: Int = 0, reverse: Bool = false) {
    self.tracker = tracker
    self.weight = min(max(weight, -Self.greatestWeight), Self.greatestWeight)
    self.reverse = reverse
  }
}

/// When addresses are announced, apart from at once on becoming master.
public struct AnnouncementSchedule: Sendable, Hashable {
  /// Announcements of each address in a set (`garp_master_repeat`).
  public var repeats = 5
  /// From becoming master to the second set; `nil` for no second set (`garp_master_delay`).
  public var secondSetDelay: Nanoseconds? = .seconds(5)
  /// Between refreshes while master; `nil` for none (`garp_master_refresh`).
  public var refreshInterval: Nanoseconds?
  /// Announcements of each address in a refresh (`garp_master_refresh_repeat`).
  public var refreshRepeats = 1
  /// From hearing a lower-priority master to the second set that answers it; `nil` for none (`garp_lower_prio_delay`).
  public var lowerPriorityDelay: Nanoseconds? = .seconds(5)
  /// Announcements of each address on hearing a lower-priority master; 0 for none (`garp_lower_prio_repeat`).
  public var lowerPriorityRepeats = 5
  /// From hearing or preempting a master that has to yield to one more announcement; `nil` for none. What that one still sends from
  /// a virtual MAC address, which is this router's too, has switches lead there until this router speaks from it again.
  public var overtakingDelay: Nanoseconds?

  /// keepalived's defaults.
  public init() {}
}

/// What a virtual router is set to; it never changes while the router lives.
public struct VirtualRouterConfiguration: Sendable, Hashable {
  /// Identifier on its link.
  public var virtualRouterID: VirtualRouterID
  /// Protocol version.
  public var version: ProtocolVersion
  /// Configured priority, before trackers.
  public var priority: Priority
  /// Interval between adverts; whole seconds in version 2.
  public var interval: Centiseconds
  /// Whether a higher priority takes over from a running master of a lower one (RFC 9568 section 6.1, Preempt_Mode).
  public var preempt = true
  /// How long a lower-priority master must have been heard before it is preempted.
  public var preemptDelay = Nanoseconds.zero
  /// Advert intervals without an advert until the master counts as down, before the skew (3 in the RFCs).
  public var downTimerAdverts: Int = 3
  /// Whether a master stays silent on hearing a lower priority (`lower_prio_no_advert`), as RFC 5798 says.
  public var lowerPriorityNoAdvert = false
  /// Whether a master sends one more advert on yielding to a higher priority (`higher_prio_send_advert`).
  public var higherPrioritySendAdvert = false
  /// Whether the owner of the addresses takes no notice of adverts (`owner_ignore_adverts`), so that none makes it yield.
  public var ownerIgnoresAdverts = false
  /// The highest priority that another host of the router has, if a master that was held up for as long as that one waits before it
  /// takes over is to go to BACKUP (`timer_expired_backup`); `nil` for a master that goes on.
  public var successorPriority: Priority?
  /// When addresses are announced.
  public var announcements = AnnouncementSchedule()
  /// The trackers that bear on it.
  public var trackers: [TrackerBinding] = []

  /// A configuration with the protocol's defaults for all that is not named.
  public init(
    virtualRouterID: VirtualRouterID, version: ProtocolVersion, priority: Priority, interval: Centiseconds
  ) {
    self.virtualRouterID = virtualRouterID
    self.version = version
    self.priority = priority
    self.interval = interval
  }
}

/// What a sync group is set to: its members move together.
public struct SyncGroupConfiguration: Sendable, Hashable {
  /// The members' positions in their ``VirtualRouterSet``.
  public var members: [Int]
  /// The group's own trackers; each bears on every member.
  public var trackers: [TrackerBinding]

  /// A group of the given members.
  public init(members: [Int], trackers: [TrackerBinding] = []) {
    self.members = members
    self.trackers = trackers
  }
}

/// All that one engine needs to go on where another stopped: what the board keeps of a router.
public struct VirtualRouterSnapshot: Sendable, Hashable {
  /// The state.
  public var state: RouterState
  /// When the next advert is due (master), the master counts as down (backup), or refused addresses are tried again (fault).
  public var mainDeadline: MonotonicInstant?
  /// When preempting the lower-priority master is allowed.
  public var preemptDeadline: MonotonicInstant?
  /// When the second announcement set is due.
  public var announcementDeadline: MonotonicInstant?
  /// When the next refresh of announcements is due.
  public var refreshDeadline: MonotonicInstant?
  /// The master's interval, which times this backup in version 3.
  public var activeInterval: Centiseconds
  /// The master last heard.
  public var master: IPAddress?
  /// The priority of the master last heard.
  public var masterPriority: Priority
  /// When the master was last heard.
  public var lastHeard: MonotonicInstant?
  /// Effective priority.
  public var effectivePriority: Priority
  /// Why it is in fault, if it is.
  public var faults: FaultReasons
  /// How often in a row the kernel has refused all addresses.
  public var refusals: UInt8

  /// A snapshot of a router in `state` that has heard nobody.
  public init(state: RouterState, activeInterval: Centiseconds, effectivePriority: Priority) {
    self.state = state
    self.activeInterval = activeInterval
    self.effectivePriority = effectivePriority
    masterPriority = .resignation
    faults = []
    refusals = 0
  }
}
