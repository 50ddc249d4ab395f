import NetworkTypes
import VRRPCore
import VRRPWire

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
  /// A host's engine hands over to a new one.
  case handOver(host: Int)
  /// A host's interface comes up or goes down.
  case interface(host: Int, up: Bool)
  /// A tracker of a host changes.
  case tracker(host: Int, TrackerID, TrackerStatus)
  /// Packets from one host to another are lost, or pass again.
  case link(from: Int, to: Int, open: Bool)
  /// All links pass again.
  case healLinks
}

/// Something that a host did, other than sending an advert.
public struct Deed: Sendable {
  /// When.
  public let at: MonotonicInstant
  /// Which host.
  public let host: Int
  /// Which router.
  public let router: Int
  /// What.
  public let action: Action
}

/// Hosts on a LAN under a clock of their own. The same seed and the same disturbances give the same run.
///
/// The hosts run the core that the engine runs; adverts travel as the bytes that VRRPWire makes of them. After every step the
/// ``Invariants`` look at what has changed.
public struct Cluster {
  enum Event {
    case deliver(Packet, to: Int)
    case disturb(Disturbance)
  }

  /// The seed.
  public let seed: UInt64
  /// The clock.
  public private(set) var now = MonotonicInstant(nanoseconds: 0)
  /// What the hosts did, adverts left out.
  public private(set) var deeds: [Deed] = []
  /// Adverts sent so far by all hosts.
  public private(set) var advertsSent = 0
  var hosts: [SimulatedHost]
  var lan: VirtualLAN
  var invariants: Invariants
  private var random: SeededGenerator
  private var events = EventQueue<Event>()
  private var effects: [Effect] = []

  /// A cluster of hosts that are off.
  ///
  /// - Throws: what an advert of a router cannot hold.
  public init(
    seed: UInt64, hosts definitions: [HostDefinition], conditions: LinkConditions = LinkConditions(), bounds: Bounds
  ) throws(AdvertisementTemplateError) {
    self.seed = seed
    var hosts: [SimulatedHost] = []
    for (number, definition) in definitions.enumerated() {
      hosts.append(try SimulatedHost(definition, number: number))
    }
    self.hosts = hosts
    lan = VirtualLAN(hosts: hosts.count, conditions: conditions)
    invariants = Invariants(bounds: bounds)
    random = SeededGenerator(seed: seed)
  }

  /// What must never happen and did.
  public var violations: [Violation] { invariants.violations }

  /// The hosts whose kernels have a router's addresses now.
  public func holders(of router: Int) -> [Int] { hosts.indices.filter { hosts[$0].holds[router] } }

  /// A router's state on a host.
  public func state(of router: Int, on host: Int) -> RouterState { hosts[host].core.state(of: router) }

  /// A router's effective priority on a host.
  public func effectivePriority(of router: Int, on host: Int) -> Priority {
    hosts[host].core.effectivePriority(of: router)
  }

  /// Has something done at a moment of this run.
  public mutating func schedule(_ disturbance: Disturbance, at instant: MonotonicInstant) {
    events.add(.disturb(disturbance), at: max(instant, now))
  }

  /// Does something now.
  public mutating func disturb(_ disturbance: Disturbance) {
    perform(disturbance)
    for router in routerPositions { invariants.review(router, hosts: hosts, lan: lan, at: now) }
  }

  /// Lets time pass.
  public mutating func run(for duration: Nanoseconds) {
    let end = now + duration
    while let next = nextMoment, next.at <= end {
      now = max(now, next.at)
      guard let host = next.host else {
        happen()
        continue
      }
      give(.timer, to: host)
    }
    now = end
    for router in routerPositions { invariants.review(router, hosts: hosts, lan: lan, at: now) }
  }

  var routerPositions: Range<Int> { 0..<(hosts.map(\.holds.count).max() ?? 0) }

  /// What comes next: an event, or at a later moment than any event the timer of a host. What arrives at the moment of a timer
  /// is read before, as the engine does.
  private var nextMoment: (at: MonotonicInstant, host: Int?)? {
    var next: (at: MonotonicInstant, host: Int?)? = events.firstDue.map { ($0, nil) }
    for host in hosts.indices where hosts[host].condition == .running {
      guard let deadline = hosts[host].core.nextDeadline else { continue }
      if next.map({ deadline < $0.at }) ?? true { next = (deadline, host) }
    }
    return next
  }

