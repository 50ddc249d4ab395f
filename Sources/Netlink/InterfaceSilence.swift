import Glibc
import LinuxSystem
import NetworkTypes

/// Keeps the kernel from speaking of its own accord on interfaces that carry virtual MAC addresses.
///
/// Every host of a virtual router has that address, and switches lead to whoever spoke from it last, so only the master may
/// (RFC 9568 section 7.3). The kernel joins IPv6 groups on such an interface and leaves them, a router's too, and reports each
/// (RFC 3810) although the interface has no address. What is sent from no address is dropped, but duplicate detection of a
/// master's; what a master reports comes from its link-local virtual address and passes.
public final class InterfaceSilence {
  private static let names = FilterSet(name: "interfaces", number: 1, keyType: 41, keyLength: UInt32(IFNAMSIZ))
  private let table: FilterTable

  /// Makes an nftables table, named `martlet-silence-` and this process's number. The interfaces need not exist yet.
  /// - Throws: what the kernel says, EOPNOTSUPP from kernels before 5.12, which have no tables of sockets.
  public init(on interfaces: [String]) throws(SystemError) {
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

  /// A name as the kernel compares it, filled up with zeros; `nil` for one that no interface can have.
  private static func key(of name: String) -> [UInt8]? {
    let bytes = Array(name.utf8)
    guard bytes.count < Int(IFNAMSIZ) else { return nil }
    return bytes + Array(repeating: 0, count: Int(IFNAMSIZ) - bytes.count)
  }
}
