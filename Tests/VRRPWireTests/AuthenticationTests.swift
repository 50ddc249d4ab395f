import NetworkTypes
import SeededRandom
import Testing
import VRRPCore

@testable import VRRPWire

@Suite struct HMACTests {
  /// RFC 2202 section 2, the three examples of RFC 2104 among them.
  @Test(
    arguments: [
      (Array(repeating: 0x0B, count: 16), Array("Hi There".utf8), "9294727a3638bb1c13f48ef8158bfc9d"),
      (Array("Jefe".utf8), Array("what do ya want for nothing?".utf8), "750c783e6ab0b503eaa86e310a5db738"),
      (Array(repeating: 0xAA, count: 16), Array(repeating: 0xDD, count: 50), "56be34521d144c88dbb8c733f0e8b3f6"),
      (Array(1...25), Array(repeating: 0xCD, count: 50), "697eaf0aca3a3aea3a75164746ffaa79"),
      (Array(repeating: 0x0C, count: 16), Array("Test With Truncation".utf8), "56461ef2342edc00f9bab995690efd4c"),
      (
        Array(repeating: 0xAA, count: 80), Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
        "6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd"
      ),
      (
        Array(repeating: 0xAA, count: 80),
        Array("Test Using Larger Than Block-Size Key and Larger Than One Block-Size Data".utf8),
        "6f630fad67cda0ee1fb1f562db3aa53e"
      ),
    ] as [([UInt8], [UInt8], String)])
  func hmac(key: [UInt8], data: [UInt8], digest: String) {
    for cut in [0, 1, data.count / 2, data.count] {
      let (front, rest) = (Array(data[..<cut]), Array(data[cut...]))
      let code = AuthenticationKey(bytes: key).code(of: front.span.bytes, rest.span.bytes)
      let bytes = (0..<AuthenticationCode.length).map { code[$0] }
      #expect(bytes == hex(digest))
    }
  }

  @Test func aKeyIsNeverShown() {
    let key = AuthenticationKey(bytes: Array("secret".utf8))
    var dumped = ""
    dump(key, to: &dumped)
    #expect("\(key)" == "********")
    #expect(!dumped.contains("ctx"))
  }

  /// keepalived cuts at eight bytes, and a shorter key is the same with zeros behind it.
  @Test func zerosBehindAKeyChangeNothing() {
    let message: [UInt8] = [7]
    let codes = ([[1, 2], [1, 2, 0, 0, 0, 0, 0, 0]] as [[UInt8]]).map { key in
      let code = AuthenticationKey(bytes: key).code(of: message.span.bytes, message.span.bytes)
      return (0..<AuthenticationCode.length).map { code[$0] }
    }
    #expect(codes[0] == codes[1])
  }
}

/// Signed packets of one sender.
struct SignedSample {
  static let key = AuthenticationKey(bytes: Array("secret".utf8))
  static let source = IPAddress(v4: 0x0A09_0002)

  static func template(destination: IPAddress = IPAddress(v4: 0xE000_0012)) throws -> AdvertisementTemplate {
    let advert = Advertisement(
      version: .v2, virtualRouterID: try #require(VirtualRouterID(51)), priority: Priority(rawValue: 100),
      interval: .seconds(1))
    let addresses = try #require(AddressList(.ipv4, [IPAddress(v4: 0x0A09_0064)]))
    return try AdvertisementTemplate(
      advert, addresses: addresses, source: source, destination: destination, authentication: .header)
  }

  static func packet(
    _ number: UInt32, to destination: IPAddress = IPAddress(v4: 0xE000_0012), timeToLive: UInt8 = 255
  ) throws -> [UInt8] {
    let template = try template(destination: destination)
    var packet = try #require(AuthenticatedPacket(template, key: key, timeToLive: timeToLive))
    packet.seal(template, sequenceNumber: number)
    return packet.bytes
  }

  /// What is wrong with a packet; `nil` for one to be obeyed.
  static func error(_ packet: [UInt8], key: AuthenticationKey = key) -> AdvertisementError? {
    do throws(AdvertisementError) {
      let header = try AuthenticationHeader(decoding: packet.span.bytes)
      try header.verify(packet.span.bytes, key: key)
      return nil
    } catch {
      return error
    }
  }
}

