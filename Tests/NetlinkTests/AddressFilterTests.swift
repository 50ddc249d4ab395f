import Glibc
import LinuxSystem
import NetworkTypes
import Testing

@testable import Netlink

@Suite(.serialized, .enabled(if: mayMakeNamespaces, namespaceReason)) struct AddressFilterTests {
  private func withWire(_ body: (InterfaceIndex) throws -> Void) throws {
    try withFreshNamespace {
      try makeLink("wire0")
      try run("ip link set lo up")
      for address in ["192.0.2.1/24", "192.0.2.10/24", "2001:db8::1/64", "2001:db8::10/64"] {
        try run("ip address add \(address) dev wire0 \(address.contains(":") ? "nodad" : "")")
      }
      try body(try interface("wire0"))
    }
  }

  private func reaches(_ address: String) -> Bool {
    (try? run("ping -c 1 -W 1 -q \(address)")) != nil
  }

  @Test func packetsToTheAddressesAreDroppedUntilItGoes() throws {
    try withWire { wire in
      let dropped = ["192.0.2.10", "2001:db8::10", "fe80::5"].compactMap { IPAddress($0) }
      for address in ["192.0.2.10", "2001:db8::10"] { #expect((0..<5).contains { _ in reaches(address) }) }
      var filter: AddressFilter? = try AddressFilter(dropping: dropped.map { AddressFilter.Address($0, on: wire) })
      withExtendedLifetime(filter) {
        #expect(!reaches("192.0.2.10") && !reaches("2001:db8::10"))
        #expect(reaches("192.0.2.1") && reaches("2001:db8::1"))
        // A process has one table, which no other socket may touch.
        #expect(throws: SystemError.self) { _ = try AddressFilter(dropping: []) }
      }
      filter = nil
      // The kernel takes the table away when it has closed the socket, which on a busy machine is a moment later.
      for address in ["192.0.2.10", "2001:db8::10"] { #expect((0..<5).contains { _ in reaches(address) }) }
    }
  }

  @Test func tenThousandAddressesFit() throws {
    try withWire { wire in
      let many = (0..<10_000).map { (number: Int) -> AddressFilter.Address in
        let ipv6 = IPAddress(v6High: 0x2001_0DB8 << 32, low: UInt64(number + 100))
        let ipv4 = IPAddress(v4: 0x0A00_0000 + UInt32(number))
        return AddressFilter.Address(number % 2 == 0 ? ipv4 : ipv6, on: wire)
      }
      let filter = try AddressFilter(dropping: many)
      withExtendedLifetime(filter) { #expect(reaches("192.0.2.10")) }
    }
  }
}
