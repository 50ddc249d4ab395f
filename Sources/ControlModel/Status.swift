import HealthCore
import NetworkTypes
import VRRPCore

/// Status of the whole service: the content of the board at one moment, with the names of the configuration.
public struct Status: Sendable, Equatable {
  /// Status of a virtual router.
  public struct Router: Sendable, Equatable {
    /// Name and interface of the router.
    public var names: Names.Router
    /// Part that never changes while the engine runs; `nil` until the engine has written it.
    public var description: RouterDescription?
    /// State of the state machine.
    public var snapshot: VirtualRouterSnapshot
    /// Last transition; `nil` before the first.
    public var transition: Transition?
    /// Number of transitions.
    public var transitions: UInt64
    /// Reason for the last transition, as a clause.
    public var sentence: String
    /// Source address of adverts.
    public var source: IPAddress?
    /// Addresses of the router, and whether this host holds each.
    public var addresses: [Address]
    /// Counters of the router.
    public var counters: [RouterCounter: UInt64]
    /// Adverts dropped, by raw value of the reason; reasons that never occurred are left out.
    public var drops: [Int: UInt32]
    /// Last sighting of other hosts, for each kind that occurred.
    public var sightings: [RouterSighting: Sighting]
  }

  /// Sighting of another host's adverts.
  public struct Sighting: Sendable, Equatable {
    /// The host.
    public var host: IPAddress
    /// Instant of the last one.
    public var at: MonotonicInstant
    /// Number whose meaning the kind gives.
    public var number: UInt8
  }

  /// A notification that failed.
  public struct FailedNotification: Sendable, Equatable {
    /// Name of the instance or group.
    public var subject: String
    /// State of the notification.
    public var state: String
    /// Command as written in the configuration.
    public var command: String
    /// Outcome of the command.
    public var outcome: String
    /// Instant of the failure.
    public var at: MonotonicInstant

    /// A failure with the given values.
    public init(subject: String, state: String, command: String, outcome: String, at: MonotonicInstant) {
      self.subject = subject
      self.state = state
      self.command = command
      self.outcome = outcome
      self.at = at
    }
  }

  /// Status of an address.
  public struct Address: Sendable, Equatable {
    /// The address with its prefix length.
    public var prefix: IPPrefix
    /// True if this host holds the address.
    public var isOwned: Bool
    /// Errno with which the kernel refused the address the last time; `nil` if it did not.
    public var refusal: Int32?
  }

  /// Status of a tracker.
  public struct Tracker: Sendable, Equatable {
    /// Kind and name of the tracker.
    public var name: TrackerName
    /// Finding on the board.
    public var finding: TrackerFinding
    /// Instant of the last change of the verdict.
    public var since: MonotonicInstant
    /// Reason for the verdict: the check's last output, for example.
    public var reason: String
    /// Instant at which the run ended that gave the reason; `nil` if the tracker has no runs, or none has ended.
    public var answeredAt: MonotonicInstant?
  }

  /// Outcome of a check's last run.
  public struct Answer: Sendable, Equatable {
    /// Reason that the run gave.
    public var words: String
    /// Instant at which the run ended.
    public var at: MonotonicInstant

    /// An answer with the given values.
    public init(words: String, at: MonotonicInstant) {
      self.words = words
      self.at = at
    }
  }

  /// Condition of the engine.
  public enum EngineHealth: Sendable, Equatable {
    /// The engine had a turn lately.
    case running
    /// The engine has not taken over yet.
    case starting
    /// The engine has had no turn for longer than ``Status/longestSilence``. The rest of the status is what it wrote
    /// last.
    case silent
    /// The engine's channel is closed. The rest of the status is what it wrote last.
    case gone
  }

  /// Time without a turn after which the engine counts as silent. It wakes at least once a second.
  public static let longestSilence = Nanoseconds.seconds(3)

