import HealthCore
import NetworkTypes
import VRRPCore

/// Everything that the board shows at one moment, with the configuration's names.
public struct Status: Sendable, Equatable {
  /// A virtual router's part.
  public struct Router: Sendable, Equatable {
    /// Name and interface.
    public var names: Names.Router
    /// What never changes while the engine lives; `nil` while the engine has not written it.
    public var description: RouterDescription?
    /// The state machine's state.
    public var snapshot: VirtualRouterSnapshot
    /// The last transition; `nil` before the first.
    public var transition: Transition?
    /// How many transitions there were.
    public var transitions: UInt64
    /// Why the last transition happened, as a clause.
    public var sentence: String
    /// Where adverts leave from.
    public var source: IPAddress?
    /// Its addresses, and whether this host holds each.
    public var addresses: [Address]
    /// Its counters.
    public var counters: [RouterCounter: UInt64]
    /// Adverts dropped, by raw value of the reason; reasons that never occurred are left out.
    public var drops: [Int: UInt32]
    /// What was last seen of other hosts, of each kind that was ever seen.
    public var sightings: [RouterSighting: Sighting]
  }

  /// What was seen of another host's adverts.
  public struct Sighting: Sendable, Equatable {
    /// The host.
    public var host: IPAddress
    /// When it was seen last.
    public var at: MonotonicInstant
    /// A number whose meaning the kind gives.
    public var number: UInt8
  }

  /// A notification that failed.
  public struct FailedNotification: Sendable, Equatable {
    /// The instance or group.
    public var subject: String
    /// The state that it was to tell of.
    public var state: String
    /// The command as it was written.
    public var command: String
    /// What became of it.
    public var outcome: String
    /// When it failed.
    public var at: MonotonicInstant

    /// A failure of the given contents.
    public init(subject: String, state: String, command: String, outcome: String, at: MonotonicInstant) {
      self.subject = subject
      self.state = state
      self.command = command
      self.outcome = outcome
      self.at = at
    }
  }

  /// An address's part.
  public struct Address: Sendable, Equatable {
    /// The address with its prefix length.
    public var prefix: IPPrefix
    /// Whether this host holds it.
    public var isOwned: Bool
    /// The errno with which the kernel refused to take it when it was last asked; `nil` if it did not.
    public var refusal: Int32?
  }

  /// A tracker's part.
  public struct Tracker: Sendable, Equatable {
    /// Kind and name.
    public var names: Names.Tracker
    /// What it says.
    public var status: TrackerStatus
    /// Whether that is what the last results said.
    public var condition: VerdictCondition
    /// Since when.
    public var since: MonotonicInstant
    /// Its last words.
    public var reason: String
    /// When a run came to these words; `nil` for what is not run, and before the first run.
    public var answeredAt: MonotonicInstant?
  }

  /// What a run of a check has come to.
  public struct Answer: Sendable, Equatable {
    /// Its last words.
    public var words: String
    /// When they came.
    public var at: MonotonicInstant

    /// Words of a moment.
    public init(words: String, at: MonotonicInstant) {
      self.words = words
      self.at = at
    }
  }

  /// How the engine fares.
  public enum EngineHealth: Sendable, Equatable {
    /// It has gone round its loop lately.
    case running
    /// It has not taken over yet.
    case starting
    /// It has not gone round its loop for longer than ``Status/longestSilence``: what follows is what it last wrote.
    case silent
    /// Its channel is closed: what follows is what it last wrote.
    case gone
  }

  /// An engine that has not gone round its loop for so long counts as silent. It wakes at least once a second.
  public static let longestSilence = Nanoseconds.seconds(3)

  /// When the board was read.
  public var now: MonotonicInstant
  /// How the engine fares.
  public var health: EngineHealth
  /// The engine's process.
  public var enginePID: Int32
  /// Since the first engine of this run started.
  public var uptime: Nanoseconds
  /// Since the engine last went round its loop.
  public var heartbeatAge: Nanoseconds
  /// Messages to the prober that found the queue full.
  public var droppedMessages: UInt64
  /// Adverts for virtual routers that nobody configured here.
  public var unknownRouterDrops: UInt64
  /// Times that netlink messages were lost.
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
  /// The last notification that failed, of each instance and group that has one.
  public var failedNotifications: [FailedNotification]

  /// Reads a board. Beyond the board's last record there is nothing, however many names there are.
  /// - Parameters:
  ///   - names: of the configuration that the board's engine runs.
  ///   - details: last words of the tracker that caused each router's last transition, by router.
  ///   - engineIsGone: whether the engine's channel is closed.
  ///   - answers: what each tracker that is run says now, by tracker; it goes before what the board has.
  ///   - failedNotifications: the last notification that failed, of each instance and group.
  public init(
    reading board: Board, names: Names, details: [Int: String] = [:], engineIsGone: Bool = false,
    answers: [Int: Answer] = [:], failedNotifications: [FailedNotification] = [], at now: MonotonicInstant
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
    trackers = (0..<board.trackerCount).compactMap { index in
      guard let record = board.tracker(index) else { return nil }
      let finding = record.finding
      let known = names.trackers.indices.contains(index)
      return Tracker(
        names: known ? names.trackers[index] : Names.Tracker(kind: "tracker", name: record.name),
        status: finding.status, condition: finding.memory.condition, since: finding.since,
        reason: answers[index]?.words ?? finding.reason.text, answeredAt: answers[index]?.at)
    }
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
  /// What members of a group have in common: their state if all are in the same one.
  public func state(of group: Names.Group) -> RouterState? {
    let states = group.members.filter(routers.indices.contains).map { routers[$0].snapshot.state }
    guard let first = states.first, states.allSatisfy({ $0 == first }) else { return nil }
    return first
  }
}
