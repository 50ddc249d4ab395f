import NetworkTypes
import SeededRandom
import Testing
import VRRPCore

@testable import VRRPWire

@Suite struct BFDControlPacketTests {
  /// As FRR's bfdd sends them: Up, polling, multiplier 5, 10 ms both ways.
  static let sample: [UInt8] = [
    0x20, 0xE0, 5, 24, 0x12, 0x34, 0x56, 0x78, 0x9A, 0xBC, 0xDE, 0xF0, 0, 0, 0x27, 0x10, 0, 0, 0x27, 0x10, 0, 0, 0xC3,
    0x50,
  ]

  private func decode(_ bytes: [UInt8]) throws(BFDDiscard) -> BFDControlPacket {
    var result: Result<BFDControlPacket, BFDDiscard> = .failure(.truncated)
    bytes.withUnsafeBytes { raw in
      do throws(BFDDiscard) {
        result = .success(try BFDControlPacket(decoding: raw.bytes))
      } catch {
        result = .failure(error)
      }
    }
    return try result.get()
  }

  private func encode(_ packet: BFDControlPacket) -> [UInt8] {
    var bytes = [UInt8](repeating: 0xFF, count: BFDFormat.length)
    bytes.withUnsafeMutableBytes { packet.write(into: $0) }
    return bytes
  }

  @Test func readsEveryField() throws {
    let packet = try decode(Self.sample)
    #expect(packet.state == .up && packet.poll && !packet.final && !packet.demand && packet.diagnostic == .none)
    #expect(packet.detectMultiplier == 5)
    #expect(packet.myDiscriminator == 0x1234_5678 && packet.yourDiscriminator == 0x9ABC_DEF0)
    #expect(packet.desiredMinTx == 10_000 && packet.requiredMinRx == 10_000 && packet.requiredMinEchoRx == 50_000)
    #expect(encode(packet) == Self.sample)
  }

  @Test(
    "Each flag is a bit of its own",
    arguments: [
      (0x20, \BFDControlPacket.poll), (0x10, \.final), (0x08, \.controlPlaneIndependent), (0x02, \.demand),
    ] as [(UInt8, WritableKeyPath<BFDControlPacket, Bool> & Sendable)])
  func flags(bit: UInt8, path: WritableKeyPath<BFDControlPacket, Bool> & Sendable) throws {
    var bytes = Self.sample
    bytes[1] = 0xC0 | bit
    let packet = try decode(bytes)
    #expect(packet[keyPath: path])
    #expect(encode(packet) == bytes)
    var other = packet
    other[keyPath: path] = false
    #expect(encode(other)[1] == 0xC0)
  }

  @Test(arguments: BFDState.allCases) func statesAndDiagnosticsGoThere(state: BFDState) throws {
    for diagnostic in 0..<32 as Range<UInt8> {
      var packet = BFDControlPacket(
        state: state, detectMultiplier: 255, myDiscriminator: .max, desiredMinTx: 1, requiredMinRx: 0)
      packet.yourDiscriminator = 1
      packet.diagnostic = BFDDiagnostic(rawValue: diagnostic)
      #expect(try decode(encode(packet)) == packet)
    }
  }

  @Test(
    "What must be discarded is, for the first reason of RFC 5880 section 6.8.6 that holds",
    arguments: [
      (0, 0x40, BFDDiscard.version), (0, 0x00, .version), (3, 23, .length), (3, 25, .truncated), (3, 255, .truncated),
      (2, 0, .detectMultiplier), (1, 0xC1, .multipoint), (1, 0xC4, .length),
    ] as [(Int, UInt8, BFDDiscard)])
  func discards(offset: Int, value: UInt8, reason: BFDDiscard) {
    var bytes = Self.sample
    bytes[offset] = value
    #expect(throws: reason) { try decode(bytes) }
  }

  @Test func theFirstReasonCounts() {
    var bytes = Self.sample
    let flaws: [(BFDDiscard, (inout [UInt8]) -> Void)] = [
      (.yourDiscriminator, { $0.replaceSubrange(8..<12, with: [0, 0, 0, 0]) }),
      (.myDiscriminator, { $0.replaceSubrange(4..<8, with: [0, 0, 0, 0]) }),
      (.multipoint, { $0[1] |= 1 }), (.detectMultiplier, { $0[2] = 0 }), (.truncated, { $0[3] = 30 }),
      (.length, { $0[3] = 3 }), (.version, { $0[0] = 0x60 }),
    ]
    for (reason, spoil) in flaws {
      spoil(&bytes)
      #expect(throws: reason) { try decode(bytes) }
    }
  }

  @Test(arguments: BFDState.allCases) func onlyOneThatHearsNobodyMayLackOurDiscriminator(state: BFDState) throws {
    var bytes = Self.sample
    bytes.replaceSubrange(8..<12, with: [0, 0, 0, 0])
    bytes[1] = state.rawValue << 6
    if state == .down || state == .adminDown {
      #expect(try decode(bytes).yourDiscriminator == 0)
    } else {
      #expect(throws: BFDDiscard.yourDiscriminator) { try decode(bytes) }
    }
  }

  @Test func anAuthenticationSectionIsNoted() throws {
    var bytes = Self.sample + [1, 9] + Array("secret".utf8)
    bytes[1] |= 4
    bytes[3] = UInt8(bytes.count)
    #expect(try decode(bytes).authenticationPresent)
  }

  @Test func everyCutIsRefused() {
    for count in 0..<Self.sample.count {
      #expect(throws: BFDDiscard.truncated) { try decode(Array(Self.sample[..<count])) }
    }
  }

  @Test(arguments: [1, 2, 3] as [UInt64]) func noBytesTrap(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var accepted = 0
    for number in 0..<100_000 {
      var bytes = Self.sample
      if number % 3 == 0 {
        bytes = (0..<Int(random.next() % 80)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      } else {
        for _ in 0..<(random.next() % 4) { bytes[Int(random.next() % 24)] = UInt8(truncatingIfNeeded: random.next()) }
        bytes = Array((bytes + bytes).prefix(Int(random.next() % 8 == 0 ? random.next() % 49 : 24)))
      }
      guard let packet = try? decode(bytes) else { continue }
      accepted += 1
      if packet.myDiscriminator == 0 || packet.detectMultiplier == 0 { Issue.record("\(bytes)") }
      if !packet.authenticationPresent, encode(packet)[3...] != [24] + bytes[4..<24] { Issue.record("\(bytes)") }
    }
    #expect(accepted > 10_000)
  }
}