  /// Instant at which the board was read.
  public var now: MonotonicInstant
  /// Condition of the engine.
  public var health: EngineHealth
  /// Process ID of the engine.
  public var enginePID: Int32
  /// Time since the first engine of this run started.
  public var uptime: Nanoseconds
  /// Time since the engine's last turn.
  public var heartbeatAge: Nanoseconds
  /// Messages to the prober that were lost because the queue was full.
  public var droppedMessages: UInt64
  /// Adverts with a VRID that this host has not configured.
  public var unknownRouterDrops: UInt64
  /// Number of times that netlink messages were lost.
  public var overruns: UInt64
  /// Virtual routers in the file's order.
  public var routers: [Router]
  /// Trackers in the configuration's order.
  public var trackers: [Tracker]
  /// BFD sessions in the file's order.
  public var sessions: [Session]
  /// Sync groups in the file's order.
  public var groups: [Names.Group]
  /// Names of the reasons for dropping an advert.
  public var dropReasons: [Names.DropReason]
  /// Last failed notification of each instance and group that has one.
  public var failedNotifications: [FailedNotification]

  /// Reads a board. Names beyond the board's last record are ignored, and so are trackers without a name.
  /// - Parameters:
  ///   - names: the names of the configuration that the board's engine runs.
  ///   - details: the last output of the tracker that caused each router's last transition, by router.
  ///   - engineIsGone: whether the engine's channel is closed.
  ///   - answers: the last outcome of each tracker that has runs; it replaces the reason on the board.
  ///   - failedNotifications: the last failed notification of each instance and group.
  public init(
    reading board: Board, names: Names, details: [Int: String] = [:], engineIsGone: Bool = false,
    answers: [TrackerName: Answer] = [:], failedNotifications: [FailedNotification] = [], at now: MonotonicInstant
  ) {
    self.now = now
    self.failedNotifications = failedNotifications
    enginePID = board.enginePID
    uptime = now - board.startedAt
    heartbeatAge = now - board.heartbeat
    droppedMessages = board.droppedMessages
    unknownRouterDrops = board.unknownRouterDrops
    overruns = board.overruns
    groups = names.groups
    dropReasons = names.dropReasons
    if engineIsGone {
      health = .gone
    } else if !board.isRunning {
      health = .starting
    } else {
      health = heartbeatAge > Self.longestSilence ? .silent : .running
    }
    routers = (0..<board.routerCount).compactMap { index in
      board.router(index).map {
        Router(reading: $0, index: index, board: board, names: names, detail: details[index] ?? "")
      }
    }
    sessions = (0..<board.sessionCount).compactMap { board.session($0).map(Session.init) }
    trackers = names.trackers.enumerated().compactMap { index, name in
      board.tracker(index).map { Tracker(reading: $0, name, answer: answers[name]) }
    }
  }
}

extension Status.Tracker {
  fileprivate init(reading record: TrackerRecord, _ name: TrackerName, answer: Status.Answer?) {
    self.name = name
    (finding, since) = record.current
    reason = answer?.words ?? finding.reason
    answeredAt = answer?.at
  }
}

extension Status.Router {
  fileprivate init(reading record: RouterRecord, index: Int, board: Board, names: Names, detail: String) {
    let description = record.description
    let last = record.lastTransition
    let known = names.routers.indices.contains(index)
    self.names =
      known ? names.routers[index] : Names.Router(name: description?.identity.name ?? "", interface: "")
    self.description = description
    snapshot = record.snapshot
    transition = last?.transition
    transitions = last?.number ?? 0
    sentence = last.map { names.sentence(for: $0.transition, router: index, detail: detail) } ?? ""
    source = record.sourceAddress
    addresses = (description?.addresses ?? 0..<0).clamped(to: 0..<board.addressCount).compactMap { position in
      guard let address = board.address(position), let prefix = address.prefix else { return nil }
      return Status.Address(prefix: prefix, isOwned: address.ownership == .held, refusal: address.refusal)
    }
    counters = [:]
    for counter in RouterCounter.allCases { counters[counter] = record[counter] }
    drops = [:]
    for reason in names.dropReasons.indices where record[drops: reason] > 0 { drops[reason] = record[drops: reason] }
    sightings = [:]
    for kind in RouterSighting.allCases {
      sightings[kind] = record[sighting: kind].map { Status.Sighting(host: $0.host, at: $0.at, number: $0.number) }
    }
  }
}

extension Status {
  /// State that all members of a group are in; `nil` if they differ.
  public func state(of group: Names.Group) -> RouterState? {
    let states = group.members.filter(routers.indices.contains).map { routers[$0].snapshot.state }
    guard let first = states.first, states.allSatisfy({ $0 == first }) else { return nil }
    return first
  }
}
