import NetworkTypes
import VRRPCore

/// A set of routers under a clock that the test moves.
struct Rig {
  var host: VirtualRouterSet
  var now = MonotonicInstant(nanoseconds: 1_000_000_000_000)

  /// A rig of several routers in groups. Nothing is told or started yet.
  init(_ routers: [VirtualRouterConfiguration], groups: [SyncGroupConfiguration] = [], trackers: Int = 0) {
    host = VirtualRouterSet(routers: routers, groups: groups, trackerCount: trackers)
  }

  /// Lets something happen now.
  @discardableResult
  mutating func handle(_ input: HostInput) -> [Effect] {
    var effects: [Effect] = []
    host.handle(input, at: now, into: &effects)
    return effects
  }

  /// Tells the facts of a healthy router and starts it.
  @discardableResult
  mutating func start(_ router: Int = 0, source: IPAddress = .own) -> [Action] {
    handle(.interface(up: true, router: router))
    handle(.sourceAddress(source, router: router))
    return handle(.start(router: router)).map(\.action)
  }

  /// An advert heard now, of the router's own version and VRID.
  @discardableResult
  mutating func hear(
    _ priority: UInt8, from sender: IPAddress = .peer, interval: UInt16 = 100, version: ProtocolVersion = .v3,
    router: Int = 0
  ) -> [Action] {
    hearAll(priority, from: sender, interval: interval, version: version, router: router).map(\.action)
  }

  /// As ``hear(_:from:interval:version:router:)``, with the effects on every router.
  mutating func hearAll(
    _ priority: UInt8, from sender: IPAddress = .peer, interval: UInt16 = 100, version: ProtocolVersion = .v3,
    router: Int = 0
  ) -> [Effect] {
    let advert = Advertisement(
      version: version, virtualRouterID: testID, priority: Priority(rawValue: priority),
      interval: Centiseconds(rawValue: interval))
    return handle(.advertisement(advert, from: sender, router: router))
  }

  /// Moves the clock on by `duration` and fires what falls due on the way, each at its own moment.
  @discardableResult
  mutating func run(for duration: Nanoseconds) -> [(at: MonotonicInstant, effect: Effect)] {
    let end = now + duration
    var happened: [(MonotonicInstant, Effect)] = []
    for _ in 0..<100_000 {
      guard let deadline = host.nextDeadline, deadline <= end else { break }
      now = max(now, deadline)
      for effect in handle(.timer) { happened.append((now, effect)) }
    }
    now = end
    return happened
  }

  /// Moves the clock to the next deadline and fires it.
  @discardableResult
  mutating func fireNext() -> [Action] {
    guard let deadline = host.nextDeadline else { return [] }
    now = max(now, deadline)
    return handle(.timer).map(\.action)
  }

  /// From now to the next deadline.
  var untilNext: Nanoseconds? { host.nextDeadline.map { $0 - now } }

  /// The state of a router.
  func state(_ router: Int = 0) -> RouterState { host.snapshot(of: router).state }
}

extension IPAddress {
  /// The address that the router under test sends from.
  static let own = IPAddress(v4: 0xC000_0202)
  /// A peer with a higher address.
  static let peer = IPAddress(v4: 0xC000_0203)
  /// A peer with a lower address.
  static let lowPeer = IPAddress(v4: 0xC000_0201)
}

/// The identifier that every test uses.
let testID: VirtualRouterID = {
  guard let id = VirtualRouterID(51) else { preconditionFailure("51 is a valid identifier") }
  return id
}()

extension VirtualRouterConfiguration {
  /// A router at 1 s in version 3 unless said otherwise.
  static func test(
    _ priority: UInt8 = 100, version: ProtocolVersion = .v3, interval: UInt16 = 100,
    _ change: (inout VirtualRouterConfiguration) -> Void = { _ in }
  ) -> VirtualRouterConfiguration {
    var configuration = VirtualRouterConfiguration(
      virtualRouterID: testID, version: version, priority: Priority(rawValue: priority),
      interval: Centiseconds(rawValue: interval))
    change(&configuration)
    return configuration
  }
}

extension [Action] {
  /// The transitions, as `from`-`to` pairs.
  var transitions: [Transition] {
    compactMap { action in
      if case .transition(let transition) = action { transition } else { nil }
    }
  }

  /// The actions without the transitions.
  var deeds: [Action] {
    filter { action in
      if case .transition = action { false } else { true }
    }
  }
}

extension [Effect] {
  /// The actions on one router.
  func on(_ router: Int) -> [Action] { filter { $0.router == router }.map(\.action) }
}

/// Random numbers that are the same each time a round is run (xorshift).
struct RoundGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(round: Int) {
    state = 0x9E37_79B9_7F4A_7C15 &+ UInt64(round) &* 0xBF58_476D_1CE4_E5B9
  }

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }
}
