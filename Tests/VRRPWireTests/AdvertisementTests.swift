import NetworkTypes
import Testing
import VRRPCore

@testable import VRRPWire

@Suite struct AdvertisementEncodingTests {
  /// VRID 1, priority 100, one address; the checksums were added up by hand.
  @Test(arguments: [
    (AdvertKind(version: .v2, family: .ipv4), 100, "21 01 64 01 00 01 b8 f1 c0 00 02 0a 00 00 00 00 00 00 00 00"),
    (
      AdvertKind(version: .v2, family: .ipv4, password: "1234"), 100,
      "21 01 64 01 01 01 53 8b c0 00 02 0a 31 32 33 34 00 00 00 00"
    ),
    (AdvertKind(version: .v3, family: .ipv4), 100, "31 01 64 01 00 64 05 fe c0 00 02 0a"),
    (AdvertKind(version: .v3, family: .ipv4, style: .messageOnly), 100, "31 01 64 01 00 64 a8 8e c0 00 02 0a"),
    (
      AdvertKind(version: .v3, family: .ipv6), 100,
      "31 01 64 01 00 64 6d e9 fe 80 00 00 00 00 00 00 00 00 00 00 00 00 00 10"
    ),
  ])
  func equalsHandMadeVectors(kind: AdvertKind, interval: UInt16, text: String) throws {
    let advertisement = Advertisement(
      version: kind.version, virtualRouterID: try #require(VirtualRouterID(1)), priority: .standard,
      interval: Centiseconds(rawValue: interval))
    let template = try AdvertisementTemplate(
      advertisement, addresses: kind.addresses(1), source: kind.source, destination: kind.destination,
      authentication: kind.authentication, checksumStyle: kind.style)
    #expect(template.bytes == hex(text))
    #expect(try ReceivedAdvertisement(hex(text), kind.origin).advertisement == advertisement)
  }

  @Test(arguments: AdvertKind.all)
  func comesBackAsItWasForEveryCount(kind: AdvertKind) throws {
    for count in 0...255 {
      let template = try kind.template(count: count)
      let received = try ReceivedAdvertisement(template.bytes, kind.origin)
      #expect(received.advertisement == template.advertisement)
      #expect(received.authentication == kind.authentication)
      #expect(received.checksumStyle == kind.styleOnTheWire)
      #expect(received.addressCount == count)
      #expect(received.difference(from: template.addresses, of: template.bytes) == nil)
      let addresses = (0..<count).map { received.address(at: $0, of: template.bytes) }
      #expect(addresses == template.addresses.addresses)
      #expect(received.address(at: count, of: template.bytes) == nil)
      let length = AdvertisementFormat.length(
        version: kind.version, family: kind.family, addressCount: UInt8(count))
      #expect(template.count == length && length <= AdvertisementFormat.longest)
    }
  }

  @Test(arguments: AdvertKind.all)
  func rewritesThePriorityAsIfMadeAnew(kind: AdvertKind) throws {
    var template = try kind.template(priority: 1)
    var buffer = [UInt8](repeating: 0xAA, count: template.count + 4)
    #expect(buffer.withUnsafeMutableBytes { template.write(into: $0) } == template.count)
    for priority in UInt8.min...UInt8.max {
      template.setPriority(Priority(rawValue: priority))
      let whole = try kind.template(priority: priority).bytes
      #expect(template.bytes == whole)
      buffer.withUnsafeMutableBytes { template.rewritePriority(into: $0) }
      #expect(buffer == whole + hex("aa aa aa aa"))
      #expect(try ReceivedAdvertisement(whole, kind.origin).advertisement.priority.rawValue == priority)
    }
    #expect(try template.resignation.bytes == kind.template(priority: 0).bytes)
    #expect(template.advertisement.priority == .owner)
  }

  @Test(arguments: AdvertKind.all)
  func replacesSourceAndDestination(kind: AdvertKind) throws {
    let other = kind.family == .ipv4 ? IPAddress(v4: 0xC633_6407) : IPAddress.linkLocal(77)
    let template = try kind.template()
    let moved = try template.replacing(source: other)
    let aimed = try template.replacing(destination: other)
    var origin = kind.origin
    origin.source = other
    #expect(try ReceivedAdvertisement(moved.bytes, origin).checksumStyle == kind.styleOnTheWire)
    origin = kind.origin
    origin.destination = other
    #expect(try ReceivedAdvertisement(aimed.bytes, origin).checksumStyle == kind.styleOnTheWire)
    #expect((aimed.bytes == template.bytes) == (kind.styleOnTheWire != .withPseudoHeader))
  }

