import ControlModel
import Glibc
import LinuxSystem
import Netlink
import NetworkTypes

/// Interfaces with virtual MAC addresses, which somebody may change or take away.
extension Engine {
  /// Notes whether a link is as it was made.
  func noteVirtualLink(_ link: LinkState) {
    guard let planned = plan.virtualLinks.first(where: { $0.interface == link.index }) else { return }
    changedLinks[link.index] = link.isUp && link.mac == planned.mac ? nil : link
  }

  /// Sets right what somebody changed, as soon as the interface below is up: without that the kernel brings none up.
  func restoreLinks(at now: MonotonicInstant) {
    guard !changedLinks.isEmpty, phase == .running, now - lastLinkRestored >= Self.putBackInterval else { return }
    for planned in plan.virtualLinks where interfaces.isUp(planned.lower) {
      guard let link = changedLinks[planned.interface] else { continue }
      lastLinkRestored = now
      do throws(SystemError) {
        try linkTable?.restore(link, mac: planned.mac)
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

  /// Once a minute, however often somebody changes it.
  private func sayOnce(of link: PlannedLink, _ event: LogEvent, at now: MonotonicInstant) {
    if let last = linkSaidAt[link.interface], now - last < LogLimiter.period { return }
    linkSaidAt[link.interface] = now
    outbox.send(.event(event))
  }

  /// Somebody took a link away; the next engine makes it anew. That one must find the interface below as it was before the first was
  /// made, which only the link that is gone knew.
  func virtualLinkVanished(_ index: InterfaceIndex, _ before: Interface?) {
    guard phase == .running, let planned = plan.virtualLinks.first(where: { $0.interface == index }),
      interfaces[planned.lower] != nil
    else { return }
    changedLinks[index] = nil
    let hasSibling = plan.virtualLinks.contains { $0.lower == planned.lower && interfaces[$0.interface] != nil }
    if !hasSibling, let alias = before?.alias { try? linkTable?.restoreInterface(below: alias, planned.lower) }
    onInterfacesMoved?()
  }
}
