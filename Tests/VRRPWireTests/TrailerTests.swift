import NetworkTypes
import SeededRandom
import Testing
import VRRPCore

@testable import VRRPWire

/// Adverts that keepalived 2.4.3 sent under `auth_hmac`.
struct RecordedTrailer: Sendable, CustomTestStringConvertible {
  var name: String
  var keyID: UInt8
  var source: IPAddress
  var destination: IPAddress
  var version: ProtocolVersion
  var addresses: [IPAddress]
  var priority: UInt8
  var number: UInt64
  var message: [UInt8]

  var testDescription: String { name }

  private static let group4 = IPAddress(v4: 0xE000_0012)
  private static let group6 = IPAddress(v6High: 0xFF02_0000_0000_0000, low: 0x12)
  private static let own4 = IPAddress(v4: 0x0A09_0001)
  private static let own6 = IPAddress.linkLocal(9)

  static let keys = [
    TrailerKey(id: 7, bytes: Array(0..<32)), TrailerKey(id: 8, bytes: Array("01234567890123456789012345678901".utf8)),
    TrailerKey(id: 9, bytes: [0xFF] + Array(1..<32)),
  ]

  var key: TrailerKey? { Self.keys.first { $0.id == keyID } }

  var origin: DatagramOrigin { DatagramOrigin(source: source, destination: destination, timeToLive: 255) }

  /// When it was signed.
  var time: CalendarInstant {
    CalendarInstant(
      nanosecondsSince1970: Int64(number >> 32) * 1_000_000_000 + Int64(number >> 16 & 0xFFFF) * 1_000_000_000 / 65_536
        + 1)
  }

  func received(_ message: [UInt8]? = nil, _ use: TrailerUse = .demanded) throws(AdvertisementError)
    -> ReceivedAdvertisement
  {
    let message = message ?? self.message
    return try ReceivedAdvertisement(decoding: message.span.bytes, origin: origin, trailer: use)
  }

  static let all = [
    RecordedTrailer(
      name: "v3 IPv4", keyID: 7, source: own4, destination: group4, version: .v3,
      addresses: [IPAddress(v4: 0x0A09_0100)],
      priority: 200, number: 0x6B06_5D24_0AB4_0000,
      message: hex(
        """
        31 33 c8 01 00 64 10 c5 0a 09 01 00
        01 07 00 00 6b 06 5d 24 0a b4 00 00 2e fa 42 cd 98 f4 7b 3e 5e b6 1b d0 95 0f a4 4d
        """)),
    RecordedTrailer(
      name: "v3 IPv6", keyID: 8, source: own6, destination: group6, version: .v3,
      addresses: [.linkLocal(0x77), IPAddress(v6High: 0xFD00_0009_0000_0000, low: 0x1_0000)],
      priority: 200, number: 0x6B06_5D24_0E15_0000,
      message: hex(
        """
        31 35 c8 02 00 64 1d d7 fe 80 00 00 00 00 00 00 00 00 00 00 00 00 00 77
        fd 00 00 09 00 00 00 00 00 00 00 00 00 01 00 00
        01 08 00 00 6b 06 5d 24 0e 15 00 00 24 66 3f 78 8c f5 42 0f d9 f6 0b aa 2d ba d0 b0
        """)),
    RecordedTrailer(
      name: "v2", keyID: 9, source: own4, destination: group4, version: .v2, addresses: [IPAddress(v4: 0x0A09_0101)],
      priority: 200, number: 0x6B06_5D24_1421_0000,
      message: hex(
        """
        21 34 c8 01 00 01 0b bf 0a 09 01 01 00 00 00 00 00 00 00 00
        01 09 00 00 6b 06 5d 24 14 21 00 00 2c e8 6d a7 63 5b be e3 6b fb b8 12 89 24 8a 34
        """)),
    RecordedTrailer(
      name: "v3 IPv4 resignation", keyID: 7, source: own4, destination: group4, version: .v3,
      addresses: [IPAddress(v4: 0x0A09_0100)], priority: 0, number: 0x6B06_5D27_CC3B_0000,
      message: hex(
        """
        31 33 00 01 00 64 d8 c5 0a 09 01 00
        01 07 00 00 6b 06 5d 27 cc 3b 00 00 fe 8e 4c e4 4a a9 49 2d fa bd 8e dd be 2d 6e 4b
        """)),
    RecordedTrailer(
      name: "v3 IPv6 resignation", keyID: 8, source: own6, destination: group6, version: .v3,
      addresses: [.linkLocal(0x77), IPAddress(v6High: 0xFD00_0009_0000_0000, low: 0x1_0000)],
      priority: 0, number: 0x6B06_5D27_CD9E_0000,
      message: hex(
        """
        31 35 00 02 00 64 0d 2b fe 80 00 00 00 00 00 00 00 00 00 00 00 00 00 77
        fd 00 00 09 00 00 00 00 00 00 00 00 00 01 00 00
        01 08 00 00 6b 06 5d 27 cd 9e 00 00 8d 0d 19 f1 58 5d c0 3d ef 40 18 fe 23 c4 44 72
        """)),
  ]
}

