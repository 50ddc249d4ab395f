import NetworkTypes
import VRRPCore
import VRRPWire

extension Cluster {
  /// Does what a disturbance says; one that does not fit the host's condition does nothing.
  mutating func perform(_ disturbance: Disturbance) {
    switch disturbance {
    case .start(let host):
      start(host)
    case .crash(let host):
      switchOff(host)
    case .stop(let host):
      stop(host)
    case .freeze(let host):
      guard hosts[host].condition == .running else { return }
      setCondition(.frozen, of: host)
    case .thaw(let host):
      thaw(host)
    case .handOver(let host):
      guard hosts[host].condition == .running else { return }
      handOver(host, mustBeSilent: true)
    case .reload(let host, let routers):
      reload(host, as: routers)
    case .interface(let host, let interface, let isUp):
      setInterface(interface, of: host, up: isUp)
    case .kernel(let host, let refuses):
      hosts[host].refusesAddresses = refuses
      if !refuses { hosts[host].refused = hosts[host].refused.map { _ in false } }
    case .tracker(let host, let tracker, let status):
      guard hosts[host].trackers.indices.contains(tracker.rawValue) else { return }
      hosts[host].trackers[tracker.rawValue] = status
      guard hosts[host].condition == .running else { return }
      give(.tracker(tracker, status), to: host)
    case .link(let sender, let receiver, let lan, let isOpen):
      network.set(on: lan, from: sender, to: receiver, open: isOpen)
    case .healLinks:
      network.heal()
    case .conditions(let conditions):
      network.conditions = conditions
      invariants.note(conditions)
    }
  }

  private mutating func start(_ host: Int) {
    guard hosts[host].condition == .off else { return }
    setCondition(.running, of: host)
    hosts[host].startProcess(at: now)
    tellFacts(to: host)
    for router in hosts[host].holds.indices { give(.start(router: router), to: host) }
  }

  private mutating func stop(_ host: Int) {
    guard hosts[host].condition == .running else { return }
    for router in hosts[host].holds.indices { give(.shutdown(router: router), to: host) }
    for router in hosts[host].holds.indices where hosts[host].holds[router] {
      report("host \(host) stopped and kept an address", at: RouterPlace(host: host, router: router))
    }
    switchOff(host)
  }

  private mutating func switchOff(_ host: Int) {
    setCondition(.off, of: host)
    hosts[host].queue.removeAll()
    hosts[host].refused = hosts[host].refused.map { _ in false }
    for router in hosts[host].holds.indices where hosts[host].holds[router] {
      setHolds(false, at: RouterPlace(host: host, router: router))
    }
    for seat in hosts[host].seats { invariants.forgetLife(of: seat) }
  }

  /// Lets a frozen process go on: it learns what became of its link and its checks, and reads its sockets before its timers.
  private mutating func thaw(_ host: Int) {
    guard hosts[host].condition == .frozen else { return }
    setCondition(.running, of: host)
    // What it was when it froze it is again, be it for a moment: its first adverts may still go out.
    reviewRouters(of: host)
    tellFacts(to: host)
    let queued = hosts[host].queue
    hosts[host].queue.removeAll()
    for (packet, router) in queued { receive(packet, at: RouterPlace(host: host, router: router)) }
  }

  private mutating func setInterface(_ interface: Int, of host: Int, up isUp: Bool) {
    guard hosts[host].isUp.indices.contains(interface) else { return }
    hosts[host].isUp[interface] = isUp
    guard hosts[host].condition == .running else { return }
    for (router, settings) in hosts[host].definition.routers.enumerated()
    where settings.interface == interface && !settings.ignoresInterfaceFaults {
      give(.interface(up: isUp, router: router), to: host)
    }
  }

  /// Sets a host's routers anew and hands over; what would be another router, or sends other adverts, is refused whole, as a reload
  /// with an error in its file is.
  private mutating func reload(_ host: Int, as configurations: [VirtualRouterConfiguration]) {
    var routers = hosts[host].definition.routers
    guard hosts[host].condition != .frozen, configurations.count == routers.count else { return }
    for (position, new) in configurations.enumerated() {
      let old = routers[position].configuration
      guard new.virtualRouterID == old.virtualRouterID, new.version == old.version, new.interval == old.interval else {
        return
      }
      routers[position].configuration = new
      invariants.noteReload(of: hosts[host].seats[position], from: old)
    }
    hosts[host].definition.routers = routers
    guard hosts[host].condition == .running else { return }
    handOver(host, mustBeSilent: false)
  }

  /// Has a new engine adopt every router of the one that runs. If nothing has changed, nothing may come of it.
  private mutating func handOver(_ host: Int, mustBeSilent: Bool) {
    let old = hosts[host].core
    hosts[host].replaceCore()
    tellFacts(to: host)
    let reading = hosts[host].definition.clock.reading(at: now)
    for router in hosts[host].holds.indices {
      effects.removeAll(keepingCapacity: true)
      hosts[host].core.adopt(old.snapshot(of: router), router: router, at: reading, into: &effects)
      if mustBeSilent, let effect = effects.first {
        report("a hand-over on host \(host) was not silent", at: RouterPlace(host: host, router: effect.router))
      }
      carryOutEffects(of: host)
    }
  }

  /// Tells a core what an engine finds out before it starts.
  mutating func tellFacts(to host: Int) {
    for (position, status) in hosts[host].trackers.enumerated() {
      give(.tracker(TrackerID(rawValue: position), status), to: host)
    }
    for (router, settings) in hosts[host].definition.routers.enumerated() {
      let isUp = hosts[host].isUp[settings.interface] || settings.ignoresInterfaceFaults
      give(.interface(up: isUp, router: router), to: host)
      give(.sourceAddress(hosts[host].sources[router], router: router), to: host)
      if settings.lacksPeers { give(.peers(present: false, router: router), to: host) }
    }
  }
}
