import NetworkTypes

/// What happens to a host's virtual routers.
public enum HostInput: Sendable, Hashable {
  /// The router's sockets are ready: begin, or wait for first verdicts. Interface and source address must be told before.
  case start(router: Int)
  /// A valid advert came for the router from another host.
  case advertisement(Advertisement, from: IPAddress, router: Int)
  /// The clock has reached the next deadline.
  case timer
  /// A tracker changed.
  case tracker(TrackerID, TrackerStatus)
  /// The router's own interface came up or went down. Never sent under `dont_track_primary` except for a missing interface.
  case interface(up: Bool, router: Int)
  /// The address that the router's adverts leave from, which also decides ties; `nil` when there is none.
  case sourceAddress(IPAddress?, router: Int)
  /// The router must stop for good: release, then resign.
  case shutdown(router: Int)
}

/// All virtual routers of one host with their sync groups and trackers: the whole of VRRP without a socket or a clock.
///
/// The engine performs the effects, the simulator records them. Routers, groups and trackers are named by position.
public struct VirtualRouterSet {
  /// A set in which no router has started.
  public init(routers: [VirtualRouterConfiguration], groups: [SyncGroupConfiguration], trackerCount: Int) {
    fatalError()
  }

  /// Takes over a router's state from another engine's board, before or instead of ``HostInput/start(router:)``.
  public mutating func adopt(_ snapshot: VirtualRouterSnapshot, router: Int, at now: MonotonicInstant) {}

  /// Lets something happen. Effects are appended in the order in which they must be carried out.
  public mutating func handle(_ input: HostInput, at now: MonotonicInstant, into effects: inout [Effect]) {}

  /// The least deadline of all routers; at or after it, ``HostInput/timer`` is due.
  public var nextDeadline: MonotonicInstant? { nil }

  /// The router's state as the board keeps it.
  public func snapshot(of router: Int) -> VirtualRouterSnapshot { fatalError() }
}
