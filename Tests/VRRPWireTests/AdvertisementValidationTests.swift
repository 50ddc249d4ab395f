import NetworkTypes
import SeededRandom
import Testing
import VRRPCore

@testable import VRRPWire

@Suite struct AdvertisementValidationTests {
  @Test(arguments: AdvertKind.all)
  func refusesEveryTruncationAndExtension(kind: AdvertKind) throws {
    let message = try kind.template(count: 20).bytes
    for length in 0..<message.count {
      #expect(
        decodingError([UInt8](message[..<length]), kind.origin) == .truncated)
    }
    for extra in 1...20 {
      let long = message + [UInt8](repeating: 0, count: extra)
      #expect(decodingError(long, kind.origin) == .length)
    }
  }

  @Test(arguments: AdvertKind.all)
  func detectsEveryFlippedBit(kind: AdvertKind) throws {
    let message = try kind.template(count: 5).bytes
    for bit in 0..<message.count * 8 {
      var flipped = message
      flipped[bit / 8] ^= 1 << UInt8(bit % 8)
      let found = decodingError(flipped, kind.origin)
      #expect(found != nil, "bit \(bit)")
    }
  }

  /// Each message breaks all the rules from its own on, so that the order in which they are tried shows.
  @Test func triesTheRulesInTheRFCsOrder() {
    let origin = AdvertKind.all[2].origin
    func found(_ text: String, timeToLive: UInt8 = 255, from source: IPAddress? = nil) -> AdvertisementError? {
      var origin = origin
      origin.timeToLive = timeToLive
      if let source { (origin.source, origin.destination) = (source, .linkLocal(2)) }
      return decodingError(hex(text), origin)
    }
    #expect(found("4f 00", timeToLive: 254) == .timeToLive)
    #expect(found("4f 00") == .version)
    #expect(found("2f 00", from: .linkLocal(1)) == .family)
    #expect(found("3f 00") == .type)
    #expect(found("31 00 64 01 00 00 00 00 c0 00 02") == .truncated)
    #expect(found("31 00 64 01 00 00 00 00 c0 00 02 0a 00") == .length)
    #expect(found("31 00 64 01 00 00 00 00 c0 00 02 0a") == .checksum)
    #expect(found("31 00 64 01 00 00 a8 f3 c0 00 02 0a") == .unknownVirtualRouter)
    #expect(found("21 01 64 01 03 00 b5 f2 c0 00 02 0a 00 00 00 00 00 00 00 00") == .authenticationType)
    #expect(found("21 01 64 01 00 00 b8 f2 c0 00 02 0a 00 00 00 00 00 00 00 00") == .interval)
    #expect(found("31 01 64 01 00 00 a8 f2 c0 00 02 0a") == .interval)
    #expect(found("31 01 64 01 f0 64 b8 8d c0 00 02 0a") == nil, "reserved bits are ignored on receipt")
    #expect(found("31 01 64 01 00 64 05 fe c0 00 02 0a") == nil)
  }

  @Test(arguments: [(UInt8(255), true), (254, false), (0, false)])
  func demandsTimeToLive255(timeToLive: UInt8, isTaken: Bool) throws {
    let kind = AdvertKind.all[2]
    var origin = kind.origin
    origin.timeToLive = timeToLive
    let message = try kind.template().bytes
    let strict = decodingError(message, origin)
    #expect(strict == (isTaken ? nil : .timeToLive))
    let ranged = decodingError(message, origin, timeToLive: 250...254)
    #expect(ranged == (timeToLive == 254 ? nil : .timeToLive))
  }

  @Test(arguments: AdvertKind.all)
  func namesAnotherVersionThanExpected(kind: AdvertKind) throws {
    let message = try kind.template().bytes
    for version in ProtocolVersion.allCases {
      let found = decodingError(message, kind.origin, version: version)
      #expect(found == (version == kind.version ? nil : .version))
    }
  }

  /// A pseudo-header of other addresses than the packet came with does not pass for a right checksum.
  @Test func pseudoHeaderBindsTheAddresses() throws {
    for kind in AdvertKind.all where kind.styleOnTheWire == .withPseudoHeader {
      var origin = kind.origin
      origin.source = kind.family == .ipv4 ? IPAddress(v4: 0xC000_0263) : .linkLocal(99)
      let message = try kind.template().bytes
      #expect(decodingError(message, origin) == .checksum)
    }
  }

  @Test func findsTheVRIDBeforeAnythingElseIsKnown() {
    func found(_ message: [UInt8]) -> VirtualRouterID? {
      ReceivedAdvertisement.virtualRouterID(of: message.span.bytes)
    }
    #expect(found(hex("31 33"))?.rawValue == 0x33)
    #expect(found(hex("31 00")) == nil)
    #expect(found(hex("31")) == nil)
  }

  @Test func comparesWithWhatIsExpected() throws {
    let plain = AdvertKind.all[0]
    let secret = AdvertKind.all[1]
    func found(_ sent: AdvertKind, _ expectation: AdvertisementExpectation) throws -> AdvertisementError? {
      let received = try ReceivedAdvertisement(sent.template().bytes, sent.origin)
      do throws(AdvertisementError) {
        try expectation.check(received)
        return nil
      } catch {
        return error
      }
    }
    let three = Centiseconds(rawValue: 300)
    let expectPlain = AdvertisementExpectation(version: .v2, interval: three)
    let expectSecret = AdvertisementExpectation(version: .v2, interval: three, authentication: secret.authentication)
    let other = try #require(SimplePassword(bytes: "Secret".utf8))
    #expect(try found(plain, expectPlain) == nil)
    #expect(try found(secret, expectSecret) == nil)
    #expect(try found(plain, expectSecret) == .authenticationMismatch)
    #expect(try found(secret, expectPlain) == .authenticationMismatch)
    let expectOther = AdvertisementExpectation(
      version: .v2, interval: Centiseconds(rawValue: 100), authentication: .simplePassword(other))
    #expect(try found(secret, expectOther) == .authenticationFailure)
    #expect(
      try found(plain, AdvertisementExpectation(version: .v2, interval: Centiseconds(rawValue: 100))) == .interval)
    #expect(try found(plain, AdvertisementExpectation(version: .v3, interval: three)) == .version)
    #expect(try found(AdvertKind.all[4], AdvertisementExpectation(version: .v3, interval: three)) == nil)
  }
}

