import NetworkTypes

/// Network interface as the kernel last described it.
struct Interface {
  var name: String
  var mac: MACAddress?
  var isUp: Bool
  /// Alias that martlet wrote when it made the interface for a virtual MAC address; `nil` if martlet did not make it.
  var alias: String?
  var addresses: [InterfaceAddress] = []
}

/// Address on an interface, whoever added it.
struct InterfaceAddress: Equatable {
  var prefix: IPPrefix
  /// True until duplicate address detection has ended without finding a duplicate (RFC 4862). Until then the address
  /// cannot be a source.
  var isTentative: Bool
  var isSecondary: Bool
}

/// Interfaces of this host, kept up to date by the netlink monitor.
struct InterfaceTable {
  private(set) var interfaces: [InterfaceIndex: Interface] = [:]

  subscript(index: InterfaceIndex) -> Interface? { interfaces[index] }

  /// Interface numbers by name.
  var indexes: [String: InterfaceIndex] {
    interfaces.reduce(into: [:]) { $0[$1.value.name] = $1.key }
  }

  /// True if a name stands for another interface than before: an interface has come or come back, or the name was given
  /// to another one.
  func differs(from known: [String: InterfaceIndex]) -> Bool {
    let present = indexes
    return known.contains { name, index in
      if let now = present[name] { return now != index }
      return interfaces[index] != nil
    }
  }

  /// Interfaces by the usable addresses on them.
  var carriers: [IPAddress: InterfaceIndex] {
    interfaces.sorted { $0.key.rawValue > $1.key.rawValue }.reduce(into: [:]) { carriers, entry in
      for address in entry.value.addresses where !address.isTentative {
        carriers[address.prefix.address] = entry.key
      }
    }
  }

  /// True if one of these addresses has moved to another interface.
  func moves(from known: [IPAddress: InterfaceIndex]) -> Bool {
    known.contains { address, index in !isUsable(address, on: index) && isUsable(address) }
  }

  /// True if the interface exists, is up and has a carrier.
  func isUp(_ index: InterfaceIndex) -> Bool { interfaces[index]?.isUp ?? false }

  mutating func setLink(
    _ index: InterfaceIndex, name: String, mac: MACAddress?, isUp: Bool, alias: String? = nil
  ) {
    var interface = interfaces[index] ?? Interface(name: name, mac: mac, isUp: isUp)
    interface.name = name
    interface.mac = mac
    interface.isUp = isUp
    interface.alias = alias
    interfaces[index] = interface
  }

  mutating func removeLink(_ index: InterfaceIndex) { interfaces[index] = nil }

  mutating func setAddress(_ address: InterfaceAddress, on index: InterfaceIndex) {
    guard var interface = interfaces[index] else { return }
    if let position = interface.addresses.firstIndex(where: { $0.prefix == address.prefix }) {
      interface.addresses[position] = address
    } else {
      interface.addresses.append(address)
    }
    interfaces[index] = interface
  }

  mutating func removeAddress(_ prefix: IPPrefix, from index: InterfaceIndex) {
    interfaces[index]?.addresses.removeAll { $0.prefix == prefix }
  }

  mutating func removeAll() { interfaces.removeAll(keepingCapacity: true) }

  func holds(_ prefix: IPPrefix, on index: InterfaceIndex) -> Bool {
    interfaces[index]?.addresses.contains { $0.prefix == prefix } ?? false
  }

  /// Source address of adverts (RFC 9568 section 1.7: the primary address): for IPv4 the first that is not secondary,
  /// for IPv6 the link-local one; never a virtual address, which a crash may have left, and never a tentative one.
  func primaryAddress(
    _ family: AddressFamily, on index: InterfaceIndex, excluding virtual: Set<IPAddress>
  ) -> IPAddress? {
    // Lazily, since an interface may have hundreds of virtual addresses, and the first is most often the one.
    let candidates = (interfaces[index]?.addresses ?? []).lazy.filter {
      $0.prefix.address.family == family && !$0.isTentative && !virtual.contains($0.prefix.address)
    }
    switch family {
    case .ipv4: return (candidates.first { !$0.isSecondary } ?? candidates.first)?.prefix.address
    case .ipv6: return candidates.first { $0.prefix.address.isLinkLocal }?.prefix.address
    }
  }

  /// Source address of adverts to unicast peers: one in a network that a peer is in too, otherwise the primary address.
  ///
  /// The primary address of IPv6 is link-local, but peers that are configured by other addresses know this host by
  /// another one too. While this host has none, there is no source: the peers would refuse adverts from the link-local
  /// address, and each host would be master.
  func address(
    towards peers: [IPAddress], _ family: AddressFamily, on index: InterfaceIndex, excluding virtual: Set<IPAddress>
  ) -> IPAddress? {
    let candidates = (interfaces[index]?.addresses ?? []).filter {
      $0.prefix.address.family == family && !$0.isTentative && !virtual.contains($0.prefix.address)
    }
    let near = candidates.filter { candidate in peers.contains { candidate.prefix.contains($0) } }
    if let found = near.first(where: { !$0.isSecondary }) ?? near.first { return found.prefix.address }
    if family == .ipv4 || peers.contains(where: \.isLinkLocal) {
      return primaryAddress(family, on: index, excluding: virtual)
    }
    return candidates.first { !$0.prefix.address.isLinkLocal }?.prefix.address
  }

  /// True if any interface has the address ready for use.
  func isUsable(_ address: IPAddress) -> Bool { carrier(of: address) != nil }

  /// True if the interface has the address ready for use.
  func isUsable(_ address: IPAddress, on index: InterfaceIndex) -> Bool {
    interfaces[index]?.addresses.contains { $0.prefix.address == address && !$0.isTentative } ?? false
  }

  /// An interface that has the address ready for use.
  func carrier(of address: IPAddress) -> InterfaceIndex? {
    interfaces.keys.first { isUsable(address, on: $0) }
  }
}
