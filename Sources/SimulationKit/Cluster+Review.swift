import NetworkTypes
import VRRPCore

/// What must hold at every step.
extension Cluster {
  /// Notes something that must never happen.
  mutating func report(_ what: String, at place: RouterPlace) {
    invariants.report(what, router: hosts[place.host].seats[place.router].router, at: now)
  }

  // MARK: What a host does

  /// Every claim must be followed by an announcement.
  func unannouncedClaim(in effects: [Effect], of host: Int) -> Int? {
    var claimed: Int?
    for effect in effects {
      if let router = claimed {
        guard case .announce = effect.action, effect.router == router else { return router }
        claimed = nil
      }
      let schedule = hosts[host].definition.routers[effect.router].configuration.announcements
      if effect.action == .claim, schedule.repeats > 0 { claimed = effect.router }
    }
    return claimed
  }

  mutating func checkAnnouncements(of host: Int) {
    guard let router = unannouncedClaim(in: effects, of: host) else { return }
    report("host \(host) claimed without announcing", at: RouterPlace(host: host, router: router))
  }

  /// Looks at what a host has just done, and at what it has begun or ended by that.
  mutating func check(_ action: Action, at place: RouterPlace) {
    switch action {
    case .transition(let transition):
      let isHolding = hosts[place.host].holds[place.router]
      let isRefused = hosts[place.host].refused[place.router]
      if isHolding && transition.to != .master || transition.to == .master && !isHolding && !isRefused {
        report("host \(place.host) told of \(transition.to) before the deed", at: place)
      }
      if transition.to == .master { checkRight(to: transition, at: place) }
      if transition.to == .backup { invariants.enterBackup(hosts[place.host].seats[place.router], at: now) }
      let isChangeOfHolder = transition.to == .master || transition.from == .master
      if isChangeOfHolder { reviewRouter(of: place) } else { reviewMember(place) }
    case .priorityChanged:
      if hosts[place.host].holds[place.router] { reviewRouter(of: place) } else { reviewMember(place) }
    case .send, .claim, .release, .announce, .cancelAnnouncements, .otherMaster, .tryAddresses:
      return
    }
  }

  /// Nobody may take over from a living master against `nopreempt`, a preempt delay or a higher priority.
  private mutating func checkRight(to transition: Transition, at place: RouterPlace) {
    let host = hosts[place.host]
    let settings = host.definition.routers[place.router].configuration
    let isAlone = host.groupOfRouter[place.router] == nil
    guard transition.from == .backup, settings.priority != .owner, isAlone else { return }
    let seat = host.seats[place.router]
    switch transition.cause {
    case .preempted:
      if !settings.preempt { return report("host \(place.host) preempted under nopreempt", at: place) }
      guard invariants.formerPreemptDelay(of: seat) == nil, let since = invariants.enteredBackup(seat),
        (now - since) * 1000 < settings.preemptDelay * 999
      else { return }
      report("host \(place.host) preempted before its delay was over", at: place)
    case .masterDown:
      guard invariants.isReliable, let since = invariants.since(.respecting, at: seat) else { return }
      guard now - since > invariants.bounds.silence else { return }
      report("host \(place.host) took over from a master that it could hear", at: place)
    default:
      return
    }
  }

  /// The members of a sync group hold their addresses all or none.
  mutating func checkGroups(of host: Int) {
    for group in hosts[host].definition.groups {
      let holding = group.members.count { hosts[host].holds[$0] }
      guard holding > 0, holding < group.members.count, let first = group.members.first else { continue }
      report("host \(host) split a sync group", at: RouterPlace(host: host, router: first))
    }
  }

  /// Notes that a host is refused addresses that it has claimed, which disturbs who holds them: it may find that out once, and must then
  /// claim no more until the kernel takes them.
  mutating func refuseClaim(at place: RouterPlace) {
    if hosts[place.host].refused[place.router] {
      report("host \(place.host) claimed what its kernel has refused before", at: place)
    }
    hosts[place.host].refused[place.router] = true
    // Who yielded to it waits anew.
    for router in routers.indices { invariants.beginAnew(.waiting, of: router, now: now) }
  }

  /// No host is master of addresses that its kernel refuses.
  mutating func checkMastership(of host: Int) {
    guard hosts[host].condition == .running else { return }
    for router in hosts[host].holds.indices
    where hosts[host].core.state(of: router) == .master && !hosts[host].holds[router] {
      report("host \(host) is master of what it does not hold", at: RouterPlace(host: host, router: router))
    }
  }

  /// A host takes part with each router that nothing keeps from it, and with no other.
  mutating func checkHealth(of host: Int) {
    guard hosts[host].condition == .running else { return }
    for router in hosts[host].holds.indices {
      let takesPart =
        switch hosts[host].core.state(of: router) {
        case .backup, .master: true
        case .initialize, .fault: false
        }
      guard takesPart != hosts[host].isHealthy(router), takesPart || !awaitsTrial(router, of: host) else { continue }
      let what = takesPart ? "takes part in spite of a fault" : "does not take part and has no fault"
      report("host \(host) \(what)", at: RouterPlace(host: host, router: router))
    }
  }

