import NetworkTypes
import SeededRandom
import Testing

@testable import VRRPWire

@Suite struct InternetChecksumTests {
  /// The example of RFC 1071 section 3, and an IPv4 header whose checksum is 0xB861.
  @Test(arguments: [
    ("0001 f203 f4f5 f6f7", 0xDDF2), ("4500 0073 0000 4000 4011 0000 c0a8 0001 c0a8 00c7", 0x479E), ("", 0),
    ("01", 0x0100), ("0001 02", 0x0201), ("ffff", 0xFFFF), ("ffff 0001", 0x0001), ("0001 f203 f4f5 f6f7 01", 0xDEF2),
  ])
  func addsUpKnownVectors(text: String, total: UInt16) {
    var sum = InternetChecksum()
    sum.add(hex(text))
    #expect(sum.total == total)
    #expect(sum.checksum == ~total)
  }

  /// Byte by byte as RFC 1071 section 1 words it, for every length and wherever the message is cut in pieces.
  @Test func equalsTheDefinitionForEveryLengthAndCut() {
    var random = SeededGenerator(seed: 1)
    for length in 0...70 {
      let message = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
      let expected = plainSum(message)
      for cut in 0...length {
        var sum = InternetChecksum()
        sum.add([UInt8](message[..<cut]))
        sum.add([UInt8](message[cut...]))
        #expect(sum.total == expected, "length \(length), cut at \(cut)")
      }
    }
  }

  @Test func addsTheLongestMessageWithoutOverflow() {
    var sum = InternetChecksum()
    sum.add([UInt8](repeating: 0xFF, count: 65_535))
    #expect(sum.total == 0xFF00)
  }

  /// The 32-bit length of RFC 8200 section 8.1 counts in full.
  @Test func pseudoHeaderHoldsALongLength() {
    let address = IPAddress(v6High: 0, low: 0)
    let sum = InternetChecksum(pseudoHeaderFrom: address, to: address, protocolNumber: 112, length: 0x0003_0004)
    #expect(sum.total == 112 + 3 + 4)
  }

  private func plainSum(_ message: [UInt8]) -> UInt16 {
    var sum = 0
    for (index, byte) in message.enumerated() { sum += index % 2 == 0 ? Int(byte) << 8 : Int(byte) }
    while sum > 0xFFFF { sum = (sum & 0xFFFF) + (sum >> 16) }
    return UInt16(sum)
  }
}
