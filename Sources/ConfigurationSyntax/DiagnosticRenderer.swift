import PrintableText

/// Writes findings as people read them: place, severity, text, rule, then the line with a mark, then what helps.
public struct DiagnosticRenderer: Sendable {
  /// True to use terminal colours.
  public var color: Bool

  /// A renderer.
  public init(color: Bool = false) {
    self.color = color
  }

  /// One finding, ending in a line feed.
  public func render(_ diagnostic: Diagnostic) -> String {
    var text = line(diagnostic.severity, diagnostic.message, diagnostic.range, id: diagnostic.id)
    let indent = Self.gutterWidth(of: diagnostic)
    if let range = diagnostic.range {
      text += excerpt(range.line, range.excerpt, range.excerptColumn, range.characterLength, indent)
      text += replacement(of: diagnostic, indent)
      text += trail(range, indent)
    }
    for note in diagnostic.notes {
      text += line(.note, note.message, note.range, id: nil)
      guard let range = note.range else { continue }
      text += excerpt(range.line, range.excerpt, range.excerptColumn, range.characterLength, indent)
      text += trail(range, indent)
    }
    if let suggestion = diagnostic.suggestion { text += "  \(bold("help")): \(suggestion.printable())\n" }
    return text
  }

  /// All findings one after the other.
  public func render(_ diagnostics: [Diagnostic]) -> String {
    diagnostics.map { render($0) }.joined()
  }

  private func line(_ severity: Severity, _ message: String, _ range: SourceRange?, id: String?) -> String {
    let place = range.map { "\($0.path.printable()):\($0.line):\($0.column): " } ?? ""
    let tag = id.map { " [\($0)]" } ?? ""
    return "\(bold(place))\(tinted(severity)): \(message.printable())\(tag)\n"
  }

  /// The digits of the greatest line number that a finding shows.
  private static func gutterWidth(of diagnostic: Diagnostic) -> Int {
    let ranges = [diagnostic.range].compactMap(\.self) + diagnostic.notes.compactMap(\.range)
    let lines = ranges.map(\.line) + ranges.flatMap(\.trail).map(\.line)
    return "\(lines.max() ?? 1)".count
  }

  private func gutter(_ number: String, _ width: Int) -> String {
    blue(String(repeating: " ", count: max(0, width - number.count) + 2) + number + " |")
  }

  private func excerpt(_ line: Int, _ text: String, _ column: Int, _ length: Int, _ width: Int) -> String {
    guard !text.isEmpty else { return "" }
    let room = max(1, text.count - column)
    let mark = "^" + String(repeating: "~", count: max(0, min(length, room) - 1))
    return "\(gutter("\(line)", width)) \(text)\n"
      + "\(gutter("", width)) \(String(repeating: " ", count: column))\(green(mark))\n"
  }

  /// The replacement text of the fix, below the marked text.
  private func replacement(of diagnostic: Diagnostic, _ width: Int) -> String {
    guard let range = diagnostic.range, !range.excerpt.isEmpty, let edits = diagnostic.fixIt?.edits, edits.count == 1,
      let edit = edits.first, edit.path == range.path, edit.start.line == range.line, edit.end.line == range.line,
      edit.start.column == range.column, !edit.replacement.isEmpty, !edit.replacement.contains("\n")
    else { return "" }
    return
      "\(gutter("", width)) \(String(repeating: " ", count: range.excerptColumn))\(green(edit.replacement.printable()))\n"
  }

  private func trail(_ range: SourceRange, _ width: Int) -> String {
    range.trail.map { step in
      "\(bold("\(step.path.printable()):\(step.line):\(step.column): "))\(tinted(.note)): \(step.reason.sentence.printable())\n"
        + excerpt(step.line, step.excerpt, step.excerptColumn, step.characterLength, width)
    }.joined()
  }

  private func tinted(_ severity: Severity) -> String {
    guard color else { return severity.word }
    switch severity {
    case .error: return "\u{1B}[1;31merror\u{1B}[0m"
    case .warning: return "\u{1B}[1;35mwarning\u{1B}[0m"
    case .note: return "\u{1B}[1;36mnote\u{1B}[0m"
    }
  }

  private func bold(_ text: String) -> String { color && !text.isEmpty ? "\u{1B}[1m\(text)\u{1B}[0m" : text }

  private func green(_ text: String) -> String { color ? "\u{1B}[32m\(text)\u{1B}[0m" : text }

  private func blue(_ text: String) -> String { color ? "\u{1B}[34m\(text)\u{1B}[0m" : text }
}