@Suite struct AuthenticationHeaderTests {
  /// Captured from keepalived 2.2.7 with `auth_pass secret`, its first advert, a resignation and a unicast advert;
  /// the header checksum is the kernel's.
  static let captured = [
    """
    45 c0 00 40 00 01 00 00 ff 33 d0 ac 0a 09 00 02 e0 00 00 12 70 04 00 00 0a 09 00 02 00 00 00 01
    d4 e6 55 a0 6e 88 a5 11 12 7c 41 26 21 33 64 01 02 01 6e 5d 0a 09 00 64 00 00 00 00 00 00 00 00
    """,
    """
    45 c0 00 40 00 02 00 00 ff 33 d0 ac 0a 09 00 01 e0 00 00 12 70 04 00 00 0a 09 00 01 00 00 00 09
    e0 f0 9c a5 99 09 99 8b 07 69 ef 7b 21 33 00 01 02 01 d2 5d 0a 09 00 64 00 00 00 00 00 00 00 00
    """,
    """
    45 c0 00 40 00 01 00 00 ff 33 a6 b5 0a 09 00 01 0a 09 00 02 70 04 00 00 0a 09 00 01 00 00 00 01
    cf d3 ac b9 4c 40 9c 86 6a a9 38 15 21 33 96 01 02 01 3c 5d 0a 09 00 64 00 00 00 00 00 00 00 00
    """,
  ].map { $0.split(whereSeparator: \.isWhitespace).compactMap { UInt8($0, radix: 16) } }

  @Test(arguments: captured.indices)
  func whatKeepalivedSendsIsTaken(index: Int) throws {
    let packet = Self.captured[index]
    let header = try AuthenticationHeader(decoding: packet.span.bytes)
    #expect(header.sequenceNumber == [1, 9, 1][index])
    #expect(header.message == 44..<64)
    #expect(SignedSample.error(packet) == nil)
    let other = AuthenticationKey(bytes: Array("Secret".utf8))
    #expect(SignedSample.error(packet, key: other) == .authenticationCode)
  }

  @Test func whatIsSentIsWhatKeepalivedSends() throws {
    var packet = try SignedSample.packet(1)
    // The kernel adds the header checksum.
    packet.replaceSubrange(10..<12, with: Self.captured[0][10..<12])
    #expect(packet == Self.captured[0])
  }

  /// What routers on the way may change is not signed; all else is.
  @Test func everyOtherByteIsSigned() throws {
    let packet = try SignedSample.packet(7)
    for offset in packet.indices {
      var changed = packet
      changed[offset] ^= 0x01
      let error = SignedSample.error(changed)
      switch offset {
      case 1, 10, 11: #expect(error == nil, "\(offset)")
      case 6, 7: #expect(error == .ipHeader, "a fragment is none")
      default: #expect(error != nil, "\(offset)")
      }
    }
  }

  @Test func anUnfragmentablePacketIsTaken() throws {
    var packet = try SignedSample.packet(7)
    packet[6] = 0x40
    #expect(SignedSample.error(packet) == nil)
  }

  /// A unicast packet may have come through routers; how many may be asked apart from its signature.
  @Test func theTimeToLiveOfAUnicastPacketIsNotSigned() throws {
    var packet = try SignedSample.packet(7, to: IPAddress(v4: 0x0A09_0001), timeToLive: 64)
    packet[8] = 61
    #expect(SignedSample.error(packet) == nil)
    packet[16] = 11
    #expect(SignedSample.error(packet) == .authenticationCode)
  }

  @Test func everyTruncationIsFound() throws {
    let packet = try SignedSample.packet(7)
    for count in 0..<packet.count {
      let cut = Array(packet[..<count])
      #expect(SignedSample.error(cut) == .ipHeader, "\(count) bytes, and the header says more")
      guard count >= 20 else { continue }
      var honest = cut
      honest[2] = 0
      honest[3] = UInt8(count)
      let expected: AdvertisementError = count < 44 ? .authenticationHeader : .authenticationCode
      #expect(SignedSample.error(honest) == expected, "\(count) bytes")
    }
  }

