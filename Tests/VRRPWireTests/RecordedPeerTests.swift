import NetworkTypes
import Testing
import VRRPCore

@testable import VRRPWire

/// Frames recorded from keepalived 2.2.7: what our peers really send must be read, and said back in the same bytes.
@Suite struct RecordedPeerTests {
  private static let ipv4Multicast = "01005e000012 ce3212b66035 0800 45c0"

  @Test(
    arguments: [
      (
        "\(ipv4Multicast) 002c00010000ff70188dc0000201e0000012 2101960201018798c000020ac000020b7365637265740000",
        150, 100, ["192.0.2.10", "192.0.2.11"], true
      ),
      (
        "\(ipv4Multicast) 002800010000ff701891c0000201e0000012 21029601000186eec000020c0000000000000000", 150, 100,
        ["192.0.2.12"], false
      ),
      (
        "\(ipv4Multicast) 002000010000ff701899c0000201e0000012 3103ff0100326b2ac000020d", 255, 50, ["192.0.2.13"], false
      ),
      (
        "020000000009 ce3212b66035 0800 45c0 002000010000ff7036a9c0000201c0000202 3106ff0100328934c0000210", 255, 50,
        ["192.0.2.16"], false
      ),
      (
        """
        333300000012 ce3212b66035 86dd 6c0dc0d7002870ff fe80000000000000cc3212fffeb66035 ff020000000000000000000000000012
        3105ff02003266e5 fe800000000000000000000000000055 20010db8000000000000000000000005
        """, 255, 50, ["fe80::55", "2001:db8::5"], false
      ),
    ] as [(String, UInt8, UInt16, [String], Bool)])
  func readsAndRepeatsKeepalivedsAdverts(
    text: String, priority: UInt8, interval: UInt16, addresses: [String], hasPassword: Bool
  ) throws {
    let bytes = hex(text)
    guard case .advertisement(let captured) = CapturedFrame(bytes) else {
      Issue.record("not recognised as an advert")
      return
    }
    #expect(captured.advertisement.priority.rawValue == priority)
    #expect(captured.advertisement.interval.rawValue == interval)
    #expect(captured.addresses.map(\.description) == addresses)
    #expect(captured.origin.timeToLive == 255)
    let password = try #require(SimplePassword(bytes: "secret".utf8))
    #expect(captured.received.authentication == (hasPassword ? .simplePassword(password) : .none))
    let template = try AdvertisementTemplate(
      captured.advertisement, addresses: #require(AddressList(captured.received.family, captured.addresses)),
      source: captured.origin.source, destination: captured.origin.destination,
      authentication: captured.received.authentication)
    #expect(template.bytes == [UInt8](bytes.suffix(template.count)))
  }
}
