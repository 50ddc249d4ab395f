import ConfigurationSyntax
import Testing

@Suite("Layout of files")
struct FormatTests {
  private static let formatter = SourceFormatter(grammar: testGrammar)

  private func format(_ text: String) throws -> String {
    String(decoding: try Self.formatter.format(Array(text.utf8), path: "a.conf").bytes, as: UTF8.self)
  }

  /// An input and its layout.
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var input: String
    var output: String

    init(_ description: String, _ input: String, _ output: String) {
      testDescription = description
      self.input = input
      self.output = output
    }

    static func same(_ description: String, _ text: String) -> Case { Case(description, text, text) }
  }

  private static let plain: [Case] = [
    Case("nothing", "", ""),
    Case("only blank lines", " \n\n\t\n", ""),
    Case("no line feed at the end", "line a", "line a\n"),
    Case(
      "indentation",
      "block {\n\tinner {\nline a\n      }\n }\n",
      "block {\n    inner {\n        line a\n    }\n}\n"),
    Case("blanks between words", "line \t a\u{B}b  c \n", "line a b c\n"),
    Case("CRLF and a byte order mark", "\u{FEFF}line a\r\n\r\nline b\r\n", "line a\n\nline b\n"),
    Case("blank lines", "\n\nline a\n\n\n\nline b\n\n", "line a\n\nline b\n"),
    Case("blank lines in a block", "block {\n\n\nline a\n\n\nline b\n\n}\n", "block {\n    line a\n\n    line b\n}\n"),
    Case("a brace on the next line", "block\n{\nline a\n}\n", "block {\n    line a\n}\n"),
    Case("a brace after blank lines", "block\n\n  {\nline a\n}\n", "block {\n    line a\n}\n"),
    Case("a brace that leads a line", "block\n{ line a # c\n}\n", "block {\n    line a # c\n}\n"),
    Case("a brace without a blank", "block{\nline a}\n", "block {\n    line a\n}\n"),
    Case(
      "several blocks on a line", "block { values { a b } } block { line x }  # two\n",
      "block {\n    values {\n        a b\n    }\n}\nblock {\n    line x\n} # two\n"),
    Case("empty blocks", "block { inner {}}\n", "block {\n    inner {\n    }\n}\n"),
    Case("a closing brace before a word", "block {\n} line a\n", "block {\n}\nline a\n"),
    Case("blocks that end elsewhere", "block {\ninner {\n}\n", "block {\n    inner {\n    }\n"),
    Case(
      "blocks that begin elsewhere",
      "  line a\n}\n}\nblock {\nline b\n}\n",
      "line a\n}\n}\nblock {\n    line b\n}\n"),
    Case("a brace that follows nothing", "{\nline a\n}\n", "{\n    line a\n}\n"),
    Case("a brace after a brace", "block {\n}\n{\n}\n", "block {\n}\n{\n}\n"),
  ]

  private static let comments: [Case] = [
    Case("behind a word", "line a     # c  \n", "line a # c\n"),
    Case("in a word", "line ab#c d\n", "line ab#c d\n"),
    Case("behind a brace", "block {# c\n}! d\n", "block { # c\n} ! d\n"),
    Case("of their own", "# a\nblock {\n# b\n}\n", "# a\nblock {\n    # b\n}\n"),
    Case("with a brace on the next line", "block # c\n{\n}\n", "block { # c\n}\n"),
    Case("on the brace's line", "block\n{ # c\n}\n", "block { # c\n}\n"),
    .same("on both lines", "block # a\n{ # b\n}\n"),
    .same("between a block's name and its brace", "block\n# c\n{\n}\n"),
    .same("that cuts a name", "block#c\n{\n}\n"),
    Case("in quotes", "line \"a  # b\"   # c\n", "line \"a  # b\" # c\n"),
    Case("with a backslash before it", "line a\\#b   c\n", "line a\\#b   c\n"),
    Case(
      "that holds braces",
      "block {\nvalues { ! c }}}\na\n}\n}\n",
      "block {\n    values { ! c }}}\n        a\n    }\n}\n"),
    Case("that is no UTF-8 elsewhere", "line a #   \u{E9}\u{20AC}\n", "line a #   \u{E9}\u{20AC}\n"),
  ]

  private static let quotes: [Case] = [
    Case("are kept", "line  \"a   b\"  c\n", "line \"a   b\" c\n"),
    Case("inside words stay where they are", "line a\"b  c\"d   e\n", "line a\"b  c\"d e\n"),
    Case("hold braces", "line \"a { b }\"   c\nline d\n", "line \"a { b }\" c\nline d\n"),
    Case("of the single kind are kept too", "run   'a   b'   c\n", "run 'a   b' c\n"),
    Case("of the single kind with braces", "  run 'a { }'   { b\n", "run 'a { }'   { b\n"),
    Case("of the single kind that are not closed", "line it's   a\n", "line it's   a\n"),
    Case("of both kinds", "run '/bin/sh -c \"a   b\"'   c\n", "run '/bin/sh -c \"a   b\"'   c\n"),
    Case("with a backslash", "run   \"a \\\"b   c\\\" d\"   e\n", "run \"a \\\"b   c\\\" d\"   e\n"),
    Case("that are empty", "line   \"\"   a\n", "line \"\" a\n"),
  ]

  private static let language: [Case] = [
    Case("a definition", "  $A=  b   c  # d\nline a\n", "$A=  b   c # d\nline a\n"),
    Case("a definition in a block", "block {\n$A=b\n}\n", "block {\n    $A=b\n}\n"),
    .same("a definition of several lines", "$A= \\\n\tblock   { \\\n\n\\\n"),
    .same("such a definition up to its last line", "$A=\\\n  a  \\\n\\\n  b   c\nline d\n"),
    .same("such a definition up to the end", "$A=a \\\n  b  \\\n"),
    .same("such a definition with a comment", "$A=a   # c \\\n   b   c\nline a\n"),
    .same("such a definition under a condition", "@me $A=a \\\n  b   c\nline a\n"),
    .same("such a definition in a sequence", "~SEQ(I, 1, 2) $A=a \\\n  b   c\nline a\n"),
    Case("a blank line that ends a definition", "$A=a \\\n\n\n\nline b\n", "$A=a \\\n\nline b\n"),
    Case("a reference", "line    a   $B   c   # d\n", "line a $B   c # d\n"),
    .same("a reference and braces", "block $A { line x }\n"),
    .same("a reference that is none before a brace", "block $A{\n    line a\n}\n"),
    .same("a reference in braces", "block ${A}{\n    line a\n}\n"),
    .same("a brace after a reference", "block $A\n{\n    line a\n}\n"),
    Case("a reference in quotes", "line   \"a   ${B}   c\"   d\n", "line \"a   ${B}   c\"   d\n"),
    Case("a condition", "block {\n@me   line   a   # c\n}\n", "block {\n    @me   line   a # c\n}\n"),
    .same("a condition and a brace", "@me block a\n{\n    line a\n}\n"),
    Case(
      "two conditions for one block", "@a block x {\n@b block y {\nline a\n@b line b\n}\nline c\n",
      "@a block x {\n@b block y {\n    line a\n    @b line b\n}\nline c\n"),
    Case(
      "a block of one host only",
      "@a block x {\n@a line a\n@a }\nline b\n",
      "@a block x {\n    @a line a\n@a }\nline b\n"),
    Case(
      "a block of all others", "@^a block x {\n@^a line a\n@^a }\nline b\n",
      "@^a block x {\n    @^a line a\n@^a }\nline b\n"),
    Case("a sequence", "values {\n~SEQ(I,  1,2)   a  ${I}\n}\n", "values {\n    ~SEQ(I,  1,2)   a  ${I}\n}\n"),
    .same("a sequence of groups", "~LST({A,B}, {1,2}) block ${A} {\n    line a\n}\n"),
    Case(
      "an include",
      "block {\ninclude   a{b,c}  d.conf   # e\n}\n",
      "block {\n    include   a{b,c}  d.conf # e\n}\n"),
    .same("an include and a brace", "include a\n{\n}\n"),
    .same("an include behind a brace", "block { } include a\n"),
    .same("a condition behind a brace", "block { @me line a\n}\n"),
    .same("a tilde behind a brace", "values { ~SEQ(I,1,2) a\n}\n"),
    .same("a backslash before a brace's line", "block \\\n{\n}\n"),
  ]

  @Test("The layout of each form", arguments: plain + comments + quotes + language)
  func layout(of form: Case) throws {
    #expect(try format(form.input) == form.output)
    #expect(try format(form.output) == form.output)
  }

  @Test("A layout reads as the text did", arguments: plain + comments + quotes + language)
  func meaning(of form: Case) throws {
    let (before, after) = (parse(form.input), parse(form.output))
    #expect(shown(after.statements) == shown(before.statements))
    #expect(after.ids == before.ids.filter { $0 != "byte-order-mark" })
  }

  @Test(
    "What cannot be understood is told with its place",
    arguments: [
      ("line a\nline b\u{0}c\n", "nul-byte", 2, 7),
      ("\n  line \"a b # c\n", "unterminated-quote", 2, 8),
      ("line " + String(repeating: "a", count: 70_000), "line-too-long", 1, 1),
    ] as [(String, String, Int, Int)])
  func refusal(text: String, id: String, line: Int, column: Int) {
    let failure = #expect(throws: FormatFailure.self) { try format(text) }
    #expect(failure?.diagnostic.id == id)
    #expect(failure?.diagnostic.severity == .error)
    #expect(failure?.diagnostic.range.map { [$0.line, $0.column] } == [line, column])
    #expect(failure?.diagnostic.range?.path == "a.conf")
  }

  @Test("Bytes that are no UTF-8 are kept in comments and refused elsewhere")
  func invalidUTF8() throws {
    let comment = Array("line a # ".utf8) + [0xE9, 0x0A]
    #expect(try Self.formatter.format(comment, path: "a").bytes == comment)
    let failure = #expect(throws: FormatFailure.self) {
      try Self.formatter.format(Array("line a".utf8) + [0xE9], path: "a")
    }
    #expect(failure?.diagnostic.id == "invalid-utf8")
  }

  @Test("A line that keepalived would cut is not touched, and none becomes one")
  func longLines() throws {
    let long = "  line " + String(repeating: "a ", count: 600) + "\n"
    #expect(try format(long) == long)
    let word = String(repeating: "b", count: 1015)
    let edge = "block {\n    inner {\nline \(word)\n}\n}\n"
    #expect(try format(edge).split(separator: "\n").map(\.utf8.count).max() == 1023)
    #expect(try format(format(edge)) == format(edge))
    let name = "block \(String(repeating: "c", count: 1016))\n{\n}\n"
    #expect(try format(name) == name)
  }

  @Test("Nesting without end neither traps nor grows without bound")
  func deepNesting() throws {
    let open = String(repeating: "{\n", count: 50_000)
    #expect(try format(open).utf8.count < 5_000_000)
    let close = String(repeating: "} ", count: 30_000) + "\n"
    #expect(try format(close) == close)
  }

  @Test("A layout that would be longer than any file that is read is refused")
  func tooLarge() throws {
    let small = SourceFormatter(grammar: testGrammar, longest: 100)
    let failure = #expect(throws: FormatFailure.self) {
      try small.format(Array(String(repeating: "{\n", count: 10).utf8), path: "a")
    }
    #expect(failure?.diagnostic.id == "file-too-large")
    #expect(failure?.diagnostic.range?.line == 9)
  }

  @Test("The difference is a unified diff of the lines that change")
  func difference() throws {
    let text = (1...9).map { "line \($0)\n" }.joined() + "line   x\nblock\n{\n}\n" + "line 10"
    let source = try Self.formatter.format(Array(text.utf8), path: "a.conf")
    #expect(
      String(decoding: source.difference(path: "a.conf"), as: UTF8.self) == """
        --- a.conf
        +++ a.conf (formatted)
        @@ -7,8 +7,7 @@
         line 7
         line 8
         line 9
        -line   x
        -block
        -{
        +line x
        +block {
         }
        -line 10
        \\ No newline at end of file
        +line 10

        """)
    let same = try Self.formatter.format(source.bytes, path: "a.conf")
    #expect(!same.isChanged && same.difference(path: "a.conf").isEmpty)
  }
}