  /// What keepalived 2.2.7 sends from 192.0.2.1 to its peer 192.0.2.2, without and with `old_unicast_checksum`.
  @Test(arguments: [
    (ChecksumStyle.withPseudoHeader, "31 05 64 01 00 14 24 32 c0 00 02 32"),
    (.withGroupPseudoHeader, "31 05 64 01 00 14 06 22 c0 00 02 32"),
  ])
  func equalsWhatKeepalivedSendsToAPeer(style: ChecksumStyle, text: String) throws {
    let kind = AdvertKind(version: .v3, family: .ipv4, isUnicast: true)
    let advertisement = Advertisement(
      version: .v3, virtualRouterID: try #require(VirtualRouterID(5)), priority: .standard,
      interval: Centiseconds(rawValue: 20))
    let template = try AdvertisementTemplate(
      advertisement, addresses: #require(AddressList(.ipv4, [IPAddress(v4: 0xC000_0232)])), source: kind.source,
      destination: kind.destination, checksumStyle: style)
    #expect(template.bytes == hex(text))
    let received = try ReceivedAdvertisement(hex(text), kind.origin)
    #expect(received.checksumStyle == style)
    var expectation = AdvertisementExpectation(version: .v3, interval: Centiseconds(rawValue: 20))
    try expectation.check(received)
    expectation.refusesOldChecksum = true
    if style == .withGroupPseudoHeader {
      #expect(throws: AdvertisementError.checksum) { try expectation.check(received) }
    } else {
      try expectation.check(received)
    }
  }

  @Test func writesNothingIntoABufferTooShort() throws {
    let template = try AdvertKind.all[0].template()
    var buffer = [UInt8](repeating: 7, count: template.count - 1)
    #expect(buffer.withUnsafeMutableBytes { template.write(into: $0) } == nil)
    #expect(buffer.allSatisfy { $0 == 7 })
    #expect(template.withBytes { $0.count } == template.count)
  }

  @Test(arguments: [
    (ProtocolVersion.v2, UInt16(0)), (.v2, 40), (.v2, 150), (.v2, 25_600), (.v3, 0), (.v3, 4096), (.v3, .max),
  ])
  func refusesAnIntervalThatCannotBeSent(version: ProtocolVersion, interval: UInt16) throws {
    let kind = AdvertKind(version: version, family: .ipv4)
    var advertisement = try kind.advertisement()
    advertisement.interval = Centiseconds(rawValue: interval)
    #expect(throws: AdvertisementTemplateError.interval(advertisement.interval)) {
      try AdvertisementTemplate(
        advertisement, addresses: kind.addresses(1), source: kind.source, destination: kind.destination)
    }
  }

  @Test func refusesWhatDoesNotExist() throws {
    #expect(throws: AdvertisementTemplateError.versionOverFamily) {
      try AdvertKind(version: .v2, family: .ipv6).template()
    }
    #expect(throws: AdvertisementTemplateError.authenticationInVersion3) {
      try AdvertKind(version: .v3, family: .ipv4, password: "x").template()
    }
    let template = try AdvertKind(version: .v3, family: .ipv4).template()
    #expect(throws: AdvertisementTemplateError.mixedFamilies) { try template.replacing(source: .linkLocal(1)) }
    #expect(SimplePassword(bytes: "123456789".utf8) == nil)
    #expect(AddressList(.ipv4, [.linkLocal(1)]) == nil)
    #expect(AddressList(.ipv6, [IPAddress](repeating: .linkLocal(1), count: 256)) == nil)
  }

  @Test(arguments: [
    (ProtocolVersion.v2, AddressFamily.ipv4, 1500, 255), (.v2, .ipv4, 576, 135), (.v3, .ipv4, 576, 137),
    (.v3, .ipv6, 1500, 90), (.v3, .ipv6, 1280, 77), (.v3, .ipv6, 48, 0), (.v3, .ipv6, 64, 1), (.v3, .ipv4, -1, 0),
    (.v3, .ipv6, .max, 255),
  ])
  func knowsHowManyAddressesFit(version: ProtocolVersion, family: AddressFamily, mtu: Int, count: Int) {
    #expect(AdvertisementFormat.addressCapacity(version: version, family: family, mtu: mtu) == count)
  }

  @Test func neverShowsAPassword() throws {
    let password = try #require(SimplePassword(bytes: "secret".utf8))
    let authentication = AdvertisementAuthentication.simplePassword(password)
    var dumped = ""
    dump(authentication, to: &dumped)
    for text in ["\(password)", "\(authentication)", String(reflecting: authentication), dumped] {
      #expect(!text.contains("secret") && !text.contains("\(password.bits)"))
    }
  }
}
