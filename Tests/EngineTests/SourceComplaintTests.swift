import NetworkTypes
import Testing

@testable import Engine

/// Why there is no address to send from: the one that is missing is named, and why the others do not do.
@Suite struct SourceComplaintTests {
  private static let own = IPAddress(v4: 0x0A5A_0002)
  private static let configured = IPAddress(v4: 0x0A5A_0001)
  private static let global = IPAddress(v6High: 0xFD00_0009_0000_0000, low: 1)
  private static let local = IPAddress(v6High: 0xFE80_0000_0000_0000, low: 1)

  private static func on(_ address: IPAddress, isTentative: Bool = false) -> InterfaceAddress {
    InterfaceAddress(prefix: IPPrefix(host: address), isTentative: isTentative, isSecondary: false)
  }

  struct Case: Sendable {
    var configured: IPAddress?
    var family = AddressFamily.ipv4
    var addresses: [InterfaceAddress] = []
    var virtual: Set<IPAddress> = []
    var isElsewhere = false
    let sentence: String
  }

  static let cases = [
    Case(sentence: "no IPv4 address on eth0 to send from"),
    Case(
      addresses: [on(own)], virtual: [own],
      sentence: "no IPv4 address on eth0 to send from: 10.90.0.2 is a virtual address, which any host may have"),
    Case(
      configured: configured, addresses: [on(own), on(local)],
      sentence:
        "no interface has the source address 10.90.0.1; eth0 has 10.90.0.2, from which no peer expects adverts"),
    Case(configured: configured, sentence: "no interface has the source address 10.90.0.1"),
    Case(
      configured: configured, addresses: [on(configured, isTentative: true)], isElsewhere: true,
      sentence:
        "the source address 10.90.0.1 is not ready: duplicate address detection runs, or has found a duplicate"),
    Case(
      family: .ipv6, addresses: [on(own), on(global), on(local, isTentative: true)],
      sentence:
        "no link-local address on eth0 to send from: fd00:9::1 is not link-local, fe80::1 is not ready (duplicate address detection)"
    ),
  ]

  @Test(arguments: cases) func sentence(_ example: Case) {
    let complaint = SourceComplaint(
      configured: example.configured, family: example.family, needsLinkLocal: example.family == .ipv6,
      interface: "eth0")
    let sentence = complaint.sentence(
      for: example.addresses, virtual: example.virtual, isElsewhere: example.isElsewhere)
    #expect(sentence == example.sentence)
  }
}
