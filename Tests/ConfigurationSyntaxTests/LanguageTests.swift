import ConfigurationSyntax
import Testing

@Suite("The language: words, comments, blocks")
struct LanguageTests {
  @Test(
    "Lines become words and blocks",
    arguments: [
      ("line a b", "line a b"),
      ("  line\ta \u{B} b \r\n", "line a b"),
      ("line a # comment", "line a"),
      ("line a ! comment", "line a"),
      ("line ab#cd", "line ab"),
      ("line \"a # b\" c", "line 'a # b' c"),
      ("line \"\"", "line ''"),
      ("line ab\"c d\"ef", "line ab 'c d' ef"),
      ("line 'a b'", "line 'a b'"),
      ("line a\\nb \\", "line a\\nb \\"),
      ("run ab\"c d\"ef g", "run 'abc def' g"),
      ("run 'a \"b\" c'", "run 'a \"b\" c'"),
      ("block n {\nline a\n}", "block n {line a}"),
      ("block n\n{\nline a\n}", "block n {line a}"),
      ("block n{line a}", "block n {line a}"),
      ("block n { line a\n} line b", "block n {line a}|line b"),
      ("block a { inner { } } block b { }", "block a {inner {}}|block b {}"),
      ("values { a b\n c }", "values {a b|c}"),
      ("values { line x }", "values {line x}"),
      ("\u{FEFF}line a", "line a"),
      ("", ""),
    ])
  func words(text: String, expected: String) {
    #expect(shown(parse(text).statements) == expected)
  }

  @Test(
    "What is out of place is found and read as keepalived reads it",
    arguments: [
      ("block n\nline a\n}", "block n {line a}", ["missing-opening-brace"]),
      ("block n {\nline a", "block n {line a}", ["missing-closing-brace"]),
      ("}\nline a", "line a", ["extra-brace"]),
      ("line a { }", "line a", ["unexpected-brace", "extra-brace"]),
      ("nonsense a {\nrum b\n}\nline c", "line c", ["unknown-keyword"]),
      ("block n {\nblokc {\nline x\n}\nline a\n}", "block n {line a}", ["unknown-keyword"]),
      ("block n {\ninenr {\nnonsense\n}\nline a\n}", "block n {inenr|line a}", ["unknown-keyword", "unknown-keyword"]),
      ("block n {\nvaleus\nline a\n}", "block n {line a}", ["unknown-keyword"]),
      (
        "abcdef {\nblock n {\nline b\n}\nline c\nother {\n}\n}\nline d", "block n {line b}|line c|line d",
        ["unknown-keyword"]
      ),
      ("abcdef {\nline c", "line c", ["unknown-keyword", "missing-closing-brace"]),
      ("abcdef {\n}\n}", "", ["unknown-keyword", "extra-brace"]),
      ("line=a", "", ["equals-sign"]),
      ("block n {\nvalues {\na\n}\nblock m {\n}", "block n {values {a}}|block m {}", ["missing-closing-brace"]),
      ("line \"a b\nline c", "line 'a b'|line c", ["unterminated-quote"]),
      ("block \"n {\nline c\n}", "block n {line c}", ["unterminated-quote"]),
      ("block n {\nrun x\n}", "block n {}", ["misplaced-keyword"]),
      ("line \u{201C}a\u{201D}", "line \u{201C}a\u{201D}", ["typographic-quote"]),
      ("line a\\#b", "line a\\", ["escaped-comment"]),
      ("block n {", "block n {}", ["missing-closing-brace"]),
      ("block n", "block n", ["missing-opening-brace"]),
    ])
  func tolerance(text: String, expected: String, ids: [String]) {
    let source = parse(text)
    #expect(shown(source.statements).replacing(" {}", with: "") == expected.replacing(" {}", with: ""))
    #expect(source.ids == ids)
  }

