import NetworkTypes
import VRRPCore

/// Something that must never happen, and did.
public struct Violation: Sendable, Hashable, CustomStringConvertible {
  /// When it was seen.
  public let at: MonotonicInstant
  /// The virtual router it concerns, by its position in ``Cluster/routers``.
  public let router: Int
  /// What it is, in words.
  public let what: String

  /// One line for people.
  public var description: String { "at \(at.nanoseconds / 1_000_000) ms, router \(router): \(what)" }
}

/// How long what cannot be avoided may last.
public struct Bounds: Sendable {
  /// Two hosts that hear each other both hold an address.
  public var twoHolders: Nanoseconds
  /// A host that could hold an address does not, and hears nobody who does.
  public var noHolder: Nanoseconds
  /// A host that preempts hears nobody but masters of lower priority, and leaves them their role; its preempt delay comes on top.
  public var preemption: Nanoseconds
  /// An advert of a master that is heard is this late at most.
  public var silence: Nanoseconds
  /// Adverts of one router and host within one of its intervals: one that is due, four answers, and those of a change of role.
  public var advertsInInterval = 10

  /// The bounds of the protocol: without a holder for the master-down interval at its longest; with two until the better one's
  /// next advert gets through, of which `lostInARow` may be lost. A thousandth comes on top for clocks that do not agree.
  public init(longestInterval: Centiseconds, downTimerAdverts: Int = 3, longestDelay: Nanoseconds, lostInARow: Int) {
    let interval = longestInterval.nanoseconds + Nanoseconds(rawValue: longestInterval.nanoseconds.rawValue / 1000)
    twoHolders = interval * Int64(1 + lostInARow) + longestDelay + longestDelay
    noHolder = interval * Int64(downTimerAdverts + 1) + longestDelay
    // The first advert that shows the lower priority, from which a preempt delay counts, may be lost too.
    preemption = noHolder + interval * Int64(1 + lostInARow) + longestDelay
    silence = interval + longestDelay
  }
}

/// Measures what lasts, of each router on each host: holding an address beside another, waiting for one that nobody holds,
/// bearing with a master that should be preempted.
///
/// It is told of what holds from now on and what does not, and only changes cost anything: ``Cluster`` looks at a condition
/// when it could have begun or ended.
struct Invariants: Sendable {
  /// What may last on one host; told apart from other hosts' by its seat.
  enum Condition: Int, CaseIterable {
    /// It waits in BACKUP and hears no holder.
    case waiting
    /// It preempts and hears nobody but inferior holders.
    case bearing
    /// It hears a holder that it must respect.
    case respecting
  }

  /// Something that has lasted since it began.
  struct Episode: Sendable {
    var since: MonotonicInstant
    var isReported = false
  }

  /// Two members of a virtual router.
  private struct Pair: Hashable {
    let router: Int
    let first: Int
    let second: Int
  }

  let bounds: Bounds
  private(set) var violations: [Violation] = []
  /// Whether no advert was ever lost, so that what a host must have heard can be told.
  private(set) var isReliable: Bool
  private var members: [[Member]]
  private var doubles: [Pair: Episode] = [:]

  /// What is kept of one host's router.
  private struct Member: Sendable {
    var episodes: [Episode?] = Array(repeating: nil, count: Condition.allCases.count)
    var sent = RecentMoments()
    var enteredBackup: MonotonicInstant?
    /// The longest preempt delay that it had before it was set anew in this life; `nil` if it was not.
    var formerPreemptDelay: Nanoseconds?
  }

  init(bounds: Bounds, routers: [ClusterRouter], isReliable: Bool) {
    self.bounds = bounds
    self.isReliable = isReliable
    members = routers.map { Array(repeating: Member(), count: $0.members.count) }
  }

  /// Notes a violation.
  mutating func report(_ what: String, router: Int, at now: MonotonicInstant) {
    violations.append(Violation(at: now, router: router, what: what))
  }

  /// Notes how packets are treated from here on.
  mutating func note(_ conditions: LinkConditions) {
    isReliable = isReliable && conditions.isReliable
  }

  /// Notes that a router is set anew: a delay that runs is the old one's.
  mutating func noteReload(of seat: Seat, from old: VirtualRouterConfiguration) {
    let former = members[seat.router][seat.member].formerPreemptDelay ?? .zero
    members[seat.router][seat.member].formerPreemptDelay = max(former, old.preemptDelay)
  }

