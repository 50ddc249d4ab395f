import NetworkTypes
import VRRPCore

/// Something that is done to a cluster.
public enum Disturbance: Sendable, Hashable {
  /// A host is switched on, or its process is started.
  case start(host: Int)
  /// A host loses its power: addresses gone, nothing said.
  case crash(host: Int)
  /// A host's process is stopped in good order.
  case stop(host: Int)
  /// A host's process gets no processor any more.
  case freeze(host: Int)
  /// A frozen process goes on.
  case thaw(host: Int)
  /// A host's engine hands over to a new one with the same configuration.
  case handOver(host: Int)
  /// A host's engine hands over to a new one that sets its routers as given, in order. VRIDs, versions and intervals stay.
  case reload(host: Int, [VirtualRouterConfiguration])
  /// A host's interface comes up or goes down, by its position in ``HostDefinition/lans``.
  case interface(host: Int, Int = 0, up: Bool)
  /// A host's kernel refuses to take addresses from now on, or takes them again. What it has it keeps.
  case kernel(host: Int, refuses: Bool)
  /// A tracker of a host changes.
  case tracker(host: Int, TrackerID, TrackerStatus)
  /// Packets from one host to another are lost, or pass again, on one LAN or on all.
  case link(from: Int, to: Int, lan: Int? = nil, open: Bool)
  /// All links pass again.
  case healLinks
  /// The network treats packets otherwise from here on.
  case conditions(LinkConditions)

  /// The host it is done to; `nil` for what concerns the network.
  public var host: Int? {
    switch self {
    case .start(let host), .crash(let host), .stop(let host), .freeze(let host), .thaw(let host), .handOver(let host),
      .reload(let host, _), .interface(let host, _, _), .kernel(let host, _), .tracker(let host, _, _):
      host
    case .link, .healLinks, .conditions: nil
    }
  }
}

extension Disturbance: CustomStringConvertible {
  /// One line for people.
  public var description: String {
    switch self {
    case .start(let host): "start host \(host)"
    case .crash(let host): "crash host \(host)"
    case .stop(let host): "stop host \(host)"
    case .freeze(let host): "freeze host \(host)"
    case .thaw(let host): "thaw host \(host)"
    case .handOver(let host): "hand over on host \(host)"
    case .reload(let host, let routers):
      "reload host \(host) with priorities \(routers.map { "\($0.priority)" }.joined(separator: ", "))"
    case .interface(let host, let interface, let isUp): "interface \(interface) of host \(host) \(isUp ? "up" : "down")"
    case .kernel(let host, let refuses): "kernel of host \(host) \(refuses ? "refuses" : "takes") addresses"
    case .tracker(let host, let tracker, let status): "tracker \(tracker.rawValue) of host \(host) \(status)"
    case .link(let sender, let receiver, let lan, let isOpen):
      "\(isOpen ? "join" : "cut") host \(sender) to \(receiver)\(lan.map { " on LAN \($0)" } ?? "")"
    case .healLinks: "heal all links"
    case .conditions(let conditions): "lose \(conditions.lossPerMille) of 1000 packets"
    }
  }
}

/// Something that a host did, other than sending an advert.
public struct Deed: Sendable, Hashable {
  /// When.
  public let at: MonotonicInstant
  /// Which host.
  public let host: Int
  /// Which of its routers.
  public let router: Int
  /// What.
  public let action: Action
}
