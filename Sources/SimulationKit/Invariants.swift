import NetworkTypes
import VRRPCore

/// Something that must never happen, and did.
public struct Violation: Sendable, CustomStringConvertible {
  /// When it was seen.
  public let at: MonotonicInstant
  /// The virtual router it concerns.
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
  /// Adverts of one router and host within one of its intervals: one that is due, four answers, and those of a change of role.
  public var advertsInInterval = 10

  /// The bounds of the protocol: without a holder for the master-down interval at its longest; with two until the better one's
  /// next advert gets through, of which `lostInARow` may be lost.
  public init(longestInterval: Centiseconds, downTimerAdverts: Int = 3, longestDelay: Nanoseconds, lostInARow: Int) {
    let interval = longestInterval.nanoseconds
    twoHolders = interval * Int64(1 + lostInARow) + longestDelay + longestDelay
    noHolder = interval * Int64(downTimerAdverts + 1) + longestDelay
  }
}

/// Measures what lasts: who holds an address beside another, who waits for an address that nobody holds.
///
/// Only changes cost anything: a condition is looked at when it could have begun or ended.
struct Invariants {
  let bounds: Bounds
  private(set) var violations: [Violation] = []
  /// When each condition that holds began; with another host's number it is about two holders, without about none.
  private var since: [Key: MonotonicInstant] = [:]
  private var sent: [Key: [MonotonicInstant]] = [:]

  private struct Key: Hashable {
    let router: Int
    let host: Int
    var other = -1
  }

  init(bounds: Bounds) {
    self.bounds = bounds
  }

  /// Notes a violation.
  mutating func report(_ what: String, router: Int, at now: MonotonicInstant) {
    violations.append(Violation(at: now, router: router, what: what))
  }

  /// Looks at a router on every host after something has changed.
  mutating func review(_ router: Int, hosts: [SimulatedHost], lan: VirtualLAN, at now: MonotonicInstant) {
    func isHolder(_ host: Int) -> Bool { hosts[host].condition == .running && hosts[host].holds[router] }
    for host in hosts.indices {
      for other in hosts.indices where other > host {
        let isDouble =
          isHolder(host) && isHolder(other) && lan.passes(from: host, to: other) && lan.passes(from: other, to: host)
          && hosts[host].isInterfaceUp && hosts[other].isInterfaceUp
        let key = Key(router: router, host: host, other: other)
        if let lasted = measure(isDouble, key, at: now), lasted > bounds.twoHolders {
          report("hosts \(host) and \(other) held the address for \(lasted.inMilliseconds) ms", router: router, at: now)
        }
      }
      let waits =
        hosts[host].condition == .running && hosts[host].core.state(of: router) == .backup
        && !hosts.indices.contains { isHolder($0) && lan.passes(from: $0, to: host) && hosts[$0].isInterfaceUp }
      let key = Key(router: router, host: host)
      if let lasted = measure(waits, key, at: now), lasted > bounds.noHolder {
        report("host \(host) heard no holder for \(lasted.inMilliseconds) ms", router: router, at: now)
      }
    }
  }

  /// How long a condition has lasted that held until now; `nil` when it did not.
  private mutating func measure(_ holds: Bool, _ key: Key, at now: MonotonicInstant) -> Nanoseconds? {
    let begin = since[key]
    since[key] = holds ? begin ?? now : nil
    return begin.map { now - $0 }
  }

  /// Counts an advert against the most that an interval may hold.
  mutating func countAdvert(router: Int, host: Int, interval: Nanoseconds, at now: MonotonicInstant) {
    let key = Key(router: router, host: host)
    var recent = sent[key, default: []]
    recent.append(now)
    if recent.count > bounds.advertsInInterval {
      let first = recent.removeFirst()
      if now - first < interval { report("host \(host) sent a storm of adverts", router: router, at: now) }
    }
    sent[key] = recent
  }

  /// Forgets what a host sent, when another life of it begins.
  mutating func forgetAdverts(of host: Int) {
    for key in sent.keys where key.host == host { sent[key] = nil }
  }
}