  private mutating func happen() {
    switch events.removeFirst() {
    case nil:
      return
    case .disturb(let disturbance):
      disturb(disturbance)
    case .deliver(let packet, let host):
      switch hosts[host].condition {
      case .off:
        return
      case .frozen:
        if hosts[host].queue.count < SimulatedHost.queueLength { hosts[host].queue.append(packet) }
      case .running:
        receive(packet, at: host)
      }
    }
  }

  mutating func receive(_ packet: Packet, at host: Int) {
    guard let input = hosts[host].read(packet) else {
      return invariants.report("host \(host) could not read an advert", router: 0, at: now)
    }
    give(input, to: host)
  }

  /// Hands an input to a host's core and carries out what it asks for.
  mutating func give(_ input: HostInput, to host: Int) {
    effects.removeAll(keepingCapacity: true)
    hosts[host].core.handle(input, at: now, into: &effects)
    carryOutEffects(of: host)
  }

  /// Has a new engine adopt every router of the one that runs. Nothing may come of it.
  mutating func handOver(_ host: Int) {
    let old = hosts[host].core
    hosts[host].core = SimulatedHost.freshCore(hosts[host].definition)
    tellFacts(to: host)
    effects.removeAll(keepingCapacity: true)
    for router in hosts[host].holds.indices {
      hosts[host].core.adopt(old.snapshot(of: router), router: router, at: now, into: &effects)
    }
    if let effect = effects.first {
      invariants.report("a hand-over on host \(host) was not silent", router: effect.router, at: now)
    }
    carryOutEffects(of: host)
  }

  /// Tells a core what an engine finds out before it starts.
  mutating func tellFacts(to host: Int) {
    for (position, status) in hosts[host].trackers.enumerated() {
      give(.tracker(TrackerID(rawValue: position), status), to: host)
    }
    for router in hosts[host].holds.indices {
      give(.interface(up: hosts[host].isInterfaceUp, router: router), to: host)
      give(.sourceAddress(hosts[host].source, router: router), to: host)
    }
  }

  private mutating func carryOutEffects(of host: Int) {
    var awaitingAnnouncement: Int?
    for effect in effects {
      let router = effect.router
      if let claimed = awaitingAnnouncement {
        if case .announce = effect.action, claimed == router {
          awaitingAnnouncement = nil
        } else {
          invariants.report("host \(host) claimed without announcing", router: claimed, at: now)
        }
      }
      switch effect.action {
      case .send(let priority):
        if priority == .resignation, hosts[host].holds[router] {
          invariants.report("host \(host) resigned while it held the address", router: router, at: now)
        }
        send(priority, router: router, from: host)
      case .claim:
        hosts[host].holds[router] = true
        awaitingAnnouncement = router
      case .release:
        hosts[host].holds[router] = false
      case .announce, .cancelAnnouncements, .transition, .priorityChanged, .otherMaster:
        break
      }
      note(effect, on: host)
    }
  }

  private mutating func note(_ effect: Effect, on host: Int) {
    if case .send = effect.action { return }
    deeds.append(Deed(at: now, host: host, router: effect.router, action: effect.action))
    guard case .transition(let transition) = effect.action else { return }
    if (transition.to == .master) != hosts[host].holds[effect.router] {
      invariants.report("host \(host) told of \(transition.to) before the deed", router: effect.router, at: now)
    }
    invariants.review(effect.router, hosts: hosts, lan: lan, at: now)
  }

  private mutating func send(_ priority: Priority, router: Int, from host: Int) {
    advertsSent += 1
    let interval = hosts[host].definition.routers[router].interval.nanoseconds
    invariants.countAdvert(router: router, host: host, interval: interval, at: now)
    guard hosts[host].isInterfaceUp else { return }
    hosts[host].templates[router].setPriority(priority)
    let template = hosts[host].templates[router]
    let packet = Packet(source: template.source, destination: template.destination, bytes: template.bytes)
    for receiver in hosts.indices where receiver != host {
      guard hosts[receiver].isInterfaceUp, lan.passes(from: host, to: receiver) else { continue }
      for delay in lan.delays(using: &random) {
        events.add(.deliver(packet, to: receiver), at: now + delay)
      }
    }
  }
}
