import ConfigurationSyntax
import Testing

@Suite("Hostile input")
struct RobustnessTests {
  @Test("Bytes that are no text are one error each, and the lines around them are read")
  func bytes() {
    let cases: [([UInt8], String)] = [
      (Array("line a".utf8) + [0] + Array("b\nline c".utf8), "nul-byte"),
      (Array(String(repeating: "line x ", count: 150_000).utf8) + Array("\nline c".utf8), "line-too-long"),
    ]
    for (bytes, id) in cases {
      let source = parse(bytes)
      #expect(source.ids == [id])
      #expect(shown(source.statements) == "line c")
      #expect(source.diagnostics.diagnostics.first?.range?.line == 1)
    }
  }

  @Test(
    "Bytes that are no UTF-8 are kept in their words and told of", arguments: [[0xFF, 0xFE], [0xC3], [0xD6, 0xF7]])
  func otherBytes(bytes: [UInt8]) {
    let source = parse(Array("line ".utf8) + bytes + Array("\nline c".utf8))
    #expect(source.ids == ["invalid-utf8"])
    #expect(source.diagnostics.diagnostics.allSatisfy { $0.severity == .note })
    #expect(source.statements.first.map { Array($0.words[1].bytes) } == bytes && source.statements.count == 2)
  }

  @Test("Bytes that are no text do no harm in a comment")
  func comment() {
    #expect(parse(Array("line a # ".utf8) + [0xE4, 0x0A]).ids.isEmpty)
  }

  @Test(
    "What would grow without end is an error instead",
    arguments: [
      "$X=$X\nline $X", "$X=${X}\nline ${X}", "$A=$B\n$B=$A\nline $A", "$A=a ${B}\n$B=b ${A}\nline ${A}",
      "~SEQ(I,1,1000000000000) line ${I}", "~SEQ(A,100000) ~SEQ(B,100000) line x",
      "~SEQ(I,9223372036854775807) line x",
      "~SEQ(I,-9223372036854775807,9223372036854775807,9223372036854775807) line x",
      "$L= \\\n$L\n$L", "block n {\nline a", "block n {\ninner {\nline a\n}\n",
      String(repeating: "~SEQ(A,1) ", count: 100) + "line x",
    ])
  func growth(text: String) {
    let source = parse(text)
    let errors = source.diagnostics.diagnostics.filter { $0.severity == .error }
    #expect(errors.count == 1, "\(source.ids)")
    #expect(errors.allSatisfy { $0.range != nil })
  }

  @Test(
    "Where the reading stops nothing is said of the blocks that it left open",
    arguments: [
      "~SEQ(I,1,1000000000000) line ${I}", "~SEQ(A,100000) ~SEQ(B,100000) line x", "$L= \\\n$L\n$L",
      String(repeating: "~SEQ(A,1) ", count: 100) + "line x", "include /1",
    ])
  func stopped(text: String) {
    var others: [String: String] = [:]
    for level in 1...40 { others["/\(level)"] = "include /\(level + 1)" }
    let source = parse("line a\nblock n {\ninner {\n\(text)\n}\n}\nline b", others: others)
    #expect(source.ids.count == 1 && source.diagnostics.hasErrors, "\(source.ids)")
    #expect(shown(source.statements) == "line a")
  }

  @Test("A definition that holds itself twice is one error, and makes no more lines than it may stand deep")
  func doubledRecursion() {
    let source = parse("$L= \\\nline a \\\n$L \\\n$L\n$L")
    #expect(source.ids == ["definition-loop"])
    #expect((1...SourceLimits.expansionDepth + 1).contains(source.statements.count), "\(source.statements.count)")
  }

  @Test("A sequence without end makes no line, and one within another no more than the bound")
  func linesMade() {
    #expect(parse("~SEQ(I,1,1000000000000) line ${I}").statements.isEmpty)
    #expect(parse("~SEQ(A,100) ~SEQ(B,1000000000000) line x").statements.isEmpty)
    #expect(parse("~SEQ(A,1000) ~SEQ(B,9) line x").statements.count == 9000)
    let most = parse("~SEQ(A,1000) ~SEQ(B,100) line x")
    #expect(most.ids == ["expansion-too-large"] && most.statements.count <= 10_000)
  }

  @Test(
    "What has to be kept is bounded: blocks, entries of all blocks, and the words of one",
    arguments: [
      ("~SEQ(A,4) line x", "more than 3 blocks"),
      ("values {\na\nb\n}\nvalues {\nc\nd\n}", "more than 3 entries of blocks"),
      ("block n {\n~SEQ(A,9) line x\n}", "more than 40 words in one block"),
      ("block n {\nline " + String(repeating: "x ", count: 50) + "\n}", "more than 40 words in one block"),
    ])
  func kept(text: String, excess: String) throws {
    var limits = SourceLimits()
    limits.statements = 3
    limits.heldWords = 40
    let source = ConfigurationParser.parse(
      path: "/m", files: MemorySourceFiles(texts: ["/m": text + "\nline x"]), grammar: testGrammar,
      configurationID: nil,
      limits: limits)
    #expect(source.ids == ["expansion-too-large"])
    #expect(source.diagnostics.diagnostics.first?.message.hasSuffix(excess) == true)
  }

