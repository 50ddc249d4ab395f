import ConfigurationModel
import Testing

@testable import Configuration
@testable import ConfigurationSyntax

@Suite("Things found by name")
struct NameIndexTests {
  private struct Reading: NamedReading {
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
    var readings = [Reading("a", 1), Reading("b", 2), Reading("a", 3)]
    #expect(index.find("a", in: readings)?.number == 1)
    #expect(index.find("c", in: readings) == nil)
    readings.append(Reading("c", 4))
    #expect(index.find("c", in: readings)?.number == 4)
    readings.removeLast(3)
    #expect(index.find("c", in: readings) == nil)
    #expect(index.find("a", in: readings)?.number == 1)
  }
}
