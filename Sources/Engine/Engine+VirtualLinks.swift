import ControlModel
import Glibc
import LinuxSystem
import Netlink
import NetworkTypes

/// Repair of interfaces with virtual MAC addresses that other programs change or remove.
extension Engine {
  /// Most links repaired in a turn, since each takes a few requests to the kernel.
  private static let mostRestored = 32

  /// Undoes changes by other programs.
  func restoreLinks(at now: MonotonicInstant) {
    guard !virtualLinks.changed.isEmpty, phase == .running else { return }
    let due = virtualLinks.takeDue(
      Self.mostRestored, after: AddressKeeper.putBackInterval, at: now, isUp: interfaces.isUp)
    for (link, planned) in due {
      do throws(SystemError) {
        try virtualLinks.table?.restore(link, mac: planned.mac, alias: virtualLinks.aliases[link.index])
        virtualLinks.changed[link.index] = nil
        guard virtualLinks.shouldReport(of: link.index, at: now) else { continue }
        outbox.send(.event(.linkRestored(link.name)))
      } catch {
        guard error.errno != ENODEV else {
          // It was set down before its removal, which the kernel reports next.
          virtualLinks.changed[link.index] = nil
          continue
        }
        guard virtualLinks.shouldReport(of: link.index, at: now) else { continue }
        outbox.send(.event(.degraded("\(link.name) was changed and cannot be set right: \(error)")))
      }
    }
  }

  /// Handles that another program removed a link; the next engine makes it again. That engine must find the interface
  /// below with the settings that it had before the first link was made, which only the removed link's alias recorded.
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
