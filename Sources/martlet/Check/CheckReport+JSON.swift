import ConfigurationSyntax
import ControlModel

/// The report for editors and other programs. Columns count Unicode characters from 1, ends are exclusive.
extension CheckReport {
  /// One JSON object.
  var json: String {
    var writer = JSONWriter()
    writer.object { writer in
      writer.member("format", 1)
      writer.member("files") { writer in
        writer.array { writer in
          for file in files {
            writer.element { writer in
              writer.object { writer in
                writer.member("path", file.path)
                writer.member("configurationID", file.configurationID)
              }
            }
          }
        }
      }
      writer.member("compared", isComparison)
      writer.member("errors", count(of: .error))
      writer.member("warnings", count(of: .warning))
      writer.member("notes", count(of: .note))
      writer.member("findings") { writer in
        writer.array { writer in
          for finding in findings { writer.element { Self.write(finding, &$0) } }
        }
      }
    }
    return writer.text
  }

  private static func write(_ finding: Diagnostic, _ writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("rule", finding.id)
      writer.member("severity", finding.severity.word)
      writer.member("message", finding.message)
      if let range = finding.range { writePlace(range, &writer) }
      if let suggestion = finding.suggestion { writer.member("help", suggestion) }
      if !finding.notes.isEmpty {
        writer.member("notes") { writer in
          writer.array { writer in
            for note in finding.notes {
              writer.element { writer in
                writer.object { writer in
                  writer.member("message", note.message)
                  if let range = note.range { writePlace(range, &writer) }
                }
              }
            }
          }
        }
      }
      if let fix = finding.fixIt { writer.member("fix") { write(fix, &$0) } }
    }
  }

  private static func writePlace(_ range: SourceRange, _ writer: inout JSONWriter) {
    writer.member("path", range.path)
    writer.member("line", range.line)
    writer.member("column", range.characterColumn)
    writer.member("endColumn", range.characterColumn + range.characterLength)
    if !range.excerpt.isEmpty { writer.member("excerpt", range.excerpt) }
    guard !range.trail.isEmpty else { return }
    writer.member("trail") { writer in
      writer.array { writer in
        for step in range.trail {
          writer.element { writer in
            writer.object { writer in
              writer.member("message", step.reason.sentence)
              writer.member("path", step.path)
              writer.member("line", step.line)
              writer.member("column", step.characterColumn)
              writer.member("endColumn", step.characterColumn + step.characterLength)
            }
          }
        }
      }
    }
  }

  private static func write(_ fix: Diagnostic.FixIt, _ writer: inout JSONWriter) {
    writer.array { writer in
      for edit in fix.edits {
        writer.element { writer in
          writer.object { writer in
            writer.member("path", edit.path)
            writer.member("line", edit.start.line)
            writer.member("column", edit.start.characterColumn)
            writer.member("endLine", edit.end.line)
            writer.member("endColumn", edit.end.characterColumn)
            writer.member("text", edit.replacement)
          }
        }
      }
    }
  }
}
