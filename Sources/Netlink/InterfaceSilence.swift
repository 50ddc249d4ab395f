import Glibc
import LinuxSystem
import NetworkTypes

/// Filter that drops packets which the kernel sends by itself on interfaces with virtual MAC addresses.
///
/// Every host of a virtual router has that MAC address, and switches lead to the host that last sent from it, so only
/// the master may send (RFC 9568 section 7.3). The kernel joins and leaves IPv6 groups on such an interface, even those
/// of a router, and reports each change (RFC 3810) although the interface has no address. Packets without a source
/// address are dropped, except for a master's duplicate address detection. A master's reports have its link-local
/// virtual address as source, and pass.
package final class InterfaceSilence {
  private static let names = FilterSet(name: "interfaces", number: 1, keyType: 41, keyLength: UInt32(IFNAMSIZ))
  private let table: FilterTable

  /// Adds an nftables table, named `martlet-silence-` and this process's number. The interfaces need not exist yet.
  /// - Throws: the kernel's error; EOPNOTSUPP from kernels before 5.12, which have no tables owned by sockets.
  package init(on interfaces: [String]) throws(SystemError) {
    table = try FilterTable(named: "martlet-silence-\(getpid())")
    try table.perform { batch in
      batch.addTable()
      batch.addSet(Self.names)
      batch.addChain(.output)
      batch.addRule(.output, FilterBatch.neighborDiscovery(135), .accept)
      batch.addRule(
        .output,
        [
          .meta(.networkProtocol, register: 1), .equals(register: 1, [UInt8(AF_INET6)]),
          .meta(.outputInterfaceName, register: 1), .lookUp(register: 1, set: Self.names.name),
          .payload(.network, offset: 8, length: 16, register: 1),
          .equals(register: 1, Array(repeating: 0, count: 16)),
        ], .drop)
    }
    try table.fill(Self.names, with: Set(interfaces).sorted().compactMap(Self.key))
  }

  /// Name as the kernel compares it, padded with zeros; `nil` for a name that no interface can have.
  private static func key(of name: String) -> [UInt8]? {
    let bytes = Array(name.utf8)
    guard bytes.count < Int(IFNAMSIZ) else { return nil }
    return bytes + Array(repeating: 0, count: Int(IFNAMSIZ) - bytes.count)
  }
}
