import ConfigurationModel
import ControlModel
import LinuxSystem
import Netlink
import NetworkTypes

/// Links with virtual MAC addresses: made before an engine plans with them, removed once no engine serves them.
struct VirtualInterfaces {
  private let table: LinkTable
  private let locks: AddressLocks?
  /// Links made for an engine that is not in charge yet.
  private var made: [String] = []
  /// Names locked for that engine, of links that did not exist or were not martlet's.
  private var locked: [String] = []
  /// Reasons for which links with a configured name cannot be used, by name; shown as the reason of a fault.
  private(set) var unusable: [String: String] = [:]
  /// Settings that could not be made: a sentence each.
  private(set) var complaints: [String] = []

  init(_ locks: AddressLocks?) throws(SystemError) {
    table = try LinkTable()
    self.locks = locks
  }

  /// Link that the configuration asks for.
  private struct Wanted {
    let link: VirtualLink
    /// Existing link of that name; `nil` for none.
    let present: LinkState?
    /// True if another program made the existing link, and the link can be used.
    var isAdopted = false
  }

  /// Makes the configured links that do not exist. One whose interface below does not exist is left for later.
  /// - Parameter check: called before a link of martlet's, which may be in use, is replaced. It throws if the rest of the
  ///   configuration cannot be served with the links of these names, and without those that cannot be used.
  mutating func prepare(
    _ configuration: Configuration, _ monitor: NetlinkMonitor,
    check: (_ links: [String], _ unusable: [String: String]) throws -> Void
  ) throws {
    guard !configuration.virtualLinks.isEmpty else { return }
    var links = try monitor.dumpLinks()
    let names = Set(configuration.virtualLinks.map(\.virtual.interface))
    var wanted: [Wanted] = []
    for definition in configuration.virtualLinks {
      if let found = try resolve(definition, among: links, wantedNames: names) { wanted.append(found) }
    }
    var aliases: [InterfaceIndex: String] = [:]
    for link in links where link.isMartlets { if let lower = link.lower { aliases[lower] = link.alias } }
    for adopted in wanted where adopted.isAdopted {
      guard let present = adopted.present else { continue }
      aliases[adopted.link.lower] = try adopt(present, above: adopted.link.lower, aliases, monitor)
    }
    let replaced = wanted.filter { wanted in
      !wanted.isAdopted && (wanted.present.map { !wanted.link.matches($0) } ?? false)
    }
    if !replaced.isEmpty { try check(wanted.map(\.link.name), unusable) }
    var missing: [Wanted] = []
    for wanted in wanted {
      guard var present = wanted.present else {
        missing.append(wanted)
        continue
      }
      if present.name != wanted.link.name {
        try table.rename(present, to: wanted.link.name)
        present.name = wanted.link.name
      }
      if wanted.isAdopted || wanted.link.matches(present) {
        try table.restore(present, mac: wanted.link.mac)
      } else {
        try remove(present, from: &links)
        missing.append(wanted)
      }
    }
    // This comes last, since two links may have exchanged their names.
    for wanted in missing {
      aliases[wanted.link.lower] = try table.add(wanted.link, sibling: aliases[wanted.link.lower])
      made.append(wanted.link.name)
    }
    enableIPv6(configuration)
  }

  /// Takes over a link that another program made, without its addresses: a master claims them again.
  private func adopt(
    _ link: LinkState, above lower: InterfaceIndex, _ aliases: [InterfaceIndex: String], _ monitor: NetlinkMonitor
  ) throws(SystemError) -> String {
    let left = try monitor.dumpAddresses().filter { $0.interface == link.index }
    let removals = left.map { AddressChange(.remove, AddressSpecification(prefix: $0.prefix, interface: link.index)) }
    _ = try AddressTable().apply(removals)
    return try table.adopt(link, above: lower, sibling: aliases[lower])
  }