@Suite struct AddressListTests {
  @Test(arguments: [AddressFamily.ipv4, .ipv6])
  func comparesAddressesInAnyOrder(family: AddressFamily) throws {
    let kind = AdvertKind(version: .v3, family: family)
    let list = try kind.addresses(255)
    var random = SeededGenerator(seed: 7)
    let shuffled = try #require(AddressList(family, list.addresses.shuffled(using: &random)))
    #expect(try difference(between: shuffled, and: list, kind) == nil)
    var changed = list.addresses
    changed[100] = family == .ipv4 ? IPAddress(v4: 1) : .linkLocal(1)
    let other = try #require(AddressList(family, changed))
    #expect(try difference(between: other, and: list, kind) == .addressList)
    #expect(try difference(between: kind.addresses(254), and: list, kind) == .addressCount)
    #expect(try difference(between: kind.addresses(0), and: list, kind) == .addressCount)
  }

  @Test func countsEveryAddressOfItsOwn() throws {
    let kind = AdvertKind(version: .v3, family: .ipv4)
    let (first, second) = (IPAddress(v4: 1), IPAddress(v4: 2))
    let ours = try #require(AddressList(.ipv4, [first, second]))
    let twice = try #require(AddressList(.ipv4, [first, first]))
    #expect(try difference(between: twice, and: ours, kind) == .addressList)
    #expect(try difference(between: ours, and: twice, kind) == .addressList)
    #expect(try difference(between: twice, and: twice, kind) == nil)
  }

  @Test func refusesAListOfTheOtherFamily() throws {
    let kind = AdvertKind(version: .v3, family: .ipv4)
    let message = try kind.template().bytes
    let list = try AdvertKind(version: .v3, family: .ipv6).addresses(3)
    let received = try ReceivedAdvertisement(message, kind.origin)
    #expect(received.difference(from: list, of: message) == .family)
    let ours = try kind.addresses(3)
    #expect(received.difference(from: ours, of: [UInt8](message[..<9])) == .addressList)
  }

  private func difference(
    between sent: AddressList, and ours: AddressList, _ kind: AdvertKind
  ) throws -> AdvertisementError? {
    let message = try AdvertisementTemplate(
      kind.advertisement(), addresses: sent, source: kind.source, destination: kind.destination
    ).bytes
    return try ReceivedAdvertisement(message, kind.origin).difference(from: ours, of: message)
  }
}

@Suite struct AdvertisementErrorTests {
  /// Counters in shared memory are indexed by the raw value.
  @Test func rawValuesCountFromZeroWithoutAGap() {
    #expect(AdvertisementError.allCases.map(\.rawValue) == (0..<UInt8(AdvertisementError.allCases.count)).map { $0 })
    #expect(AdvertisementError.timeToLive.rawValue == 0 && AdvertisementError.ipHeader.rawValue == 17)
  }

  @Test func eachHasItsOwnNameAndOneLine() {
    #expect(Set(AdvertisementError.allCases.map(\.name)).count == AdvertisementError.allCases.count)
    #expect(Set(AdvertisementError.allCases.map(\.description)).count == AdvertisementError.allCases.count)
    #expect(AdvertisementError.allCases.allSatisfy { !$0.description.contains("\n") && !$0.description.isEmpty })
  }
}

@Suite struct RememberedAdvertisementTests {
  @Test(arguments: AdvertKind.all)
  func knowsTheSameMessageAgainAndNoOther(kind: AdvertKind) throws {
    let message = try kind.template().bytes
    let received = try ReceivedAdvertisement(message, kind.origin)
    var remembered = RememberedAdvertisement()
    #expect(remembered.match(message, kind.origin) == nil)
    remembered.remember(received, message: message.span.bytes, origin: kind.origin)
    #expect(remembered.match(message, kind.origin) == received)
    for index in message.indices {
      var other = message
      other[index] ^= 1
      #expect(remembered.match(other, kind.origin) == nil)
    }
    #expect(remembered.match([UInt8](message[..<8]), kind.origin) == nil)
    var origin = kind.origin
    origin.timeToLive = 254
    #expect(remembered.match(message, origin) == nil)
    remembered.forget()
    #expect(remembered.match(message, kind.origin) == nil)
  }
}
