import NetworkTypes

/// The state of a virtual router, by the names that keepalived's users read (RFC 9568 calls the third one Active).
public enum RouterState: UInt8, Sendable, Hashable, CaseIterable {
  /// Not started: waiting for its sockets or for the first verdict of a check (RFC 9568 section 6.4.1).
  case initialize = 0
  /// Hearing a master, or waiting to find that there is none (RFC 9568 section 6.4.2).
  case backup = 1
  /// Holding the addresses (RFC 9568 section 6.4.3).
  case master = 2
  /// Unable to take part: the link, the source address or a check without a weight has failed.
  case fault = 3
}

/// The number of a tracker in its host's list of trackers.
public struct TrackerID: RawRepresentable, Sendable, Hashable {
  /// The position in the list.
  public let rawValue: Int

  /// A tracker's number from its position.
  public init(rawValue: Int) {
    self.rawValue = rawValue
  }
}

/// Why a virtual router is in fault; several reasons can hold at a time.
public struct FaultReasons: OptionSet, Sendable, Hashable {
  /// One bit a reason.
  public let rawValue: UInt8

  /// Reasons from their bits.
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
  /// The kernel refuses all of the router's addresses, so it could be master and nobody would answer.
  public static let addresses = FaultReasons(rawValue: 32)
}

/// Why a transition happened. Every surface (log, notify, status, metrics) shows it.
public enum Cause: Sendable, Hashable {
  /// The process started and the router's sockets are ready.
  case started
  /// The router owns the addresses (priority 255) and so begins as master (RFC 9568 section 6.4.1).
  case addressOwner
  /// No advert for the whole master-down interval: the last one came from `master` at `lastHeard`, if any ever came.
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
  /// The host itself was held up, and sent no adverts for so long that another may have taken over (`timer_expired_backup`).
  case overdue(silence: Nanoseconds)
  /// No peer is left to send to.
  case noPeers
  /// There is a peer to send to.
  case peersFound
  /// The kernel refused all of the router's addresses, with this errno.
  case addressesRefused(error: Int32)
  /// The kernel takes an address again.
  case addressesTaken
  /// The sync group moved together; `member` is the router whose own transition caused it, by its position.
  case syncGroup(member: Int)
  /// The process was told to stop, or its configuration no longer has the router.
  case shutdown
  /// Taken over from the engine before this one, without any change.
  case adopted
}

/// One step of a virtual router from a state to another.
public struct Transition: Sendable, Hashable {
  /// The state before.
  public var from: RouterState
  /// The state after.
  public var to: RouterState
  /// Why.
  public var cause: Cause
  /// The effective priority after it.
  public var priority: Priority
  /// When.
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

/// What the outside must do for a virtual router, in the order given.
public enum Action: Sendable, Hashable {
  /// Send an advert of this priority now.
  case send(Priority)
  /// Put the router's addresses on their interfaces.
  case claim
  /// Take the router's addresses off their interfaces; what follows in the list waits until the kernel has done so.
  case release
  /// Send gratuitous ARP or unsolicited neighbour advertisements for every address, `repeats` times each.
  case announce(repeats: Int)
  /// Find out whether the kernel would take the router's addresses, without keeping them, and answer with
  /// ``HostInput/addressesTaken(router:)`` or ``HostInput/addressesRefused(error:router:)``.
  case tryAddresses
  /// Stop sending announcements that still wait.
  case cancelAnnouncements
  /// Tell of a transition, with its cause.
  case transition(Transition)
  /// Tell of a changed effective priority.
  case priorityChanged(from: Priority, to: Priority)
  /// Tell that another host claimed to be master while this one was: `yields` says whether this one gave way.
  case otherMaster(IPAddress, Priority, yields: Bool)
}

/// An action together with the router, by its position, that it is for.
public struct Effect: Sendable, Hashable {
  /// The router's position in its ``VirtualRouterSet``.
  public var router: Int
  /// What to do.
  public var action: Action

  /// An effect on the router at a position.
  public init(router: Int, action: Action) {
    self.router = router
    self.action = action
  }
}
