import Configuration
import ConfigurationModel
import ConfigurationSyntax
import Glibc
import Testing

@testable import Reference

@Suite("The reference of the configuration language")
struct ReferenceTests {
  private static let top = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

  private static func text(_ path: String) throws -> String {
    String(decoding: try DiskSourceFiles().read("\(top)/\(path)"), as: UTF8.self)
  }

  @Test("docs/configuration.md has the tables of the schema as it is: make docs")
  func document() throws {
    let document = try Self.text("docs/configuration.md")
    let renewed = try #require(MarkdownReference().renewed(document))
    Self.expectSame(document, renewed)
  }

  @Test("config/martlet.conf.5 is the page of the schema as it is: make docs")
  func page() throws {
    Self.expectSame(try Self.text("config/martlet.conf.5"), ManualPage().text)
  }

  /// Fails with the first line that differs, since both texts whole are longer than anybody reads.
  private static func expectSame(_ file: String, _ schema: String) {
    guard file != schema else { return }
    let lines = [file, schema].map { $0.split(separator: "\n", omittingEmptySubsequences: false) }
    let first = zip(lines[0], lines[1]).enumerated().first { $1.0 != $1.1 }
    let place = first.map { "line \($0 + 1) is\n\($1.0)\nand would be\n\($1.1)" } ?? "one is longer"
    Issue.record("the file is not what the schema gives; run make docs: \(place)")
  }

  @Test("Every row of the schema has a line of its own in both")
  func rows() {
    let tables = MarkdownReference().tables.split(separator: "\n")
    let count = Schema.keepalived.keywords.count
    #expect(tables.count { $0.hasPrefix("| `") } == count)
    // A bar in a cell would begin another.
    for row in tables where row.hasPrefix("| `") {
      let bars = zip(" " + row, row).count { $1 == "|" && $0 != "\\" }
      #expect(bars == 6, "\(row)")
    }
    #expect(ManualPage().text.split(separator: "\n").count { $0 == ".TP" } == count)
  }

  @Test("A document without a place for the tables is left as it is")
  func noPlace() {
    #expect(MarkdownReference().renewed("text\n") == nil)
    #expect(MarkdownReference().renewed(MarkdownReference.marks.begin) == nil)
  }

  @Test(
    "The manual page is set without a warning",
    .enabled(if: access("/usr/bin/groff", X_OK) == 0, "groff is not installed"))
  func typesetting() throws {
    let program = try #require(popen("/usr/bin/groff -man -Tutf8 -ww -z '\(Self.top)/config/martlet.conf.5' 2>&1", "r"))
    var output = ""
    var byte = fgetc(program)
    while byte != EOF {
      output.append(Character(Unicode.Scalar(UInt8(truncatingIfNeeded: byte))))
      byte = fgetc(program)
    }
    #expect(pclose(program) == 0)
    #expect(output == "")
  }
}
