import Glibc
import LinuxSystem
import NetworkTypes

/// Filter that drops packets to and from addresses that this host holds without accepting packets for them (RFC 9568
/// section 6.1, Accept_Mode).
///
/// The rules exist for as long as this object does. On a backup they match nothing, since the hooks see only packets of
/// this host's own addresses. Neighbour discovery passes, as section 6.4.3 requires.
package final class AddressFilter {
  /// Address for which packets are not accepted.
  package struct Address: Sendable, Hashable {
    package var address: IPAddress
    /// Interface that has the address; it matters for a link-local address only.
    package var interface: InterfaceIndex

    package init(_ address: IPAddress, on interface: InterfaceIndex) {
      self.address = address
      self.interface = interface
    }
  }

  private let table: FilterTable

  /// Adds the nftables table, named `martlet-` and this process's number.
  /// - Throws: the kernel's error; EOPNOTSUPP from kernels before 5.12, which have no tables owned by sockets.
  package init(dropping addresses: [Address]) throws(SystemError) {
    table = try FilterTable(named: "martlet-\(getpid())")
    let keys = Selection.allCases.map { selection in
      (selection, Set(addresses.compactMap { selection.key(of: $0) }).sorted { $0.lexicographicallyPrecedes($1) })
    }.filter { !$0.1.isEmpty }
    try table.perform { batch in
      batch.addTable()
      for (selection, _) in keys { batch.addSet(selection.set) }
      for chain in FilterChain.allCases {
        batch.addChain(chain)
        for kind: UInt8 in [135, 136] { batch.addRule(chain, FilterBatch.neighborDiscovery(kind), .accept) }
        for (selection, _) in keys { batch.addRule(chain, selection.expressions(chain), .drop) }
      }
    }
    for (selection, keys) in keys { try table.fill(selection.set, with: keys) }
  }
}

/// Sets of the table, by the kind of address.
private enum Selection: String, CaseIterable {
  case ipv4, ipv6
  /// IPv6 addresses that are unique only together with their interface.
  case linkLocal = "link-local"

  var set: FilterSet {
    switch self {
    case .ipv4: FilterSet(name: rawValue, number: 1, keyType: 7, keyLength: 4)
    case .ipv6: FilterSet(name: rawValue, number: 2, keyType: 8, keyLength: 16)
    case .linkLocal: FilterSet(name: rawValue, number: 3, keyType: 8 << 6 | 20, keyLength: 20)
    }
  }

  /// Key of an address in this set; `nil` if it belongs to another set.
  func key(of address: AddressFilter.Address) -> [UInt8]? {
    let isLinkLocal = address.address.family == .ipv6 && address.address.isLinkLocal
    switch self {
    case .ipv4: return address.address.family == .ipv4 ? address.address.bytes : nil
    case .ipv6: return address.address.family == .ipv6 && !isLinkLocal ? address.address.bytes : nil
    case .linkLocal:
      guard isLinkLocal else { return nil }
      return address.address.bytes + withUnsafeBytes(of: address.interface.rawValue) { Array($0) }
    }
  }

  /// Expressions that load a packet's destination (input) or source (output) and look it up in the set.
  func expressions(_ chain: FilterChain) -> [FilterBatch.Expression] {
    let isIPv4 = self == .ipv4
    // The addresses are at bytes 12 and 16 of an IPv4 header, and at 8 and 24 of an IPv6 header.
    let offset: UInt32 = isIPv4 ? (chain == .input ? 16 : 12) : (chain == .input ? 24 : 8)
    var list: [FilterBatch.Expression] = [
      .meta(.networkProtocol, register: 1), .equals(register: 1, [UInt8(isIPv4 ? AF_INET : AF_INET6)]),
      .payload(.network, offset: offset, length: isIPv4 ? 4 : 16, register: 1),
    ]
    if self == .linkLocal { list.append(.meta(chain == .input ? .inputInterface : .outputInterface, register: 2)) }
    return list + [.lookUp(register: 1, set: rawValue)]
  }
}
