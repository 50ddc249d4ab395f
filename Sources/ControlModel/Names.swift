import VRRPCore

/// What the positions in messages and on the board stand for, taken from the configuration that the engine runs.
public struct Names: Sendable, Equatable {
  /// A virtual router's name and interface.
  public struct Router: Sendable, Equatable {
    /// The instance's name.
    public var name: String
    /// The interface its adverts use.
    public var interface: String
    /// The trackers that bear on it, its sync group's among them.
    public var trackers: [TrackerBinding]

    /// A router's names, and what it tracks.
    public init(name: String, interface: String, trackers: [TrackerBinding] = []) {
      self.name = name
      self.interface = interface
      self.trackers = trackers
    }
  }

  /// A tracker's kind and name.
  public struct Tracker: Sendable, Equatable {
    /// `script`, `interface` or `bfd`.
    public var kind: String
    /// The script's, the interface's or the session's name.
    public var name: String

    /// A tracker's names.
    public init(kind: String, name: String) {
      self.kind = kind
      self.name = name
    }
  }

  /// A reason for dropping an advert, by its raw value's position in ``Names/dropReasons``.
  public struct DropReason: Sendable, Equatable {
    /// A stable name for machines.
    public var name: String
    /// The reason for people, without a full stop.
    public var sentence: String

    /// A reason's names.
    public init(name: String, sentence: String) {
      self.name = name
      self.sentence = sentence
    }
  }

  /// A sync group's name and the positions of its members.
  public struct Group: Sendable, Equatable {
    /// The group's name.
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
  public var trackers: [Tracker]
  /// Sync groups in the file's order.
  public var groups: [Group]
  /// Reasons for dropping an advert by raw value.
  public var dropReasons: [DropReason]

  /// Names of the given things.
  public init(
    routers: [Router] = [], trackers: [Tracker] = [], groups: [Group] = [], dropReasons: [DropReason] = []
  ) {
    self.routers = routers
    self.trackers = trackers
    self.groups = groups
    self.dropReasons = dropReasons
  }

  /// The name of the router at a position, or the position itself where there is none; before the first is what is no more.
  public func router(_ index: Int) -> String {
    guard index >= 0 else { return "a router that is no longer configured" }
    return routers.indices.contains(index) ? routers[index].name : "router #\(index)"
  }

  /// The tracker at a position as a sentence names it, or the position itself where there is none; before the first is what is no more.
  public func tracker(_ index: Int) -> String {
    guard index >= 0 else { return "a tracker that is no longer configured" }
    guard trackers.indices.contains(index) else { return "tracker #\(index)" }
    return "\(trackers[index].kind) \(trackers[index].name)"
  }

  /// Why an advert was dropped, for people; the raw value itself where no reason has it.
  public func dropReason(_ rawValue: UInt8) -> String {
    let index = Int(rawValue)
    return dropReasons.indices.contains(index) ? dropReasons[index].sentence : "reason \(index)"
  }
}

/// Text for the control socket and the log of lengths of time, each as precise as a person reads it.
enum Spoken {
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
