import NetworkTypes
import Testing

@testable import VRRPWire

private let mac = MACAddress(bits: 0x0200_5E00_0105)
private let ipv4 = IPAddress(v4: 0xC000_020A)
private let ipv6 = IPAddress(v6High: 0x2001_0DB8_0000_0000, low: 0x0A)

@Suite struct GratuitousARPTests {
  /// The bytes of RFC 826's packet, laid out by hand.
  @Test(arguments: [(ARPPacket.Operation.request, "0001"), (.reply, "0002")])
  func equalsHandMadeFrames(form: ARPPacket.Operation, operation: String) throws {
    let packet = try #require(ARPPacket(announcing: ipv4, at: mac, form: form))
    let expected = hex(
      """
      ffffffffffff 02005e000105 0806 0001 0800 06 04 \(operation)
      02005e000105 c000020a 02005e000105 c000020a
      """)
    #expect(packet.frame == expected)
    #expect(decodedARP(expected) == packet)
    #expect(packet.isGratuitous)
  }

  @Test func rewritesTheAddressAlone() throws {
    let other = IPAddress(v4: 0xCB00_7101)
    var frame = try #require(ARPPacket(announcing: ipv4, at: mac)).frame
    frame.withUnsafeMutableBytes { ARPPacket.rewriteAnnouncedAddress(other, into: $0) }
    #expect(try frame == #require(ARPPacket(announcing: other, at: mac)).frame)
    let before = frame
    frame.withUnsafeMutableBytes { ARPPacket.rewriteAnnouncedAddress(ipv6, into: $0) }
    #expect(frame == before)
  }

  @Test func refusesWhatIsNoARPForIPv4OverEthernet() throws {
    #expect(ARPPacket(announcing: ipv6, at: mac) == nil)
    let frame = try #require(ARPPacket(announcing: ipv4, at: mac)).frame
    for length in 0..<frame.count { #expect(decodedARP([UInt8](frame[..<length])) == nil) }
    // Ethernet type, hardware type, protocol type, lengths, operation.
    for index in [12, 13, 14, 15, 16, 17, 18, 19, 20] {
      var other = frame
      other[index] ^= 0x40
      #expect(decodedARP(other) == nil, "byte \(index)")
    }
    #expect(decodedARP(frame + [UInt8](repeating: 0, count: 18)) != nil, "padding is allowed")
    var short = [UInt8](repeating: 0, count: ARPPacket.frameLength - 1)
    let packet = try #require(ARPPacket(announcing: ipv4, at: mac))
    #expect(short.withUnsafeMutableBytes { packet.write(into: $0) } == nil)
  }

  private func decodedARP(_ frame: [UInt8]) -> ARPPacket? { ARPPacket(decoding: frame.span.bytes) }
}

@Suite struct NeighborAdvertisementTests {
  /// Added up by hand: the pseudo-header gives 0x12D20 and the message 0x138C9, or 0x8000 more with the router flag.
  @Test(arguments: [(false, "20", "9a14"), (true, "a0", "1a14")])
  func equalsHandMadeFrames(isRouter: Bool, flags: String, checksum: String) throws {
    let advertisement = try #require(NeighborAdvertisement(announcing: ipv6, at: mac, isRouter: isRouter))
    let expected = hex(
      """
      333300000001 02005e000105 86dd 60000000 0020 3a ff
      20010db800000000000000000000000a ff020000000000000000000000000001
      88 00 \(checksum) \(flags)000000 20010db800000000000000000000000a 02 01 02005e000105
      """)
    #expect(advertisement.frame == expected)
    #expect(decoded(expected) == advertisement)
  }

  @Test func rewritesTheAddressAndItsChecksum() throws {
    var frame = try #require(NeighborAdvertisement(announcing: ipv6, at: mac)).frame
    for address in [IPAddress.linkLocal(9), IPAddress(v6High: .max - 1, low: .max), ipv6] {
      frame.withUnsafeMutableBytes { NeighborAdvertisement.rewriteAnnouncedAddress(address, into: $0) }
      #expect(try frame == #require(NeighborAdvertisement(announcing: address, at: mac)).frame)
    }
    let before = frame
    frame.withUnsafeMutableBytes { NeighborAdvertisement.rewriteAnnouncedAddress(ipv4, into: $0) }
    #expect(frame == before)
  }

  @Test func refusesWhatAHostWouldNotTake() throws {
    #expect(NeighborAdvertisement(announcing: ipv4, at: mac) == nil)
    let frame = try #require(NeighborAdvertisement(announcing: ipv6, at: mac)).frame
    for length in 0..<frame.count { #expect(decoded([UInt8](frame[..<length])) == nil) }
    // From the IPv6 version on every bit is checked or covered by the checksum, apart from traffic class and flow label.
    for bit in (20 * 8)..<(frame.count * 8) {
      var flipped = frame
      flipped[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(decoded(flipped) == nil, "bit \(bit)")
    }
    var short = [UInt8](repeating: 0, count: NeighborAdvertisement.frameLength - 1)
    let advertisement = try #require(NeighborAdvertisement(announcing: ipv6, at: mac))
    #expect(short.withUnsafeMutableBytes { advertisement.write(into: $0) } == nil)
  }

  /// RFC 4861 section 4.6: an option of length 0 would otherwise be read for ever.
  @Test(arguments: [("0200 02005e000105", false), ("0202 02005e000105", false), ("0e01 000000000000", true)])
  func readsOptionsToTheirEnd(option: String, isTaken: Bool) throws {
    var frame = try #require(NeighborAdvertisement(announcing: ipv6, at: mac)).frame
    frame.replaceSubrange(78..<86, with: hex(option))
    frame.replaceSubrange(56..<58, with: [0, 0])
    var sum = InternetChecksum(
      pseudoHeaderFrom: ipv6, to: NeighborAdvertisement.allNodes, protocolNumber: 58, length: 32)
    sum.add([UInt8](frame[54...]))
    frame.replaceSubrange(56..<58, with: [UInt8(sum.checksum >> 8), UInt8(sum.checksum & 0xFF)])
    #expect((decoded(frame) != nil) == isTaken)
    #expect(decoded(frame)?.targetMAC == nil)
  }

  private func decoded(_ frame: [UInt8]) -> NeighborAdvertisement? { NeighborAdvertisement(decoding: frame.span.bytes) }
}