  /// Whether a router, or another of its group, waits for the next try of addresses that the kernel has refused.
  private func awaitsTrial(_ router: Int, of host: Int) -> Bool {
    hosts[host].companions(of: router).contains { hosts[host].core.snapshot(of: $0).faults.contains(.addresses) }
  }

  // MARK: What lasts

  /// Looks at what a disturbance may have begun or ended.
  mutating func review(after disturbance: Disturbance) {
    switch disturbance {
    case .start, .handOver, .tracker, .kernel, .conditions:
      // All that changes by these comes about by transitions, which have been looked at.
      return
    case .crash, .stop, .freeze, .thaw, .interface, .reload:
      guard let host = disturbance.host else { return }
      reviewRouters(of: host)
    case .link, .healLinks:
      reviewEverything()
    }
  }

  /// Looks at every condition of the routers that a host has.
  mutating func reviewRouters(of host: Int) {
    for router in Set(hosts[host].seats.map(\.router)).sorted() { reviewRouter(router) }
  }

  /// Looks at every condition of every router.
  mutating func reviewEverything() {
    for router in routers.indices { reviewRouter(router) }
  }

  private mutating func reviewRouter(of place: RouterPlace) {
    reviewRouter(hosts[place.host].seats[place.router].router)
  }

  private mutating func reviewRouter(_ router: Int) {
    reviewDoubles(of: router, masters[router].map { hosts[$0.host].seats[$0.router].member })
    for member in routers[router].members { reviewMember(member) }
  }

  private mutating func reviewDoubles(of router: Int, _ masters: [Int]) {
    let members = routers[router].members
    for (first, second) in invariants.doubles(of: router) where !(masters.contains(first) && masters.contains(second)) {
      observeDouble(false, of: router, first, second)
    }
    for (position, first) in masters.enumerated() {
      for second in masters[(position + 1)...] where members[first].host != members[second].host {
        let isDouble = hears(members[first], members[second]) && hears(members[second], members[first])
        observeDouble(isDouble, of: router, first, second)
      }
    }
  }

  private mutating func observeDouble(_ holds: Bool, of router: Int, _ first: Int, _ second: Int) {
    guard let lasted = invariants.observeDouble(holds, router: router, first, second, now: now) else { return }
    let members = routers[router].members
    let names = "hosts \(members[first].host) and \(members[second].host)"
    report("\(names) held the address for \(lasted.inMilliseconds) ms", at: members[first])
  }

  /// Looks at what one member waits for and whom it bears with.
  private mutating func reviewMember(_ place: RouterPlace) {
    for router in hosts[place.host].companions(of: place.router) {
      reviewWaiting(RouterPlace(host: place.host, router: router))
    }
    let seat = hosts[place.host].seats[place.router]
    let heard = masters[seat.router].filter { hears(place, $0) }
    let settings = hosts[place.host].definition.routers[place.router].configuration
    let own = hosts[place.host].core.effectivePriority(of: place.router)
    let preempts = settings.preempt || settings.priority == .owner
    let isBackup = isBackup(place) && !heard.isEmpty && hosts[place.host].groupOfRouter[place.router] == nil
    let isBearing = isBackup && preempts && heard.allSatisfy { priority(of: $0) < own }
    let isRespecting = isBackup && (!preempts || heard.contains { priority(of: $0) >= own })
    let delay = max(settings.preemptDelay, invariants.formerPreemptDelay(of: seat) ?? .zero)
    observe(.bearing, isBearing, at: place, limit: invariants.bounds.preemption + delay, "did not preempt")
    _ = invariants.observe(
      .respecting, isRespecting, at: seat, limit: Nanoseconds(rawValue: .max), now: now)
  }

  /// A host of which every member of the group is in BACKUP and hears nobody waits for the group to take over.
  private mutating func reviewWaiting(_ place: RouterPlace) {
    let isWaiting = hosts[place.host].companions(of: place.router).allSatisfy {
      isAlone(RouterPlace(host: place.host, router: $0))
    }
    observe(.waiting, isWaiting, at: place, limit: invariants.bounds.noHolder, "heard no holder")
  }

  private mutating func observe(
    _ condition: Invariants.Condition, _ holds: Bool, at place: RouterPlace, limit: Nanoseconds, _ what: String
  ) {
    let seat = hosts[place.host].seats[place.router]
    guard let lasted = invariants.observe(condition, holds, at: seat, limit: limit, now: now) else { return }
    report("host \(place.host) \(what) for \(lasted.inMilliseconds) ms", at: place)
  }

  private func isBackup(_ place: RouterPlace) -> Bool {
    hosts[place.host].condition == .running && hosts[place.host].core.state(of: place.router) == .backup
  }

  private func isAlone(_ place: RouterPlace) -> Bool {
    guard isBackup(place) else { return false }
    return !masters[hosts[place.host].seats[place.router].router].contains { hears(place, $0) }
  }

  private func priority(of place: RouterPlace) -> Priority {
    hosts[place.host].core.effectivePriority(of: place.router)
  }

  /// Whether adverts pass from one member of a virtual router to another.
  private func hears(_ receiver: RouterPlace, _ sender: RouterPlace) -> Bool {
    receiver.host != sender.host && hosts[sender.host].isConnected(sender.router)
      && hosts[receiver.host].isConnected(receiver.router)
      && network.passes(on: hosts[sender.host].lan(of: sender.router), from: sender.host, to: receiver.host)
  }
}