  /// Enables IPv6 on the links that need IPv6 addresses. A new interface has the setting of net.ipv6.conf.default, and
  /// netlink has no request for it.
  private mutating func enableIPv6(_ configuration: Configuration) {
    for definition in configuration.virtualLinks where definition.carriesIPv6 {
      let setting = KernelSetting("net", "ipv6", "conf", definition.virtual.interface, "disable_ipv6")
      guard setting.value == 1 else { continue }
      do {
        try setting.set(0)
      } catch {
        complaints.append(
          "\(setting.name) is 1, so the kernel refuses the IPv6 addresses of \(definition.router): \(error)")
      }
    }
  }

  /// Link for a definition; `nil` while the interface below does not exist.
  private mutating func resolve(
    _ definition: VirtualLinkDefinition, among links: [LinkState], wantedNames: Set<String>
  ) throws -> Wanted? {
    let (router, virtual) = (definition.router, definition.virtual)
    guard let lower = links.first(where: { $0.name == definition.lower }) else { return nil }
    guard lower.hardwareType == 1 else {
      throw StartFailure(
        .configuration, "\(lower.name) is no Ethernet interface, so \(router) can have no virtual MAC address on it")
    }
    // The kernel would attach the link to the interface below this one. An engine that finds it later would take it for a
    // link of that interface, while the sockets are on this one.
    guard lower.kind != "macvlan", lower.kind != "macvtap" else {
      throw StartFailure(
        .configuration,
        "\(lower.name) is a \(lower.kind ?? ""), on which \(router) can have no virtual MAC address: "
          + "the kernel would put it on the interface below that")
    }
    // A link with another name had another one in the configuration before, or was renamed.
    let present =
      links.first { $0.name == virtual.interface }
      ?? links.first {
        $0.isMartlets && $0.lower == lower.index && $0.mac == virtual.mac && !wantedNames.contains($0.name)
      }
    let link = VirtualLink(name: virtual.interface, lower: lower.index, mac: virtual.mac)
    let isForeign = present.map { !$0.isMartlets } ?? false
    if let present, isForeign, let obstacle = link.obstacle(in: present, lowerName: lower.name) {
      unusable[virtual.interface] =
        "cannot use the interface \(virtual.interface), which martlet did not make: \(obstacle)"
      return nil
    }
    // Processes of a martlet that was just killed may hold theirs for a moment.
    let limit = MonotonicClock.now() + .milliseconds(500)
    for name in Set([virtual.interface, present?.name ?? virtual.interface]) {
      guard try locks?.acquire(Self.lockKey(name), until: limit) != .held else {
        throw StartFailure(
          .alreadyServed, "\(router) cannot use the interface \(name): another martlet on this host has it")
      }
    }
    if present == nil || isForeign { locked.append(virtual.interface) }
    return Wanted(link: link, present: present, isAdopted: isForeign)
  }

  /// Key of the lock that is held while a martlet serves a link of this name.
  private static func lockKey(_ name: String) -> [UInt8] { Array("link \(name)".utf8) }

  /// Leaves the links to the engine that is now in charge.
  mutating func keep() { (made, locked) = ([], []) }

  /// Removes links that were made for an engine that never was in charge.
  func abandon(_ monitor: NetlinkMonitor) {
    remove(monitor) { made.contains($0.name) }
    for name in locked { try? locks?.release(Self.lockKey(name)) }
  }

  /// Removes links that martlet made and releases their locks, as far as they can be removed; the next start finds the
  /// others.
  func remove(_ monitor: NetlinkMonitor, where isUnused: (LinkState) -> Bool) {
    guard var links = try? monitor.dumpLinks() else { return }
    for link in links where link.isMartlets && isUnused(link) {
      try? remove(link, from: &links)
      try? locks?.release(Self.lockKey(link.name))
    }
  }

  private func remove(_ link: LinkState, from links: inout [LinkState]) throws(SystemError) {
    links.removeAll { $0.index == link.index }
    try table.remove(link, isLast: !links.contains { $0.isMartlets && $0.lower == link.lower })
  }
}
