import VRRPCore

/// Names for the positions in messages and on the board, from the configuration that the engine runs.
public struct Names: Sendable, Equatable {
  /// Names of a virtual router.
  public struct Router: Sendable, Equatable {
    /// Name of the instance.
    public var name: String
    /// Interface of its adverts.
    public var interface: String
    /// Trackers of the router and of its sync group.
    public var trackers: [TrackerBinding]

    /// Names of a router, with its trackers.
    public init(name: String, interface: String, trackers: [TrackerBinding] = []) {
      self.name = name
      self.interface = interface
      self.trackers = trackers
    }
  }

  /// Reason for dropping an advert, at the position of its raw value in ``Names/dropReasons``.
  public struct DropReason: Sendable, Equatable {
    /// Stable name for machine-readable output.
    public var name: String
    /// Clause for log lines, without a full stop.
    public var sentence: String

    /// A reason's names.
    public init(name: String, sentence: String) {
      self.name = name
      self.sentence = sentence
    }
  }

  /// Name of a sync group and positions of its members.
  public struct Group: Sendable, Equatable {
    /// Name of the group.
    public var name: String
    /// Positions of its members among the routers.
    public var members: [Int]

    /// A group's names.
    public init(name: String, members: [Int]) {
      self.name = name
      self.members = members
    }
  }

  /// Routers by position.
  public var routers: [Router]
  /// Trackers by position.
  public var trackers: [TrackerName]
  /// Sync groups in the file's order.
  public var groups: [Group]
  /// Reasons for dropping an advert by raw value.
  public var dropReasons: [DropReason]

  /// Names of the given things.
  public init(
    routers: [Router] = [], trackers: [TrackerName] = [], groups: [Group] = [], dropReasons: [DropReason] = []
  ) {
    self.routers = routers
    self.trackers = trackers
    self.groups = groups
    self.dropReasons = dropReasons
  }

  /// Name of the router at a position, or the position if there is none. A position below 0 stands for a router that no
  /// longer exists.
  public func router(_ index: Int) -> String {
    guard index >= 0 else { return "a router that is no longer configured" }
    return routers.indices.contains(index) ? routers[index].name : "router #\(index)"
  }

  /// Tracker at a position as a sentence names it, or the position if there is none. A position below 0 stands for a
  /// tracker that no longer exists.
  public func tracker(_ index: Int) -> String {
    guard index >= 0 else { return "a tracker that is no longer configured" }
    guard trackers.indices.contains(index) else { return "tracker #\(index)" }
    return "\(trackers[index])"
  }

  /// Clause for the reason with this raw value; the value itself if there is none.
  public func dropReason(_ rawValue: UInt8) -> String {
    let index = Int(rawValue)
    return dropReasons.indices.contains(index) ? dropReasons[index].sentence : "reason \(index)"
  }
}

/// Durations as text, in status and log lines, each as precise as a reader needs.
enum DurationText {
  /// `0.250 s`, `3.61 s`, `42 s`, `12 min`, `3 h 5 min`, `9 d 2 h`.
  static func duration(nanoseconds: Int64) -> String {
    let nanoseconds = max(0, nanoseconds)
    let seconds = nanoseconds / 1_000_000_000
    switch seconds {
    case 0: return fraction(nanoseconds / 1_000_000, digits: 3)
    case ..<10: return fraction(nanoseconds / 10_000_000, digits: 2)
    case ..<120: return "\(seconds) s"
    case ..<7200: return "\(seconds / 60) min"
    case ..<172_800: return "\(seconds / 3600) h \(seconds / 60 % 60) min"
    default: return "\(seconds / 86_400) d \(seconds / 3600 % 24) h"
    }
  }

  private static func fraction(_ parts: Int64, digits: Int) -> String {
    let scale: Int64 = digits == 3 ? 1000 : 100
    let rest = String(parts % scale)
    return "\(parts / scale)." + String(repeating: "0", count: digits - rest.count) + rest + " s"
  }
}