  @Test(
    arguments: [
      (20, 51), (20, 4), (21, 0), (21, 3), (21, 5), (21, 255), (22, 1), (24, 0), (9, 112),
    ] as [(Int, UInt8)])
  func aHeaderThatContradictsItselfIsFound(offset: Int, value: UInt8) throws {
    var packet = try SignedSample.packet(7)
    packet[offset] = value
    #expect(SignedSample.error(packet) == .authenticationHeader)
  }

  @Test func optionsInTheIPHeaderAreRefused() throws {
    var packet = try SignedSample.packet(7)
    packet.insert(contentsOf: [1, 1, 1, 1], at: 20)
    packet[0] = 0x46
    packet[3] += 4
    #expect(SignedSample.error(packet) == .ipHeader)
  }

  @Test(arguments: [0x00, 0xFF] as [UInt8])
  func aCheckValueOfOneByteOverAndOverIsWrong(byte: UInt8) throws {
    var packet = try SignedSample.packet(7)
    packet.replaceSubrange(32..<44, with: Array(repeating: byte, count: 12))
    #expect(SignedSample.error(packet) == .authenticationCode)
  }

  @Test func thereIsNoneForIPv6() throws {
    let template = try AdvertKind.all[4].template()
    #expect(AuthenticatedPacket(template, key: SignedSample.key, timeToLive: 255) == nil)
  }

  /// Type 2 in the advert and a header in front of it stand for each other.
  @Test func theAdvertsTypeMustAgreeWithTheHeader() throws {
    let origin = DatagramOrigin(
      source: SignedSample.source, destination: IPAddress(v4: 0xE000_0012), timeToLive: 255)
    let signed = try SignedSample.template().bytes
    #expect(Self.error(signed, origin, isBehindHeader: true) == nil)
    #expect(Self.error(signed, origin, isBehindHeader: false) == .authenticationMismatch)
    for kind in [0, 1] {
      let bare = try AdvertKind.all[kind].template().bytes
      #expect(Self.error(bare, AdvertKind.all[kind].origin, isBehindHeader: true) == .authenticationMismatch)
    }
    let version3 = try AdvertKind.all[2].template().bytes
    #expect(Self.error(version3, AdvertKind.all[2].origin, isBehindHeader: true) == .authenticationMismatch)
  }

  private static func error(
    _ message: [UInt8], _ origin: DatagramOrigin, isBehindHeader: Bool
  ) -> AdvertisementError? {
    do throws(AdvertisementError) {
      _ = try ReceivedAdvertisement(decoding: message.span.bytes, origin: origin, isBehindHeader: isBehindHeader)
      return nil
    } catch {
      return error
    }
  }

  /// A trap would end the test process. No changed packet may pass but for the bytes that routers may change; every tenth is asked,
  /// since a digest takes longer than all else.
  @Test(arguments: [1, 2] as [UInt64])
  func noMutatedPacketPassesOrTraps(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let valid = try SignedSample.packet(77)
    let origin = DatagramOrigin(
      source: SignedSample.source, destination: IPAddress(v4: 0xE000_0012), timeToLive: 255)
    var (readable, passed) = (0, 0)
    for number in 0..<150_000 {
      let packet = Self.mutate(valid, number, using: &random)
      guard let header = try? AuthenticationHeader(decoding: packet.span.bytes) else { continue }
      readable += 1
      let message = Array(packet[header.message])
      _ = Self.error(message, origin, isBehindHeader: true)
      guard number % 10 == 0, SignedSample.error(packet) == nil else { continue }
      passed += 1
      // Ethernet's padding behind the packet is no part of it.
      var same = Array(packet.prefix(valid.count))
      for offset in [1, 6, 10, 11] { same[offset] = valid[offset] }
      if same != valid { Issue.record("\(packet)") }
    }
    #expect(readable > 50_000)
    #expect(passed > 0, "some changes must fall on what is not signed")
  }

