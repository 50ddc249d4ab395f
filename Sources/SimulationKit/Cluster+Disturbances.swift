import NetworkTypes
import VRRPCore

extension Cluster {
  /// Does what a disturbance says; one that does not fit the host's condition does nothing.
  mutating func perform(_ disturbance: Disturbance) {
    switch disturbance {
    case .start(let host):
      start(host)
    case .crash(let host):
      switchOff(host)
    case .stop(let host):
      guard hosts[host].condition == .running else { return }
      for router in hosts[host].holds.indices { give(.shutdown(router: router), to: host) }
      if hosts[host].holds.contains(true) {
        invariants.report("host \(host) stopped and kept an address", router: 0, at: now)
      }
      switchOff(host)
    case .freeze(let host):
      guard hosts[host].condition == .running else { return }
      hosts[host].condition = .frozen
    case .thaw(let host):
      thaw(host)
    case .handOver(let host):
      guard hosts[host].condition == .running else { return }
      handOver(host)
    case .interface(let host, let isUp):
      hosts[host].isInterfaceUp = isUp
      guard hosts[host].condition == .running else { return }
      for router in hosts[host].holds.indices { give(.interface(up: isUp, router: router), to: host) }
    case .tracker(let host, let tracker, let status):
      guard hosts[host].trackers.indices.contains(tracker.rawValue) else { return }
      hosts[host].trackers[tracker.rawValue] = status
      guard hosts[host].condition == .running else { return }
      give(.tracker(tracker, status), to: host)
    case .link(let sender, let receiver, let isOpen):
      lan.set(from: sender, to: receiver, open: isOpen)
    case .healLinks:
      lan.heal()
    }
  }

  private mutating func start(_ host: Int) {
    guard hosts[host].condition == .off else { return }
    hosts[host].condition = .running
    hosts[host].core = SimulatedHost.freshCore(hosts[host].definition)
    tellFacts(to: host)
    for router in hosts[host].holds.indices { give(.start(router: router), to: host) }
  }

  private mutating func switchOff(_ host: Int) {
    hosts[host].condition = .off
    hosts[host].queue.removeAll()
    for router in hosts[host].holds.indices { hosts[host].holds[router] = false }
    invariants.forgetAdverts(of: host)
  }

  /// Lets a frozen process go on: it learns what became of its link and its checks, and reads its sockets before its timers.
  private mutating func thaw(_ host: Int) {
    guard hosts[host].condition == .frozen else { return }
    hosts[host].condition = .running
    tellFacts(to: host)
    let queued = hosts[host].queue
    hosts[host].queue.removeAll()
    for packet in queued { receive(packet, at: host) }
  }
}
