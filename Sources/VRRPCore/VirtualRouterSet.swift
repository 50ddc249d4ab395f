import NetworkTypes

/// Input to a host's virtual routers.
public enum HostInput: Sendable, Hashable {
  /// The router's sockets are ready: begin, or wait for first verdicts. Interface and source address must be given
  /// before. An interface that was never given counts as up, a source address as missing.
  case start(router: Int)
  /// A valid advert came for the router from another host.
  case advertisement(Advertisement, from: IPAddress, router: Int)
  /// A valid advert came for the router from another host over a further link (`heartbeat_interface`). `own` is this
  /// host's address there; it is given for the one link that decides between equal priorities if the router's own link
  /// does not work.
  case heartbeat(Advertisement, from: IPAddress, own: IPAddress?, router: Int)
  /// The clock has reached the next deadline.
  case timer
  /// A tracker changed.
  case tracker(TrackerID, TrackerStatus)
  /// The router's own interface came up or went down. Never sent under `dont_track_primary` except for a missing interface.
  case interface(up: Bool, router: Int)
  /// Source address of the router's adverts changed; it also decides between equal priorities. `nil` if there is none.
  case sourceAddress(IPAddress?, router: Int)
  /// A router has found its first unicast peer, or has lost its last. Sent only for a router that is in fault without
  /// peers (`unicast_fault_no_peer`).
  case peers(present: Bool, router: Int)
  /// The kernel refused all addresses of a master, or all that were tried, with this errno. It is ignored for a router
  /// that is neither master nor already in fault because of it.
  case addressesRefused(error: Int32, router: Int)
  /// The kernel accepted an address that was tried.
  case addressesTaken(router: Int)
  /// The router must stop for good: release the addresses, then resign. All later inputs for it are ignored.
  case shutdown(router: Int)
}

/// All virtual routers of one host with their sync groups and trackers: the whole of VRRP without sockets and without a
/// clock.
///
/// The engine performs the effects, the simulator records them. Routers, groups and trackers are named by position; an
/// input for one that does not exist does nothing. An advert costs a constant number of steps and one change in a heap
/// of deadlines, and allocates nothing as long as the array of effects keeps its storage.
///
/// On becoming master a router's effects are `send`, `claim`, `announce`, `transition`; on leaving MASTER
/// `cancelAnnouncements`, `release`, `send` of priority 0 if it resigns, `transition`. So a notification never comes
/// before the change that it reports.
public struct VirtualRouterSet: Sendable {
  /// The routers, by position.
  var routers: [VirtualRouter]
  /// The sync groups, by position.
  var groups: [SyncGroup]
  /// Group of each router; `nil` for a router in none.
  let groupOfRouter: [Int?]
  /// Last status of each tracker.
  var statuses: [TrackerStatus]
  /// Routers and groups that depend on each tracker.
  let dependents: [TrackerDependents]
  /// Instants at which each router next has something to do without an input.
  var deadlines: DeadlineHeap

  /// A set in which no router has started.
  ///
  /// References to routers or trackers that do not exist are left out, and a router belongs to the first group that
  /// names it.
  public init(routers: [VirtualRouterConfiguration], groups: [SyncGroupConfiguration], trackerCount: Int) {
    let trackerCount = max(0, trackerCount)
    let routers = routers.map { $0.keepingTrackers(below: trackerCount) }
    let groups = groups.map { $0.keepingTrackers(below: trackerCount) }
    let membership = Membership(groups: groups, routerCount: routers.count)
    groupOfRouter = membership.groupOfRouter
    self.groups = zip(groups, membership.members).map { group, members in
      SyncGroup(
        members: members, trackers: group.trackers,
        ownsAddresses: members.allSatisfy { routers[$0].priority == .owner })
    }
    self.routers = routers.enumerated().map { position, router in
      guard let group = membership.groupOfRouter[position] else {
        return VirtualRouter(
          position: position, configuration: router, groupTrackers: [], preemptDelay: router.preemptDelay)
      }
      let longestDelay = membership.members[group].map { routers[$0].preemptDelay }.max() ?? router.preemptDelay
      return VirtualRouter(
        position: position, configuration: router, groupTrackers: groups[group].trackers, preemptDelay: longestDelay)
    }
    statuses = Array(repeating: .unknown, count: trackerCount)
    dependents = TrackerDependents.all(
      trackerCount: trackerCount, routers: routers, groups: groups, membership: membership)
    deadlines = DeadlineHeap(count: routers.count)
  }