  /// The packet with one to four bytes changed, sometimes cut short or with bytes behind it.
  private static func mutate(_ valid: [UInt8], _ number: Int, using random: inout SeededGenerator) -> [UInt8] {
    var packet = valid
    for _ in 0...(random.next() & 3) {
      let choice = random.next()
      packet[Int(choice >> 8 & 0xFFFF) % packet.count] = UInt8(truncatingIfNeeded: choice)
    }
    guard random.next() & 7 == 0 else { return packet }
    let count = Int(random.next() & 0xFFFF) % (packet.count + 8)
    if count > packet.count { return packet + Array(repeating: 0, count: count - packet.count) }
    packet = Array(packet[..<count])
    // The IP header agrees with the cut, so that what is behind it is looked at.
    if number & 1 == 0, count >= 20 {
      packet[2] = 0
      packet[3] = UInt8(count)
    }
    return packet
  }
}

@Suite struct AuthenticationSequenceTests {
  @Test func nothingIsTakenTwiceNorBackwards() {
    var sequence = AuthenticationSequence()
    var taken: [UInt32] = []
    for number in [0, 1, 1, 2, 5, 4, 3, 5, 6] as [UInt32] where sequence.accept(number) { taken.append(number) }
    #expect(taken == [1, 2, 5, 6])
  }

  /// Recorded from one host and sent again when another has become master.
  @Test func hostsCountTogether() {
    var sequence = AuthenticationSequence()
    let heard = sequence.accept(100)
    #expect(heard)
    let first = sequence.assignNext()
    #expect(first == 101)
    let old = sequence.accept(100)
    #expect(!old)
    let next = sequence.accept(102)
    #expect(next)
    let own = sequence.assignNext()
    #expect(own == 103)
  }

  /// Two masters send the same number at once: each takes the other's, once.
  @Test func aTieIsTakenOnce() {
    var sequence = AuthenticationSequence(highest: 600)
    _ = sequence.assignNext()
    let tie = sequence.accept(601)
    let again = sequence.accept(601)
    #expect(tie)
    #expect(!again)
  }

  @Test func aHostWithNothingToGoOnFromBeginsWithTheTime() {
    var fresh = AuthenticationSequence(leastOwn: 1_700_000_000)
    let heard = fresh.accept(5)
    #expect(heard, "what is heard is not measured by this host's clock")
    let first = fresh.assignNext()
    let second = fresh.assignNext()
    #expect(first == 1_700_000_000)
    #expect(second == 1_700_000_001)
    #expect(AuthenticationSequence.leastOwn(secondsSince1970: 1_700_000_000) == 1_700_000_000)
    for clock in [-1, .min, .max, 0xF000_0000, 1 << 32] as [Int64] {
      #expect(AuthenticationSequence.leastOwn(secondsSince1970: clock) == 0)
    }
  }

  @Test func aGiantJumpIsTakenAndGoneOnFrom() {
    var sequence = AuthenticationSequence(highest: 3)
    let jump = sequence.accept(0x8000_0005)
    #expect(jump)
    let back = sequence.accept(0x8000_0004)
    #expect(!back)
    let next = sequence.assignNext()
    #expect(next == 0x8000_0006)
  }

  @Test func theEndOfTheNumbersIsNoEnd() {
    var sender = AuthenticationSequence(highest: .max - 2, leastOwn: 1_700_000_000)
    var receiver = AuthenticationSequence(highest: .max - 2)
    var numbers: [UInt32] = []
    for _ in 0..<4 {
      let number = sender.assignNext()
      numbers.append(number)
      let taken = receiver.accept(number)
      #expect(taken, "\(number)")
    }
    #expect(numbers == [.max - 1, .max, 1, 2])
    var far = AuthenticationSequence(highest: .max / 2)
    let low = far.accept(1)
    #expect(!low, "only at the end does it begin anew")
    var zero = AuthenticationSequence(highest: .max)
    let nought = zero.accept(0)
    #expect(!nought)
  }
}
