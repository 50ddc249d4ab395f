import ConfigurationModel
import Testing

@testable import Configuration
@testable import ConfigurationSyntax

@Suite("Things found by name")
struct NameIndexTests {
  private struct Draft: NamedDraft {
    var name: Located<String>
    var number: Int

    init(_ name: String, _ number: Int) {
      self.name = Located(name, SourceSpan(file: 0, line: 1, column: 1, length: 0, origin: 0))
      self.number = number
    }
  }

  @Test("The first of a name is found, also when the list has grown or shrunk since the last question")
  func finding() {
    var index = NameIndex()
    var drafts = [Draft("a", 1), Draft("b", 2), Draft("a", 3)]
    #expect(index.find("a", in: drafts)?.number == 1)
    #expect(index.find("c", in: drafts) == nil)
    drafts.append(Draft("c", 4))
    #expect(index.find("c", in: drafts)?.number == 4)
    drafts.removeLast(3)
    #expect(index.find("c", in: drafts) == nil)
    #expect(index.find("a", in: drafts)?.number == 1)
  }
}
