import ControlModel
import Glibc
import LinuxSystem
import Netlink
import NetworkTypes

/// Interfaces with virtual MAC addresses, which somebody may change or take away.
extension Engine {
  /// Most links set right in a turn: each takes a few questions to the kernel.
  private static let mostRestored = 32

  /// Sets right what somebody changed.
  func restoreLinks(at now: MonotonicInstant) {
    guard !virtualLinks.changed.isEmpty, phase == .running else { return }
    let due = virtualLinks.takeDue(
      Self.mostRestored, after: AddressKeeper.putBackInterval, at: now, isUp: interfaces.isUp)
    for (link, planned) in due {
      do throws(SystemError) {
        try virtualLinks.table?.restore(link, mac: planned.mac, alias: virtualLinks.aliases[link.index])
        virtualLinks.changed[link.index] = nil
        guard virtualLinks.shouldSay(of: link.index, at: now) else { continue }
        outbox.send(.event(.linkRestored(link.name)))
      } catch {
        guard error.errno != ENODEV else {
          // It was put down to be taken away, of which the kernel tells next.
          virtualLinks.changed[link.index] = nil
          continue
        }
        guard virtualLinks.shouldSay(of: link.index, at: now) else { continue }
        outbox.send(.event(.degraded("\(link.name) was changed and cannot be set right: \(error)")))
      }
    }
  }

  /// Somebody took a link away; the next engine makes it anew. That one must find the interface below as it was before the first was
  /// made, which only the link that is gone knew.
  func virtualLinkVanished(_ index: InterfaceIndex) {
    guard phase == .running, let planned = virtualLinks.planned[index], interfaces[planned.lower] != nil else { return }
    virtualLinks.changed[index] = nil
    let hasSibling = plan.virtualLinks.contains { $0.lower == planned.lower && interfaces[$0.interface] != nil }
    if !hasSibling, let alias = virtualLinks.aliases[index] {
      try? virtualLinks.table?.restoreInterface(below: alias, planned.lower)
    }
    onInterfacesMoved?()
  }
}
