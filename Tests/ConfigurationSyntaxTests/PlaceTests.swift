import ConfigurationSyntax
import Testing

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
            lien b
            ^~~~
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
    #expect(range.excerpt == "auth_pass ********* ********")
  }
}
