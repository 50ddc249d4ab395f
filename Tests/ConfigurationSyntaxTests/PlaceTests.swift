import Testing

@testable import ConfigurationSyntax

@Suite("Places of words")
struct PlaceTests {
  @Test("A word keeps line, column and length")
  func plain() {
    let source = parse("\n  line  abc \"d e\"")
    let words = source.statements[0].words
    #expect(words.map(\.span.line) == [2, 2, 2])
    #expect(words.map(\.span.column) == [3, 9, 13])
    #expect(words.map(\.span.length) == [4, 3, 5])
  }

  @Test("A word from a definition is placed in the definition, and its use is known")
  func definition() {
    let source = parse("$A=first second\nline x $A")
    let range = source.diagnostics.map.range(of: source.statements[0].words[3].span)
    #expect([range.line, range.column] == [1, 10])
    #expect(range.trail.count == 1)
    #expect(range.trail.first?.reason == .definition(name: "A"))
    #expect(range.trail.first?.line == 2)
    #expect(range.trail.first?.column == 8)
  }

  @Test("A definition inside another one is traced through both")
  func nested() {
    let source = parse("$A=one $B\n$B=two\nline $A")
    let range = source.diagnostics.map.range(of: source.statements[0].words[2].span)
    #expect([range.line, range.column] == [2, 4])
    #expect(range.trail.map(\.line) == [1, 3])
  }

  @Test("Text after a definition has its own place again")
  func after() {
    let source = parse("$A=x\nline ${A}b c")
    let words = source.statements[0].words
    #expect(words[2].text == "c")
    #expect(words[2].span.line == 2)
    #expect(words[2].span.column == 12)
  }

  @Test("A word that a definition is only a part of is placed at its use, and the definition is known")
  func mixed() {
    let source = parse("$N=5\nline eth${N}.${N}x after")
    let words = source.statements[0].words
    #expect(words[1].text == "eth5.5x")
    let range = source.diagnostics.map.range(of: words[1].span)
    #expect([range.line, range.column, range.length] == [2, 6, 13])
    #expect(range.trail.map(\.reason) == [.defined(name: "N")])
    #expect(range.trail.first?.line == 1 && range.trail.first?.column == 4)
    #expect(!words[2].span.isMixed && words[1].span.isMixed)
  }

  @Test("A finding in a definition or an included file shows both lines")
  func bothLines() {
    let source = parse("$A=lien x\nline y\n$A\ninclude /etc/other", others: ["/etc/other": "  nonsense z"])
    let text = DiagnosticRenderer().render(source.diagnostics.finish())
    #expect(
      text == """
        /etc/m/main.conf:1:4: warning: 'lien' is not a keyword outside all blocks; the line is ignored [unknown-keyword]
          1 | $A=lien x
            |    ^~~~
        /etc/m/main.conf:3:1: note: $A is used here
          3 | $A
            | ^~
          help: did you mean line?
        /etc/other:1:3: warning: 'nonsense' is not a keyword outside all blocks; the line is ignored [unknown-keyword]
          1 |   nonsense z
            |   ^~~~~~~~
        /etc/m/main.conf:4:9: note: included from here
          4 | include /etc/other
            |         ^~~~~~~~~~

        """)
  }

  @Test("Columns are counted in bytes and in characters")
  func columns() throws {
    let range = try #require(parse("block ü {\n lïne ä\n}").diagnostics.diagnostics.first?.range)
    #expect([range.column, range.length, range.characterColumn, range.characterLength] == [2, 5, 2, 4])
    let after = parse("line äö x").statements[0].words[2].span
    let place = parse("line äö x").diagnostics.map.range(of: after)
    #expect([place.column, place.characterColumn] == [11, 9])
  }

  @Test("A line of a multi-line definition is placed there")
  func multiLine() {
    let source = parse("$L= \\\n  line a \\\n  line b\n$L")
    let range = source.diagnostics.map.range(of: source.statements[1].words[1].span)
    #expect([range.line, range.column] == [3, 8])
    #expect(range.trail.first?.line == 4)
  }

  @Test("A sequence's number is placed at the sequence")
  func sequence() {
    let source = parse("\n~SEQ(I,1,2) line ${I}")
    let range = source.diagnostics.map.range(of: source.statements[1].words[1].span)
    #expect(range.line == 2)
    #expect(range.column == 1)
    #expect(range.trail.first?.reason == .definition(name: "I"))
  }

  @Test("The renderer prints place, text, rule, the line with a mark, and help")
  func rendered() {
    let source = parse("line a\n  lien b")
    let text = DiagnosticRenderer().render(source.diagnostics.finish())
    #expect(
      text == """
        /etc/m/main.conf:2:3: warning: 'lien' is not a keyword outside all blocks; the line is ignored [unknown-keyword]
          2 |   lien b
            |   ^~~~
            |   line
          help: did you mean line?

        """)
    #expect(DiagnosticRenderer(color: true).render(source.diagnostics.finish()).contains("\u{1B}[1;35mwarning"))
  }

  @Test("The mark stands under its word in a line with tabs and letters of several bytes")
  func mark() throws {
    let source = parse("block ü {\n\tlien ä\n}")
    let range = try #require(source.diagnostics.diagnostics.first?.range)
    #expect(range.excerpt == " lien ä")
    #expect(range.excerptColumn == 1)
  }

  @Test("A password never shows in a finding")
  func masked() throws {
    let source = parse("auth_pass topsecret nonsense")
    let range = try #require(source.diagnostics.diagnostics.first?.range)
    #expect(range.excerpt == "auth_pass ********")
  }
}
