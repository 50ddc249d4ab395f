import PrintableText
import Testing

@Suite("Bytes that are no UTF-8")
struct PreservedBytesTests {
  @Test(
    "Any bytes come back as they were",
    arguments: [
      [], Array("plain".utf8), Array("schön 机房".utf8), [0xD6, 0xF7, 0xBB, 0xFA], [0x61, 0xC3],
      [0xC3, 0x28, 0xFF, 0x62],
      [0xF4, 0x8F, 0xBE, 0x80], [0xF4, 0x8F], [0xF4, 0x8F, 0xBF, 0xBF, 0xE4], Array("\u{10FFFD}\u{10FF41}".utf8),
      [0xED, 0xA0, 0x80], [0xC0, 0x80], Array(0...255),
    ] as [[UInt8]])
  func thereAndBack(bytes: [UInt8]) {
    let text = String(preserving: bytes)
    #expect(text.preservedBytes == bytes)
    #expect(String(validating: text.printable().utf8, as: UTF8.self) != nil)
  }

  @Test("Text is what it is, and other bytes are shown as replacement characters, and stay apart")
  func shown() {
    #expect(String(preserving: "schön".utf8) == "schön")
    #expect(String(preserving: [0x61, 0xB6, 0xFE, 0x62]).printable() == "a\u{FFFD}\u{FFFD}b")
    #expect(String(preserving: [0xB6, 0xFE]) != String(preserving: [0xB6, 0xFD]))
  }
}
