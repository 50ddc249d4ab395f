import LinuxSystem
import NetworkTypes
import Testing
import VRRPCore
import VRRPWire

@testable import Engine

/// What signs a router's adverts, and what it leaves for others.
@Suite struct SignerTests {
  private let key = TrailerKey(id: 7, bytes: Array(repeating: 1, count: 32))

  private func templates(_ version: ProtocolVersion = .v3, count: Int = 2) throws -> [AdvertisementTemplate] {
    let advert = Advertisement(
      version: version, virtualRouterID: try #require(VirtualRouterID(51)), priority: .standard, interval: .seconds(1))
    let addresses = try #require(AddressList(.ipv4, [IPAddress(v4: 0x0A09_0100)]))
    return try (0..<count).map { index in
      try AdvertisementTemplate(
        advert, addresses: addresses, source: IPAddress(v4: 0x0A09_0001),
        destination: IPAddress(v4: 0x0A09_0002 + UInt32(index)), authentication: version == .v2 ? .header : .none)
    }
  }

  private func packets(_ signer: some AdvertSigner, count: Int = 2) -> [[UInt8]] {
    (0..<count).compactMap { index in
      var bytes: [UInt8] = []
      let isThere = signer.withPacket(index) {
        bytes = Array($0)
        return true
      }
      return isThere ? bytes : nil
    }
  }

  private func resignations(_ signer: some AdvertSigner, length: Int) -> [UInt8] {
    var packets = [UInt8](repeating: 0xAA, count: length)
    packets.withUnsafeMutableBytes { signer.writeResignations(to: $0) }
    return packets
  }

  /// The number and the priority of an advert that is right for its destination.
  private func read(_ message: [UInt8], to destination: UInt32) throws -> (number: TrailerNumber, priority: Priority) {
    let origin = DatagramOrigin(
      source: IPAddress(v4: 0x0A09_0001), destination: IPAddress(v4: destination), timeToLive: 255)
    let received = try ReceivedAdvertisement(decoding: message.span.bytes, origin: origin, trailer: .demanded)
    let trailer = try AuthenticationTrailer(decoding: message.span.bytes.extracting(received.length...))
    try trailer.verify(message.span.bytes.extracting(..<received.length), from: origin.source, key: key)
    return (trailer.number, received.advertisement.priority)
  }

  @Test func anAdvertHasOneTrailerAndAResignationTheNext() throws {
    let signer = TrailerSigner(TrailerAuthentication(activeKey: key, window: 5))
    #expect(signer.number == 0 && packets(signer).isEmpty)
    let templates = try templates()
    signer.prepare(templates)
    signer.seal(templates)
    let sent = packets(signer)
    #expect(sent.count == 2 && sent[0].suffix(28) == sent[1].suffix(28))
    let first = try read(sent[0], to: 0x0A09_0002)
    let second = try read(sent[1], to: 0x0A09_0003)
    #expect(first.number.rawValue == signer.number && second.number == first.number)
    #expect(first.priority == .standard)

    let length = sent[0].count
    let ready = resignations(signer, length: 2 * length + 3)
    #expect(ready.suffix(3) == [0xAA, 0xAA, 0xAA])
    for (index, destination) in [0x0A09_0002, 0x0A09_0003].enumerated() {
      let resignation = try read(Array(ready[index * length..<(index + 1) * length]), to: UInt32(destination))
      #expect(resignation.priority == .resignation)
      #expect(resignation.number.isAfter(first.number))
    }
    #expect(signer.number == first.number.rawValue, "what is ready is not sent")
    signer.seal(templates)
    #expect(try read(packets(signer)[0], to: 0x0A09_0002).number.isAfter(first.number))
    // Where there is no room for all, none is cut.
    #expect(resignations(signer, length: length + 1).last == 0xAA)
  }

  @Test func theNextEngineGoesOnFromTheNumber() throws {
    let templates = try templates()
    func next(after number: UInt64, window: Int?) -> UInt64 {
      let signer = TrailerSigner(TrailerAuthentication(activeKey: key, window: window))
      signer.resume(after: number)
      signer.prepare(templates)
      signer.seal(templates)
      return signer.number
    }
    let clock = TrailerNumber(at: CalendarClock.now())
    let ahead = clock.rawValue + 3 << 32
    #expect(next(after: ahead, window: 5) == ahead + 1)
    #expect(next(after: ahead, window: nil) == ahead + 1)
    let farAhead = clock.rawValue + 3000 << 32
    #expect(TrailerNumber(rawValue: farAhead).isAfter(TrailerNumber(rawValue: next(after: farAhead, window: 5))))
    #expect(next(after: farAhead, window: nil) == farAhead + 1)
    // What signed before was an Authentication Header.
    #expect(TrailerNumber(rawValue: next(after: 1_800_000_000, window: nil)).seconds(since: clock) < 60)
  }

  @Test func aHeadersNumberIsNoneOfATrailers() throws {
    let signer = HeaderSigner(AuthenticationKey(bytes: [1]), timeToLive: 255)
    signer.resume(after: 0x6B06_5D24_0AB4_0000)
    let templates = try templates(.v2, count: 1)
    signer.prepare(templates)
    signer.seal(templates)
    let seconds = CalendarClock.secondsSince1970()
    #expect((UInt64(seconds) - 60...UInt64(seconds)).contains(signer.number))
    signer.resume(after: 4_000_000_000)
    signer.seal(templates)
    #expect(signer.number == 4_000_000_001)
    let ready = resignations(signer, length: 64)
    let header = try AuthenticationHeader(decoding: ready.span.bytes)
    #expect(header.sequenceNumber == 4_000_000_002)
  }

  @Test func withoutASourceAddressThereIsNothingToSend() throws {
    let signer = TrailerSigner(TrailerAuthentication(activeKey: key, window: 5))
    signer.prepare(try templates())
    signer.prepare([])
    signer.seal([])
    #expect(packets(signer).isEmpty)
    #expect(resignations(signer, length: 8) == Array(repeating: 0xAA, count: 8))
  }
}
