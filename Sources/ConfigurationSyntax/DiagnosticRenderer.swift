/// Writes findings as people read them: place, severity, text, rule, then the line with a mark, then what helps.
public struct DiagnosticRenderer: Sendable {
  /// Whether to use terminal colours.
  public var color: Bool

  /// A renderer.
  public init(color: Bool = false) {
    self.color = color
  }

  /// One finding, ending in a line feed.
  public func render(_ diagnostic: Diagnostic) -> String {
    var text = line(diagnostic.severity, diagnostic.message, diagnostic.range, id: diagnostic.id)
    if let range = diagnostic.range {
      text += excerpt(range)
      for step in range.trail { text += trailLine(step) }
    }
    for note in diagnostic.notes {
      text += line(.note, note.message, note.range, id: nil)
      if let range = note.range { text += excerpt(range) }
    }
    if let suggestion = diagnostic.suggestion { text += "  \(bold("help")): \(suggestion)\n" }
    return text
  }

  /// All findings one after the other.
  public func render(_ diagnostics: [Diagnostic]) -> String {
    diagnostics.map { render($0) }.joined()
  }

  private func line(_ severity: Severity, _ message: String, _ range: SourceRange?, id: String?) -> String {
    let place = range.map { "\($0.path):\($0.line):\($0.column): " } ?? ""
    let tag = id.map { " [\($0)]" } ?? ""
    return "\(bold(place))\(tinted(severity)): \(message)\(tag)\n"
  }

  private func excerpt(_ range: SourceRange) -> String {
    guard !range.excerpt.isEmpty else { return "" }
    let room = max(1, range.excerpt.count - range.excerptColumn)
    let mark = "^" + String(repeating: "~", count: max(0, min(range.length, room) - 1))
    return "  \(range.excerpt)\n  \(String(repeating: " ", count: range.excerptColumn))\(green(mark))\n"
  }

  private func trailLine(_ step: SourceRange.Step) -> String {
    let place = "\(step.path):\(step.line):\(step.column): "
    switch step.reason {
    case .included: return "\(place)note: included from here\n"
    case .definition(let name): return "\(place)note: $\(name) is used here\n"
    }
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
}
