import NetworkTypes
import SeededRandom
import VRRPCore
import VRRPWire

/// Hosts on LANs under a clock of their own. The same seed and the same disturbances give the same run.
///
/// The hosts run the core that the engine runs; adverts travel as the bytes that VRRPWire makes of them. After every step the
/// ``Invariants`` look at what has changed.
public struct Cluster: Sendable {
  enum Event: Sendable {
    case deliver(Packet, to: RouterPlace)
    case disturb(Disturbance)
  }

  /// The seed.
  public let seed: UInt64
  /// The virtual routers: those of one VRID and family on one LAN, whichever hosts have them, in the order of the hosts'
  /// definitions.
  public let routers: [ClusterRouter]
  /// The clock.
  public private(set) var now = MonotonicInstant(nanoseconds: 0)
  /// What the hosts did, adverts left out.
  public internal(set) var deeds: [Deed] = []
  /// What was done to the cluster.
  public internal(set) var disturbances: [(at: MonotonicInstant, what: Disturbance)] = []
  /// Adverts that hosts did not obey because of their own configuration, the first of each kind.
  public internal(set) var refusals: [Refusal] = []
  /// Adverts sent so far by all hosts; one to several unicast peers counts for each.
  public internal(set) var advertsSent = 0
  var hosts: [SimulatedHost]
  /// The members of each virtual router whose processes run and hold its addresses.
  private(set) var masters: [[RouterPlace]]
  var network: Network
  var invariants: Invariants
  var random: SeededGenerator
  var events = EventQueue<Event>()
  var effects: [Effect] = []
  /// When each host next has something to do by itself, on the cluster's clock.
  private var alarms: DeadlineHeap

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
    routers = ClusterRouter.all(in: &hosts)
    self.hosts = hosts
    masters = Array(repeating: [], count: routers.count)
    network = Network(lans: (definitions.flatMap(\.lans).max() ?? 0) + 1, conditions: conditions)
    invariants = Invariants(bounds: bounds, routers: routers, isReliable: conditions.isReliable)
    random = SeededGenerator(seed: seed)
    alarms = DeadlineHeap(count: hosts.count)
  }

  /// What must never happen and did.
  public var violations: [Violation] { invariants.violations }

  /// The hosts whose kernels have a router's addresses now.
  public func holders(of router: Int) -> [Int] {
    routers[router].members.filter { hosts[$0.host].holds[$0.router] }.map(\.host)
  }

  /// The state of a host's router.
  public func state(of router: Int, on host: Int) -> RouterState { hosts[host].core.state(of: router) }

  /// The effective priority of a host's router.
  public func effectivePriority(of router: Int, on host: Int) -> Priority {
    hosts[host].core.effectivePriority(of: router)
  }

  /// Whether a host runs, is frozen, or is off.
  public func condition(of host: Int) -> HostCondition { hosts[host].condition }

  /// Where the adverts of a host's router leave from.
  public func source(of router: Int, on host: Int) -> IPAddress { hosts[host].sources[router] }

  /// Has something done at a moment of this run.
  public mutating func schedule(_ disturbance: Disturbance, at instant: MonotonicInstant) {
    events.add(.disturb(disturbance), at: max(instant, now))
  }

  /// Does something now.
  public mutating func disturb(_ disturbance: Disturbance) {
    disturbances.append((now, disturbance))
    perform(disturbance)
    if let host = disturbance.host {
      rearm(host)
      checkGroups(of: host)
      checkMastership(of: host)
      checkHealth(of: host)
    }
    review(after: disturbance)
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
      finishStep(of: host)
    }
    now = end
    reviewEverything()
  }

  /// What comes next: an event, or at a later moment than any event the timer of a host. What arrives at the moment of a timer
  /// is read before, as the engine does.
  private var nextMoment: (at: MonotonicInstant, host: Int?)? {
    guard let alarm = alarms.first else { return events.firstDue.map { ($0, nil) } }
    guard let due = events.firstDue, due <= alarm.deadline else { return (alarm.deadline, alarm.position) }
    return (due, nil)
  }

  private mutating func happen() {
    switch events.removeFirst() {
    case nil:
      return
    case .disturb(let disturbance):
      disturb(disturbance)
    case .deliver(let packet, let place):
      switch hosts[place.host].condition {
      case .off:
        return
      case .frozen:
        guard hosts[place.host].queue.count < SimulatedHost.queueLength else { return }
        hosts[place.host].queue.append((packet, router: place.router))
      case .running:
        receive(packet, at: place)
        finishStep(of: place.host)
      }
    }
  }

  /// Hands an input to a host's core and carries out what it asks for.
  mutating func give(_ input: HostInput, to host: Int) {
    effects.removeAll(keepingCapacity: true)
    let reading = hosts[host].definition.clock.reading(at: now)
    hosts[host].core.handle(input, at: reading, into: &effects)
    carryOutEffects(of: host)
  }

  private mutating func finishStep(of host: Int) {
    rearm(host)
    checkGroups(of: host)
    checkMastership(of: host)
  }

  /// Sets a host's alarm to what its core waits for.
  private mutating func rearm(_ host: Int) {
    let deadline = hosts[host].condition == .running ? hosts[host].core.nextDeadline : nil
    alarms.set(deadline.map { hosts[host].definition.clock.moment(of: $0) }, for: host)
  }

  mutating func carryOutEffects(of host: Int) {
    guard !effects.isEmpty else { return }
    checkAnnouncements(of: host)
    var answers: [HostInput] = []
    for effect in effects {
      let router = effect.router
      switch effect.action {
      case .send(let priority):
        if priority == .resignation, hosts[host].holds[router] {
          report("host \(host) resigned while it held the address", at: RouterPlace(host: host, router: router))
        }
        send(priority, router: router, from: host)
        continue
      case .claim:
        if hosts[host].refusesAddresses, !hosts[host].holds[router] {
          refuseClaim(at: RouterPlace(host: host, router: router))
          answers.append(.addressesRefused(error: 1, router: router))
        } else {
          setHolds(true, at: RouterPlace(host: host, router: router))
        }
      case .tryAddresses:
        answers.append(
          hosts[host].refusesAddresses
            ? .addressesRefused(error: 1, router: router) : .addressesTaken(router: router))
      case .release:
        setHolds(false, at: RouterPlace(host: host, router: router))
      case .announce, .cancelAnnouncements, .transition, .priorityChanged, .otherMaster:
        break
      }
      deeds.append(Deed(at: now, host: host, router: router, action: effect.action))
      check(effect.action, at: RouterPlace(host: host, router: router))
    }
    for answer in answers { give(answer, to: host) }
  }

  /// Puts a router's addresses on its host, or takes them off.
  mutating func setHolds(_ holds: Bool, at place: RouterPlace) {
    hosts[place.host].holds[place.router] = holds
    recountMasters(of: hosts[place.host].seats[place.router].router)
  }

  /// Changes what a host can do.
  mutating func setCondition(_ condition: HostCondition, of host: Int) {
    hosts[host].condition = condition
    for (router, seat) in hosts[host].seats.enumerated() where hosts[host].holds[router] {
      recountMasters(of: seat.router)
    }
  }

  private mutating func recountMasters(of router: Int) {
    masters[router] = routers[router].members.filter { hosts[$0.host].isMaster($0.router) }
  }

  /// Swaps a host's state machines for such as are set to something else than its definition says. The invariants go by the
  /// definition, so this shows that they see a host which breaks its word.
  mutating func misconfigure(_ host: Int, as definition: HostDefinition) {
    setCondition(.running, of: host)
    hosts[host].core = definition.freshCore
    tellFacts(to: host)
    for router in hosts[host].holds.indices { give(.start(router: router), to: host) }
    rearm(host)
  }
}
