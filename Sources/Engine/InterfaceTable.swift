import NetworkTypes

/// One network interface as the kernel last described it.
struct Interface {
  var name: String
  var mac: MACAddress?
  var isUp: Bool
  /// What martlet wrote to it when it made it, to carry a virtual MAC address; `nil` if martlet did not make it.
  var alias: String?
  var addresses: [InterfaceAddress] = []
}

/// An address on an interface, ours or not.
struct InterfaceAddress: Equatable {
  var prefix: IPPrefix
  /// Duplicate address detection has not ended, or has found a duplicate: not to be used as a source.
  var isTentative: Bool
  var isSecondary: Bool
}

/// The interfaces of this host, kept true by the netlink monitor.
struct InterfaceTable {
  private(set) var interfaces: [InterfaceIndex: Interface] = [:]

  subscript(index: InterfaceIndex) -> Interface? { interfaces[index] }

  /// The indexes by name.
  var indexes: [String: InterfaceIndex] {
    interfaces.reduce(into: [:]) { $0[$1.value.name] = $1.key }
  }

  /// Whether a name stands for another interface than it did: it has come, come back, or been given to another.
  func differs(from known: [String: InterfaceIndex]) -> Bool {
    let present = indexes
    return known.contains { name, index in
      if let now = present[name] { return now != index }
      return interfaces[index] != nil
    }
  }

  /// The interfaces by the addresses that are ready for use on them.
  var carriers: [IPAddress: InterfaceIndex] {
    interfaces.sorted { $0.key.rawValue > $1.key.rawValue }.reduce(into: [:]) { carriers, entry in
      for address in entry.value.addresses where !address.isTentative {
        carriers[address.prefix.address] = entry.key
      }
    }
  }

  /// Whether one of these addresses is on another interface than it was, and not on that one any more.
  func moves(from known: [IPAddress: InterfaceIndex]) -> Bool {
    known.contains { address, index in !isUsable(address, on: index) && isUsable(address) }
  }

  /// Whether the interface exists, is up and has a carrier.
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

  /// The address that adverts leave from (RFC 9568 section 1.7: the primary address): for IPv4 the first that is no secondary one,
  /// for IPv6 the link-local one; never a virtual address, which a crash may have left behind, and never a tentative one.
  func primaryAddress(
    _ family: AddressFamily, on index: InterfaceIndex, excluding virtual: Set<IPAddress>
  ) -> IPAddress? {
    let candidates = (interfaces[index]?.addresses ?? []).filter {
      $0.prefix.address.family == family && !$0.isTentative && !virtual.contains($0.prefix.address)
    }
    switch family {
    case .ipv4: return (candidates.first { !$0.isSecondary } ?? candidates.first)?.prefix.address
    case .ipv6: return candidates.first { $0.prefix.address.isLinkLocal }?.prefix.address
    }
  }

  /// The address that adverts to unicast peers leave from: one of a network that a peer is in as well, else the primary address.
  ///
  /// The primary address of IPv6 is link-local, and peers that are known by other addresses know this host by another one too. While
  /// there is none, there is no source: what left from the link-local address would be a stranger's to them, and each be master.
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

  /// Whether any interface has the address ready for use.
  func isUsable(_ address: IPAddress) -> Bool { carrier(of: address) != nil }

  /// Whether the interface has the address ready for use.
  func isUsable(_ address: IPAddress, on index: InterfaceIndex) -> Bool {
    interfaces[index]?.addresses.contains { $0.prefix.address == address && !$0.isTentative } ?? false
  }

  /// An interface that has the address ready for use.
  func carrier(of address: IPAddress) -> InterfaceIndex? {
    interfaces.keys.first { isUsable(address, on: $0) }
  }
}