  @Test("A line of 10 MiB is one error, and nothing of it is read", arguments: ["x ", "{"])
  func longLine(part: String) {
    let line = String(repeating: part, count: 10 * 1_048_576 / part.utf8.count).utf8
    let source = parse(Array("line a\n".utf8) + line + Array("\nline b".utf8))
    #expect(source.ids == ["line-too-long"])
    #expect(source.diagnostics.diagnostics.map(\.range?.line) == [2])
    #expect(shown(source.statements) == "line a|line b")
  }

  @Test(
    "What keepalived drops or leaves as it is, is one warning with its place",
    arguments: [
      ("~SEQ(I,1,0,5) line ${I}", ""), ("~SEQ(I,5,1,1) line ${I}", ""), ("~SEQx(I,-1,5) line", ""),
      ("~SEQ(I) line", ""), ("~SEQ line", ""), ("~SEQ(I,1,x) line", ""), ("~LST(A) line x", ""),
      ("~LST({A,B},{1,2,3}) line x", ""), ("~SEQ(I,1,2 line", ""),
      ("line ${NOBODY}x", "line ${NOBODY}x"), ("run a${NOBODY b}c", "run a${NOBODY b}c"),
      ("$L=a\\\nline b\nline $L c", "line $L c"),
      ("line a\n}", "line a"), ("line a {", "line a"),
    ])
  func dropped(text: String, expected: String) {
    let source = parse(text)
    #expect(shown(source.statements).replacing("'", with: "") == expected)
    #expect(source.diagnostics.diagnostics.map(\.severity) == [.warning], "\(source.ids)")
    #expect(source.diagnostics.diagnostics.allSatisfy { $0.range != nil })
  }

  @Test("A range of random numbers that is the wrong way round is drawn from all the same")
  func randomRange() {
    for text in ["line ${_RANDOM 9 9 9}", "line ${_RANDOM 9 5}", "line ${_RANDOM x}"] {
      let source = parse(text)
      #expect(source.ids == ["random-range"])
      #expect(!source.diagnostics.hasErrors)
    }
  }

  @Test("A brace that came too early is an error where the brace too many shows it")
  func earlyBrace() {
    let early = parse("block n {\n}\ninner {\n}\n}\nline c")
    #expect(early.ids == ["misplaced-keyword", "extra-brace"])
    #expect(early.diagnostics.hasErrors)
  }

  @Test("Definitions that double each other stop at a bound")
  func doubling() {
    var text = "$A0=xxxxxxxxxxxxxxxx\n"
    for level in 1...40 { text += "$A\(level)=${A\(level - 1)}${A\(level - 1)}\n" }
    let source = parse(text + String(repeating: "line ${A31}\n", count: 50))
    #expect(source.diagnostics.hasErrors)
  }

  @Test("Multi-line definitions that double each other stop at a bound")
  func doublingLines() {
    var text = "$A0=line a\\\nline b\n"
    for level in 1...25 { text += "$A\(level)=$A\(level - 1) \\\n$A\(level - 1)\n" }
    let source = parse(text + "$A25\n")
    #expect(source.diagnostics.hasErrors)
  }

  @Test("An undefined name stays, and is told of once")
  func undefined() {
    let source = parse("line $NOBODY \"${SHELL}\"")
    #expect(shown(source.statements) == "line $NOBODY ${SHELL}")
    #expect(source.ids == ["undefined-definition"])
  }

  @Test(
    "Braces by the ten thousand are read",
    arguments: [String(repeating: "{", count: 20_000), String(repeating: "}", count: 20_000)])
  func braces(text: String) {
    let lines = text.map(String.init).joined(separator: "\n")
    #expect(!parse(lines).ids.isEmpty)
    #expect(!parse("block n {\nx\n" + lines).ids.isEmpty)
  }

  @Test("A file that is not there, or no file, is an error with its path")
  func missingFile() {
    let source = ConfigurationParser.parse(
      path: "/nowhere", files: MemorySourceFiles(), grammar: testGrammar, configurationID: nil)
    #expect(source.diagnostics.diagnostics.map(\.message) == ["/nowhere does not exist"])
    let directory = ConfigurationParser.parse(
      path: "/", files: DiskSourceFiles(), grammar: testGrammar, configurationID: nil)
    #expect(directory.diagnostics.diagnostics.map(\.message) == ["/ is not a regular file"])
  }

  @Test("Include patterns with braces that multiply are refused")
  func braceBomb() {
    let source = parse("include " + String(repeating: "{a,b,c,d}", count: 30))
    #expect(source.ids == ["include-too-many"])
  }

  @Test("Help with misspelt names ends before it takes longer than the reading")
  func suggestions() {
    let diagnostics = DiagnosticCollector(map: SourceMap())
    let names = (0..<1000).map { "name\($0)" }
    let found = (0..<100).map { _ in diagnostics.nearest(to: "nane7", in: names) }
    #expect(found.first == "name7")
    #expect((10...50).contains(found.count { $0 != nil }))
  }
}