  /// The longest preempt delay that a router had before it was set anew; `nil` if it was not.
  func formerPreemptDelay(of seat: Seat) -> Nanoseconds? { members[seat.router][seat.member].formerPreemptDelay }

  /// Notes that a router has come to BACKUP.
  mutating func enterBackup(_ seat: Seat, at now: MonotonicInstant) {
    members[seat.router][seat.member].enteredBackup = now
  }

  /// When a router last came to BACKUP.
  func enteredBackup(_ seat: Seat) -> MonotonicInstant? { members[seat.router][seat.member].enteredBackup }

  /// Takes down that a condition holds or does not; returns for how long it has lasted once that is longer than `limit`, one time.
  mutating func observe(
    _ condition: Condition, _ holds: Bool, at seat: Seat, limit: Nanoseconds, now: MonotonicInstant
  ) -> Nanoseconds? {
    let episode = members[seat.router][seat.member].episodes[condition.rawValue]
    let (next, overrun) = Self.observe(episode, holds, limit: limit, now: now)
    if holds || episode != nil { members[seat.router][seat.member].episodes[condition.rawValue] = next }
    return overrun
  }

  /// Counts a condition from now for every member of a virtual router that it holds for.
  mutating func beginAnew(_ condition: Condition, of router: Int, now: MonotonicInstant) {
    for member in members[router].indices where members[router][member].episodes[condition.rawValue] != nil {
      members[router][member].episodes[condition.rawValue] = Episode(since: now)
    }
  }

  /// Since when a condition has held.
  func since(_ condition: Condition, at seat: Seat) -> MonotonicInstant? {
    members[seat.router][seat.member].episodes[condition.rawValue]?.since
  }

  /// Takes down whether two members of a virtual router hold its addresses and hear each other.
  mutating func observeDouble(
    _ holds: Bool, router: Int, _ first: Int, _ second: Int, now: MonotonicInstant
  ) -> Nanoseconds? {
    let pair = Pair(router: router, first: first, second: second)
    let episode = doubles[pair]
    guard holds || episode != nil else { return nil }
    let (next, overrun) = Self.observe(episode, holds, limit: bounds.twoHolders, now: now)
    doubles[pair] = next
    return overrun
  }

  /// The pairs of members that hold a virtual router's addresses beside each other.
  func doubles(of router: Int) -> [(Int, Int)] {
    doubles.keys.filter { $0.router == router }.map { ($0.first, $0.second) }.sorted { $0 < $1 }
  }

  private static func observe(
    _ episode: Episode?, _ holds: Bool, limit: Nanoseconds, now: MonotonicInstant
  ) -> (next: Episode?, overrun: Nanoseconds?) {
    guard var episode else { return (holds ? Episode(since: now) : nil, nil) }
    let lasted = now - episode.since
    guard lasted > limit, !episode.isReported else { return (holds ? episode : nil, nil) }
    episode.isReported = true
    return (holds ? episode : nil, lasted)
  }

  /// Counts an advert against the most that an interval may hold.
  mutating func countAdvert(_ seat: Seat, of place: RouterPlace, interval: Nanoseconds, at now: MonotonicInstant) {
    let earlier = members[seat.router][seat.member].sent.add(now, keeping: bounds.advertsInInterval)
    // A clock that is too fast shortens its host's intervals a little.
    guard let earlier, (now - earlier) * 1000 < interval * 999 else { return }
    report("host \(place.host) sent a storm of adverts", router: seat.router, at: now)
  }

  /// Forgets what a router did, when another life of it begins.
  mutating func forgetLife(of seat: Seat) {
    members[seat.router][seat.member].sent = RecentMoments()
    members[seat.router][seat.member].enteredBackup = nil
    members[seat.router][seat.member].formerPreemptDelay = nil
  }
}

/// The last few moments at which something happened.
private struct RecentMoments: Sendable {
  private var moments: [MonotonicInstant] = []
  private var oldest = 0

  /// Adds a moment; returns the one that lies `count` before it.
  mutating func add(_ moment: MonotonicInstant, keeping count: Int) -> MonotonicInstant? {
    guard moments.count >= count else {
      moments.append(moment)
      return nil
    }
    guard !moments.isEmpty else { return moment }
    defer {
      moments[oldest] = moment
      oldest = (oldest + 1) % moments.count
    }
    return moments[oldest]
  }
}