  @Test("What keepalived makes of an unknown block within another is said, with the lines that it takes for others")
  func unknownBlocks() throws {
    let source = parse("block n {\nvaleus {\nx\nline y\n}\nline z\n}")
    #expect(shown(source.statements) == "block n {valeus {x}|line z}")
    let finding = try #require(source.diagnostics.diagnostics.first)
    #expect(
      finding.message
        == "'valeus' is not a keyword in block; its block is left out, while keepalived reads it as part of block")
    #expect(finding.suggestion == "did you mean values?")
    #expect(finding.notes.map(\.range?.line) == [4, 5])
    #expect(source.ids == ["unknown-keyword"])
  }

  @Test(
    "keepalived ends the block around at the first brace that no block it knows has opened",
    arguments: [
      ("block n {\nabcdef {\nother {\n}\n}\n}", [4]),
      ("block n {\nabcdef {\ninner {\n}\n}\n}", [3, 5]),
      ("block n {\nabcdef {\n}\n}", [3]),
      ("abcdef {\n}", []),
      ("block n {\nabcdef\n}", []),
    ])
  func endsOfUnknownBlocks(text: String, lines: [Int]) throws {
    let finding = try #require(parse(text).diagnostics.finish().first)
    #expect(finding.id == "unknown-keyword" && finding.notes.map(\.range?.line) == lines)
  }

  @Test(
    "A misspelt keyword is answered with the one that was meant",
    arguments: [("lien a", "line"), ("Line a", "line"), ("blok n { }", "block"), ("value { }", "values")])
  func suggestions(text: String, meant: String) {
    let finding = parse(text).diagnostics.diagnostics.first
    #expect(finding?.suggestion == "did you mean \(meant)?")
    #expect(finding?.fixIt?.replacement == meant)
  }

  @Test("A no-break space is named")
  func hardBlank() {
    let finding = parse("line\u{A0}a").diagnostics.diagnostics.first
    #expect(finding?.id == "no-break-space")
    #expect(finding?.suggestion?.contains("U+00A0") == true)
    #expect(finding?.fixIt?.replacement == "line a")
  }

  @Test(
    "Conditions keep a line for one host or drop it",
    arguments: [
      ("@me line a\n@you line b", "line a"),
      ("@^me line a\n@^you line b", "line b"),
      ("  @me line a", "line a"),
      ("@me\nline a", "line a"),
      ("@me block n {\n@you line x\nline y\n@me }", "block n {line y}"),
      ("@meme line a", ""),
    ])
  func conditions(text: String, expected: String) {
    #expect(shown(parse(text).statements) == expected)
  }

  @Test(
    "Definitions are put in late, everywhere, and often",
    arguments: [
      ("$A=x\nline $A", "line x"),
      ("$A= x y  \nline ${A}z", "line x yz"),
      ("$A=x\nline a${A}.5 ${A}.5", "line ax.5 x.5"),
      ("$A=$B\n$B=x\nline $A", "line x"),
      ("$A=x\n$A=y\nline $A", "line y"),
      ("$A=\nline a${A}b", "line ab"),
      ("$A=x\nline \"a ${A} b\"", "line 'a x b'"),
      ("$K=line\n$K a", "line a"),
      ("$A=block n {\n$A\nline a\n}", "block n {line a}"),
      ("$A=x\nline ($A,$A)", "line (x,x)"),
      ("line ${_INSTANCE} ${_PWD}", "line me /etc/m"),
      ("line a ${_HASH} b", "line a"),
      ("line a${_BANG}b", "line a"),
      ("line ${_ENV HOME}", "line /root"),
      ("$_PWD=x\nline ${_PWD}", "line x"),
      ("$L=line a\\\nline b\\\nline c\n$L", "line a|line b|line c"),
      ("$L= \\\nline a \\\n@you line b \\\nline c\n$L", "line a|line c"),
      ("$L=a\\\nline b\nline $L", "line a|line b"),
      ("$L=line a\\\n\nline b\n$L", "line b|line a"),
      ("$L=line ${X} \\\nline z\n$X=1\n$L\n$X=2\n$L", "line 1|line z|line 2|line z"),
      ("block n {\n$A=x\nline $A\n}", "block n {line x}"),
    ])
  func definitions(text: String, expected: String) {
    let source = parse(text, variables: ["HOME": "/root"])
    #expect(shown(source.statements) == expected)
    #expect(source.ids.isEmpty)
  }

  @Test("A random number lies in its range and follows the seed")
  func random() throws {
    let files = MemorySourceFiles(texts: ["/a": "line ${_RANDOM 5 9}\nline ${_RANDOM 5 9}"])
    func draw(_ seed: UInt64) -> String {
      shown(
        ConfigurationParser.parse(
          path: "/a", files: files, grammar: testGrammar, configurationID: nil, randomSeed: seed
        ).statements)
    }
    #expect(draw(1) == draw(1))
    for seed in 0..<100 as Range<UInt64> {
      for number in draw(seed).split(separator: "|") {
        let value = try #require(Int(number.dropFirst(5)))
        #expect((5...9).contains(value))
      }
    }
  }

  @Test(
    "Sequences and lists repeat a line",
    arguments: [
      ("~SEQ(I, 1, 1, 3) line $I", "line 1|line 2|line 3"),
      ("~SEQ(I,3) line a${I}b", "line a1b|line a2b|line a3b"),
      ("~SEQ(I,-2) line ${I}", "line -1|line -2"),
      ("~SEQ(I,5,3) line ${I}", "line 5|line 4|line 3"),
      ("~SEQ(I, 0x10, 8, 040) line ${I}", "line 16|line 24|line 32"),
      ("~SEQx(I,9,11) line ${I}", "line 9|line a|line b"),
      ("~SEQ(A,2) ~SEQ(B,2) line ${A}${B}", "line 11|line 12|line 21|line 22"),
      ("~LST(V, a, b) line ${V}", "line a|line b"),
      ("~LST({A,B}, {1,2}, {3}) line ${A}-${B}", "line 1-2|line 3-"),
      ("$E=2\n~SEQ(N,1,$E) line ${N}", "line 1|line 2"),
      ("$S=~SEQ(N,2) line ${N}\n$S", "line 1|line 2"),
      ("$S=~SEQ(N,2)\n$S line ${N}", "line 1|line 2"),
      ("~SEQ(I,2) line ${I}\nline ${I}", "line 1|line 2|line 2"),
      ("$L=block ${I} { \\\nline ${I} \\\n}\n~SEQ(I,2) $L", "block 1 {line 1}|block 2 {line 2}"),
      ("~SEQ(I,2) line ${I}\n~SEQ(I,2) line ${I}", "line 1|line 2|line 1|line 2"),
      ("@me ~SEQ(I,2) line ${I}", "line 1|line 2"),
    ])
  func sequences(text: String, expected: String) {
    let source = parse(text)
    #expect(shown(source.statements) == expected)
    #expect(source.ids.isEmpty)
  }
}
