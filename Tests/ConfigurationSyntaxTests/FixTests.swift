import Testing

@testable import ConfigurationSyntax

@Suite("Fixes: which findings have one, and what it does")
struct FixTests {
  /// The main file with all fixes applied once.
  private func fixed(_ text: String, others: [String: String] = [:]) -> String {
    let source = parse(text, others: others)
    var files = others.mapValues { Array($0.utf8) }
    files["/etc/m/main.conf"] = Array(text.utf8)
    let applied = FixApplication.apply(source.diagnostics.finish().compactMap(\.fixIt), to: files)
    return String(decoding: applied.changed["/etc/m/main.conf"] ?? Array(text.utf8), as: UTF8.self)
  }

  @Test(
    "Text becomes what was meant",
    arguments: [
      ("lien a # kept\n", "line a # kept\n"),
      ("  lien a; b\r\n", "  line a; b\r\n"),
      ("block n {\nline a\n", "block n {\nline a\n}\n"),
      ("block n {\nline a", "block n {\nline a\n}\n"),
      ("block n {\nvalues {\na\n", "block n {\nvalues {\na\n}\n}\n"),
      ("block n {\nline a\nblock m {\n}\n", "block n {\nline a\n}\nblock m {\n}\n"),
      ("block n # c\nline a\n}\n", "block n { # c\nline a\n}\n"),
      ("line a\n}\n", "line a\n"),
      ("line a\n  } # c\n", "line a\n # c\n"),
      ("line \"a b\n", "line \"a b\"\n"),
      ("block \"n {\n}\n", "block \"n\" {\n}\n"),
      ("line \u{201C}a b\u{201D}\n", "line \"a b\"\n"),
      ("line\u{A0}a\n", "line a\n"),
      ("line=a\n", "line a\n"),
      ("$NAME=x\nline $NMAE\n", "$NAME=x\nline $NAME\n"),
      ("$NAME=x\nline ${NMAE}y\n", "$NAME=x\nline ${NAME}y\n"),
      ("\u{FEFF}line a\n", "line a\n"),
    ])
  func becomes(text: String, expected: String) {
    #expect(fixed(text) == expected)
    #expect(fixed(expected) == expected)
  }

  @Test(
    "Nothing is changed where it is not sure what would be",
    arguments: [
      // In a definition's value, and in a word that is put together.
      "$A=lien x\n$A\n", "$N=1\nlien${N} x\n", "~SEQ(I,1,2) lien $I\n",
      // A quote that may belong to a word, or a comment that may be one.
      "line \"a # b\n", "run it's\n", "line a\n",
    ])
  func stays(text: String) {
    #expect(fixed(text) == text)
  }

  @Test("A file that is read in two places is left alone")
  func readTwice() {
    let others = ["/etc/other": "lien a\n"]
    let twice = parse("include /etc/other\ninclude /etc/other\n", others: others).diagnostics.finish()
    #expect(twice.count == 2 && twice.allSatisfy { $0.fixIt == nil })
    let once = parse("include /etc/other\n", others: others).diagnostics.finish()
    #expect(once.first?.fixIt?.edits.first?.path == "/etc/other")
  }

  private static func edit(_ start: Int, _ end: Int, _ text: String, path: String = "/f") -> Diagnostic.Edit {
    .init(
      path: path, start: .init(line: 1, column: start, characterColumn: start),
      end: .init(line: 1, column: end, characterColumn: end), replacement: text)
  }

  @Test(
    "Of fixes that touch each other the first one is applied",
    arguments: [
      ([[edit(1, 3, "X")], [edit(2, 4, "Y")]], "Xcdef", 1),
      ([[edit(1, 3, "X")], [edit(3, 5, "Y")]], "XYef", 2),
      ([[edit(3, 3, "X")], [edit(3, 3, "Y")]], "abXcdef", 1),
      ([[edit(3, 3, "X")], [edit(3, 5, "Y")]], "abXcdef", 1),
      ([[edit(1, 3, "X")], [edit(3, 3, "Y")]], "Xcdef", 1),
      ([[edit(1, 3, "X")], [edit(1, 3, "X")]], "Xcdef", 1),
      ([[edit(1, 2, "X"), edit(5, 6, "Y")], [edit(5, 6, "Z"), edit(3, 4, "Z")]], "XbcdYf", 1),
      ([[edit(1, 2, "X"), edit(1, 3, "Y")]], "abcdef", 0),
      ([[edit(5, 9, "X")], [edit(7, 7, "Y")], [edit(9, 9, "Z")], [edit(3, 2, "Z")]], "abcdefY", 1),
      ([[edit(1, 2, "X", path: "/other")], []], "abcdef", 0),
    ] as [([[Diagnostic.Edit]], String, Int)])
  func overlaps(fixes: [[Diagnostic.Edit]], expected: String, count: Int) {
    let applied = FixApplication.apply(fixes.map { .init(edits: $0) }, to: ["/f": Array("abcdef".utf8)])
    #expect(String(decoding: applied.changed["/f"] ?? Array("abcdef".utf8), as: UTF8.self) == expected)
    #expect(applied.count == count)
  }

  @Test("A place that the file does not have is left out", arguments: [0, -1, 3, Int.max])
  func noSuchLine(line: Int) {
    let position = Diagnostic.Edit.Position(line: line, column: 1, characterColumn: 1)
    let edit = Diagnostic.Edit(path: "/f", start: position, end: position, replacement: "X")
    #expect(FixApplication.apply([.init(edits: [edit])], to: ["/f": Array("a\n".utf8)]).count == 0)
  }
}
