import Configuration
import ConfigurationModel
import ConfigurationSyntax
import ControlModel

/// The report in the Static Analysis Results Interchange Format, version 2.1.0 (OASIS), which code hosts and editors read.
extension CheckReport {
  /// One SARIF log with one run. Columns count Unicode characters; files below the working directory have relative addresses.
  var sarif: String {
    var writer = JSONWriter()
    let addresses = FileAddresses(workingDirectory: ConfigurationReading.absolute(""))
    writer.object { writer in
      writer.member("$schema", "https://json.schemastore.org/sarif-2.1.0.json")
      writer.member("version", "2.1.0")
      writer.member("runs") { writer in
        writer.array { writer in
          writer.element { writer in
            writer.object { writer in writeRun(addresses, &writer) }
          }
        }
      }
    }
    return writer.text
  }

  private func writeRun(_ addresses: FileAddresses, _ writer: inout JSONWriter) {
    writer.member("tool") { writer in
      writer.object { writer in
        writer.member("driver") { writer in writer.object { Self.writeDriver(&$0) } }
      }
    }
    writer.member("columnKind", "unicodeCodePoints")
    writer.member("originalUriBaseIds") { writer in
      writer.object { writer in
        writer.member(FileAddresses.base) { writer in
          writer.object { $0.member("uri", addresses.baseAddress) }
        }
      }
    }
    writer.member("invocations") { writer in
      writer.array { writer in
        writer.element { writer in writer.object { $0.member("executionSuccessful", true) } }
      }
    }
    writer.member("results") { writer in
      writer.array { writer in
        for finding in findings {
          writer.element { writer in writer.object { SARIFResult(finding, addresses).write(&$0) } }
        }
      }
    }
  }

  private static func writeDriver(_ writer: inout JSONWriter) {
    writer.member("name", "martlet")
    writer.member("version", Version.number)
    writer.member("semanticVersion", Version.number)
    writer.member("rules") { writer in
      writer.array { writer in
        for rule in Rule.all {
          writer.element { writer in
            writer.object { writer in
              writer.member("id", rule.id)
              text("shortDescription", rule.title + ".", &writer)
              text("fullDescription", rule.explanation, &writer)
              text("help", rule.page, &writer)
              writer.member("defaultConfiguration") { writer in
                writer.object { $0.member("level", rule.severity.word) }
              }
              writer.member("properties") { writer in
                writer.object { writer in
                  writer.member("tags") { writer in writer.array { $0.element(rule.kind.rawValue) } }
                }
              }
            }
          }
        }
      }
    }
  }

  fileprivate static func text(_ name: String, _ text: String, _ writer: inout JSONWriter) {
    writer.member(name) { writer in writer.object { $0.member("text", text) } }
  }
}

/// One finding as a SARIF result.
private struct SARIFResult {
  let finding: Diagnostic
  let addresses: FileAddresses

  private static let ruleNumbers = Dictionary(
    uniqueKeysWithValues: Rule.all.enumerated().map { ($1.id, $0) })

  /// A range of a file with a message.
  private struct Place {
    var path: String
    var line: Int
    var column: Int
    var length: Int
    var message: String?
    var snippet: String?
  }

  init(_ finding: Diagnostic, _ addresses: FileAddresses) {
    self.finding = finding
    self.addresses = addresses
  }

  func write(_ writer: inout JSONWriter) {
    writer.member("ruleId", finding.id)
    if let number = Self.ruleNumbers[finding.id] { writer.member("ruleIndex", number) }
    writer.member("level", finding.severity.word)
    CheckReport.text(
      "message", finding.message + (finding.suggestion.map { "; \($0)" } ?? "") + ".", &writer)
    if let range = finding.range {
      let place = place(of: range, message: nil)
      writer.member("locations") { writer in
        writer.array { writer in writer.element { write(place, id: nil, &$0) } }
      }
    }
    let related = finding.notes.flatMap(places(of:)) + (finding.range.map(trail) ?? [])
    if !related.isEmpty {
      writer.member("relatedLocations") { writer in
        writer.array { writer in
          for (number, place) in related.enumerated() {
            writer.element { write(place, id: number + 1, &$0) }
          }
        }
      }
    }
    if let fix = finding.fixIt { writeFix(fix, &writer) }
  }

