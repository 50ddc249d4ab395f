import LinuxSystem
import Testing

/// Datagrams of the proc connector, laid out by hand.
@Suite struct ProcessEventTests {
  private static func datagram(_ kind: UInt32, acknowledges: UInt32 = 0, _ words: UInt32...) -> [UInt8] {
    // Netlink header, then index, value, sequence, acknowledgement and length of the connector.
    let header: [UInt32] = [76, 3, 0, 0, 1, 1, 5, acknowledges, 40]
    return (header + [kind, 0, 0, 0] + words).flatMap { word in
      (0..<4).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) }
    }
  }

  @Test(
    "Each kind of event is read, and what nobody looks at is left out",
    arguments: [
      (datagram(0, acknowledges: 78, 0), .subscribed(mark: 77)), (datagram(0, acknowledges: 78, 1), nil),
      (datagram(1, 10, 10, 11, 11), .forked(parent: 10, child: 11)), (datagram(1, 10, 10, 12, 10), nil),
      (datagram(2, 10, 10), .executed(10)), (datagram(2, 12, 10), .executed(10)),
      (datagram(0x200, 10, 10, 0x6162), .renamed(10)), (datagram(0x200, 12, 10, 0x6162), nil),
      (datagram(0x8000_0000, 10, 10, 0, 17), nil), (datagram(4, 10, 10, 0, 0), nil),
    ] as [([UInt8], ProcessEvent?)])
  func kinds(bytes: [UInt8], event: ProcessEvent?) {
    #expect(bytes.withUnsafeBytes(ProcessEvent.init(decoding:)) == event)
  }

  @Test("A datagram that ends anywhere is no event", arguments: [0, 1, 2, 0x200] as [UInt32])
  func cutOff(kind: UInt32) {
    let whole = Self.datagram(kind, 0, 0, 0, 0)
    for count in 0..<(kind == 0 ? 56 : kind == 1 ? 68 : 60) {
      let event = whole[..<count].withUnsafeBytes(ProcessEvent.init(decoding:))
      #expect(event == nil)
    }
  }
}
