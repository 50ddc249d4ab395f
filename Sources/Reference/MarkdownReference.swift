import Configuration
import ConfigurationModel

/// The schema's tables for `docs/configuration.md`.
struct MarkdownReference {
  /// What stands around the tables in the document; everything else in it is written by hand.
  static let marks = (
    begin: "<!-- The tables below come from the schema: make docs -->", end: "<!-- The tables end here. -->"
  )
  private let schema: Schema

  /// The reference of a schema.
  init(_ schema: Schema = .keepalived) {
    self.schema = schema
  }

  /// The document with new tables; `nil` if it has no place for them.
  func renewed(_ document: String) -> String? {
    let lines = document.split(separator: "\n", omittingEmptySubsequences: false)
    guard let begin = lines.firstIndex(where: { $0 == Self.marks.begin }),
      let end = lines[begin...].firstIndex(where: { $0 == Self.marks.end })
    else { return nil }
    return (lines[...begin].map(String.init) + ["", tables] + lines[end...].map(String.init)).joined(separator: "\n")
  }

  /// A table for each block.
  var tables: String {
    BlockOfRows.all(schema).map { block in
      "### \(block.name.isEmpty ? "Outside all blocks" : "`\(block.name)`")\n\n"
        + (block.isEntry ? "Words of a line.\n\n" : "")
        + "| keyword | range, unit | default | since | what it does |\n|---|---|---|---|---|\n"
        + block.rows.map(row).joined()
    }.joined(separator: "\n")
  }

  private func row(_ keyword: Keyword) -> String {
    let treatment = keyword.treatment.map { ". martlet \($0)" } ?? ""
    let instead = keyword.replacement.map { ". Deprecated; instead: \($0)" } ?? ""
    let cells = [
      "`\(Self.cell(keyword.usage))`", Self.cell(keyword.range ?? ""), Self.cell(keyword.defaultText ?? ""),
      keyword.isExtension ? "martlet" : keyword.since, Self.cell(keyword.meaning + treatment + instead),
    ]
    return "| " + cells.joined(separator: " | ") + " |\n"
  }

  private static func cell(_ text: String) -> String {
    text.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
  }
}

/// The rows of one block, in the schema's order.
struct BlockOfRows {
  var name: String
  var rows: [Keyword]
  /// Whether the rows are words of a line, and no keywords.
  var isEntry: Bool { rows.allSatisfy { $0.kind == .option } }

  static func all(_ schema: Schema) -> [BlockOfRows] {
    var blocks: [BlockOfRows] = []
    var positions: [String: Int] = [:]
    for keyword in schema.keywords {
      let position = positions[keyword.block] ?? blocks.count
      if position == blocks.count { blocks.append(BlockOfRows(name: keyword.block, rows: [])) }
      positions[keyword.block] = position
      blocks[position].rows.append(keyword)
    }
    return blocks
  }
}