  private func place(of range: SourceRange, message: String?) -> Place {
    Place(
      path: range.path, line: range.line, column: range.characterColumn, length: range.characterLength,
      message: message, snippet: range.excerpt.isEmpty ? nil : range.excerpt)
  }

  private func places(of note: Diagnostic.Note) -> [Place] {
    note.range.map { [place(of: $0, message: note.message)] + trail(of: $0) } ?? []
  }

  private func trail(of range: SourceRange) -> [Place] {
    range.trail.map { step in
      Place(
        path: step.path, line: step.line, column: step.characterColumn, length: step.characterLength,
        message: step.reason.sentence, snippet: nil)
    }
  }

  private func write(_ place: Place, id: Int?, _ writer: inout JSONWriter) {
    writer.object { writer in
      if let id { writer.member("id", id) }
      writer.member("physicalLocation") { writer in
        writer.object { writer in
          writer.member("artifactLocation") { addresses.write(place.path, &$0) }
          writer.member("region") { writer in
            writer.object { writer in
              writer.member("startLine", place.line)
              writer.member("startColumn", place.column)
              writer.member("endColumn", place.column + place.length)
            }
          }
          if let snippet = place.snippet {
            writer.member("contextRegion") { writer in
              writer.object { writer in
                writer.member("startLine", place.line)
                CheckReport.text("snippet", snippet, &writer)
              }
            }
          }
        }
      }
      if let message = place.message { CheckReport.text("message", message, &writer) }
    }
  }

  private func writeFix(_ fix: Diagnostic.FixIt, _ writer: inout JSONWriter) {
    let paths = Set(fix.edits.map(\.path)).sorted()
    writer.member("fixes") { writer in
      writer.array { writer in
        writer.element { writer in
          writer.object { writer in
            CheckReport.text("description", finding.suggestion ?? "Apply the fix.", &writer)
            writer.member("artifactChanges") { writer in
              writer.array { writer in
                for path in paths {
                  writer.element { writer in
                    writer.object { write(fix.edits.filter { $0.path == path }, of: path, &$0) }
                  }
                }
              }
            }
          }
        }
      }
    }
  }

  private func write(_ edits: [Diagnostic.Edit], of path: String, _ writer: inout JSONWriter) {
    writer.member("artifactLocation") { addresses.write(path, &$0) }
    writer.member("replacements") { writer in
      writer.array { writer in
        for edit in edits {
          writer.element { writer in
            writer.object { writer in
              writer.member("deletedRegion") { writer in
                writer.object { writer in
                  writer.member("startLine", edit.start.line)
                  writer.member("startColumn", edit.start.characterColumn)
                  writer.member("endLine", edit.end.line)
                  writer.member("endColumn", edit.end.characterColumn)
                }
              }
              CheckReport.text("insertedContent", edit.replacement, &writer)
            }
          }
        }
      }
    }
  }
}

/// Paths in the form of SARIF addresses: percent-encoded, and relative to the working directory for files in it.
struct FileAddresses {
  /// The SARIF name of the base of relative addresses.
  static let base = "WORKINGDIRECTORY"

  /// The working directory with a slash at its end.
  private let directory: String

  /// Addresses as seen from a directory.
  init(workingDirectory: String) {
    directory = workingDirectory.hasSuffix("/") ? workingDirectory : workingDirectory + "/"
  }

  /// The address of the working directory.
  var baseAddress: String { "file://" + Self.encoded(directory) }

  /// Writes an `artifactLocation`.
  func write(_ path: String, _ writer: inout JSONWriter) {
    writer.object { writer in
      if path.hasPrefix(directory) {
        writer.member("uri", Self.encoded(String(path.dropFirst(directory.count))))
        writer.member("uriBaseId", Self.base)
      } else {
        writer.member("uri", "file://" + Self.encoded(path))
      }
    }
  }

  /// The path with all but unreserved characters (RFC 3986 section 2.3) and slashes as percent signs and digits.
  private static func encoded(_ path: String) -> String {
    var text = ""
    for byte in path.utf8 {
      let isPlain =
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        || "-._~/".utf8.contains(byte)
      if isPlain {
        text.unicodeScalars.append(UnicodeScalar(byte))
      } else {
        let digits = String(byte, radix: 16, uppercase: true)
        text += "%" + (digits.count == 1 ? "0" : "") + digits
      }
    }
    return text
  }
}
