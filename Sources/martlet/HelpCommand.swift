import ArgumentParser
import Configuration
import ConfigurationModel
import PrintableText

/// `martlet help`: help of commands by the argument parser, and the pages of keywords.
struct HelpCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "help", abstract: "Explain a command, or a keyword: help keyword NAME.",
    discussion: """
      'martlet help keyword NAME' shows what a keyword of the configuration does and what it takes, with range, unit, default, \
      first version and replacement, in every block that has it. BLOCK/NAME shows one block only. \
      Words of an entry, as 'dev' of a virtual address, are keywords too.
      """)

  @Argument(help: "A command, or 'keyword' and names of keywords.")
  var words: [String] = []

  func run() throws {
    guard words.first == "keyword" else {
      printOut(MartletCommand.helpMessage(for: try command(words[...])) + "\n")
      return
    }
    guard words.count > 1 else { throw ValidationError("Name a keyword.") }
    let pages = try words.dropFirst().flatMap(pages)
    printOut(pages.joined(separator: "\n"))
  }

  private func pages(_ name: String) throws -> [String] {
    let schema = Schema.keepalived
    let entries = schema.entries(name)
    guard entries.isEmpty else { return entries.map(schema.page) }
    let nearest = schema.nearest(to: name)
    throw ValidationError("There is no keyword \(name.printable())\(nearest.map { "; did you mean \($0)?" } ?? ".")")
  }

  private func command(_ names: ArraySlice<String>) throws -> any ParsableCommand.Type {
    var found: any ParsableCommand.Type = MartletCommand.self
    for name in names {
      guard let next = found.configuration.subcommands.first(where: { $0.configuration.commandName == name }) else {
        throw ValidationError("There is no command \(names.joined(separator: " ").printable()).")
      }
      found = next
    }
    return found
  }
}