  /// Handles an input. Effects are appended in the order in which they must be performed.
  public mutating func handle(_ input: HostInput, at now: MonotonicInstant, into effects: inout [Effect]) {
    switch input {
    case .start(let router):
      start(router, at: now, into: &effects)
    case .advertisement(let advert, let sender, let router):
      guard routers.indices.contains(router) else { return }
      standDownIfOverdue(router, at: now, into: &effects)
      let proposal = routers[router].receive(advert, from: sender, at: now, into: &effects)
      apply(proposal, of: router, at: now, into: &effects)
    case .heartbeat(let advert, let sender, let own, let router):
      guard routers.indices.contains(router) else { return }
      standDownIfOverdue(router, at: now, into: &effects)
      let proposal = routers[router].receiveHeartbeat(advert, from: sender, own: own, at: now, into: &effects)
      apply(proposal, of: router, at: now, into: &effects)
    case .timer:
      fireDueTimers(at: now, into: &effects)
    case .tracker(let tracker, let status):
      setTracker(tracker, to: status, at: now, into: &effects)
    case .interface(let isUp, let router):
      setFault(.interface, to: !isUp, of: router, cause: isUp ? .interfaceUp : .interfaceDown, at: now, into: &effects)
    case .sourceAddress(let address, let router):
      guard routers.indices.contains(router) else { return }
      routers[router].sourceAddress = address
      let cause: Cause = address == nil ? .sourceAddressLost : .sourceAddressFound
      setFault(.sourceAddress, to: address == nil, of: router, cause: cause, at: now, into: &effects)
    case .peers(let isPresent, let router):
      setFault(.peers, to: !isPresent, of: router, cause: isPresent ? .peersFound : .noPeers, at: now, into: &effects)
    case .addressesRefused(let error, let router):
      refuseAddresses(of: router, error: error, at: now, into: &effects)
    case .addressesTaken(let router):
      guard routers.indices.contains(router), routers[router].ownFaults.contains(.addresses) else { return }
      routers[router].refusals.recordAcceptance(at: now)
      setFault(.addresses, to: false, of: router, cause: .addressesTaken, at: now, into: &effects)
      rearm(router)
    case .shutdown(let router):
      guard routers.indices.contains(router) else { return }
      routers[router].stop(at: now, into: &effects)
      rearm(router)
    }
  }

  /// Earliest deadline of all routers, at which ``HostInput/timer`` is due; `nil` if there is none.
  public var nextDeadline: MonotonicInstant? { deadlines.first?.deadline }

  /// Router with the earliest deadline.
  public var nextRouter: Int? { deadlines.first?.position }

  /// Deadline of one router; `nil` if it has none.
  public func deadline(of router: Int) -> MonotonicInstant? {
    routers.indices.contains(router) ? routers[router].deadline : nil
  }

  /// State of the router.
  public func state(of router: Int) -> RouterState {
    routers.indices.contains(router) ? routers[router].currentState : .initialize
  }

  /// Effective priority of the router.
  public func effectivePriority(of router: Int) -> Priority {
    routers.indices.contains(router) ? routers[router].priority : .resignation
  }

  /// Copies a router's deadline into the heap after its state has changed.
  mutating func rearm(_ router: Int) {
    deadlines.set(routers[router].deadline, for: router)
  }

  /// Fires every router that is due. Each firing moves the router's deadline past `now`. The count is bounded
  /// nevertheless: a router left over is due at the next turn.
  private mutating func fireDueTimers(at now: MonotonicInstant, into effects: inout [Effect]) {
    for _ in 0..<routers.count {
      guard let (router, deadline) = deadlines.first, deadline <= now else { return }
      guard !standDownIfOverdue(router, at: now, into: &effects) else { continue }
      let proposal = routers[router].fire(at: now, into: &effects)
      apply(proposal, of: router, at: now, into: &effects)
    }
  }
}

extension VirtualRouterConfiguration {
  /// Same configuration without bindings to trackers that do not exist.
  fileprivate func keepingTrackers(below count: Int) -> VirtualRouterConfiguration {
    var kept = self
    kept.trackers.removeAll { !(0..<count).contains($0.tracker.rawValue) }
    return kept
  }
}

extension SyncGroupConfiguration {
  /// Same configuration without bindings to trackers that do not exist.
  fileprivate func keepingTrackers(below count: Int) -> SyncGroupConfiguration {
    var kept = self
    kept.trackers.removeAll { !(0..<count).contains($0.tracker.rawValue) }
    return kept
  }
}

/// Membership of routers in sync groups, without routers that do not exist and without second memberships.
struct Membership {
  /// Members of each group.
  let members: [[Int]]
  /// Group of each router; `nil` for a router in none.
  let groupOfRouter: [Int?]

  /// Assigns each router to the first group that names it.
  init(groups: [SyncGroupConfiguration], routerCount: Int) {
    var groupOfRouter: [Int?] = Array(repeating: nil, count: routerCount)
    members = groups.enumerated().map { position, group in
      group.members.filter { router in
        guard (0..<routerCount).contains(router), groupOfRouter[router] == nil else { return false }
        groupOfRouter[router] = position
        return true
      }
    }
    self.groupOfRouter = groupOfRouter
  }
}
