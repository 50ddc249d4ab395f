import PrintableText
import Testing

@Suite("Text that a terminal shows and does not act on")
struct PrintableTextTests {
  @Test(
    "What moves the cursor, ends a line or turns the direction is replaced",
    arguments: [
      "\u{1B}", "\u{7F}", "\u{9B}", "\u{0}", "\n", "\r", "\t", "\u{2028}", "\u{202E}", "\u{2066}", "\u{200F}",
      "\u{61C}",
    ]
      as [Unicode.Scalar])
  func replaced(scalar: Unicode.Scalar) {
    #expect("a\(scalar)[31mb".printable() == "a\u{FFFD}[31mb")
    #expect("\(scalar)".printable("?") == "?")
  }

  @Test("The ends of lines and tabs stay where there are several")
  func lines() {
    #expect("a\u{1B}\n\n\tb\r\n".printableLines == "a\u{FFFD}\n\n\tb\u{FFFD}\n")
  }

  @Test("All else stays", arguments: ["", "left", "zwölf € 日本", "e\u{301}", "\u{FEFF}x", "\u{A0}"])
  func kept(text: String) {
    #expect(text.printable() == text)
  }
}
