import NetworkTypes
import SeededRandom
import Testing
import VRRPCore

@testable import VRRPWire

/// A million inputs to every decoder. A trap ends the test process, so that returning at all is what is asked, and beyond it that
/// what is decoded keeps its promises.
@Suite struct RandomBytesTests {
  static let inputsPerSeed = 250_000

  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func noDecoderTraps(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let seeds = try validFrames()
    let list = try AdvertKind.all[2].addresses(3)
    var buffer = [UInt8](repeating: 0, count: 2048)
    var accepted = 0
    for number in 0..<Self.inputsPerSeed {
      buffer.withUnsafeMutableBytes { bytes in
        let count =
          number % 4 == 0
          ? fill(bytes, using: &random)
          : mutate(seeds[number % seeds.count], into: bytes, using: &random)
        let input = UnsafeRawBufferPointer(rebasing: bytes[..<count])
        if decodeEverything(input.bytes, list, number) { accepted += 1 }
      }
    }
    #expect(accepted > Self.inputsPerSeed / 20, "the inputs must reach behind the checksum as well")
  }

  /// Whether any decoder made something of the bytes.
  private func decodeEverything(_ input: RawSpan, _ list: AddressList, _ number: Int) -> Bool {
    _ = IPHeader(decodingIPv4: input, at: number & 63)
    _ = IPHeader(decodingIPv6: input, at: number & 63)
    _ = ARPPacket(decoding: input)
    _ = ReceivedAdvertisement.virtualRouterID(of: input)
    let isFrame = CapturedFrame(decoding: input) != .other
    let start = min(number & 1 == 0 ? 34 : 54, input.byteCount)
    let kind = AdvertKind.all[number & 1 == 0 ? 2 : 4]
    let message = input.extracting(start...)
    guard let received = try? ReceivedAdvertisement(decoding: message, origin: kind.origin) else { return isFrame }
    _ = received.addressDifference(from: list, in: input)
    for index in -1...Int(received.addressCount) {
      let isThere = (0..<Int(received.addressCount)).contains(index)
      if (received.address(at: index, in: message) != nil) != isThere { Issue.record("address \(index)") }
      _ = received.address(at: index, in: input.extracting(first: start))
    }
    if received.advertisement.interval.rawValue == 0 { Issue.record("an interval of zero") }
    return true
  }

  /// Frames of every kind, adverts of every version and family among them.
  private func validFrames() throws -> [[UInt8]] {
    let mac = MACAddress(bits: 0x0200_0000_0001)
    var frames = try AdvertKind.all.map { frame(try $0.template().bytes, $0.origin) }
    frames.append(try #require(ARPPacket(announcing: IPAddress(v4: 1), at: mac)).frame)
    frames.append(try #require(NeighborAdvertisement(announcing: .linkLocal(1), at: mac)).frame)
    return frames
  }

  private func fill(_ bytes: UnsafeMutableRawBufferPointer, using random: inout SeededGenerator) -> Int {
    let choice = random.next()
    let count = Int(choice >> 32 & (choice & 63 == 0 ? 2047 : 127))
    for offset in stride(from: 0, to: count, by: 8) {
      bytes.storeBytes(of: random.next(), toByteOffset: offset, as: UInt64.self)
    }
    return count
  }

  /// A valid frame with none to three bytes changed, sometimes cut short or long.
  private func mutate(
    _ frame: [UInt8], into bytes: UnsafeMutableRawBufferPointer, using random: inout SeededGenerator
  ) -> Int {
    bytes.copyBytes(from: frame)
    var choice = random.next()
    for _ in 0..<(choice & 3) {
      choice = random.next()
      bytes[Int(choice >> 8 & 0xFFFF) % frame.count] = UInt8(truncatingIfNeeded: choice)
    }
    guard choice >> 60 == 0 else { return frame.count }
    return Int(choice >> 32 & 0xFFFF) % (frame.count + 8)
  }
}
