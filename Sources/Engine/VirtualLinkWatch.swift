import LinuxSystem
import Netlink
import NetworkTypes

/// The interfaces with virtual MAC addresses as they should be, and which of them somebody changed.
struct VirtualLinkWatch {
  /// `nil` if there are none.
  let table: LinkTable?
  let planned: [InterfaceIndex: PlannedLink]
  /// The alias of each, which tells that it is martlet's and how the interface below was before.
  let aliases: [InterfaceIndex: String]
  /// Those that somebody changed, as the kernel described them last.
  var changed: [InterfaceIndex: LinkState] = [:]
  /// When each was last set right, so that a fight with another daemon is fought at a bounded pace.
  private var restoredAt: [InterfaceIndex: MonotonicInstant] = [:]
  /// When a change of each was last reported.
  private var saidAt: [InterfaceIndex: MonotonicInstant] = [:]

  init(_ links: [PlannedLink], _ interfaces: InterfaceTable) throws(SystemError) {
    table = links.isEmpty ? nil : try LinkTable()
    planned = Dictionary(links.map { ($0.interface, $0) }) { first, _ in first }
    aliases = links.reduce(into: [:]) { $0[$1.interface] = interfaces[$1.interface]?.alias }
  }

  /// Notes whether a link is as it was made.
  mutating func note(_ link: LinkState) {
    guard let planned = planned[link.index] else { return }
    changed[link.index] = link.isUp && link.mac == planned.mac && link.isMartlets ? nil : link
  }

  /// Takes at most `limit` of the links that may be set right now: only above an interface that is up does the kernel bring one up.
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

  /// Whether to say that somebody changed a link: once a minute, however often that happens.
  mutating func shouldSay(of index: InterfaceIndex, at now: MonotonicInstant) -> Bool {
    if let last = saidAt[index], now - last < LogLimiter.period { return false }
    saidAt[index] = now
    return true
  }
}
