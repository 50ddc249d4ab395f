import LinuxSystem
import Netlink
import NetworkTypes

/// Interfaces with virtual MAC addresses, and those that other programs changed.
struct VirtualLinkWatch {
  /// Changes to links; `nil` if there are no such interfaces.
  let table: LinkTable?
  let planned: [InterfaceIndex: PlannedLink]
  /// Alias of each, which shows that it is martlet's and records the settings of the interface below.
  let aliases: [InterfaceIndex: String]
  /// Changed links, as the kernel last described them.
  var changed: [InterfaceIndex: LinkState] = [:]
  /// Instants at which each was last repaired, so that a conflict with another daemon goes on at a bounded rate.
  private var restoredAt: [InterfaceIndex: MonotonicInstant] = [:]
  /// Instants at which a change of each was last reported.
  private var reportedAt: [InterfaceIndex: MonotonicInstant] = [:]

  init(_ links: [PlannedLink], _ interfaces: InterfaceTable) throws(SystemError) {
    table = links.isEmpty ? nil : try LinkTable()
    planned = Dictionary(links.map { ($0.interface, $0) }) { first, _ in first }
    aliases = links.reduce(into: [:]) { $0[$1.interface] = interfaces[$1.interface]?.alias }
  }

  /// Records whether a link is as it was made.
  mutating func record(_ link: LinkState) {
    guard let planned = planned[link.index] else { return }
    changed[link.index] = link.isUp && link.mac == planned.mac && link.isMartlets ? nil : link
  }

  /// Takes at most `limit` of the links that may be repaired now: the kernel brings a link up only above an interface
  /// that is up.
  mutating func takeDue(
    _ limit: Int, after interval: Nanoseconds, at now: MonotonicInstant, isUp: (InterfaceIndex) -> Bool
  ) -> [(link: LinkState, planned: PlannedLink)] {
    var taken: [(link: LinkState, planned: PlannedLink)] = []
    for (index, link) in changed where taken.count < limit {
      guard let planned = planned[index], isUp(planned.lower),
        restoredAt[index].map({ now - $0 >= interval }) ?? true
      else { continue }
      restoredAt[index] = now
      taken.append((link, planned))
    }
    return taken
  }

  /// True if a change of the link is to be reported: once a minute, however often the link changes.
  mutating func shouldReport(of index: InterfaceIndex, at now: MonotonicInstant) -> Bool {
    if let last = reportedAt[index], now - last < LogLimiter.period { return false }
    reportedAt[index] = now
    return true
  }
}