@Suite struct AuthenticationTrailerTests {
  /// RFC 4231 section 4, of which the first 128 bits count.
  @Test(
    arguments: [
      (Array(repeating: 0x0B, count: 20), "Hi There", "b0344c61d8db38535ca8afceaf0bf12b"),
      (Array("Jefe".utf8), "what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c7"),
      (Array(repeating: 0x0C, count: 20), "Test With Truncation", "a3b6167473100ee06e0c796c2955552b"),
      (
        Array(repeating: 0xAA, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First",
        "60e431591ee0b67f0d8a26aacbf5b77f"
      ),
    ] as [([UInt8], String, String)])
  func hmac(key: [UInt8], text: String, digest: String) {
    let data = Array(text.utf8)
    for cut in [0, 1, data.count / 2, data.count] {
      let (first, second, third) = (Array(data[..<(cut / 2)]), Array(data[(cut / 2)..<cut]), Array(data[cut...]))
      let code = TrailerKey(id: 1, bytes: key).code(of: first.span.bytes, second.span.bytes, third.span.bytes)
      let bytes = (0..<AuthenticationCode.length).map { code[$0] }
      #expect(bytes == hex(digest))
    }
  }

  @Test(arguments: RecordedTrailer.all)
  func whatKeepalivedSendsIsTaken(recorded: RecordedTrailer) throws {
    let received = try recorded.received()
    #expect(received.hasTrailer && received.length == recorded.message.count - 28)
    #expect(received.advertisement.priority.rawValue == recorded.priority)
    var taker = try Self.taker(of: recorded)
    #expect(Self.error(recorded.message, recorded, &taker) == nil)
    #expect(Self.error(recorded.message, recorded, &taker) == .replay)
  }

  @Test(arguments: RecordedTrailer.all)
  func whatIsSentIsWhatKeepalivedSends(recorded: RecordedTrailer) throws {
    let template = try Self.template(recorded)
    let key = try #require(recorded.key)
    let trailer = AuthenticationTrailer(
      for: template.bytes.span.bytes, from: recorded.source, key: key, number: TrailerNumber(rawValue: recorded.number))
    var message = TrailedMessage(template)
    message.seal(template, trailer)
    #expect(message.bytes == recorded.message)
    // Sealed over and over, nothing of the last time is left.
    message.seal(template, trailer)
    #expect(message.bytes == recorded.message)
  }

  /// The guard's own way of signing, and one trailer for all unicast peers.
  @Test func oneTrailerHoldsForAllDestinations() throws {
    let recorded = RecordedTrailer.all[1]
    let template = try Self.template(recorded)
    let other = try template.replacing(destination: .linkLocal(0x22))
    var sender = try Self.taker(of: recorded)
    let trailer = sender.sign(template, at: recorded.time)
    for template in [template, other] {
      var message = TrailedMessage(template)
      message.seal(template, trailer)
      let origin = DatagramOrigin(source: template.source, destination: template.destination, timeToLive: 255)
      let bytes = message.bytes
      let received = try ReceivedAdvertisement(decoding: bytes.span.bytes, origin: origin, trailer: .demanded)
      var taker = try Self.taker(of: recorded)
      let mark = try taker.admit(received, bytes.span.bytes, from: template.source, at: recorded.time).mark
      #expect(mark == 1)
    }
    let next = sender.nextTrailer(for: template, at: recorded.time)
    let again = sender.nextTrailer(for: template, at: recorded.time)
    #expect(next.number == again.number && next.number.isAfter(trailer.number))
  }

  /// The checksum is the one thing that the HMAC leaves out, and it is checked by itself.
  @Test(arguments: RecordedTrailer.all)
  func everyBitIsSigned(recorded: RecordedTrailer) throws {
    for bit in 0..<recorded.message.count * 8 {
      var changed = recorded.message
      changed[bit / 8] ^= 1 << UInt8(bit % 8)
      var taker = try Self.taker(of: recorded)
      let error = Self.error(changed, recorded, &taker)
      #expect(error != nil, "bit \(bit)")
      #expect(taker.marks[1].sender == nil, "bit \(bit)")
    }
  }

  @Test(arguments: RecordedTrailer.all)
  func anotherKeyOrSenderIsFound(recorded: RecordedTrailer) throws {
    let wrong = TrailerAuthentication(
      activeKey: TrailerKey(id: recorded.keyID, bytes: Array(repeating: 1, count: 32)), window: 5)
    var other = TrailerGuard(wrong)
    #expect(Self.error(recorded.message, recorded, &other) == .authenticationCode)
    var taker = try Self.taker(of: recorded)
    let source: IPAddress = recorded.source.family == .ipv4 ? IPAddress(v4: 0x0A09_0002) : .linkLocal(8)
    #expect(Self.error(recorded.message, recorded, &taker, from: source) == .authenticationCode)
  }

  @Test(arguments: RecordedTrailer.all)
  func everyTruncationIsFound(recorded: RecordedTrailer) throws {
    let length = recorded.message.count - AuthenticationTrailer.length
    for count in 0..<recorded.message.count + 3 {
      let cut =
        Array(recorded.message.prefix(count)) + Array(repeating: 0, count: max(0, count - recorded.message.count))
      let expected: AdvertisementError? =
        switch count {
        case ..<length: .truncated
        case length: .trailerMissing
        case ..<recorded.message.count: .trailerMalformed
        case recorded.message.count: nil
        default: .length
        }
      #expect(Self.formError(cut, recorded, .demanded) == expected, "\(count) bytes")
      // Where a trailer may stand, none is no fault; an IPv6 checksum is made with it and wrong without.
      let allowed = count == length ? (recorded.source.family == .ipv6 ? .checksum : nil) : expected
      #expect(Self.formError(cut, recorded, .allowed) == allowed, "\(count) bytes")
      #expect(count != recorded.message.count || Self.formError(cut, recorded, .none) == .length)
    }
  }

  @Test(arguments: [(0, 0), (0, 2), (2, 1), (3, 1)] as [(Int, UInt8)])
  func aTrailerOfAnotherFormIsFound(offset: Int, value: UInt8) throws {
    let recorded = RecordedTrailer.all[2]
    var message = recorded.message
    message[20 + offset] = value
    var taker = try Self.taker(of: recorded)
    #expect(Self.error(message, recorded, &taker) == .trailerMalformed)
  }

  /// Each advert has all the flaws from its own on, so that the order in which they are looked for shows: what is cheap comes first,
  /// and no number counts before its sender is known.
  @Test func flawsAreLookedForInTheirOrder() throws {
    let recorded = RecordedTrailer.all[0]
    var message = recorded.message
    var taker = try Self.taker(of: recorded)
    #expect(Self.error(message, recorded, &taker) == nil)
    #expect(Self.error(message, recorded, &taker) == .replay)
    message[39] ^= 1
    #expect(Self.error(message, recorded, &taker) == .authenticationCode)
    message[13] = 200
    #expect(Self.error(message, recorded, &taker) == .unknownKey)
    message[17] ^= 1
    #expect(Self.error(message, recorded, &taker) == .stale)
    message[12] = 9
    #expect(Self.error(message, recorded, &taker) == .trailerMalformed)
  }

  /// keepalived compares whole seconds, both ways.
  @Test(
    arguments: [(-6, AdvertisementError.stale), (-5, nil), (0, nil), (5, nil), (6, .stale)]
      as [(Int64, AdvertisementError?)])
  func anAdvertMustBeFresh(seconds: Int64, expected: AdvertisementError?) throws {
    let recorded = RecordedTrailer.all[0]
    var taker = try Self.taker(of: recorded)
    #expect(Self.error(recorded.message, recorded, &taker, after: seconds) == expected)
    let key = try #require(recorded.key)
    var patient = TrailerGuard(TrailerAuthentication(activeKey: key, window: nil))
    #expect(Self.error(recorded.message, recorded, &patient, after: seconds * 1000) == nil)
    #expect(Self.error(recorded.message, recorded, &patient, after: seconds) == .replay)
  }

  @Test func severalKeysAreTakenAndOneIsSignedWith() throws {
    let authentication = TrailerAuthentication(
      activeKey: RecordedTrailer.keys[2], otherKeys: Array(RecordedTrailer.keys.prefix(2)), window: 300)
    var state = TrailerGuard(authentication)
    for recorded in RecordedTrailer.all.prefix(3) { #expect(Self.error(recorded.message, recorded, &state) == nil) }
    let template = try Self.template(RecordedTrailer.all[0])
    #expect(state.sign(template, at: RecordedTrailer.all[0].time).keyID == 9)
  }

  @Test func aKeyIsNeverShown() throws {
    let authentication = TrailerAuthentication(
      activeKey: TrailerKey(id: 5, bytes: Array("swallowswallowswallowswallowswal".utf8)), window: 5)
    var dumped = "\(authentication)"
    dump(authentication, to: &dumped)
    dump(TrailerGuard(authentication), to: &dumped)
    #expect(dumped.contains("5 ********"))
    #expect(!dumped.contains("ctx") && !dumped.contains("swallow"))
  }

  /// A trap would end the test process, and no change may pass.
  @Test(arguments: [1, 2] as [UInt64])
  func noMutatedMessagePassesOrTraps(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var readable = 0
    for number in 0..<60_000 {
      let recorded = RecordedTrailer.all[number % RecordedTrailer.all.count]
      var message = recorded.message
      for _ in 0...(random.next() & 3) {
        let choice = random.next()
        message[Int(choice >> 8 & 0xFFFF) % message.count] = UInt8(truncatingIfNeeded: choice)
      }
      if random.next() & 7 == 0 { message = Array(message.prefix(Int(random.next() & 0x3F))) }
      if message == recorded.message { continue }
      // As if the checksum were right, so that what is behind it is reached.
      let length = message.count - AuthenticationTrailer.length
      if length >= 8, let trailer = try? AuthenticationTrailer(decoding: message.span.bytes.extracting(length...)) {
        readable += 1
        let key = try #require(recorded.key)
        let isGenuine: Bool
        do throws(AdvertisementError) {
          try trailer.verify(message.span.bytes.extracting(..<length), from: recorded.source, key: key)
          isGenuine = true
        } catch {
          isGenuine = false
        }
        var same = message
        same.replaceSubrange(6..<8, with: recorded.message[6..<8])
        same[length + 1] = recorded.message[length + 1]
        if isGenuine, same != recorded.message { Issue.record("\(message)") }
      }
      var taker = try Self.taker(of: recorded)
      if Self.error(message, recorded, &taker) == nil { Issue.record("\(message)") }
    }
    #expect(readable > 20_000)
  }

  private static func taker(of recorded: RecordedTrailer) throws -> TrailerGuard {
    TrailerGuard(TrailerAuthentication(activeKey: try #require(recorded.key), window: 5))
  }

  private static func template(_ recorded: RecordedTrailer) throws -> AdvertisementTemplate {
    let advert = Advertisement(
      version: recorded.version, virtualRouterID: try #require(VirtualRouterID(recorded.message[1])),
      priority: Priority(rawValue: recorded.priority), interval: .seconds(1))
    let addresses = try #require(AddressList(recorded.source.family, recorded.addresses))
    return try AdvertisementTemplate(
      advert, addresses: addresses, source: recorded.source, destination: recorded.destination)
  }

  private static func formError(
    _ message: [UInt8], _ recorded: RecordedTrailer, _ use: TrailerUse
  ) -> AdvertisementError? {
    do throws(AdvertisementError) {
      _ = try recorded.received(message, use)
      return nil
    } catch {
      return error
    }
  }

  /// What is wrong with a message that comes so many seconds after it was signed; `nil` for one to be obeyed.
  private static func error(
    _ message: [UInt8], _ recorded: RecordedTrailer, _ state: inout TrailerGuard, from source: IPAddress? = nil,
    after seconds: Int64 = 0
  ) -> AdvertisementError? {
    do throws(AdvertisementError) {
      let time = CalendarInstant(nanosecondsSince1970: recorded.time.nanosecondsSince1970 + seconds * 1_000_000_000)
      let received =
        source == nil
        ? try recorded.received(message)
        : try ReceivedAdvertisement(
          decoding: recorded.message.span.bytes, origin: recorded.origin, trailer: .demanded)
      _ = try state.admit(received, message.span.bytes, from: source ?? recorded.source, at: time)
      return nil
    } catch {
      return error
    }
  }
}
