import NetworkTypes
import Testing
import VRRPCore

@testable import VRRPWire

@Suite struct CapturedFrameTests {
  @Test(arguments: AdvertKind.all, [nil, UInt16(7)])
  func recognisesAdverts(kind: AdvertKind, vlan: UInt16?) throws {
    let template = try kind.template(count: 2)
    let bytes = frame(template.bytes, kind.origin, vlan: vlan) + hex("00 00 00 00 00 00")
    guard case .advertisement(let captured) = CapturedFrame(bytes) else {
      Issue.record("not recognised as an advert")
      return
    }
    #expect(captured.advertisement == template.advertisement)
    #expect(captured.origin == kind.origin)
    #expect(captured.addresses == template.addresses.addresses)
    #expect(captured.frameSource.description == "02:00:00:00:00:01")
    #expect(captured.received.checksumStyle == kind.styleOnTheWire)
  }

  @Test(arguments: AdvertKind.all)
  func namesWhatIsWrongWithAnAdvert(kind: AdvertKind) throws {
    var message = try kind.template().bytes
    message[2] ^= 1
    #expect(CapturedFrame(frame(message, kind.origin)) == .malformedAdvertisement(.checksum, kind.origin))
    let short = [UInt8](message.dropLast())
    #expect(CapturedFrame(frame(short, kind.origin)) == .malformedAdvertisement(.truncated, kind.origin))
    #expect(CapturedFrame(frame([], kind.origin)) == .malformedAdvertisement(.truncated, kind.origin))
  }

  @Test func recognisesAnnouncements() throws {
    let mac = MACAddress(bits: 0x0200_0000_0001)
    let arp = try #require(ARPPacket(announcing: IPAddress(v4: 1), at: mac, form: .reply))
    let neighbor = try #require(NeighborAdvertisement(announcing: .linkLocal(1), at: mac))
    for tag in [[], hex("8100 0007")] {
      #expect(CapturedFrame([UInt8](arp.frame[..<12]) + tag + arp.frame[12...]) == .arp(arp))
      #expect(
        CapturedFrame([UInt8](neighbor.frame[..<12]) + tag + neighbor.frame[12...]) == .neighborAdvertisement(neighbor))
    }
  }

  @Test func leavesEverythingElseAlone() throws {
    let kind = AdvertKind.all[0]
    let whole = frame(try kind.template().bytes, kind.origin)
    for length in 0..<whole.count { #expect(CapturedFrame([UInt8](whole[..<length])) == .other) }
    // Protocol, fragment offset, more fragments, version, header length too small and too great.
    for (index, value) in [(23, 17), (21, 1), (20, 0x20), (14, 0x55), (14, 0x44), (14, 0x4F)] as [(Int, UInt8)] {
      var other = whole
      other[index] = value
      #expect(CapturedFrame(other) == .other, "byte \(index) as \(value)")
    }
  }

  @Test func readsIPv4OptionsAndPadding() throws {
    let packet = hex("46 00 00 1b 00 00 40 00 01 70 00 00 c0000201 e0000012 94040000 aa bb cc 00 00 00")
    let header = try #require(ipv4Header(packet))
    #expect(header.payload == 24..<27)
    #expect(header.origin.timeToLive == 1 && header.protocolNumber == 112)
    #expect(ipv4Header([UInt8](packet[..<26])) == nil)
  }

  private func ipv4Header(_ packet: [UInt8]) -> IPHeader? { IPHeader(decodingIPv4: packet.span.bytes) }
}
