import Configuration
import ControlModel
import LinuxSystem
import Netlink
import NetworkTypes

/// Sees to the links that carry virtual MAC addresses: there before an engine plans with them, gone once nobody serves them.
struct VirtualInterfaces {
  private let table: LinkTable
  /// What was made for an engine that is not in charge yet.
  private var made: [String] = []

  init() throws(SystemError) {
    table = try LinkTable()
  }

  /// Makes what the configuration asks for and is not there. One whose interface below does not exist is left for later.
  mutating func prepare(_ configuration: Configuration, _ monitor: NetlinkMonitor) throws {
    let definitions = configuration.virtualLinks
    guard !definitions.isEmpty else { return }
    var links = try monitor.dumpLinks()
    var aliases: [InterfaceIndex: String] = [:]
    for link in links where link.isMartlets { if let lower = link.lower { aliases[lower] = link.alias } }
    for definition in definitions {
      let (router, virtual) = (definition.router, definition.virtual)
      guard let lower = links.first(where: { $0.name == definition.lower }) else { continue }
      guard lower.hardwareType == 1 else {
        throw StartFailure(
          .configuration,
          "\(lower.name) is no Ethernet interface, so \(router) can have no virtual MAC address on it")
      }
      // Who finds it afterwards would take it for another interface's, and its sockets would be on this one.
      guard lower.kind != "macvlan", lower.kind != "macvtap" else {
        throw StartFailure(
          .configuration,
          "\(lower.name) is a \(lower.kind ?? ""), on which \(router) can have no virtual MAC address: "
            + "the kernel would put it on the interface below that")
      }
      let wanted = VirtualLink(name: virtual.interface, lower: lower.index, mac: virtual.mac)
      if let present = links.first(where: { $0.name == virtual.interface }) {
        if wanted.matches(present) {
          try table.restore(present)
          continue
        }
        guard present.isMartlets else {
          throw StartFailure(
            .alreadyServed,
            "\(router) cannot make interface \(virtual.interface): there is one, and martlet did not make it")
        }
        try remove(present, from: &links)
      }
      aliases[lower.index] = try table.add(wanted, sibling: aliases[lower.index])
      made.append(wanted.name)
    }
  }

  /// Leaves what was made to the engine that is in charge now.
  mutating func keep() { made = [] }

  /// Removes what was made for an engine that never came to be in charge.
  func abandon(_ monitor: NetlinkMonitor) { remove(monitor) { made.contains($0.name) } }

  /// Removes links of martlet's making, as far as they can be removed: the next start finds what is left.
  func remove(_ monitor: NetlinkMonitor, where isUnused: (LinkState) -> Bool) {
    guard var links = try? monitor.dumpLinks() else { return }
    for link in links where link.isMartlets && isUnused(link) { try? remove(link, from: &links) }
  }

  private func remove(_ link: LinkState, from links: inout [LinkState]) throws(SystemError) {
    links.removeAll { $0.index == link.index }
    try table.remove(link, isLast: !links.contains { $0.isMartlets && $0.lower == link.lower })
  }
}
