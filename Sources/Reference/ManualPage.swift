import Configuration
import ConfigurationModel

/// The manual page `martlet.conf(5)`.
struct ManualPage {
  private let schema: Schema

  /// The page of a schema.
  init(_ schema: Schema = .keepalived) {
    self.schema = schema
  }

  /// The page in the macros of man(7).
  var text: String {
    let head = """
      .\\" Made from the schema of keywords: make docs
      .TH MARTLET.CONF 5 "" martlet "File Formats"
      .SH NAME
      martlet.conf \\- configuration of martlet
      .SH DESCRIPTION
      .PP
      martlet reads the language of
      .BR keepalived.conf (5).
      A file is read line by line: a keyword and its values, or a block in braces.
      What follows # or ! is a comment, unless it stands in double quotes.
      .PP
      .B include
      .I PATTERN
      reads other files in place, relative to the file that it stands in.
      A line
      .I $NAME=VALUE
      defines a name that
      .I ${NAME}
      puts in.
      .I @ID LINE
      is read on the host of that id only, and
      .I @^ID LINE
      on all others.
      .I ~SEQ(NAME, FIRST, STEP, LAST) LINE
      and
      .I ~LST(NAME, VALUE, VALUE) LINE
      repeat a line.
      .PP
      .B martlet check
      .I FILE
      says what is wrong and what to write instead,
      .B martlet config show
      .I FILE
      shows the file with all defaults filled in, and
      .B martlet help keyword
      .I NAME
      shows an entry of this page.
      .SH KEYWORDS
      """
    return head + "\n" + BlockOfRows.all(schema).map(section).joined()
      + ".SH SEE ALSO\n.BR keepalived.conf (5)\n"
  }

  private func section(_ block: BlockOfRows) -> String {
    ".SS \"\(Self.quoted(block.name.isEmpty ? "Outside all blocks" : block.name))\"\n"
      + (block.isEntry ? ".PP\nWords of a line.\n" : "") + block.rows.map(entry).joined()
  }

  private func entry(_ keyword: Keyword) -> String {
    let arguments = keyword.arguments.isEmpty ? "" : " \\fI\(Self.escaped(keyword.arguments))\\fR"
    let facts = [
      "\(keyword.meaning).", keyword.range.map { "Range: \($0)." }, keyword.defaultText.map { "Default: \($0)." },
      keyword.since == "2.2.7" ? nil : "Since: \(keyword.history).", keyword.treatment.map { "martlet \($0)." },
      keyword.replacement.map { "Deprecated; instead: \($0)." },
    ]
    return ".TP\n\\fB\(Self.escaped(keyword.name))\\fR\(arguments)\n"
      + facts.compactMap { $0 }.map { "\\&\(Self.escaped($0))\n" }.joined()
  }

  /// Text of which no sign is taken for a request.
  private static func escaped(_ text: String) -> String {
    text.reduce(into: "") { result, character in
      switch character {
      case "\\": result += "\\e"
      case "-": result += "\\-"
      case "'": result += "\\(aq"
      case "`": result += "\\(ga"
      case "^": result += "\\(ha"
      case "~": result += "\\(ti"
      case "…": result += "..."
      default: result.append(character)
      }
    }
  }

  private static func quoted(_ text: String) -> String {
    escaped(text).split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\\(dq")
  }
}
