import ControlModel
import Glibc
import LinuxSystem
import Netlink
import NetworkTypes

/// Interfaces with virtual MAC addresses, which somebody may change or take away.
extension Engine {
  /// Notes whether a link is as it was made.
  func noteVirtualLink(_ link: LinkState) {
    guard let planned = virtualLinks[link.index] else { return }
    changedLinks[link.index] = link.isUp && link.mac == planned.mac && link.isMartlets ? nil : link
  }

  /// Most links set right in a turn: each takes a few questions to the kernel.
  private static let mostRestored = 32

  /// Sets right what somebody changed, as soon as the interface below is up: without that the kernel brings none up.
  func restoreLinks(at now: MonotonicInstant) {
    guard !changedLinks.isEmpty, phase == .running else { return }
    for (index, link) in changedLinks.filter({ mayRestore($0.key, at: now) }).prefix(Self.mostRestored) {
      guard let planned = virtualLinks[index] else { continue }
      linkRestoredAt[index] = now
      do throws(SystemError) {
        try linkTable?.restore(link, mac: planned.mac, alias: virtualAliases[index])
        changedLinks[planned.interface] = nil
        sayOnce(of: planned, LogEvent(.linkRestored, text: link.name), at: now)
      } catch {
        guard error.errno != ENODEV else {
          // It was put down to be taken away, of which the kernel tells next.
          changedLinks[planned.interface] = nil
          continue
        }
        let words = "\(link.name) was changed and cannot be set right: \(error)"
        sayOnce(of: planned, LogEvent(.degraded, text: words), at: now)
      }
    }
  }

  private func mayRestore(_ index: InterfaceIndex, at now: MonotonicInstant) -> Bool {
    guard let planned = virtualLinks[index], interfaces.isUp(planned.lower) else { return false }
    return linkRestoredAt[index].map { now - $0 >= Self.putBackInterval } ?? true
  }

  /// Once a minute, however often somebody changes it.
  private func sayOnce(of link: PlannedLink, _ event: LogEvent, at now: MonotonicInstant) {
    if let last = linkSaidAt[link.interface], now - last < LogLimiter.period { return }
    linkSaidAt[link.interface] = now
    outbox.send(.event(event))
  }

  /// Somebody took a link away; the next engine makes it anew. That one must find the interface below as it was before the first was
  /// made, which only the link that is gone knew.
  func virtualLinkVanished(_ index: InterfaceIndex) {
    guard phase == .running, let planned = virtualLinks[index], interfaces[planned.lower] != nil else { return }
    changedLinks[index] = nil
    let hasSibling = plan.virtualLinks.contains { $0.lower == planned.lower && interfaces[$0.interface] != nil }
    if !hasSibling, let alias = virtualAliases[index] { try? linkTable?.restoreInterface(below: alias, planned.lower) }
    onInterfacesMoved?()
  }
}
