import NetworkTypes

/// State of a virtual router, with the names that keepalived's users know (RFC 9568 calls ``master`` Active).
public enum RouterState: UInt8, Sendable, Hashable, CaseIterable {
  /// Not started: waits for its sockets or for the first verdict of a check (RFC 9568 section 6.4.1).
  case initialize = 0
  /// Follows a master, or waits until the master-down interval shows that there is none (RFC 9568 section 6.4.2).
  case backup = 1
  /// Holds the addresses and sends adverts (RFC 9568 section 6.4.3).
  case master = 2
  /// Cannot take part: the link, the source address or a check without a weight has failed.
  case fault = 3
}

/// Position of a tracker in its host's list of trackers.
public struct TrackerID: RawRepresentable, Sendable, Hashable {
  /// Position in the list.
  public let rawValue: Int

  /// The tracker at a position.
  public init(rawValue: Int) {
    self.rawValue = rawValue
  }
}

/// Reasons for which a virtual router is in fault; several can hold at a time.
public struct FaultReasons: OptionSet, Sendable, Hashable {
  /// One bit for each reason.
  public let rawValue: UInt8

  /// The reasons of the set bits.
  public init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  /// The router's own interface is down, has no carrier or does not exist.
  public static let interface = FaultReasons(rawValue: 1)
  /// The router's interface has no address of the family to send from.
  public static let sourceAddress = FaultReasons(rawValue: 2)
  /// A tracker of weight 0 is down.
  public static let tracker = FaultReasons(rawValue: 4)
  /// Another member of the sync group is in fault, or the group's own tracker is.
  public static let syncGroup = FaultReasons(rawValue: 8)
  /// There is no peer to send to (`unicast_fault_no_peer`).
  public static let peers = FaultReasons(rawValue: 16)
  /// The kernel refuses all of the router's addresses: as master it would answer for none of them.
  public static let addresses = FaultReasons(rawValue: 32)
}

/// Reason for a transition. The log, notify scripts and status show it.
public enum Cause: Sendable, Hashable {
  /// The process started and the router's sockets are ready.
  case started
  /// The router owns the addresses (priority 255), so it begins as master (RFC 9568 section 6.4.1).
  case addressOwner
  /// No advert came for the whole master-down interval. The last one came from `master` at `lastHeard`; both are `nil`
  /// if none ever came.
  case masterDown(master: IPAddress?, lastHeard: MonotonicInstant?)
  /// The master gave up with an advert of priority 0.
  case masterResigned(IPAddress)
  /// An advert of a higher priority came.
  case higherPriority(IPAddress, Priority)
  /// An advert of the same priority came from a higher address, or from another owner of the addresses that never yields.
  case tieLost(IPAddress, Priority)
  /// The master has a lower priority than this router, which preempts it.
  case preempted(IPAddress, Priority)
  /// A tracker went down.
  case trackerDown(TrackerID)
  /// The last tracker that held the router in fault came up again.
  case trackerUp(TrackerID)
  /// The interface went down.
  case interfaceDown
  /// The interface came up.
  case interfaceUp
  /// The source address disappeared.
  case sourceAddressLost
  /// The source address appeared.
  case sourceAddressFound
  /// This host was held up and sent no adverts for so long that another may have taken over (`timer_expired_backup`).
  case overdue(silence: Nanoseconds)
  /// No peer is left to send to.
  case noPeers
  /// There is a peer to send to.
  case peersFound
  /// The kernel refused all of the router's addresses, with this errno.
  case addressesRefused(error: Int32)
  /// The kernel accepts an address again.
  case addressesTaken
  /// The sync group moved together. `member` is the position of the router whose own transition caused it.
  case syncGroup(member: Int)
  /// The process was told to stop, or the new configuration no longer has the router.
  case shutdown
  /// The state was taken over from the previous engine without any change.
  case adopted
}

/// Transition of a virtual router from one state to another.
public struct Transition: Sendable, Hashable {
  /// State before.
  public var from: RouterState
  /// State after.
  public var to: RouterState
  /// Reason for the transition.
  public var cause: Cause
  /// Effective priority after the transition.
  public var priority: Priority
  /// Instant of the transition.
  public var at: MonotonicInstant

  /// A transition of the given contents.
  public init(from: RouterState, to: RouterState, cause: Cause, priority: Priority, at: MonotonicInstant) {
    self.from = from
    self.to = to
    self.cause = cause
    self.priority = priority
    self.at = at
  }
}

/// Action that the engine performs for a virtual router, in the order in which actions are given.
public enum Action: Sendable, Hashable {
  /// Send an advert of this priority now.
  case send(Priority)
  /// Put the router's addresses on their interfaces.
  case claim
  /// Take the router's addresses off their interfaces. The actions after it wait until the kernel has done so.
  case release
  /// Send gratuitous ARP or unsolicited neighbour advertisements for every address, `repeats` times each.
  case announce(repeats: Int)
  /// Find out whether the kernel would accept the router's addresses, without keeping them. The answer is
  /// ``HostInput/addressesTaken(router:)`` or ``HostInput/addressesRefused(error:router:)``.
  case tryAddresses
  /// Drop the announcements that have not been sent yet.
  case cancelAnnouncements
  /// Report a transition with its cause.
  case transition(Transition)
  /// Report a changed effective priority.
  case priorityChanged(from: Priority, to: Priority)
  /// Report that another host sent adverts while this one was master. `yields` says whether this one yields to it.
  case otherMaster(IPAddress, Priority, yields: Bool)
}

/// An action and the position of the router that it is for.
public struct Effect: Sendable, Hashable {
  /// Router's position in its ``VirtualRouterSet``.
  public var router: Int
  /// Action to perform.
  public var action: Action

  /// An effect for the router at a position.
  public init(router: Int, action: Action) {
    self.router = router
    self.action = action
  }
}
